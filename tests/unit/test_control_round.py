"""A round that knows the last one decides as one that does not, and takes over what is quiet."""

from random import Random

import pytest

from engine.control.decision import AlarmKind, Cause, Restriction, RestrictionKind
from engine.control.program import Program, compile_program
from engine.control.round import Wish
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained, without_memory
from engine.inference.image import Override, Reset, empty_image, freeze
from engine.language.load import load
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment

PLANT = """
facts:
  x: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  y: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  a: {type: bool, max_age: 1 h}
  b: {type: bool, max_age: 1 h}
  c: {type: bool, max_age: 1 h}
  d: {type: bool, max_age: 1 h}
outputs:
  m: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W,
      min_on: 3 s, min_off: 2 s, max_starts: 3 per 20 s}
  n: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W,
      ramp: 300 W/s, settle: 2 s, max_changes: 3 per 15 s}
  p: {type: bool, default: off, failsafe: off, min_on: 2 s, min_off: 2 s}
  q: {unit: kW, range: [0, 3], default: 1 kW, failsafe: 2 kW}
"""
RULES = """
rules:
  - {id: r, when: a, then: {m: x}, because: x, salience: 2}
  - {id: s, when: b, then: {m: 1 kW, n: x}, because: x, salience: 1}
  - {id: u, when: x > 1 kW, then: {p: on, q: x}, because: x, salience: 1}
  - {id: v, when: b, then: {q: y}, because: x, salience: 1}
  - {id: w, when: c, then: {q: 1 kW}, because: x}
trips:
  - {id: t, when: d, latch: on_true, force: {m: 0 W, p: off}, because: x}
  - {id: all, when: [c, d], latch: false, because: x}
interlocks:
  - {id: k, while: y > 2 kW, limit: {n: {at_most: 1 kW}}, because: x}
permissives:
  - {id: needs_c, output: m, needs: c, because: x}
"""
FACTS: dict[str, tuple[Value, ...]] = {
    "x": (-500.0, 800.0, 1500.0, 2500.0), "y": (500.0, 1500.0, 2500.0),
    "a": (True, False), "b": (True, False), "c": (True, True, True, False),
    "d": (False, False, False, False, False, True),
}  # fmt: skip


@pytest.fixture(scope="module")
def program() -> Program:
    return unchecked(RULES)  # u and v may disagree


def unchecked(rules: str) -> Program:
    loaded = load({"plant.yaml": PLANT.encode(), "rules.yaml": rules.encode()})
    assert loaded.ok, loaded.problems
    return compile_program(loaded.rulebook)


class Run:
    """Scans one second apart."""

    def __init__(self, program: Program) -> None:
        self.program, self.now_s = program, 0.0
        self.image, self.state = empty_image(program.rulebook.plant), initial(program)

    def go(self, *overrides: Override, resets: tuple[str, ...] = (), **facts: Value | None) -> Scan:
        self.now_s += 1.0
        heard = [
            Fact(name, value, Quality.BAD if value is None else Quality.GOOD, self.now_s)
            for name, value in facts.items()
        ]
        asked = tuple(Reset(each, "anna") for each in resets)
        plant = self.program.rulebook.plant
        self.image = freeze(plant, self.image, heard, self.now_s, overrides, asked)
        done = self.scan(self.state)
        self.state = done.retained
        return done

    def scan(self, state: Retained) -> Scan:
        return scan(self.program, state, self.image, Moment(self.now_s, 0.0))

    def wishes(self) -> tuple[Wish, ...]:
        assert self.state.last is not None
        return self.state.last.wishes


@pytest.mark.parametrize("seed", range(3))
def test_who_remembers_the_last_round_decides_as_who_does_not(program: Program, seed: int) -> None:
    random, run = Random(seed), Run(program)  # noqa: S311 - the same walk each time
    causes = set()
    standing: tuple[Override, ...] = ()
    for _ in range(500):
        facts = {
            name: random.choice((*values, None) if random.random() < 0.1 else values)
            for name, values in FACTS.items()
            if random.random() < 0.15
        }
        if random.random() < 0.05:
            standing = (Override("o", random.choice("mn"), 900.0, "anna", run.now_s + 4.0),)
        before = run.state
        done = run.go(*standing, resets=("t",) if random.random() < 0.1 else (), **facts)
        alone = run.scan(without_memory(before))
        assert done.decisions == alone.decisions
        assert done.trace.alarms == alone.trace.alarms
        assert without_memory(done.retained) == without_memory(alone.retained)
        causes |= {decision.cause for decision in done.decisions}
    assert causes == set(Cause), "everything came about"


def test_what_is_quiet_is_taken_over_as_it_stands(program: Program) -> None:
    run = Run(program)
    for _ in range(8):
        run.go(x=800.0, y=500.0, a=True, b=False, c=True, d=False)
    before = run.wishes()
    run.go()
    assert [one is other for one, other in zip(before, run.wishes(), strict=True)] == [True] * 4
    run.go(x=900.0)
    assert [one is other for one, other in zip(before, run.wishes(), strict=True)] == [
        False, True, True, True,
    ], "only m reads x"  # fmt: skip
    assert run.state.outputs[0].value == 900.0


def test_what_a_time_holds_is_quiet_until_then(program: Program) -> None:
    run = Run(program)
    for _ in range(8):
        run.go(x=1500.0, y=500.0, a=False, b=False, c=False, d=False)
    run.go(x=800.0)
    run.go(x=1500.0)
    held = run.wishes()[2]
    assert held.decision.restrictions == (
        Restriction(RestrictionKind.MIN_OFF, "", False, run.now_s + 1.0),
    )
    run.go()
    assert run.wishes()[2] is not held
    assert run.state.outputs[2].value is True


def test_two_rules_that_disagree_leave_the_failsafe_and_an_alarm(program: Program) -> None:
    run = Run(program)
    done = run.go(x=1500.0, y=500.0, a=False, b=True, c=True, d=False)
    decision = done.decisions[3]
    assert decision[1:7] == (2.0, Cause.CONFLICT, "u, v", 2.0, "", ("w",))
    (alarm,) = done.trace.alarms
    assert alarm == (AlarmKind.CONFLICT, "q", "u, v disagree: failsafe")


def test_a_trip_without_a_force_brings_every_output_to_failsafe(program: Program) -> None:
    run = Run(program)
    run.go(x=1500.0, y=500.0, a=False, b=False, c=True, d=False)
    done = run.go(d=True)
    assert [each.value for each in done.decisions] == [0.0, 0.0, False, 2.0]
    assert done.decisions[3][2:4] == (Cause.TRIP, "all")


def test_what_two_trips_force_apart_is_at_its_failsafe() -> None:
    warm = "  - {id: warm, when: a, latch: false, force: {q: 3 kW}, because: x}\n"
    cool = "  - {id: cool, when: b, latch: false, force: {q: 0 kW}, because: x}\n"
    run = Run(unchecked(RULES.replace("interlocks:", f"{warm}{cool}interlocks:")))
    done = run.go(x=800.0, y=500.0, a=True, b=False, c=True, d=False)
    assert done.decisions[3][1:4] == (3.0, Cause.TRIP, "warm")
    assert run.go(b=True).decisions[3][1:4] == (2.0, Cause.TRIP, "warm")


def test_what_waits_for_a_new_demand_is_told(program: Program) -> None:
    run = Run(program)
    run.go(x=800.0, y=500.0, a=True, b=False, c=True, d=True)
    run.go(d=False)
    done = run.go(resets=("t",))
    waiting = Restriction(RestrictionKind.NEW_DEMAND, "r", 0.0)
    assert done.decisions[0].restrictions[0] == waiting
    assert done.decisions[0][1:6] == (0.0, Cause.DEFAULT, "", 0.0, "")
    run.go(a=False)
    run.go()
    assert run.go(a=True).decisions[0][1:4] == (800.0, Cause.RULE, "r")


def test_two_trips_that_are_reset_at_once_both_start_nothing() -> None:
    second = "  - {id: second, when: d, latch: on_true, force: {n: 0 W}, because: x}\n"
    run = Run(unchecked(RULES.replace("interlocks:", f"{second}interlocks:")))
    run.go(x=800.0, y=500.0, a=True, b=True, c=True, d=True)
    run.go(d=False)
    done = run.go(resets=("t", "second"))
    waiting = [each.restrictions[0].kind for each in done.decisions[:2]]
    assert waiting == [RestrictionKind.NEW_DEMAND] * 2
