"""Random plants and rulebooks, drawn from a given source of randomness."""

from dataclasses import dataclass, replace
from random import Random

from engine.language.expression import (
    All,
    Comparison,
    Expression,
    Name,
    NameKind,
    Not,
    Number,
    State,
)
from engine.language.keys import with_keys
from engine.language.plant import Output, Plant, Point, Rate, Site
from engine.language.position import NOWHERE
from engine.language.rulebook import (
    Bound,
    Condition,
    Interlock,
    Latch,
    Limit,
    Permissive,
    Proposal,
    Rule,
    Rulebook,
    Signal,
    Trip,
)
from engine.language.types import BOOL, BoolType, EnumType, NumberType
from engine.values.fact import Value
from tests.making.trees import ENUM, POWER, SHARE, STATES, TEMPERATURE, Trees, unit

_TIMES = (0.0, 0.0, 5.0, 30.0, 60.0)
_RATES = (None, None, Rate(1, 60.0), Rate(2, 300.0))
_POINTS = (
    Point("pv.power", POWER, unit("W"), -500.0, 5_000.0),
    Point("house.load", POWER, unit("kW"), 0.0, 5.0),
    Point("buffer.top", TEMPERATURE, unit("°C"), -20.0, 120.0, max_rate_per_s=50.0),
    Point("battery.soc", SHARE, unit("%"), 0.0, 100.0),
    Point("p3.runs", BOOL),
    Point("gate.open", BOOL),
    Point("sg.state", ENUM),
)


@dataclass(frozen=True)
class Style:
    """What a rulebook may hold. The laws ask for less than the oracle takes."""

    distinct_salience: bool = False
    """No two rules share a salience, so there is no conflict."""
    knows: bool = True
    trips: int = 2
    interlocks: int = 3
    never_cured: bool = False
    """Interlocks are `never` with a force that cures them whatever the facts say."""


def make_plant(random: Random) -> Plant:
    """Return some points and two to four outputs."""
    chosen = random.sample(_POINTS, random.randint(3, len(_POINTS)))
    ages = (5.0, 40.0, 1_000.0)
    points = tuple(replace(point, max_age_s=random.choice(ages)) for point in chosen)
    kinds = [_number_output, _bool_output, _enum_output, _signed_output, _number_output]
    count = random.randint(2, 4)
    outputs = [random.choice(kinds)(random, f"out{number}.target") for number in range(count)]
    return Plant(Site(), points, tuple(outputs))


def _timing(random: Random) -> dict[str, float | Rate | None]:
    return {
        "min_on_s": random.choice(_TIMES),
        "min_off_s": random.choice(_TIMES),
        "settle_s": random.choice(_TIMES),
        "max_starts": random.choice(_RATES),
        "max_changes": random.choice(_RATES),
    }


def _number_output(random: Random, name: str) -> Output:
    symbol, high = random.choice((("W", 3_000.0), ("kW", 3.0), ("%", 100.0)))
    share = high / 30
    off_below = random.choice((0.0, 0.0, 5 * share))
    return Output(
        name,
        NumberType(unit(symbol).dimension),
        random.choice((0.0, 0.0, 10 * share)),
        random.choice((0.0, 0.0, high)),
        unit(symbol),
        0.0,
        high,
        off_below=off_below,
        step=random.choice((0.0, share, 2.5 * share)),
        ramp_per_s=random.choice((0.0, 0.0, share, 20 * share)),
        **_timing(random),
    )


def _signed_output(random: Random, name: str) -> Output:
    return Output(
        name,
        POWER,
        0.0,
        0.0,
        unit("W"),
        -2_000.0,
        2_000.0,
        off_below=random.choice((0.0, 150.0)),
        step=random.choice((0.0, 100.0)),
        ramp_per_s=random.choice((0.0, 0.0, 25.0)),
        **_timing(random),
    )


def _bool_output(random: Random, name: str) -> Output:
    return Output(name, BOOL, False, random.random() < 0.3, **_timing(random))


def _enum_output(random: Random, name: str) -> Output:
    on = random.choice((frozenset(), frozenset({"forced"}), frozenset({"normal", "forced"})))
    states = (random.choice(STATES), random.choice(STATES))
    return Output(name, ENUM, *states, on_values=on, **_timing(random))


def make_rulebook(random: Random, style: Style) -> Rulebook:
    """Return a rulebook that the engine must take, though `check` may find it unwise."""
    plant = make_plant(random)
    trees = Trees(random, list(plant.points), list(plant.outputs), knows=style.knows)
    signals = []
    for number in range(random.randint(0, 2)):
        kind = random.choice((POWER, TEMPERATURE))
        name = f"signal{number}"
        signals.append(Signal(name, trees.bare().number(kind), "made"))
        trees.signals.append((name, kind))
    conditions = []
    for number in range(random.randint(0, 3)):
        name = f"condition{number}"
        tree = trees.timed() if random.random() < 0.6 else trees.condition(2)
        conditions.append(Condition(name, with_keys(tree, f"condition:{name}"), "made"))
        trees.conditions.append(name)
    facts = [f"derived{number}" for number in range(random.randint(0, 4))]
    count = random.randint(1, 8)
    salience = random.sample(range(50), count)
    if not style.distinct_salience:
        salience = [random.randrange(3) for _ in range(count)]
    rules = [_rule(trees, f"rule{n}", salience[n], facts) for n in range(count)]
    rules += [_assertion(trees, f"assert{n}", fact, facts) for n, fact in enumerate(facts)]
    random.shuffle(rules)
    return Rulebook(
        plant,
        tuple(signals),
        tuple(conditions),
        tuple(rules),
        tuple(_trip(trees, f"trip{n}") for n in range(random.randint(0, style.trips))),
        tuple(_interlock(trees, f"lock{n}", style) for n in range(_count(random, style))),
        tuple(_permissive(trees, f"needs{n}") for n in range(random.randint(0, 2))),
    )


def _count(random: Random, style: Style) -> int:
    return random.randint(0, style.interlocks)


def _owned(trees: Trees, owner: str, derived: list[str], negatable: list[str]) -> Expression:
    maker = replace(trees, derived=derived, negatable=negatable)
    return with_keys(maker.condition(2), owner)


def _rule(trees: Trees, name: str, salience: int, facts: list[str]) -> Rule:
    """Return a rule that proposes; it may read every derived fact in every way."""
    chosen = trees.random.sample(trees.outputs, trees.random.randint(1, 2))
    proposals = tuple(Proposal(output.name, value_for(trees, output)) for output in chosen)
    when = _owned(trees, f"rule:{name}", facts, facts)
    return Rule(name, when, proposals, (), salience, "made up", "made")


def _assertion(trees: Trees, name: str, fact: str, facts: list[str]) -> Rule:
    """Return a rule that asserts; it negates only facts before its own, so there are strata."""
    place = facts.index(fact)
    asserts = (fact, *trees.random.sample(facts[place + 1 :], min(1, len(facts) - place - 1)))
    if trees.random.random() < 0.7:
        asserts = (fact,)
    when = _owned(trees, f"rule:{name}", facts[: place + 1], facts[:place])
    return Rule(name, when, (), asserts, 0, "", "made")


def value_for(trees: Trees, output: Output) -> Expression:
    """Return what a rule may ask of an output."""
    match output.type:
        case NumberType():
            return trees.bare().number(output.type)
        case BoolType():
            return trees.literal(BOOL) if trees.random.random() < 0.8 else trees.bare().name(BOOL)
        case EnumType():
            return trees.literal(ENUM) if trees.random.random() < 0.8 else trees.bare().name(ENUM)


def a_value(random: Random, output: Output) -> Value:
    """Return a constant that the output can take."""
    match output.type:
        case NumberType():
            assert output.high is not None
            return random.choice((0.0, output.failsafe, output.high, output.high / 2))
        case BoolType():
            return random.random() < 0.5
        case EnumType(values=states):
            return random.choice(states)


def _trip(trees: Trees, name: str) -> Trip:
    random = trees.random
    chosen = random.sample(trees.outputs, random.randint(1, len(trees.outputs)))
    force = tuple(
        (o.name, o.failsafe if random.random() < 0.8 else a_value(random, o)) for o in chosen
    )
    when = _owned(trees, f"trip:{name}", [], [])
    return Trip(name, when, random.choice(list(Latch)), force, "made up")


def _interlock(trees: Trees, name: str, style: Style) -> Interlock:
    random = trees.random
    condition = _owned(trees, f"interlock:{name}", [], [])
    chosen = random.choice(trees.outputs)
    force = ((chosen.name, a_value(random, chosen)),)
    if style.never_cured or random.random() < 0.4:
        if style.never_cured:
            condition = All((_about(trees, chosen, force[0][1]), condition), NOWHERE, BOOL)
        return Interlock(name, condition, force, (), "made up", never=True)
    numbers = [o for o in trees.outputs if isinstance(o.type, NumberType)]
    limits = tuple(
        Limit(o.name, random.choice(list(Bound)), value_for(trees, o))
        for o in random.sample(numbers, min(1, len(numbers)))
    )
    if not limits or random.random() < 0.3:
        return Interlock(name, condition, force, limits, "made up")
    return Interlock(name, condition, (), limits, "made up")


def _about(trees: Trees, output: Output, cure: Value) -> Expression:
    """Return a condition that is FALSE once the output has the value `cure`."""
    name = Name(output.name, NOWHERE, NameKind.OUTPUT, output.type, output.unit)
    if isinstance(cure, str):
        return Comparison("!=", name, State(cure, NOWHERE, output.type), NOWHERE, BOOL)
    if isinstance(cure, bool):
        return Not(name, NOWHERE, BOOL) if cure else name
    assert output.unit is not None
    limit = Number(cure, output.unit, NOWHERE, output.type)
    return Comparison(trees.random.choice("<>"), name, limit, NOWHERE, BOOL)


def _permissive(trees: Trees, name: str) -> Permissive:
    output = trees.random.choice(trees.outputs)
    return Permissive(name, output.name, _owned(trees, f"permissive:{name}", [], []), "made up")
