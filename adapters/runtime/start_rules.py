"""Which rules a daemon starts with: those that ran last, for only a person lets others run.

    a version ran here      it runs again, whatever stands in the operator's folder now
    it is damaged           the newest version that is whole
    none is whole, or the   the rules in the folder, if `check` accepts them
    program refuses it
    a new installation      the rules in the folder

So a file that was half written when the power went, or was deleted, cannot become the rules of the
plant by a restart. What differs between folder and version goes live by `thermiq reload`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from adapters.files import read_rules, shown
from adapters.runtime.versions import Version, VersionError, Versions
from adapters.scribe import digest_of
from engine.language.checked import Checked, check_files
from engine.language.problem import Problem


@dataclass(slots=True)
class StartRules:
    """The rules, their digest, the version they are (None: not kept yet), and what to tell."""

    checked: Checked
    digest: str
    version: Version | None = None
    notes: list[str] = field(default_factory=list)


def load_rules(folder: Path, named_as: Path | None = None) -> tuple[Checked, str]:
    """Return the checked rules of a folder and their digest.

    `named_as` is the folder that places name, for a copy of files that a person knows elsewhere.
    """
    read = read_rules(folder)
    named = folder if named_as is None else named_as
    files = {shown(named / PurePath(name).name): each for name, each in read.files.items()}
    problems = [_named(each, shown(folder), shown(named)) for each in read.problems]
    return check_files(files, problems), digest_of(files)


def _named(problem: Problem, folder: str, named: str) -> Problem:
    """Return a problem with reading as one of the folder that a person knows."""
    place = problem.position
    own = place.file.startswith(folder)
    file = named + place.file.removeprefix(folder) if own else place.file
    return replace(problem, position=replace(place, file=file))


def rules_at_start(folder: Path, versions: Versions) -> StartRules:
    """Return the rules to start with; `folder` is the operator's. Nothing raises."""
    notes: list[str] = []
    for version in _candidates(versions, notes):
        checked, digest = load_rules(versions.path(version), folder)
        if checked.ok:
            if digest_of(read_rules(folder).files) != digest:
                told = f"version {version.number} runs; the rules in {folder} differ from it"
                notes.append(f"{told}: `thermiq reload` lets them run")
            return StartRules(checked, digest, version, notes)
        notes.append(f"version {version.number} is not accepted by this program")
    checked, digest = load_rules(folder)
    return StartRules(checked, digest, None, notes)


def _candidates(versions: Versions, notes: list[str]) -> Iterator[Version]:
    """Yield the version that ran last; if it is lost, the newest that is whole."""
    try:
        running = versions.running()
    except VersionError as error:
        notes.append(str(error))
        for each in reversed(versions.all()):
            try:
                yield versions.version(each.number)
            except VersionError:
                continue
            return
    else:
        if running is not None:
            yield running
