"""Every example in docs/language.md is loaded: right without a problem, wrong with its own."""

import re
from pathlib import Path

import pytest

from engine.language import build, conditions, grammar, load, parse_yaml, source, words
from engine.language.load import Loaded
from engine.language.load import load as load_files

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FILES = {info[5:]: text.encode() for _, info, text in BLOCKS if info.startswith("file=")}
WRONG = [(info[6:], text) for _, info, text in BLOCKS if info.startswith("wrong=")]
RIGHT = [text for _, info, text in BLOCKS if info == "right"]
LINES = [
    line for _, info, text in BLOCKS if info == "conditions" for line in text.splitlines() if line
]


def _with(text: str) -> Loaded:
    return load_files({"plant.yaml": FILES["plant.yaml"], "example.yaml": text.encode()})


def test_the_files_of_the_page_are_a_house_without_problems() -> None:
    loaded = load_files(FILES)
    assert not loaded.problems
    assert len(FILES) == 3
    assert len(loaded.rulebook.rules) == 3


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_table_is_a_condition(line: str) -> None:
    loaded = _with(f"conditions:\n  example: {line}\n")
    assert not loaded.problems
    assert loaded.rulebook.conditions


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_called_right_is(text: str) -> None:
    assert not _with(text).problems


@pytest.mark.parametrize(("code", "text"), WRONG)
def test_what_is_called_wrong_is(code: str, text: str) -> None:
    assert [problem.code for problem in _with(text).problems] == [code]


def test_every_block_of_yaml_is_one_of_them() -> None:
    assert all(info for kind, info, _ in BLOCKS if kind == "yaml")
    assert len(LINES) > 15
    assert len(WRONG) == 2


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    assert f"{source.MAX_FILE_BYTES // 1024} KiB, {parse_yaml.MAX_DEPTH} levels" in PAGE
    limits = (grammar.MAX_LENGTH, grammar.MAX_DEPTH, grammar.MAX_NODES)
    assert "{:,} characters, {} levels, {} parts".format(*limits) in PAGE
    assert f"{conditions.MAX_LIST} entries" in PAGE
    assert f"{words.LONGEST_NAME} characters" in PAGE
    assert f"{build.MAX_WINDOW_S / 3600:g} h" in PAGE
    assert f"{build.MAX_TIME_S / 86_400:g} days" in PAGE
    assert build.MAX_NUMBER == 10**15
    assert f"| {load.MAX_PROBLEMS} |" in PAGE
