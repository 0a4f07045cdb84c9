"""One thing has one name, and a number's name ends in its unit (docs/vocabulary.md).

Only words that a machine can tell apart are watched: `state`, `action` or `lock` also have innocent
uses. What a device or a protocol calls its own things is exempt by path.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import PACKAGES, Offence, Source, files, pages, report, tree

INSTEAD = {
    "debounce": "hold",
    "fallback": "failsafe",
    "goal": "setpoint",
    "merger": "arbiter",
    "precondition": "permissive",
    "resolver": "arbiter",
    "snapshot": "process image",
    "sticky": "latch",
    "validity": "quality",
}
"""Words that are used neither in names nor in the pages."""

INSTEAD_IN_NAMES = INSTEAD | {
    "entity": "point",
    "guard": "condition, or interlock",
    "lag": "overrun",
    "policy": "ruleset",
    "priority": "salience",
    "tick": "scan",
    "trigger": "condition",
}
"""Words that are fine in a sentence, but not as the name of something in the code."""

EXEMPT: dict[tuple[str, str], str] = {}
"""(path or folder, word) to the reason why it may stand there."""

ABOUT_WORDS = ("docs/vocabulary.md", "docs/style.md")

QUANTITIES = {
    *("age", "delay", "duration", "energy", "interval", "period", "power", "temperature"),
    *("timeout", "voltage", "elapsed"),
}
LONG_UNITS = {
    "celsius": "c",
    "degrees": "c",
    "hours": "h",
    "kelvin": "k",
    "milliseconds": "ms",
    "minutes": "min",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "watts": "w",
}
UNITS = r"(s|ms|min|h|c|k|w|kw|wh|kwh|j|v|a|bar|percent)"
UNIT_NOT_LAST = re.compile(rf"(^|_)({'|'.join(QUANTITIES)})_{UNITS}_(max|min|limit|target|mean)$")


def public_names(source: Source) -> Iterator[tuple[int, str, bool]]:
    """Yield what others see: line, name, and whether it is a number.

    Those are classes and functions, parameters, fields and constants.
    """
    yield 1, source.module.rpartition(".")[2], False
    yield from _names_in(tree(source).body)


def _names_in(body: list[ast.stmt]) -> Iterator[tuple[int, str, bool]]:
    for node in body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield node.lineno, name, False
                yield from _names_in(node.body)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not node.name.startswith("_"):
                yield node.lineno, node.name, _is_number(node.returns)
                arguments = node.args
                for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                    yield each.lineno, each.arg, _is_number(each.annotation)
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                yield node.lineno, name, _is_number(node.annotation)
            case ast.Assign(targets=[ast.Name(id=name)]) if not name.startswith("_"):
                constant = node.value.value if isinstance(node.value, ast.Constant) else None
                yield node.lineno, name, type(constant) in {int, float}
            case _:
                pass


def _is_number(annotation: ast.expr | None) -> bool:
    return annotation is not None and bool(
        re.fullmatch(r"(float|int)( \| None)?", ast.unparse(annotation))
    )


def words_of(name: str) -> list[str]:
    """Split `flowTemperature_max_C` and `ProcessImage` into their words, in small letters."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def name_offences(source: Source) -> Iterator[Offence]:
    """Yield the names in one file that use another word, or hide their unit."""
    for line, name, is_number in public_names(source):
        words = words_of(name)
        for word in words:
            instead = INSTEAD_IN_NAMES.get(word.removesuffix("s"), INSTEAD_IN_NAMES.get(word))
            if instead and not _is_exempt(source.path, word):
                yield source.offence(line, f"`{name}`: say {instead}, not {word}")
        if len(words) > 1 and words[-1] in LONG_UNITS and is_number:
            yield source.offence(line, f"`{name}` ends in `_{LONG_UNITS[words[-1]]}`")
        if words and words[-1] in QUANTITIES and is_number:
            yield source.offence(line, f"`{name}` is a number and does not say its unit")
        if UNIT_NOT_LAST.search("_".join(words)):
            yield source.offence(line, f"`{name}`: the unit stands last")


def page_offences(source: Source) -> Iterator[Offence]:
    """Yield the words in the prose of one page that have another name here."""
    in_code = False
    for number, line in enumerate(source.text.splitlines(), 1):
        if line.startswith("```"):
            in_code = not in_code
        if in_code:
            continue
        for word in re.findall(r"[a-z]+", re.sub(r"`[^`]*`|\]\([^)]*\)", "", line).lower()):
            singular = word.removesuffix("s")
            if singular in INSTEAD and not _is_exempt(source.path, singular):
                yield source.offence(number, f"say {INSTEAD[singular]}, not {word}")


def _is_exempt(path: str, word: str) -> bool:
    return any(path.startswith(place) and word == exempt for place, exempt in EXEMPT)


def test_names_use_the_words_of_the_house_and_end_in_their_unit() -> None:
    offences = [each for source in files(*PACKAGES) for each in name_offences(source)]
    assert not offences, report(offences)


def test_the_pages_use_the_words_of_the_house() -> None:
    watched = [each for each in pages() if each.path not in ABOUT_WORDS]
    offences = [each for source in watched for each in page_offences(source)]
    assert not offences, report(offences)


def test_every_watched_word_stands_in_the_vocabulary_with_what_to_say_instead() -> None:
    (vocabulary,) = [each.text for each in pages() if each.path == "docs/vocabulary.md"]
    rows = [row.split("|") for row in vocabulary.splitlines() if row.startswith("| ")]
    not_used = " ".join(row[3] for row in rows if len(row) > 3)
    missing = [word for word in INSTEAD_IN_NAMES if not re.search(rf"\b{word}\b", not_used)]
    assert not missing


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("class StateSnapshot: ...", "say process image"),
        ("def fallback_value() -> None: ...", "say failsafe"),
        ("def f(priority: int) -> None: ...", "say salience"),
        ("class Rule:\n    triggers: list[str]", "say condition"),
        ("TICKS = ()", "say scan"),
        ("def f(timeout: float) -> None: ...", "does not say its unit"),
        ("class A:\n    power: float | None", "does not say its unit"),
        ("DELAY = 5", "does not say its unit"),
        ("def f(hold_seconds: float) -> None: ...", "ends in `_s`"),
        ("class A:\n    flow_temperature_c_max: float", "the unit stands last"),
    ],
)
def test_a_planted_name_is_found(text: str, why: str) -> None:
    found = list(name_offences(Source("engine/control/planted.py", text)))
    assert len(found) == 1, report(found)
    assert why in found[0].why


@pytest.mark.parametrize(
    "text",
    [
        "class ProcessImage: ...",
        "def f(timeout_s: float, power_max_w: float, age: Quantity) -> None: ...",
        "def minutes(text: str) -> str: ...",
        "class A:\n    energy_wh_by_source: dict[str, float]",
        "def average() -> None: ...",
        "class _Snapshot: ...",
        "ticket = 1",
    ],
)
def test_a_name_that_only_looks_wrong_is_not_found(text: str) -> None:
    found = list(name_offences(Source("engine/control/fine.py", text)))
    assert not found, report(found)


def test_a_planted_word_in_prose_is_found_and_in_code_is_not() -> None:
    text = "The snapshots of a scan.\n\n`snapshot` is [theirs](snapshot.md).\n```\nsnapshot\n```\n"
    found = list(page_offences(Source("docs/planted.md", text)))
    assert [(each.line, each.why) for each in found] == [(1, "say process image, not snapshots")]
