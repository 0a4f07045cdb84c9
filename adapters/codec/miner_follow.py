"""Whether a miner does what it was told: off when off, near its target when on.

Its echo of a target proves nothing (interfaces were seen that store a target and do not follow it),
nor does its status alone. Both are held against the power that it says it draws. That figure is the
firmware's own estimate; a miner that lies in status and power alike is found by the meter only.
"""

from dataclasses import dataclass

from adapters.codec.miner_power import Standing, Strays


@dataclass(frozen=True, slots=True)
class FollowRules:
    """How long a miner may take, and how far off it may be."""

    off_after_s: float = 90.0
    """The power reading stays stale for up to a minute after a pause."""
    off_below_w: float = 400.0
    """Boards without a PIC controller draw 300 W while paused."""
    on_after_s: float = 900.0
    """Rising is stepwise and slow: eight minutes is usual."""
    tolerance: float = 0.15
    tolerance_min_w: float = 150.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the last looks told; None is not known or too old."""

    standing: Standing = Standing.UNKNOWN
    power_w: float | None = None
    target_w: float | None = None
    """What the firmware works towards: the stored target, or less while it holds itself back."""
    busy: bool = False
    """It tunes or preheats: less than the target is no surprise."""


def not_off(drawn: Drawn, rules: FollowRules, off_for_s: float | None) -> bool | None:
    """Return whether it runs although told off for `off_for_s`; None when nobody knows.

    Before its time is up it is not in default, whatever it does.
    """
    if off_for_s is None or off_for_s < rules.off_after_s:
        return False
    if drawn.standing is Standing.MINING:
        return True
    if drawn.power_w is None or drawn.standing is Standing.UNKNOWN:
        return None
    return drawn.power_w > rules.off_below_w


def strays(drawn: Drawn, rules: FollowRules, aimed_for_s: float | None) -> Strays | None:
    """Return how the power stands to a target of `aimed_for_s` ago; None before, and unknown."""
    if aimed_for_s is None or aimed_for_s < rules.on_after_s:
        return None
    if drawn.standing is not Standing.MINING or drawn.power_w is None or drawn.target_w is None:
        return None
    margin_w = max(rules.tolerance * drawn.target_w, rules.tolerance_min_w)
    if drawn.power_w > drawn.target_w + margin_w:
        return Strays.HIGH
    if drawn.power_w < drawn.target_w - margin_w:
        return None if drawn.busy else Strays.LOW
    return Strays.NOT
