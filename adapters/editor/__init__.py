"""What an editor is served with: schemas, formatting, the language server."""
