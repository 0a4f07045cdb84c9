"""The oracle's limits: what one output may do next. Every start and every change is kept."""

import math
from dataclasses import dataclass, field
from typing import Any

from engine.language.plant import Output, Rate


@dataclass
class Memory:
    """What one output remembers of all scans."""

    value: Any
    target: Any
    switched: float = -math.inf
    changed: float = -math.inf
    starts: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)


def shape(  # noqa: PLR0913, RUF100 - what an output does depends on all of it
    o: Output, m: Memory, wanted: Any, permitted: bool, now: float, elapsed: float
) -> tuple[Any, Any]:
    """Return the value that the output may take now, and the target behind it."""
    target = fit(o, wanted)
    was = o.is_on(m.value)
    late = not free(o.max_changes, m.changes, now)
    if o.is_on(target) and not was:
        early = now < m.switched + o.min_off_s or not free(o.max_starts, m.starts, now)
        if early or (late and target != m.target) or not permitted:
            target = m.value
    elif (target, target) != (m.target, m.value):
        if was and not o.is_on(target) and now < m.switched + o.min_on_s:
            target = math.copysign(lowest_on(o), m.value) if o.off_below else m.target
        late = late or now < m.changed + o.settle_s
        if late and was and o.is_on(target) and target not in (m.target, m.value):
            target = m.target
    value = target
    if o.ramp_per_s and value != m.value:
        reach = o.ramp_per_s * (elapsed if elapsed < 3_600 else 0.0)
        value = min(max(target, m.value - reach), m.value + reach)
        if abs(value) < o.off_below:
            value = math.copysign(o.off_below, target) if target else 0.0
    return value, target


def remember(o: Output, m: Memory, decided: Any, value: Any, target: Any, now: float) -> None:
    """Write down what was decided; a value that was forced is its own target."""
    target = target if decided == value else decided
    if o.is_on(decided) != o.is_on(m.value):
        m.switched = now
        m.starts += [now] if o.is_on(decided) else []
    if target != m.target:
        m.changed = now
        m.changes.append(now)
    m.value, m.target = decided, target


def free(rate: Rate | None, times: list[float], now: float) -> bool:
    return rate is None or sum(now < t + rate.per_s for t in times) < rate.count


def fit(o: Output, wanted: Any) -> Any:
    """Bring a number into its range, down to its step and out of its off gap."""
    if isinstance(wanted, bool | str):
        return wanted
    value = min(max(wanted, o.low), o.high)
    value = stepped(o, value) if o.holds(stepped(o, value)) else value
    if 0 < abs(value) < o.off_below:
        return 0.0 if o.holds(0.0) else math.copysign(lowest_on(o), value)
    return value


def stepped(o: Output, value: float) -> float:
    """Return the multiple of the step that is nearest and no further from zero."""
    steps = math.floor(abs(value) / o.step + 1e-9) if o.step else 0
    return math.copysign(steps * o.step, value) if o.step else value


def lowest_on(o: Output) -> float:
    return math.ceil(o.off_below / o.step - 1e-9) * o.step if o.step else o.off_below


def in_unit(o: Output, value: Any) -> Any:
    """Return a base value in the output's unit."""
    number = o.unit is not None and o.unit.factor != 1.0 and isinstance(value, float)
    return round(value / o.unit.factor, 9) if number else value
