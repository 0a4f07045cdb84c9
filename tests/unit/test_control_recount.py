"""What is worked out anew from the trees is what the compiled conditions say, and no more."""

import itertools
from collections.abc import Iterator, Sequence
from random import Random

import pytest
from hypothesis import given

from engine.control.invariant_plan import Plan
from engine.control.program import Program, compile_program
from engine.control.recount import Recount, View, definitions
from engine.control.scan import initial, scan
from engine.language.expression import Expression
from engine.language.rulebook import Rulebook
from engine.values.fact import Value
from engine.values.moment import Moment
from tests.making.plants import Style
from tests.oracle.recount import Recount as PlainRecount
from tests.oracle.recount import View as PlainView
from tests.strategies import Case, cases, lawful
from tests.unit.engine_rig import condition, image, scanned

NOON_S = 43_200.0


@lawful
@given(cases(Style(), scans=8))
def test_trips_permissives_and_proposals_are_what_the_scan_found(case: Case) -> None:
    plan, network, state = Plan(case.program), case.program.network, initial(case.program)
    permissives = [
        (plan.needs[output.name], tuple(slot for _, slot in needs))
        for output, needs in zip(case.book.plant.outputs, case.program.permissives, strict=True)
        if needs
    ]
    asks = [
        (plan.asks(rule.id, each.output), slot)
        for rule, slots in zip(case.book.rules, network.proposals, strict=True)
        for each, slot in zip(rule.proposals, slots, strict=True)
    ]
    for step in case.steps:
        done = scan(case.program, state, step.image, step.moment)
        now, slots = plan.at(state, done), done.trace.slots
        assert now.causes == tuple(slots[slot] for slot in network.trips)
        for needs, wanted in permissives:
            assert needs.looks(now.last) == tuple(slots[slot] for slot in wanted)
        for looks, slot in asks:
            assert looks is not None
            assert looks(now.last) == (slots[slot],)
        state = done.retained


@lawful
@given(cases(Style(), scans=8))
def test_it_says_what_the_oracle_says_of_any_state(case: Case) -> None:
    """Image, outputs and slots of different scans make states that no scan comes to."""
    book, random = case.book, Random(case.seed)  # noqa: S311 - chance that must repeat
    expressions = list(_all_of(book))
    quick, plain = Recount(case.program).looks(expressions), PlainRecount(case.program, expressions)
    slow = [plain.look(expression) for expression in expressions]
    done, state = [], initial(case.program)
    for step in case.steps:
        done.append(scan(case.program, state, step.image, step.moment))
        state = done[-1].retained
    for _ in range(12):
        seen, decided, remembered, at = (random.choice(done) for _ in range(4))
        values = tuple(None if random.random() < 0.2 else v for v in seen.trace.image.values)
        of = seen.trace.image._replace(values=values)
        outputs = [decision.value for decision in decided.decisions]
        view = View(of, at.trace.moment, outputs, remembered.trace.slots)
        settled = plain.settle(PlainView(*view))
        assert quick(view) == tuple(look(settled) for look in slow)


def _all_of(book: Rulebook) -> Iterator[Expression]:
    """Yield every expression of a rulebook that is more than a name's definition."""
    for rule in book.rules:
        yield from (rule.when, *(each.value for each in rule.proposals))
    for trip in book.trips:
        yield trip.when
    for lock in book.interlocks:
        yield from (lock.condition, *(limit.value for limit in lock.limits))
    for permissive in book.permissives:
        yield permissive.needs


def worth(text: str, more: str = "", moment: Moment | None = None, **facts: Value) -> object:
    """Return what a rule's condition is worth, worked out anew."""
    book, expression = condition(text, more)
    return worked_out(book, expression, moment or Moment(0.0, NOON_S), facts)


def worked_out(
    book: Rulebook, expression: Expression, moment: Moment, facts: dict[str, Value]
) -> object:
    program, scans = scanned_book(book)
    outputs = [output.failsafe for output in book.plant.outputs]
    view = View(image(book, facts, moment.monotonic_s), moment, outputs, scans)
    (found,) = Recount(program).looks([expression])(view)
    oracle = PlainRecount(program, [expression])
    assert found is oracle.look(expression)(oracle.settle(PlainView(*view)))
    return found


def scanned_book(book: Rulebook) -> tuple[Program, Sequence[Value | None]]:
    program = compile_program(book)
    done = scan(program, initial(program), image(book, {}), Moment(0.0, NOON_S))
    return program, done.trace.slots


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x * 0.5 == 1 kW", True), ("x > 1 kW", True), ("x < 2000 W", False), ("x <= 2 kW", True),
        ("x >= 2 kW", True), ("x == 2 kW", True), ("x != 2 kW", False), ("y > 2.9 kW", True),
        ("x + y == 5 kW", True), ("y - x == 1 kW", True), ("x / y > 0.66", True),
        ("x / (y - 3 kW) > 1", None), ("-x < 0 W", True), ("abs(-x) == 2 kW", True),
        ("min(x, y) == 2 kW", True), ("max(x, y) == 3 kW", True),
        ("clamp(x, 0 W, 1 kW) == 1 kW", True),
        ("clamp(x, 3 kW, 4 kW) == 3 kW", True), ("x is known", True), ("b is known", False),
        ("not a", False), ("not b", None), ("a and b", None), ("a or b", True),
        ("b and x < 0 W", False),
        ("age(x) == 0 s", True), ("age(b) > 0 s", None), ("p", False), ("n == 0 kW", True),
        ("weekday is thu", True), ("month is jan", True), ("between 11:00 and 13:00", True),
        ("between 12:00 and 13:00", True), ("between 11:00 and 12:00", False),
        ("between 13:00 and 11:00", False), ("between 11:00 and 11:00", True),
        ("between 22:00 and 12:30", True), ("between sunrise and 13:00", None),
    ],
)  # fmt: skip
def test_every_node_says_what_it_means(text: str, value: object) -> None:
    assert worth(text, x=2000.0, y=3.0, a=True) is value


def test_the_sun_bounds_a_span() -> None:
    day = Moment(0.0, NOON_S, 0, 40_000.0, 50_000.0)
    assert worth("between sunrise and sunset", moment=day) is True
    assert worth("between sunset and sunrise", moment=day) is False
    assert worth("between sunrise + 1 h and sunset", moment=day) is False


def test_definitions_come_in_the_order_in_which_they_read_each_other() -> None:
    more = "let:\n  twice: 2 * x\n  more: twice + x\nconditions:\n  much: more > 1 kW\n"
    book, _ = condition("much", more)
    assert list(definitions(book)) == ["twice", "more", "much"]
    assert scanned_book(book)


def test_a_signal_of_a_trip_is_worked_out_and_not_looked_up() -> None:
    rules = "let:\n  twice: 2 * x\n"
    rules += "trips:\n  - {id: t, when: twice > 1 kW, force: {p: off}, because: x}\n"
    program, scans = scanned(rules, {"x": 600.0})
    plan = Plan(program)
    done = scans[0]
    lost = done._replace(trace=done.trace._replace(slots=[None] * len(done.trace.slots)))
    assert plan.at(initial(program), lost).causes == (True,)


def test_a_chain_of_signals_is_written_once_each() -> None:
    names = [f"s{number}" for number in range(40)]
    lines = [f"  {one}: {other} + {other}" for other, one in itertools.pairwise(["x", *names])]
    assert worth("s39 > 1 W", "let:\n" + "\n".join(lines) + "\n", x=1.0) is True
