"""What kept an output from being what was wanted, step by step, with the limits behind it."""

from typing import assert_never

from engine.control.decision import Decision, Restriction, RestrictionKind
from engine.language.plant import Output, Rate
from engine.language.rulebook import Interlock, Permissive, Rulebook, Trip
from engine.values.fact import Value
from engine.values.units import SECOND
from engine.workshop.explanation import Countdown, Restraint
from engine.workshop.quantity import Quantity, declared
from engine.workshop.shortfall import shortfall
from engine.workshop.sight import Sight
from engine.workshop.weigh import weigh


def restraints(sight: Sight, output: Output, decision: Decision) -> tuple[Restraint, ...]:
    """Return the restraints of one decision, in the order in which they applied."""
    found = []
    before = decision.wanted
    for step in decision.restrictions:
        found.append(_restraint(sight, output, step, before))
        before = step.value
    return tuple(found)


def barriers(sight: Sight, output: Output) -> tuple[Restraint, ...]:
    """Return the permissives that would keep the output from starting now."""
    value = sight.decision(output.name).value
    steps = (
        Restriction(RestrictionKind.PERMISSIVE, permissive.id, value)
        for permissive in sight.rulebook.permissives
        if permissive.output == output.name and sight.truth(permissive.needs) is not True
    )
    return tuple(_restraint(sight, output, step, value) for step in steps)


def countdowns(sight: Sight, output: Output) -> tuple[Countdown, ...]:
    """Return the timers of the output that still run."""
    state = sight.shaping(output.name)
    now_s = sight.moment.monotonic_s
    on = output.is_on(state.value)
    ends = {
        RestrictionKind.MIN_ON: state.switched_at_s + output.min_on_s if on else now_s,
        RestrictionKind.MIN_OFF: now_s if on else state.switched_at_s + output.min_off_s,
        RestrictionKind.SETTLE: state.changed_at_s + output.settle_s if on else now_s,
    }
    return tuple(Countdown(kind, end - now_s) for kind, end in ends.items() if end > now_s)


def _restraint(sight: Sight, output: Output, step: Restriction, before: Value) -> Restraint:
    remaining_s = None if step.until_s is None else step.until_s - sight.moment.monotonic_s
    plain = Restraint(
        kind=step.kind,
        by=step.by,
        before=declared(before, output.unit),
        after=declared(step.value, output.unit),
        remaining_s=remaining_s,
        limit=_limit(output, step.kind),
    )
    guard = _guard(sight.rulebook, step)
    if guard is None:
        return plain
    match guard:
        case Permissive():
            evidence = weigh(sight, guard.needs)
            lack = shortfall(evidence)
        case Trip():
            evidence = weigh(sight, guard.when)
            lack = shortfall(evidence, wanted=False)
        case Interlock():
            evidence = weigh(sight.before_interlocks(), guard.condition)
            lack = shortfall(evidence, wanted=False)
        case _:
            assert_never(guard)
    return Restraint(
        kind=plain.kind,
        by=plain.by,
        before=plain.before,
        after=plain.after,
        because=guard.because,
        evidence=evidence,
        lack=lack,
    )


def _guard(rulebook: Rulebook, step: Restriction) -> Permissive | Trip | Interlock | None:
    places: dict[RestrictionKind, tuple[Permissive | Trip | Interlock, ...]] = {
        RestrictionKind.PERMISSIVE: rulebook.permissives,
        RestrictionKind.INTERLOCK: rulebook.interlocks,
        RestrictionKind.LATCH: rulebook.trips,
        RestrictionKind.TRIP: rulebook.trips,
    }
    ids = step.by.split(", ")
    return next((guard for guard in places.get(step.kind, ()) if guard.id in ids), None)


def _limit(  # noqa: PLR0911 - one case for each kind
    output: Output, kind: RestrictionKind
) -> Quantity | Rate | None:
    """Return the declared figure behind a shaping step."""
    match kind:
        case RestrictionKind.OFF_BELOW:
            return declared(output.off_below, output.unit)
        case RestrictionKind.STEP:
            return declared(output.step, output.unit)
        case RestrictionKind.RAMP:
            return declared(output.ramp_per_s, output.unit)
        case RestrictionKind.MIN_ON:
            return Quantity(output.min_on_s, SECOND)
        case RestrictionKind.MIN_OFF:
            return Quantity(output.min_off_s, SECOND)
        case RestrictionKind.SETTLE:
            return Quantity(output.settle_s, SECOND)
        case RestrictionKind.MAX_STARTS:
            return output.max_starts
        case RestrictionKind.MAX_CHANGES:
            return output.max_changes
        case _:
            return None
