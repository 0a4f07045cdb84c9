"""What a scan saw of a condition, as a frozen tree: truths, values, margins and timers.

The tree has the shape of the condition. It holds data and the operator's own spelling; sentences
are made from it in `wording`, so that each language needs its words alone.
"""

from dataclasses import dataclass

from engine.inference.timing import Phase
from engine.language.expression import NameKind
from engine.values.fact import Quality
from engine.values.truth import Truth
from engine.workshop.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Reading:
    """A name that a condition reads, and what stood behind it.

    `quality` and `age_s` (seconds since the measurement, None if never heard) belong to points,
    `formula` and `parts` to signals, `window_s` and `parts` to averages and rates. `value` is None
    while it is unknown.
    """

    name: str
    kind: NameKind
    value: Quantity | None
    quality: Quality | None = None
    age_s: float | None = None
    formula: str = ""
    window_s: float = 0.0
    parts: tuple["Reading", ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """`left operator right`, turned so that what varies stands on the left.

    `text` is as written. Both sides are shown in one unit; `margin` is left − right. `readings` are
    the names on both sides; `right_varies` tells whether there are any on the right.
    """

    text: str
    truth: Truth
    left_text: str
    operator: str
    right_text: str
    left: Quantity | None
    right: Quantity | None
    margin: Quantity | None
    right_varies: bool
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """An on/off value that stands for itself: `p3.running`."""

    text: str
    truth: Truth
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """`x is known`."""

    text: str
    truth: Truth
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """`between 22:00 and 06:00`: the ends and the time, in seconds after local midnight.

    An end is None on a day without that sunrise or sunset, all are while the clock is not trusted.
    """

    text: str
    truth: Truth
    start_s: float | None
    end_s: float | None
    now_s: float | None


@dataclass(frozen=True, slots=True)
class Named:
    """A condition, or a signal that is true or false, by its name; None: not unfolded."""

    name: str
    truth: Truth
    inner: "Evidence | None"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A rule that can assert a derived fact; `evidence` is None where it was shown further up."""

    rule: str
    truth: Truth
    evidence: "Evidence | None"


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived fact, and the rules that assert it or do not."""

    name: str
    truth: Truth
    assertions: tuple[Assertion, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts of which all (`every`) or any must hold."""

    every: bool
    truth: Truth
    parts: tuple["Evidence", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """`not part`."""

    truth: Truth
    part: "Evidence"


@dataclass(frozen=True, slots=True)
class Held:
    """A condition with memory: hysteresis, `for`, `hold`, `rest`; times in seconds.

    `label` is its name, or what was written if it has none; `subject` is its name, or what is
    measured by its times.
    `since_s` is how long the phase has lasted (None: since the beginning), `remaining_s` how long
    the timer of the phase still runs: `for` while PENDING, `hold` while ON, `rest` while RESTING; 0
    if none does. `side` is that of the hysteresis; without `until` it is `when` itself.
    """

    label: str
    subject: str
    truth: Truth
    when: "Evidence"
    until: "Evidence | None"
    until_text: str
    side: bool
    phase: Phase
    since_s: float | None
    remaining_s: float
    for_s: float
    hold_s: float
    rest_s: float


Evidence = Compared | Stated | Checked | Span | Named | Derived | Joined | Negated | Held
