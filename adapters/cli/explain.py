"""`thermiq explain`: what a check code, a restriction, an alarm or a quality means."""

import sys
from typing import Annotated

import typer

from adapters.cli.terminal import is_colourful


def explain(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE|WORD", help="As told by `check`, `why` or `alarms`."),
    ] = None,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")
    ] = True,
) -> None:
    """Tell what a check found, or what restricts an output, and what to do about it.

    Takes a check code such as `unknown-fact`, or a word such as `min_off`, `latched`, `stale`.
    Without one lists them all. Exits with 2 for what is none of them.
    """
    from adapters.manual.pages import page_of, pages  # noqa: PLC0415 - `--help` needs none of it

    if code is None:
        widest = max(map(len, pages()))
        for each in pages().values():
            typer.echo(f"{each.name:{widest}}  {each.summary.rstrip('.')}")
        return
    page = page_of(code)
    if page is None:
        from engine.language.suggest import advise  # noqa: PLC0415 - only for a misspelt one

        near = advise(code.lower(), pages()) or "`thermiq explain` lists all there is"
        message = f"`{code}` is nothing to explain; {near}"
        raise typer.BadParameter(message, param_hint="CODE")
    if not (colour and is_colourful(sys.stdout)):
        typer.echo(page.text, nl=False)
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.markdown import Markdown  # noqa: PLC0415 - same

    Console().print(Markdown(page.text))
