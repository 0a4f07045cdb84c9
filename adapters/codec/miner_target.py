"""Which power target a miner may be given, and when: limits, our cap, whole steps, flash wear.

Every target rewrites the miner's stored configuration (there is no apply without save), and a new
target costs it minutes to hours of tuning. So few values, rarely.
"""

import math
from dataclasses import dataclass

_HOUR_S = 3600.0
CHANGES_KEPT = 60
"""One a minute is more than any budget allows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The lowest and the highest target that the firmware takes, in W (GetConstraints)."""

    min_w: float
    max_w: float


@dataclass(frozen=True, slots=True)
class PowerRules:
    """How often and how finely a miner may be told. The cap is ours: fuse, supply, cooling."""

    cap_w: float
    step_w: float = 100.0
    settle_s: float = 60.0
    """At least this long from one target to the next."""
    max_changes_per_h: int = 12
    reserve: int = 2
    """Of the changes an hour, kept for lowering."""
    max_asks: int = 4
    """One target is sent so often before we believe that it is not followed."""
    retry_s: float = 5.0
    """For a pause above all: one that was taken is told again for ever until it shows."""
    failed_pause_retry_s: float = 1.0
    """A pause that was refused or lost; the miner may still run."""
    resume_retry_s: float = 30.0


def allowed_w(wanted_w: float, limits: Limits, rules: PowerRules) -> float:
    """Return the power to run at, 0 when that means off: below the minimum nothing runs."""
    high_w = min(limits.max_w, rules.cap_w)
    if wanted_w < limits.min_w or high_w < limits.min_w or wanted_w <= 0:
        return 0.0
    return min(wanted_w, high_w)


def target_w(allowed: float, limits: Limits, rules: PowerRules) -> int:
    """Return the whole step at or below the allowed power, but never below the minimum."""
    stepped = math.floor(allowed / rules.step_w) * rules.step_w
    return max(math.ceil(limits.min_w), int(stepped))


def free_at_s(changes_at_s: tuple[float, ...], rules: PowerRules, *, lowers: bool) -> float:
    """Return from when on the next target may be sent, in the past if it may be now."""
    allowance = max(1, rules.max_changes_per_h - (0 if lowers else rules.reserve))
    settled_s = changes_at_s[-1] + rules.settle_s if changes_at_s else -math.inf
    budget_s = changes_at_s[-allowance] + _HOUR_S if len(changes_at_s) >= allowance else -math.inf
    return max(settled_s, budget_s)
