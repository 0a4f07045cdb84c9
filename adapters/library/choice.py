"""Which files of the library a choice of topics needs: found by what their rules read.

A topic that reads what another one defines brings it along. Where a stand-in in `without/` defines
it too, the stand-in is taken instead, unless the topic itself was chosen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from engine.language.checked import check_files
from engine.language.expression import Expression, Name, NameKind, walk
from engine.language.rulebook import Rulebook

PLANT = "plant.yaml"
COMMON = "common.test.yaml"
WITHOUT = "without"
_TEST = ".test.yaml"
_OWN = resources.files("adapters.library") / "topics"
_READ = {NameKind.SIGNAL, NameKind.CONDITION, NameKind.DERIVED}
_POINTS = {NameKind.POINT, NameKind.OUTPUT}


class BrokenLibraryError(Exception):
    """The library itself is wrong: a fault of this ThermIQ, not of who uses it."""


@dataclass(slots=True)
class Footprint:
    """What one file of rules has to do with the others."""

    defines: set[str] = field(default_factory=set)
    """Signals, conditions, derived facts."""
    reads: set[str] = field(default_factory=set)
    """The same, as far as it reads them."""
    points: set[str] = field(default_factory=set)
    """Facts and outputs that it reads, proposes or restricts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The topics of a site: as chosen, brought along by others, and standing in for some."""

    chosen: tuple[str, ...]
    brought: tuple[str, ...]
    stand_ins: tuple[str, ...]
    points: frozenset[str]
    defines: frozenset[str]

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the chosen topics and those that came along, by name."""
        return tuple(sorted((*self.chosen, *self.brought)))


@cache
def texts() -> Mapping[str, str]:
    """Return the files of the library by their names, those of stand-ins as `without/NAME`."""
    found = {each.name: each for each in _OWN.iterdir() if each.name.endswith(".yaml")}
    for each in (_OWN / WITHOUT).iterdir():
        found[f"{WITHOUT}/{each.name}"] = each
    return {name: found[name].read_text("utf-8") for name in sorted(found)}


def known_topics() -> tuple[str, ...]:
    """Return the topics that a site can begin with, by name."""
    return tuple(
        PurePosixPath(name).stem
        for name in texts()
        if "/" not in name and name != PLANT and not name.endswith(_TEST)
    )


def choose(wanted: Iterable[str]) -> Choice:
    """Return what these topics need; each must be one of `known_topics`."""
    files, stand_ins = _footprints()
    chosen = tuple(sorted(set(wanted)))
    taken = set(chosen)
    while missing := _missing(taken, files, stand_ins):
        taken |= missing
    standing = {
        name for name, other in stand_ins.items() if name not in taken
        and any(files[each].reads & other.defines for each in taken)
    }  # fmt: skip
    prints = [files[name] for name in taken] + [stand_ins[name] for name in standing]
    return Choice(
        chosen,
        tuple(sorted(taken - set(chosen))),
        tuple(sorted(standing)),
        frozenset().union(*(each.points for each in prints)),
        frozenset().union(*(each.defines for each in prints)),
    )


def footprints() -> Mapping[str, Footprint]:
    """Return by topic what its file has to do with the others."""
    return _footprints()[0]


def _missing(
    taken: set[str], files: Mapping[str, Footprint], stand_ins: Mapping[str, Footprint]
) -> set[str]:
    """Return topics that define what is read, but neither defined yet nor stood in for."""
    defined = set().union(*(files[name].defines for name in taken))
    defined |= set().union(*(each.defines for each in stand_ins.values()))
    found: set[str] = set()
    for name in taken:
        for read in files[name].reads - defined:
            makers = [other for other, each in files.items() if read in each.defines]
            if len(makers) != 1:
                raise BrokenLibraryError(f"`{read}`, read by {name}, is made by {makers}")
            found.update(makers)
    return found


@cache
def _footprints() -> tuple[Mapping[str, Footprint], Mapping[str, Footprint]]:
    """Return what topics and stand-ins have to do with each other, by topic."""
    rules = {name: text.encode() for name, text in texts().items() if not name.endswith(_TEST)}
    files = _read({name: text for name, text in rules.items() if "/" not in name})
    inner = f"{WITHOUT}/"
    alone = {name: text for name, text in rules.items() if name == PLANT or name.startswith(inner)}
    return files, _read(alone)


def _read(files: Mapping[str, bytes]) -> dict[str, Footprint]:
    checked = check_files(files)
    if not checked.ok:
        raise BrokenLibraryError(checked.problems[0].message)
    found = {PurePosixPath(name).stem: Footprint() for name in files if name != PLANT}
    for file, own in _entries(checked.rulebook):
        each = found[PurePosixPath(file).stem]
        each.defines |= own.defines
        each.reads |= own.reads
        each.points |= own.points
    return found


def _entries(book: Rulebook) -> Iterator[tuple[str, Footprint]]:
    """Yield what every entry of the rules defines and reads, with its file."""
    for signal in book.signals:
        yield signal.position.file, _of([signal.expression], [], [signal.name])
    for condition in book.conditions:
        yield condition.position.file, _of([condition.expression], [], [condition.name])
    for rule in book.rules:
        outputs = [each.output for each in rule.proposals]
        read = [rule.when, *(each.value for each in rule.proposals)]
        yield rule.position.file, _of(read, outputs, rule.asserts)
    for trip in book.trips:
        yield trip.position.file, _of([trip.when], [name for name, _ in trip.force])
    for lock in book.interlocks:
        outputs = [*(name for name, _ in lock.force), *(each.output for each in lock.limits)]
        read = [lock.condition, *(each.value for each in lock.limits)]
        yield lock.position.file, _of(read, outputs)
    for permissive in book.permissives:
        yield permissive.position.file, _of([permissive.needs], [permissive.output])


def _of(
    expressions: Iterable[Expression], outputs: Iterable[str], defines: Iterable[str] = ()
) -> Footprint:
    names = [
        node for each in expressions for node in walk(each) if isinstance(node, Name)
    ]  # fmt: skip
    return Footprint(
        set(defines),
        {each.name for each in names if each.kind in _READ},
        {each.name for each in names if each.kind in _POINTS} | set(outputs),
    )
