"""The operator's language: text in, frozen plant and rules out, or every problem with its place."""
