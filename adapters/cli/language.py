"""In which language reasons are told, and in which form: options that several commands have."""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.workshop.words import Words


class Language(StrEnum):
    """What `--language` takes: the codes of `engine.workshop.languages`."""

    ENGLISH = "en"
    GERMAN = "de"


class Form(StrEnum):
    """What `--format` takes."""

    TEXT = "text"
    TREE = "tree"
    JSON = "json"


LanguageOption = Annotated[
    Language | None,
    typer.Option("--language", help="English or German; as this machine speaks, unless told."),
]
FormOption = Annotated[
    Form | None,
    typer.Option("--format", help="Only the sentence, only the tree, or everything as JSON."),
]

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where POSIX keeps the language of messages; the first that is set counts."""


def words_for(asked: Language | None, environment: Mapping[str, str] | None = None) -> "Words":
    """Return the phrases to tell in: as asked, else of the machine's locale, else English."""
    from engine.workshop.languages import LANGUAGES, language_of  # noqa: PLC0415 - `--help` needs none

    if asked is not None:
        return LANGUAGES[asked.value]
    variables = os.environ if environment is None else environment
    locale = next((variables[name] for name in _VARIABLES if variables.get(name)), "")
    return language_of(locale) or LANGUAGES[Language.ENGLISH.value]


def form_of(form: Form | None, as_json: bool) -> Form | None:
    """Return the form asked for; `--json` is short for `--format json`. Refuses both at odds."""
    if as_json and form not in (None, Form.JSON):
        raise typer.BadParameter(f"`--json` and `--format {form}` differ", param_hint="--format")
    return Form.JSON if as_json else form
