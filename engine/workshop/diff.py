"""The whole difference between two versions of rules over the same time, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.control.decision import Cause
from engine.language.plant import Output, Plant
from engine.language.types import NumberType
from engine.values.units import Unit
from engine.workshop.diff_limits import ANY, Limit, exceeds
from engine.workshop.diff_rules import EntryEdit
from engine.workshop.diff_spans import SideOfSpan, Span
from engine.workshop.diff_tell import Telling
from engine.workshop.diff_totals import Figure, Side, house_figures, output_figures

Reasons = tuple[Telling, Telling]
"""What the old and the new run say of one moment."""


@dataclass(frozen=True, slots=True)
class Common:
    """An output that both versions have, and what makes the new one's numbers the old one's."""

    name: str
    old_place: int
    new_place: int
    unit: Unit | None
    factor: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which outputs can be compared, by name, and which cannot."""

    common: tuple[Common, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    unlike: tuple[str, ...]
    """On both sides, but of another type or dimension."""


def pair_outputs(old: Plant, new: Plant) -> Pairing:
    """Match the outputs of two plants by name."""
    after = {output.name: (place, output) for place, output in enumerate(new.outputs)}
    common, only_old, unlike = [], [], []
    for place, output in enumerate(old.outputs):
        if output.name not in after:
            only_old.append(output.name)
            continue
        new_place, other = after[output.name]
        factor = _factor(output, other)
        if factor is None:
            unlike.append(output.name)
        else:
            common.append(Common(output.name, place, new_place, output.unit, factor))
    names = {output.name for output in old.outputs}
    only_new = tuple(name for name in after if name not in names)
    return Pairing(tuple(common), tuple(only_old), only_new, tuple(unlike))


def _factor(old: Output, new: Output) -> float | None:
    if isinstance(old.type, NumberType):
        if old.type != new.type:
            return None
        return 1.0 if old.unit is None or new.unit is None else new.unit.factor / old.unit.factor
    return 1.0 if type(old.type) is type(new.type) else None


@dataclass(frozen=True, slots=True)
class Kind:
    """All spans in which the same two deciders stood behind one output."""

    output: str
    old: SideOfSpan
    new: SideOfSpan
    count: int
    seconds: float
    first: Span


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that two versions of rules decided otherwise, and what it amounts to."""

    edits: tuple[EntryEdit, ...]
    pairing: Pairing
    spans: tuple[Span, ...]
    count: int
    """All spans; more than are kept if there are very many."""
    reasons: Mapping[int, Reasons]
    """By the number of the span; the first ones, and the first of each kind."""
    old: Side
    new: Side
    warnings: tuple[str, ...] = ()
    failed: tuple[str, ...] = field(default=())
    """The limits that are passed, in words."""

    @property
    def first(self) -> tuple[Span, ...]:
        """What was decided otherwise in the first moment at which anything was."""
        return tuple(span for span in self.spans if span.start_ms == self.spans[0].start_ms)

    def output(self, span: Span) -> Common:
        """Return the output that a span is about."""
        return self.pairing.common[span.place]

    @property
    def differing(self) -> tuple[str, ...]:
        """The outputs that were ever decided otherwise, in the order of the plant."""
        places = sorted({span.place for span in self.spans})
        return tuple(self.pairing.common[place].name for place in places)


def kinds(difference: Difference) -> tuple[Kind, ...]:
    """Return the spans gathered by output, deciders and states; the longest in all first."""
    found: dict[object, list[Span]] = {}
    for span in difference.spans:
        found.setdefault(kind_of(span), []).append(span)
    result = [
        Kind(
            difference.output(spans[0]).name,
            _gathered([span.old for span in spans]),
            _gathered([span.new for span in spans]),
            len(spans),
            sum(span.seconds for span in spans),
            spans[0],
        )
        for spans in found.values()
    ]
    return tuple(sorted(result, key=lambda kind: (-kind.seconds, kind.first.number)))


def kind_of(span: Span) -> object:
    """Return what is equal for spans of one kind."""
    return (span.place, *(_decider(side) for side in (span.old, span.new)))


def _decider(side: SideOfSpan) -> tuple[Cause, str, object]:
    return (side.cause, side.by, side.value if isinstance(side.value, bool | str) else None)


def _gathered(sides: list[SideOfSpan]) -> SideOfSpan:
    first = sides[0]
    if isinstance(first.value, bool | str):
        return first
    lows = [side.low for side in sides if isinstance(side.low, float)]
    highs = [side.high for side in sides if isinstance(side.high, float)]
    return SideOfSpan(first.value, min(lows), max(highs), first.cause, first.by)


def failures(difference: Difference, limits: Iterable[Limit]) -> tuple[str, ...]:
    """Return which limits are passed, in words."""
    house = {each.metric: each for each in house_figures(difference.old, difference.new)}
    found = []
    for limit in limits:
        if limit.metric == ANY:
            names = {*difference.differing, *difference.pairing.only_old}
            names |= {*difference.pairing.only_new, *difference.pairing.unlike}
            hit = limit.output in names if limit.output else bool(names)
            if hit:
                found.append(f"{limit.text}: decisions differ")
            continue
        figure = house.get(limit.metric)
        if limit.output:
            figures = output_figures(difference.old, difference.new, [limit.output])
            figure = next(each for each in figures if each.metric == limit.metric)
        if figure is not None and exceeds(limit, figure):
            found.append(f"{limit.text}: {_change(figure)}")
    return tuple(found)


def _change(figure: Figure) -> str:
    unit = f" {figure.unit}" if figure.unit else ""
    return f"{figure.old:,.6g}{unit} became {figure.new:,.6g}{unit}"
