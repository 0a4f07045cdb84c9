"""The operator's `never:` claims on disk, for proofs; and whether a written scenario fails."""

import re
from collections.abc import Callable
from pathlib import Path

from adapters.clock import SiteClock
from adapters.files import read_rules
from adapters.scenarios import Place, files_of, unix_ms_of
from engine.control.program import Program
from engine.language.problem import Problem
from engine.values.moment import Moment
from engine.workshop.scenario_file import Scenarios, load_scenarios
from engine.workshop.scenario_run import run

_KEY = re.compile(rb"[^\s#\-\]}]")
"""How a line begins that opens a key of the file itself."""


def read_claims(rules: Path, program: Program, clock: SiteClock) -> Scenarios:
    """Return the claims of a folder's test files, and what is wrong with them.

    Nothing else of those files is read: an edit of rules that its scenarios do not follow yet is a
    reason to prove, not a hindrance.
    """
    if not rules.is_dir():
        return Scenarios((), (), (), {})
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in files_of(Place(rules)):
        read = read_rules(path)
        files.update({name: claims_alone(data) for name, data in read.files.items()})
        problems.extend(read.problems)
    files = {name: data for name, data in files.items() if data.strip()}
    found = load_scenarios(files, program, unix_ms_of(clock))
    return Scenarios((), found.never, (*problems, *found.problems), found.sources)


def claims_alone(data: bytes) -> bytes:
    """Return a test file with empty lines in place of everything but its own `never:`."""
    kept, inside = list[bytes](), False
    for line in data.split(b"\n"):
        if _KEY.match(line):
            inside = line.startswith(b"never:")
        kept.append(line if inside else b"")
    return b"\n".join(kept)


def moments_of(clock: SiteClock) -> Callable[[int], Moment]:
    """Return what makes a moment of Unix milliseconds."""
    return lambda at_ms: clock.moment(at_ms / 1000)


def fails(text: str, program: Program, clock: SiteClock) -> bool:
    """Tell whether a file of scenarios with this text is sound, and one of them fails."""
    loaded = load_scenarios({"text": text.encode()}, program, unix_ms_of(clock))
    played = (run(program, each, moments_of(clock)) for each in loaded.scenarios)
    return loaded.ok and not all(result.passed for result in played)
