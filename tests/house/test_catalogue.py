"""Every fault of the catalogue that CI watches over has a test whose name carries its number.

The catalogue is `docs/reliability.md`'s: 96 faults, F01 to F119 with gaps. `test_f34_f35_…` stands
for two of them, `test_f73_to_f79_…` for seven.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.house.source import files, tree

RANGES = ((1, 14), (20, 29), (30, 43), (50, 62), (70, 81), (85, 89), (90, 107), (110, 119))
ENTRIES = frozenset(number for low, high in RANGES for number in range(low, high + 1))
ELSEWHEN: dict[int, str] = {
    6: "nightly", 7: "nightly", 32: "nightly", 60: "nightly", 96: "nightly", 104: "nightly",
    105: "before a release",
}  # fmt: skip
"""Entries that CI need not watch, and when they are tried instead."""

_CODE = re.compile(r"f(\d+)")


def codes(name: str) -> Iterator[int]:
    """Yield the entries that a test's name carries at its beginning."""
    last = None
    spans = False
    for part in name.removeprefix("test_").split("_"):
        found = _CODE.fullmatch(part)
        if found is None and (part != "to" or last is None):
            return
        if found is None:
            spans = True
            continue
        number = int(found[1])
        yield from range(last + 1, number) if spans and last is not None else ()
        yield number
        last, spans = number, False


@cache
def by_entry() -> dict[int, list[str]]:
    """Return the tests of each entry, as `path::name`."""
    found: dict[int, list[str]] = {}
    for source in files("tests"):
        for node in ast.walk(tree(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for number in codes(node.name) if node.name.startswith("test_") else ():
                    found.setdefault(number, []).append(f"{source.path}::{node.name}")
    return found


def test_a_name_carries_one_entry_several_or_a_span() -> None:
    assert list(codes("test_f01_stale")) == [1]
    assert list(codes("test_f34_f35_twice")) == [34, 35]
    assert list(codes("test_f73_to_f75_resets")) == [73, 74, 75]
    assert list(codes("test_falling_f01")) == []
    assert list(codes("test_to_f01")) == []


def test_the_catalogue_has_96_entries() -> None:
    assert len(ENTRIES) == 96
    assert set(ELSEWHEN) <= ENTRIES


def test_every_entry_that_ci_watches_has_a_test_with_its_number() -> None:
    found = by_entry()
    missing = sorted(ENTRIES - set(found) - set(ELSEWHEN))
    assert not missing, "no test carries " + ", ".join(f"F{number:02}" for number in missing)


def test_no_test_carries_a_number_that_is_no_entry() -> None:
    found = by_entry()
    unknown = {number: names for number, names in found.items() if number not in ENTRIES}
    assert not unknown
