"""What keeps a condition from being as wished: amounts, waits, silent facts; as frozen data."""

from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from engine.workshop.evidence import Reading
from engine.workshop.quantity import Quantity


class TimerKind(Enum):
    """Which part of a condition with memory is being waited for."""

    FOR = "for"
    HOLD = "hold"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number is too low (`more`) or too high by `amount` to be `operator bound`.

    `bound_text` is what the bound is made of, empty if it is a figure in the rules.
    If `strict`, the amount alone reaches the bound and anything beyond it makes it true.
    """

    what: str
    amount: Quantity
    more: bool
    strict: bool
    now: Quantity
    operator: str
    bound: Quantity
    bound_text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A switch or a named state must become `wanted`, or `unlike` it."""

    what: str
    now: Quantity
    wanted: Quantity
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Unheard:
    """Nothing can be said of `text`; `readings` are the facts and signals that are unknown.

    `text` is empty where nothing but the knowledge is missing.
    """

    text: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A fact is known, but the condition wants it unknown."""

    text: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A daily span must begin (or end); `in_s` seconds from now, None: not on such a day."""

    text: str
    begin: bool
    in_s: float | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Only time is missing: `seconds` of the timer of the condition `what`."""

    what: str
    kind: TimerKind
    seconds: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """A name that is not as wished, explained further up or asserted by no rule."""

    name: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Lasting:
    """What is missing must come and then last `for_s` seconds."""

    lack: "Lack"
    for_s: float


@dataclass(frozen=True, slots=True)
class Every:
    """All of these are missing, in the order of the file."""

    lacks: tuple["Lack", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these would do, the nearest first."""

    lacks: tuple["Lack", ...]


Lack = (
    Amount | Change | Unheard | Heard | Opening | Wait | Unmet | Lasting | Every | Either
)  # fmt: skip

_SECONDS_A_DAY = 86_400.0


def distance(lack: Lack) -> tuple[int, int, float]:  # noqa: PLR0911 - one case a kind
    """Return how far off it is: how many things, of what kind, and by how much in proportion.

    Waiting is nearer than an amount, an amount nearer than a switch, and what nobody can tell is
    farthest. Amounts of different units are compared by their share of the threshold.
    """
    match lack:
        case Wait():
            return (1, 0, lack.seconds / _SECONDS_A_DAY)
        case Amount():
            return (1, 1, _share(lack))
        case Opening():
            return (1, 1, 1.0 if lack.in_s is None else lack.in_s / _SECONDS_A_DAY)
        case Change() | Heard():
            return (1, 2, 0.0)
        case Unheard() | Unmet():
            return (1, 3, 0.0)
        case Lasting():
            return distance(lack.lack)
        case Either():
            return distance(lack.lacks[0])
        case Every():
            each = [distance(part) for part in lack.lacks]
            return (sum(d[0] for d in each), max(d[1] for d in each), sum(d[2] for d in each))
        case _:
            assert_never(lack)


def _share(lack: Amount) -> float:
    """Return the missing amount as a share of the threshold or of the value, the larger one."""
    sizes = [q.base for q in (lack.amount, lack.now, lack.bound)]
    missing, *others = [abs(size) for size in sizes if not isinstance(size, str)]
    return missing / max(*others, missing) if missing else 0.0
