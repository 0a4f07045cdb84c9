"""Scenarios on disk: the test files of folders of rules, read, played and told.

The command `thermiq test` shows what this finds; who activates rules asks the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.beside import Beside
from adapters.clock import SiteClock
from adapters.files import RuleFiles, read_rules, shown
from engine.control.program import Program, compile_program
from engine.language.checked import check_files
from engine.language.problem import Problem, Severity
from engine.workshop.figures import figure
from engine.workshop.quantity import declared
from engine.workshop.scenario import Scenario
from engine.workshop.scenario_case import Case
from engine.workshop.scenario_file import COMMON, SUFFIX, load_scenarios
from engine.workshop.scenario_play import play
from engine.workshop.scenario_run import Observe, Result, run
from engine.workshop.scenario_times import DEFAULT_START
from engine.workshop.words import Words

if TYPE_CHECKING:
    from engine.workshop.scenario_finding import Finding

_MANY = 20
"""From so many scenarios on, every other one is played in a copy of the process."""
Listen = Callable[[Scenario], Observe]
"""Returns who hears of every scan of a scenario."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of rules, and those of its test files that are asked for; None: all."""

    rules: Path
    files: tuple[Path, ...] | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder's rules and scenarios, ready to be played; without a program the rules are wrong."""

    place: Place
    program: Program | None
    clock: SiteClock | None
    scenarios: tuple[Scenario, ...]
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    """The texts of rules and tests by the names that positions carry."""
    files: int
    """How many files the problems or the scenarios are of."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """The texts of the rule files."""

    @property
    def ok(self) -> bool:
        """Tell whether everything can be played."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def places_of(paths: Iterable[Path], rules: Path | None) -> tuple[Place, ...]:
    """Return what to test: a folder's tests, or single files with the rules beside them.

    `rules` are those for test files that lie elsewhere, such as a counterexample of a proof.
    """
    folders: dict[Path, list[Path] | None] = {}
    for path in paths:
        single = not path.is_dir()
        folder = rules or (path.parent if single else path)
        if single:
            known = folders.setdefault(folder, [])
            if known is not None and path not in known:
                known.append(path)
        else:
            folders[folder] = None if rules is None or path == rules else _tests_in(path)
    return tuple(
        Place(folder, None if files is None else tuple(files)) for folder, files in folders.items()
    )


def _tests_in(folder: Path) -> list[Path]:
    """Return the test files of a folder, in order."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def files_of(place: Place) -> tuple[Path, ...]:
    """Return the test files of a place; the folder's common one always comes with them."""
    if place.files is None:
        return tuple(_tests_in(place.rules))
    common = place.rules / COMMON
    return tuple(dict.fromkeys([*([common] if common.is_file() else []), *place.files]))


def watched(places: Iterable[Place]) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a rule file or a test file does: names, times and sizes."""
    found: list[tuple[str, int, int]] = []
    for place in places:
        folder = place.rules if place.rules.is_dir() else place.rules.parent
        for path in sorted({*folder.glob("*.y*ml"), *files_of(place)}):
            try:
                state = path.stat()
            except OSError:  # it went away between the two looks, which is a change as well
                continue
            found.append((shown(path), state.st_mtime_ns, state.st_size))
    return tuple(found)


def prepare(place: Place) -> Bench:
    """Read rules and scenarios of a place; what is wrong with either is among the problems."""
    read = read_rules(place.rules)
    checked = check_files(read.files, read.problems)
    if not checked.ok:
        return Bench(place, None, None, (), checked.problems, checked.sources, len(read.files))
    program = compile_program(checked.rulebook)
    clock = SiteClock(checked.rulebook.plant.site)
    tests = _read(files_of(place))
    loaded = load_scenarios(tests.files, program, unix_ms_of(clock))
    wanted = None if place.files is None else {shown(path) for path in place.files}
    return Bench(
        place,
        program,
        clock,
        tuple(s for s in loaded.scenarios if wanted is None or s.position.file in wanted),
        (*tests.problems, *loaded.problems),
        {**checked.sources, **loaded.sources},
        len(tests.files) if wanted is None else len(wanted),
        checked.sources,
    )


def _read(paths: Iterable[Path]) -> RuleFiles:
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in paths:
        read = read_rules(path)
        files.update(read.files)
        problems.extend(read.problems)
    return RuleFiles(files, tuple(problems))


def unix_ms_of(clock: SiteClock) -> Callable[[datetime], int]:
    """Return what makes Unix milliseconds of the site's own time."""

    def to_unix_ms(local: datetime) -> int:
        return round(local.replace(tzinfo=clock.zone).timestamp() * 1000)

    return to_unix_ms


def play_bench(
    bench: Bench, words: Words, only: Iterable[str] = (), listen: Listen | None = None
) -> list[Case]:
    """Play the scenarios whose names contain any of `only`, or all; tell what failed.

    `listen` says who hears of a scenario's scans. A bench with errors has nothing to play.
    """
    if bench.program is None or bench.clock is None or not bench.ok:
        return []
    program, clock = bench.program, bench.clock
    parts = [part.casefold() for part in only]
    chosen = [
        scenario
        for scenario in bench.scenarios
        if not parts or any(part in scenario.name.casefold() for part in parts)
    ]

    def played(scenarios: Iterable[Scenario]) -> list[Case]:
        cases: list[Case] = []
        for scenario in scenarios:
            observe = None if listen is None else listen(scenario)
            result = run(program, scenario, lambda ms: clock.moment(ms / 1000), observe)
            told = () if result.passed else _told(program, result, words)
            cases.append(Case(scenario.name, scenario.position, result.scans, told))
        return cases

    if listen is not None or len(chosen) < _MANY:
        return played(chosen)
    beside = Beside(lambda: played(chosen[1::2]))
    pairs = zip_longest(played(chosen[::2]), beside.outcome())
    return [case for pair in pairs for case in pair if case is not None]


def _told(program: Program, result: Result, words: Words) -> "tuple[Finding, ...]":
    from engine.workshop.scenario_finding import findings  # noqa: PLC0415 - slow: only for failures

    return findings(program, result, words)


_EXAMPLE = """\
scenarios:
  - name: nothing is known yet
    expect:
      - at: 0 s
        {output}: {value}
"""


def example(bench: Bench) -> str:
    """Return a first test for rules that have none; it passes. Empty without an output."""
    if bench.program is None or bench.clock is None or not bench.program.rulebook.plant.outputs:
        return ""
    clock, output = bench.clock, bench.program.rulebook.plant.outputs[0]
    scenario = Scenario("", unix_ms_of(clock)(DEFAULT_START), 10_000, 0)
    _, first = next(play(bench.program, scenario, lambda ms: clock.moment(ms / 1000)))
    value = figure(declared(first.decisions[0].value, output.unit))
    return _EXAMPLE.format(output=output.name, value=value)
