"""What ThermIQ tells about itself on MQTT: facts, decisions, alarms, overrides as objects. Pure.

Times are UTC with milliseconds. Numbers are rounded to six digits: a receiver shall not see noise.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from engine.control.decision import Alarm, Decision
from engine.inference.image import Override
from engine.language.plant import Output, Point
from engine.values.fact import Quality, Value

Content = dict[str, object]
_DIGITS = 6


def tell_time(wall_s: float) -> str:
    """Return Unix time as `2026-11-22T16:02:05.123Z`; nothing for a time that never was."""
    if not math.isfinite(wall_s):
        return ""
    try:
        at = datetime.fromtimestamp(wall_s, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rounded(value: Value | None) -> Value | None:
    """Return a value as it is sent."""
    if isinstance(value, bool | str) or value is None:
        return value
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None


def unit_of(thing: Point | Output) -> str:
    """Return the symbol of the unit, empty if there is none."""
    return thing.unit.symbol if thing.unit else ""


def value_content(
    value: Value | None, unit: str, quality: Quality, wall_s: float, reason: str = ""
) -> Content:
    """Return a measured value as it is sent: null unless the quality is GOOD."""
    good = quality is Quality.GOOD
    return {
        "value": rounded(value) if good else None,
        "unit": unit,
        "quality": quality.value,
        "time": tell_time(wall_s),
        "reason": "" if good else reason or quality.value,
    }


def decision_content(output: Output, decision: Decision, wall_s: float, reason: str) -> Content:
    """Return a decision as it is sent; `reason` is the sentence that `thermiq why` tells."""
    return {
        "value": rounded(decision.value),
        "unit": unit_of(output),
        "quality": Quality.GOOD.value,
        "time": tell_time(wall_s),
        "reason": reason,
        "cause": decision.cause.value,
        "by": decision.by,
        "wanted": rounded(decision.wanted),
        "restricted_by": [
            f"{step.kind.value}:{step.by}" if step.by else step.kind.value
            for step in decision.restrictions
        ],
    }


def said(decision: Decision) -> tuple[object, ...]:
    """Return what makes a decision worth telling again: all but the passing of time."""
    steps = tuple((step.kind, step.by, rounded(step.value)) for step in decision.restrictions)
    wanted = rounded(decision.wanted) if decision.restrictions else None
    return rounded(decision.value), decision.cause, decision.by, wanted, steps


def alarm_contents(alarms: Iterable[Alarm], wall_s: float) -> dict[str, Content]:
    """Return what is wrong now, by the id of what it is about."""
    found: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        found.setdefault(alarm.subject, []).append(alarm)
    return {
        subject: {
            "active": True,
            "kinds": sorted({each.kind.value for each in about}),
            "text": "; ".join(dict.fromkeys(each.text for each in about)),
            "time": tell_time(wall_s),
        }
        for subject, about in found.items()
    }


def quiet_content(wall_s: float) -> Content:
    """Return an alarm that is none."""
    return {"active": False, "kinds": [], "text": "", "time": tell_time(wall_s)}


def override_content(output: Output, override: Override | None, until_wall_s: float) -> Content:
    """Return the override of an output, or that there is none."""
    if override is None:
        return {"value": None, "unit": unit_of(output), "by": "", "until": ""}
    return {
        "value": rounded(override.value),
        "unit": unit_of(output),
        "by": override.by,
        "until": tell_time(until_wall_s),
    }


def status_content(state: str, wall_s: float, counters: Mapping[str, int]) -> Content:
    """Return the controller's own state, `online` or `offline`, with its counters."""
    return {"state": state, "time": tell_time(wall_s), **counters}


WILL: Content = {"state": "offline"}
"""What the broker says when the connection is lost; it knows no time."""
