"""`thermiq lsp`: the language server, which an editor starts."""

import typer


def lsp() -> None:
    """Serve an editor over standard input and output, until it ends the conversation.

    Needs the extra `editor`: pip install 'thermiq[editor]'.
    """
    try:
        from adapters.editor.server import build  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as missing:
        wanted = "pip install 'thermiq[editor]'"
        typer.echo(f"thermiq lsp needs {missing.name}, which is not installed: {wanted}", err=True)
        raise typer.Exit(1) from None
    build().start_io()
