"""Reading an operator's rule files: names and bytes, or why not.

A folder's rule files are its `*.yaml` and `*.yml`, not those of its sub-folders. Three kinds are
left to others: hidden files, `*.test.yaml` (scenarios) and `site.yaml` (devices and addresses).
"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.language.check import unreadable_file
from engine.language.problem import Problem
from engine.language.source import MAX_FILE_BYTES

_SUFFIXES = (".yaml", ".yml")
_SCENARIOS = (".test.yaml", ".test.yml")
_DEVICES = frozenset({"site.yaml", "site.yml"})


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """What was read, by the path an operator would type, sorted; and what could not be."""

    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()


def read_rules(path: Path) -> RuleFiles:
    """Read a folder of rule files, or one file whatever its name."""
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    try:
        candidates = sorted(_rule_files(path)) if path.is_dir() else [path]
    except OSError as error:
        return RuleFiles({}, (_refused(path, error),))
    for each in candidates:
        read = _read(each)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            found[shown(each)] = read
    if not candidates:
        problems.append(
            unreadable_file.problem(
                shown(path), "there is no rule file in this folder", "its name ends in `.yaml`"
            )
        )
    return RuleFiles(found, tuple(problems))


def shown(path: Path) -> str:
    """Return a path as text, with bytes that are not UTF-8 spelt out."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _rule_files(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if is_rule_file(entry.name))


def is_rule_file(name: str) -> bool:
    """Tell whether a file of this name holds rules or the plant."""
    if name.startswith(".") or name.endswith(_SCENARIOS) or name in _DEVICES:
        return False
    return name.endswith(_SUFFIXES)


def _read(path: Path) -> bytes | Problem:
    try:
        mode = path.stat().st_mode  # asked first, for opening a pipe would wait for its other end
        if stat.S_ISDIR(mode):
            message = "this is a folder, though its name is that of a rule file"
            return unreadable_file.problem(shown(path), message, "rename it")
        if not stat.S_ISREG(mode):
            message = "this is not an ordinary file"
            return unreadable_file.problem(shown(path), message, "move it elsewhere")
        with path.open("rb") as file:
            # One byte more than allowed is enough for the loader to see that it is too large.
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return _refused(path, error)


def _refused(path: Path, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return unreadable_file.problem(shown(path), f"the file cannot be read: {reason}")
