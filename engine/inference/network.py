"""A rulebook made ready to run: slots, compiled conditions and rule groups."""

from dataclasses import dataclass

from engine.inference.chain import Group, Picker, build_groups, reader
from engine.inference.conditions import Compiler, Conditions, compile_conditions
from engine.inference.inline import inlined_interlocks
from engine.inference.slots import Slots, lay_out
from engine.language.expression import Expression, NameKind
from engine.language.rulebook import Rulebook
from engine.language.strata import units_of


@dataclass(frozen=True, slots=True)
class Network:
    """What `infer` runs. Slot numbers of proposals, trips and so on follow the rulebook."""

    slots: Slots
    conditions: Conditions
    groups: tuple[tuple[int, Picker, Group], ...]
    """Each with the bit that wakes it and the function that picks its truths."""
    proposals: tuple[tuple[int, ...], ...]
    """For each rule the slots of its proposed values."""
    trips: tuple[int, ...]
    permissives: tuple[int, ...]
    interlocks: tuple[int, ...]
    limits: tuple[tuple[int, ...], ...]
    """For each interlock the slots of its limits."""
    interlock_bits: int
    """Raised when anything has changed that interlocks read, other than what is being decided."""
    ages: tuple[tuple[int, int], ...]
    """(index of the point, slot of its age)."""
    calendar: tuple[int, ...]
    outputs: range
    deciding: range
    rule_slots: tuple[int, ...]
    reads_calendar: bool


def build(rulebook: Rulebook) -> Network:
    """Compile a checked rulebook. Raises NegationCycleError, TooManyAlternativesError."""
    slots = lay_out(rulebook, _roots(rulebook))
    compiler = Compiler(slots)
    for signal in rulebook.signals:
        slots.named[NameKind.SIGNAL, signal.name] = compiler.define(signal.expression)
    for condition in rulebook.conditions:
        slots.named[NameKind.CONDITION, condition.name] = compiler.define(condition.expression)
    for unit in units_of(rulebook.rules):
        for option in unit.options:
            for literal in option:
                if not literal.is_derived:
                    compiler.define(literal.symbol)
    proposals = tuple(
        tuple(compiler.define(proposal.value) for proposal in rule.proposals)
        for rule in rulebook.rules
    )
    trips = tuple(compiler.define(trip.when) for trip in rulebook.trips)
    permissives = tuple(compiler.define(permissive.needs) for permissive in rulebook.permissives)
    locks = inlined_interlocks(rulebook)
    interlocks = tuple(compiler.define(lock.condition, deciding=True) for lock in locks)
    limits = tuple(
        tuple(compiler.define(limit.value, deciding=True) for limit in lock.limits)
        for lock in locks
    )
    groups = build_groups(rulebook.rules, slots)
    last_word = (*interlocks, *(slot for found in limits for slot in found))
    reads = [*(group.reads for group in groups), last_word]
    conditions, (*bits, last_bit) = compile_conditions(compiler, reads)
    calendar = tuple(
        number for (kind, _), number in slots.named.items() if kind is NameKind.CALENDAR
    )
    points = {point.name: index for index, point in enumerate(rulebook.plant.points)}
    outputs = [slots.number(NameKind.OUTPUT, output.name) for output in rulebook.plant.outputs]
    first = outputs[0] if outputs else 0
    return Network(
        slots=slots,
        conditions=conditions,
        groups=tuple(
            (bit, reader(group.reads), group) for bit, group in zip(bits, groups, strict=True)
        ),
        proposals=proposals,
        trips=trips,
        permissives=permissives,
        interlocks=interlocks,
        limits=limits,
        interlock_bits=last_bit | conditions.deciding_bit,
        ages=tuple((points[name], slot) for name, slot in slots.ages.items()),
        calendar=calendar,
        outputs=range(first, first + len(outputs)),
        deciding=range(first + len(outputs), first + 2 * len(outputs)),
        rule_slots=tuple(slots.rules[rule.id] for rule in rulebook.rules),
        reads_calendar=any(conditions.readers[slot] for slot in calendar),
    )


def _roots(rulebook: Rulebook) -> list[Expression]:
    """Return every expression of the rulebook."""
    found: list[Expression] = [signal.expression for signal in rulebook.signals]
    found += [condition.expression for condition in rulebook.conditions]
    for rule in rulebook.rules:
        found.append(rule.when)
        found += [proposal.value for proposal in rule.proposals]
    found += [trip.when for trip in rulebook.trips]
    for lock in rulebook.interlocks:
        found.append(lock.condition)
        found += [limit.value for limit in lock.limits]
    found += [permissive.needs for permissive in rulebook.permissives]
    return found
