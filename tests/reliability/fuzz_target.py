"""What a fuzz target is, and how an input of it is made and judged.

An input is bytes. A target reads them as the program does, refuses them by the errors that its
entry documents, or returns something; then its law looks at what was returned. Any other exception
is a crash.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tests.house.source import ROOT

T = TypeVar("T")
CORPUS = ROOT / "tests" / "corpus"
BYTES_MAX = 65_536
"""What is longer is refused by length alone, which tests of their own show."""

TRAPS = (
    *(b"NaN", b"-Infinity", b"Infinity", b"1e999", b"-1e999", b"1e-400", b"-0", b"0x10", b"010"),
    *(b"true", b"null", b"[]", b"{}", b'""', b'"50"', b"9" * 20, b"9" * 400, b"9" * 5000),
    *(b"[" * 3000, b'{"a":' * 40, b"\xff\xfe", b"\xed\xa0\x80", b"\0", b"\\ud800", b"\xef\xbb\xbf"),
    *(b".nan", b".inf", b"22:00", b"no", b"&x [*x]", b"*x", b"!!python/object", b"\t", b"\r\n"),
    *(b"%YAML 1.1\n---\n", b"\n...\n---\n", b"\x7f\xc0\x00\x00", b"\x7f\x80\x00\x00"),
    *(b"\x7f\xff", b"\x80\x00", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\xc3\x28"),
)
"""What naive readers stumble over (reliability.md, §5), put anywhere into an input."""


@dataclass(frozen=True, slots=True)
class Target:
    """One reader of what others wrote."""

    name: str
    read: Callable[[bytes], object]
    """The entry: as the program reads it."""
    law: Callable[[object], str]
    """Says what is wrong with what was read, nothing if all is well."""
    seeds: tuple[bytes, ...]
    refusals: tuple[type[Exception], ...] = ()
    """How the entry refuses, by its own words."""
    words: tuple[bytes, ...] = ()
    """What belongs to its language."""
    cost: int = 1
    """An input takes about so many times 20 µs, its making too: a run gives each as much time."""

    def corpus(self) -> dict[str, bytes]:
        """Return the inputs that are kept for it, by name."""
        folder = CORPUS / self.name
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@dataclass(frozen=True, slots=True)
class Broken:
    """An input that broke the promise, and how."""

    target: str
    why: str
    data: bytes


class PromiseError(AssertionError):
    """A promise was not kept."""


def judge(target: Target, data: bytes) -> bool:
    """Return whether an input was taken (else it was refused). Raises PromiseError."""
    try:
        found = target.read(data)
    except target.refusals:
        return False
    except Exception as error:
        raise PromiseError(f"{target.name}: {type(error).__name__}: {str(error)[:200]}") from error
    try:
        why = target.law(found)
    except Exception as error:
        raise PromiseError(f"{target.name}: {found!r:.60} is no answer: {error}") from error
    if why:
        raise PromiseError(f"{target.name}: {why}")
    return True


def fuzz(target: Target, count: int, seed: int) -> tuple[int, list[Broken]]:
    """Give a target so many inputs; return how many it took, and what broke it, once each."""
    seeds = (*target.seeds, *target.corpus().values())
    broken: dict[str, Broken] = {}
    taken = 0
    chance = Random(seed)  # noqa: S311 - drawn, no secret
    for _ in range(count):
        data = mutated(chance, seeds, target.words)
        try:
            taken += judge(target, data)
        except PromiseError as error:
            kind = str(error)[:60]
            broken.setdefault(kind, Broken(target.name, str(error), data))
    return taken, list(broken.values())


def mutated(chance: Random, seeds: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """Return one of the seeds after a few accidents."""
    draw = chance.random  # of a million inputs most cost less than `randrange` would
    data = bytearray(_one(draw, seeds))
    for _ in range(_one(draw, _ACCIDENTS)):
        at = int(draw() * (len(data) + 1))
        end = min(len(data), at + _one(draw, _LENGTHS))
        match int(draw() * 9):
            case 0 if at < len(data):
                data[at] ^= 1 << int(draw() * 8)
            case 1:
                data[at:end] = chance.randbytes(end - at)
            case 2:
                del data[at:end]
            case 3:
                data[at:at] = data[at:end]
            case 4 | 5:
                data[at:end] = _one(draw, TRAPS)
            case 6:
                data[at:at] = _one(draw, words or TRAPS)
            case 7:
                other = _one(draw, seeds)
                data[at:] = other[min(at, len(other)) :]
            case _:
                _number(draw, data)
    return bytes(data[:BYTES_MAX])


_ACCIDENTS = (1, 1, 1, 2, 3, 8)
_LENGTHS = (1, 2, 4, 8, 32, 400)
_DIGITS = re.compile(rb"[0-9]+")
_NUMBERS = (b"0", b"-1", b"1e999", b"65536", b"2147483648", b"4.9e-324", b"1" * 400, b"1.5")


def _one(draw: Callable[[], float], of: Sequence[T]) -> T:
    return of[int(draw() * len(of))]


def _number(draw: Callable[[], float], data: bytearray) -> None:
    """Put another number in a number's place."""
    found = _DIGITS.search(data, int(draw() * (len(data) + 1)))
    if found:
        data[found.start() : found.end()] = _one(draw, _NUMBERS)


def first(problems: Iterable[str]) -> str:
    """Return the first of what is wrong, nothing if nothing is."""
    return next((each for each in problems if each), "")
