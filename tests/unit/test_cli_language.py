"""The language of an answer: as asked, as the machine speaks, else English."""

from collections.abc import Mapping

import pytest
import typer

from adapters.cli.language import Form, Language, form_of, words_for
from engine.workshop.languages import LANGUAGES


@pytest.mark.parametrize(
    ("asked", "environment", "code"),
    [
        (None, {}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "de"),
        (None, {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
        (None, {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "de_CH"}, "de"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (Language.ENGLISH, {"LANG": "de_DE.UTF-8"}, "en"),
        (Language.GERMAN, {}, "de"),
    ],
)
def test_what_was_asked_counts_before_the_machine(
    asked: Language | None, environment: Mapping[str, str], code: str
) -> None:
    assert words_for(asked, environment).code == code


def test_every_language_can_be_asked_for() -> None:
    assert {each.value for each in Language} == set(LANGUAGES)


def test_json_is_a_form_and_contradicts_the_others() -> None:
    assert form_of(None, as_json=True) is form_of(Form.JSON, as_json=True) is Form.JSON
    assert form_of(Form.TREE, as_json=False) is Form.TREE
    assert form_of(None, as_json=False) is None
    with pytest.raises(typer.BadParameter, match="differ"):
        form_of(Form.TEXT, as_json=True)
