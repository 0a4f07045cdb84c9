"""Imports run one way, and the engine touches nothing.

The floors are those of docs/architecture.md. A module that the engine needs and that is as pure as
the listed ones is added to PURE_MODULES or ENGINE_LIBRARIES, not exempted.
"""

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.house.source import PACKAGES, Import, Offence, Source, files, imports, report, tree

FLOORS = ("values", "language", "inference", "control", "workshop")
"""The engine's, lowest first. All adapters stand above."""

FACES = ("adapters.cli", "adapters.console")
CODEC = "adapters.codec"
CODEC_MAY_USE = (CODEC, "adapters.pb", "adapters.port")
"""Generated messages and the small frozen data of the seam: neither does any I/O."""

ENGINE_LIBRARIES = {"lark", "pint", "ruamel", "yaml", "durable", "durable_rules_engine", "z3"}

PURE_MODULES = {
    *(
        "__future__",
        "abc",
        "ast",
        "bisect",
        "calendar",
        "codecs",
        "collections",
        "contextlib",
        "copy",
    ),
    *("dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools"),
    *("graphlib", "hashlib", "heapq", "html", "itertools", "json", "keyword", "linecache"),
    *("math", "numbers", "operator", "re", "reprlib", "statistics", "string", "struct"),
    *("textwrap", "types", "typing", "unicodedata", "weakref", "xml", "zlib"),
}
"""Of the standard library, what has no clock, file, socket, thread or environment."""

BANNED_CALLS = {
    "open": "opens a file",
    "print": "prints",
    "input": "reads the keyboard",
    "breakpoint": "stops in a debugger",
    "__import__": "imports behind the layers' back",
    "hash": "depends on the hash seed",
}
BANNED_METHODS = {
    "now": "reads the clock",
    "utcnow": "reads the clock",
    "today": "reads the clock",
    "open": "opens a file",
    "open_from_package": "opens a file",
    "read_text": "reads a file",
    "read_bytes": "reads a file",
    "write_text": "writes a file",
    "write_bytes": "writes a file",
}

EXEMPT: dict[tuple[str, str], str] = {
    ("engine/language/grammar.py", "open"): "its own grammar beside it: program text, as an import",
}
"""(path, call) to the reason why this one call is no offence."""


def floor(module: str) -> int | None:
    """Return how high a module stands, None when it stands on no floor."""
    package, _, rest = module.partition(".")
    if package == "adapters":
        return len(FLOORS)
    room = rest.partition(".")[0]
    return FLOORS.index(room) if room in FLOORS else None


def layer_offences(source: Source) -> Iterator[Offence]:
    """Yield the imports of one file that do not run downward."""
    own_floor = floor(source.module)
    if source.module != "engine" and own_floor is None:
        yield source.offence(1, f"stands on none of the engine's floors: {', '.join(FLOORS)}")
        return
    for item in imports(source):
        if item.target.partition(".")[0] in PACKAGES:
            yield from _offences_of_own(source, own_floor, item)
        elif source.module.startswith("engine"):
            yield from _offences_of_foreign(source, item)


def _offences_of_own(source: Source, own_floor: int | None, item: Import) -> Iterator[Offence]:
    target_floor = floor(item.target)
    if own_floor is None:
        yield source.offence(item.line, f"`{source.module}` imports nothing of the house")
    elif target_floor is None:
        yield source.offence(item.line, f"`{item.target}` stands on no floor")
    elif target_floor > own_floor:
        why = f"`{source.module}` stands below `{item.target}` and may not import it"
        yield source.offence(item.line, why)
    for face in FACES:
        if _inside(item.target, face) and not _inside(source.module, FACES):
            yield source.offence(item.line, f"nothing imports a face (`{face}`)")
    foreign = _inside(item.target, "adapters") and not _inside(item.target, CODEC_MAY_USE)
    if _inside(source.module, CODEC) and foreign:
        yield source.offence(item.line, f"a codec is pure: it may not import `{item.target}`")


def _offences_of_foreign(source: Source, item: Import) -> Iterator[Offence]:
    name = item.target.partition(".")[0]
    if name in sys.stdlib_module_names and name not in PURE_MODULES:
        why = (
            f"the engine does not import `{name}`: it is not among the pure modules (PURE_MODULES)"
        )
        yield source.offence(item.line, why)
    elif name not in sys.stdlib_module_names and name not in ENGINE_LIBRARIES:
        why = f"the engine does not import `{name}`: it is not one of its libraries"
        yield source.offence(item.line, why)


def _inside(module: str, packages: str | tuple[str, ...]) -> bool:
    packages = (packages,) if isinstance(packages, str) else packages
    return any(module == package or module.startswith(package + ".") for package in packages)


def call_offences(source: Source) -> Iterator[Offence]:
    """Yield the calls in one file of the engine that touch the world."""
    for node in ast.walk(tree(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in BANNED_CALLS:
                why = BANNED_CALLS[name]
            case ast.Attribute(attr=name) if name in BANNED_METHODS:
                why = BANNED_METHODS[name]
            case _:
                continue
        if (source.path, name) not in EXEMPT:
            yield source.offence(node.lineno, f"`{name}()` {why}; the engine never does")


def test_every_import_runs_downward() -> None:
    offences = [each for source in files(*PACKAGES) for each in layer_offences(source)]
    assert not offences, report(offences)


def test_the_engine_calls_nothing_that_touches_the_world() -> None:
    offences = [each for source in files("engine") for each in call_offences(source)]
    assert not offences, report(offences)


def test_every_exempt_call_is_still_there() -> None:
    calls = {
        (source.path, getattr(node.func, "attr", getattr(node.func, "id", "")))
        for source in files("engine")
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Call)
    }
    assert set(EXEMPT) <= calls, "take these off EXEMPT"


@pytest.mark.parametrize(
    ("path", "line", "why"),
    [
        ("engine/values/planted.py", "import engine.language.plant", "stands below"),
        ("engine/values/planted.py", "from engine import control", "stands below"),
        ("engine/values/planted.py", "from ..inference import chain", "stands below"),
        ("engine/language/planted.py", "from engine.control.scan import scan", "stands below"),
        ("engine/inference/planted.py", "from engine.workshop import explain", "stands below"),
        ("engine/control/planted.py", "import adapters", "stands below"),
        ("engine/control/planted.py", "from engine import language, adapters", "on no floor"),
        ("engine/control/planted.py", "def f():\n    from adapters.cli import main", "a face"),
        ("engine/planted.py", "", "none of the engine's floors"),
        ("engine/__init__.py", "from engine.values import fact", "imports nothing of the house"),
        ("engine/control/planted.py", "import os", "`os`"),
        ("engine/control/planted.py", "import sys", "`sys`"),
        ("engine/control/planted.py", "from time import monotonic", "`time`"),
        ("engine/control/planted.py", "import random", "`random`"),
        ("engine/control/planted.py", "import logging", "`logging`"),
        ("engine/control/planted.py", "import socket", "`socket`"),
        ("engine/control/planted.py", "from pathlib import Path", "`pathlib`"),
        ("engine/control/planted.py", "import threading", "`threading`"),
        ("engine/control/planted.py", "import zoneinfo", "`zoneinfo`"),
        ("engine/control/planted.py", "import importlib", "`importlib`"),
        ("engine/control/planted.py", "import structlog", "not one of its libraries"),
        ("adapters/runtime/planted.py", "from adapters.cli import main", "a face"),
        ("adapters/runtime/planted.py", "import adapters.console.app", "a face"),
        ("adapters/codec/planted.py", "from adapters.devices import deye", "a codec is pure"),
    ],
)
def test_a_planted_import_is_found(path: str, line: str, why: str) -> None:
    found = list(layer_offences(Source(path, line)))
    assert found
    assert any(why in each.why for each in found), report(found)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("engine/workshop/fine.py", "from engine.control import scan"),
        ("engine/language/fine.py", "from engine.language.position import Position"),
        ("engine/language/fine.py", "from engine.values.truth import Truth"),
        ("engine/inference/fine.py", "import math, typing, collections.abc"),
        ("engine/inference/fine.py", "import durable.lang"),
        ("adapters/runtime/fine.py", "import os, time, engine.control.scan"),
        ("adapters/cli/fine.py", "from adapters.cli import output"),
        ("adapters/codec/fine.py", "from adapters.codec import registers"),
    ],
)
def test_an_import_that_runs_downward_is_none_of_our_business(path: str, line: str) -> None:
    assert list(layer_offences(Source(path, line))) == []


@pytest.mark.parametrize(
    "line",
    [
        'open("rules.yaml")',
        'print("on")',
        "input()",
        "datetime.now()",
        "datetime.datetime.utcnow()",
        "date.today()",
        'Lark.open("expression.lark", rel_to=__file__)',
        'path.read_text("utf-8")',
        "key = hash(name)",
        'log = lambda text: __import__("logging").info(text)',
    ],
)
def test_a_planted_call_is_found(line: str) -> None:
    assert len(list(call_offences(Source("engine/control/planted.py", line)))) == 1


@pytest.mark.parametrize("line", ["opened(x)", "valve.opens()", "now = moment", "def open_(): ..."])
def test_a_word_that_only_looks_like_a_call_is_not_found(line: str) -> None:
    assert list(call_offences(Source("engine/control/fine.py", line))) == []
