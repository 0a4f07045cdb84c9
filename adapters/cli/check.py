"""`thermiq check`: every problem of a folder of rules, for people and for programs."""

import typer


def check() -> None:
    """Tell what is wrong with rule files."""
    typer.echo("soon")
