"""Invariants on random rulebooks: nothing of a sound scan is broken, and each tampering is seen."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from engine.control.decision import Cause, Decision
from engine.control.invariants import Invariants
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.inference.image import Override, ProcessImage, Reset, empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment
from tests.making.plants import Style
from tests.strategies import Case, cases, lawful

PLANT = """
facts:
  x: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  a: {type: bool, max_age: 1 h}
  b: {type: bool, max_age: 1 h}
  y: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
outputs:
  k: {unit: W, range: [-3 kW, 3 kW], default: 0 W, failsafe: 0 W}
  m: {unit: kW, range: [0, 3], default: 0 kW, failsafe: 0 kW, min_on: 1 min}
  p: {type: bool, default: off, failsafe: off, min_on: 1 min, min_off: 1 min}
  q: {values: [low, high], default: low, failsafe: low}
  z: {type: number, range: [0, 9], default: 0, failsafe: 0}
"""
RULES = """
let:
  twice: 2 * x
  decided: m + k
conditions:
  calm: {when: not b, for: 5 s}
  loaded: decided > 2 kW
rules:
  - {id: r, when: a, then: {p: on, m: x, k: x / 2, z: 3}, because: x}
  - {id: h, when: [a, b], then: {q: high}, because: x}
trips:
  - {id: t, when: x > 8 kW, latch: true, force: {m: 0 kW, p: off}, because: x}
  - {id: u, when: x > 8.5 kW, latch: on_true, force: {p: off}, because: x}
  - {id: w, when: x > 8.7 kW, latch: false, force: {k: 0 W}, because: x}
interlocks:
  - {id: no_both, never: [p is on, q is high], else: {q: low}, because: x}
  - {id: forced, while: [calm, "twice > 15 kW"], force: {k: 100 W}, because: x}
  - {id: fixed, while: "x > 7.5 kW", force: {m: 1 kW}, because: x}
  - {id: most, while: b, limit: {m: {at_most: 2 kW}}, because: x}
  - {id: by_y, while: a, limit: {k: {at_most: y}}, because: x}
  - {id: least, while: "between 10:00 and 11:00", limit: {k: {at_least: 10 W}}, because: x}
permissives:
  - {id: needs_b, output: m, needs: [b, "loaded is known"], because: x}
"""
NOON_S = 43_200.0


@pytest.fixture(scope="module")
def program() -> Program:
    checked = check_files({"plant.yaml": PLANT.encode(), "rules.yaml": RULES.encode()})
    assert checked.ok, [each.message for each in checked.problems]
    t, u, w = checked.rulebook.trips  # `check` lets no two trips disagree; the engine bears it
    trips = (t, replace(u, force=(("p", True),)), w)
    return compile_program(replace(checked.rulebook, trips=trips))


def seen(
    program: Program,
    last: ProcessImage,
    now_s: float,
    resets: tuple[Reset, ...] = (),
    **facts: Value,
) -> ProcessImage:
    heard = [Fact(name, value, Quality.GOOD, now_s) for name, value in facts.items()]
    return freeze(program.rulebook.plant, last, heard, now_s, resets=resets)


class Run:
    """Scans one second apart, at noon."""

    def __init__(self, program: Program) -> None:
        self.program, self.invariants = program, Invariants(program)
        self.now_s, self.wall_s = 0.0, NOON_S
        self.image = empty_image(program.rulebook.plant)
        self.before, self.state = initial(program), initial(program)
        self.scan: Scan

    def go(self, *resets: str, **facts: Value) -> "Run":
        self.now_s += 1.0
        asked = tuple(Reset(each, "anna") for each in resets)
        self.image = seen(self.program, self.image, self.now_s, asked, **facts)
        self.before = self.state
        self.scan = scan(self.program, self.before, self.image, Moment(self.now_s, self.wall_s))
        self.state = self.scan.retained
        assert self.broken() == []
        return self

    def broken(self, tampered: Scan | None = None, before: Retained | None = None) -> list[str]:
        found = self.invariants.broken(before or self.before, tampered or self.scan)
        return sorted({each.invariant for each in found})

    def decide(self, name: str, value: Value, **changes: object) -> Scan:
        """Return the scan with another decision on an output, remembered as decided."""
        place = [each.output for each in self.scan.decisions].index(name)
        decisions, outputs = list(self.scan.decisions), list(self.state.outputs)
        decisions[place] = decisions[place]._replace(value=value, **changes)
        outputs[place] = outputs[place]._replace(value=value)
        retained = replace(self.state, outputs=tuple(outputs))
        return self.scan._replace(decisions=tuple(decisions), retained=retained)

    def latch(self, place: int, latched: bool) -> Scan:
        states = list(self.state.trips)
        states[place] = states[place]._replace(latched=latched)
        return self.scan._replace(retained=replace(self.state, trips=tuple(states)))

    def decision(self, name: str) -> Decision:
        return next(each for each in self.scan.decisions if each.output == name)


@pytest.fixture
def run(program: Program) -> Run:
    return Run(program).go(x=1000.0, y=9000.0, a=False, b=False)


@lawful
@given(cases(Style()))
def test_nothing_is_broken_in_sound_scans(case: Case) -> None:
    invariants, state = Invariants(case.program), initial(case.program)
    for step in case.steps:
        done = scan(case.program, state, step.image, step.moment)
        assert invariants.broken(state, done) == ()
        state = done.retained


def test_i1_two_trips_that_disagree_leave_the_failsafe(run: Run) -> None:
    run.go(x=8600.0)
    assert run.decision("p").value is False
    assert "I1" in run.broken(run.decide("p", True))
    assert "I1" in run.broken(run.decide("m", 1.0))
    run.go(x=1000.0)
    assert "I1" in run.broken(run.decide("m", 1.0)), "its latch lasts"


def test_i2_a_latch_comes_at_once_and_goes_by_a_reset_alone(run: Run) -> None:
    run.go(x=8600.0)
    assert run.broken(run.latch(0, False)) == ["I2"]
    assert run.broken(run.latch(1, False)) == ["I2"]
    run.image = empty_image(run.program.rulebook.plant)
    run.go()
    assert "I2" in run.broken(run.latch(0, False)), "UNKNOWN latches what always latches"
    run.go(x=1000.0)
    assert "I2" in run.broken(run.latch(0, False))
    run.go("t")
    assert not run.state.trips[0].latched
    assert run.state.trips[1].latched
    assert "I2" in run.broken(run.latch(1, False)), "another was reset"


def test_i2_unknown_latches_nothing_that_latches_on_true(run: Run) -> None:
    run.image = empty_image(run.program.rulebook.plant)
    run.go()
    assert [state.latched for state in run.state.trips] == [True, False, False]
    fresh = Run(run.program).go()
    assert fresh.state.trips[0].latched
    assert fresh.broken(fresh.latch(0, False)) == ["I2"], "UNKNOWN latches at once"


def test_i2_a_reset_while_the_cause_lasts_releases_nothing(run: Run) -> None:
    run.go(x=8600.0).go("t", x=8600.0)
    assert run.state.trips[0].latched
    run.before = run.state
    assert "I2" in run.broken(run.latch(0, False))


def test_i3_what_stood_at_a_reset_decides_nothing(run: Run) -> None:
    run.go(a=True).go(x=8600.0).go(x=1000.0).go("t", "u")
    assert run.decision("p").asked_by == ""
    assert "I3" in run.broken(run.decide("p", True, asked_by="r", cause=Cause.RULE, wanted=True))
    run.go()
    assert "r" in run.state.outputs[2].blocked
    freed = [state._replace(blocked=()) for state in run.state.outputs]
    tampered = run.scan._replace(retained=replace(run.state, outputs=tuple(freed)))
    assert run.broken(tampered) == ["I3"]
    assert "I3" in run.broken(run.decide("p", True, asked_by="r", cause=Cause.RULE, wanted=True))
    run.go(a=False)
    assert run.state.outputs[2].blocked == ()


def test_i3_an_override_that_stood_at_a_reset_waits_too(run: Run) -> None:
    override = Override("o", "p", True, "anna", 1e9)
    run.go(x=8600.0)
    run.image = run.image._replace(overrides=(override,))
    plant = run.program.rulebook.plant

    def go(*resets: str, **facts: Value) -> None:
        run.now_s += 1.0
        heard = [Fact(name, value, Quality.GOOD, run.now_s) for name, value in facts.items()]
        asked = tuple(Reset(each, "anna") for each in resets)
        run.image = freeze(plant, run.image, heard, run.now_s, (override,), asked)
        run.before = run.state
        run.scan = scan(run.program, run.before, run.image, Moment(run.now_s, NOON_S))
        run.state = run.scan.retained
        assert run.broken() == []

    go(x=1000.0)
    go("t", "u")
    go()
    assert run.state.outputs[2].blocked == ("o",)
    freed = [state._replace(blocked=()) for state in run.state.outputs]
    tampered = run.scan._replace(retained=replace(run.state, outputs=tuple(freed)))
    assert run.broken(tampered) == ["I3"]


def test_i4_what_is_forbidden_is_at_failsafe_or_a_trip_has_it(run: Run) -> None:
    run.go(a=True, b=True)
    assert (run.decision("p").value, run.decision("q").value) == (True, "low")
    assert run.broken(run.decide("q", "high", cause=Cause.RULE)) == ["I4"]
    assert "I4" not in run.broken(run.decide("p", False)), "one of them is safe"
    found = run.invariants.broken(run.before, run.decide("q", "high", cause=Cause.RULE))
    assert [str(each) for each in found] == ["I4: `no_both` forbids `p` True, `q` high"]
    run.go(x=7600.0)
    run.scan = run.decide("q", "high", cause=Cause.RULE)
    run.state = run.scan.retained
    found = run.invariants.broken(run.before, run.decide("m", 2.0))
    assert [each.text for each in found if each.invariant == "I4"] == [
        "`no_both` forbids `p` True, `q` high",
        "`fixed` forces `m` to 1.0: 2.0",
    ]


def test_i4_what_is_forced_is_forced_or_safe(run: Run) -> None:
    for _ in range(6):
        run.go(x=7900.0)
    assert run.decision("k").value == 100.0
    assert run.broken(run.decide("k", 50.0)) == ["I4"]
    assert run.broken(run.decide("k", 0.0)) == []
    run.go(b=True)
    assert run.broken(run.decide("k", 50.0)) == [], "it lasts no more"


def test_i5_a_start_needs_its_permissives_or_a_force(run: Run) -> None:
    run.go(a=True)
    assert run.decision("m").value == 0.0
    assert run.broken(run.decide("m", 1.0)) == ["I5"]
    for by in ("most", "no_both", "nobody"):
        tampered = run.decide("m", 1.0, cause=Cause.INTERLOCK, by=by)
        assert run.broken(tampered) == ([] if by == "most" else ["I5"]), by
    assert run.broken(run.decide("m", 1.0, cause=Cause.TRIP, by="t")) == ["I5"]
    run.go(x=7600.0)
    assert run.decision("m")[1:4] == (1.0, Cause.INTERLOCK, "fixed")
    assert run.broken(run.decide("m", 2.0)) == ["I4", "I5"], "it forces another value"
    run.go(x=1000.0, a=False)
    run.now_s += 60.0
    run.go()
    assert run.decision("m").value == 0.0
    run.go(a=True, b=True)
    assert run.decision("m").value == 1.0
    run.go(b=False)
    assert run.decision("m").value == 1.0, "it runs on"


def test_i6_nobody_decides_who_is_not_true(run: Run) -> None:
    claim = {"asked_by": "r", "cause": Cause.RULE, "wanted": True}
    assert "I6" in run.broken(run.decide("p", True, **claim))
    assert run.broken(run.decide("q", "low", asked_by="nobody", wanted="low")) == ["I6"]
    assert run.broken(run.decide("k", 0.0, wanted=5.0)) == ["I6"], "nobody asks for 5"
    run.go(a=True)
    assert "I6" in run.broken(run.decide("p", True, wanted=False))
    assert "I6" in run.broken(run.decide("q", "low", asked_by="r")), "it asks nothing of q"
    run.go(x=2000.0)
    assert "I6" in run.broken(run.decide("k", 999.0, wanted=999.0))
    assert run.decision("z").value == 3.0
    assert run.broken(run.decide("z", 4.0, wanted=4.0)) == ["I6"]


def test_i6_what_is_unknown_asks_for_nothing(program: Program) -> None:
    run = Run(program).go(a=True)
    assert run.decision("m").asked_by == ""
    claim = {"asked_by": "r", "cause": Cause.RULE, "wanted": 0.0}
    assert run.broken(run.decide("m", 0.0, **claim)) == ["I6"]


def test_i7_minimum_times_are_kept(run: Run) -> None:
    run.go(a=True)
    assert run.decision("p").value is True
    run.go(a=False)
    assert run.decision("p").value is True
    assert run.broken(run.decide("p", False)) == ["I7"]
    found = run.invariants.broken(run.before, run.decide("p", False))
    assert [each.text for each in found] == ["`p` switches after 1 s, not 60 s"]
    assert run.broken(run.decide("p", False, cause=Cause.INTERLOCK, by="no_both")) == []
    assert run.broken(run.decide("p", False, cause=Cause.TRIP, by="t")) == ["I7"]
    run.now_s += 58.0
    run.go()
    assert run.decision("p").value is False
    run.go()
    assert run.broken(run.decide("p", True)) == ["I7"]
    by = {"cause": Cause.INTERLOCK, "by": "no_both"}
    assert run.broken(run.decide("p", True, **by)) == ["I7"], "it does not hold p"


def test_i7_a_trip_that_does_not_act_is_no_excuse_where_another_does(run: Run) -> None:
    run.go(a=True)
    run.go(x=8600.0)
    assert run.decision("p")[1:3] == (False, Cause.TRIP)
    assert run.broken(run.decide("p", False, by="w")) == ["I7"]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda run: run.scan._replace(decisions=run.scan.decisions[1:]),
        lambda run: run.scan._replace(decisions=()),
        lambda run: run.scan._replace(decisions=(*run.scan.decisions, run.scan.decisions[0])),
        lambda run: run.scan._replace(retained=replace(run.state, at_s=run.now_s + 1)),
        lambda run: run.scan._replace(retained=run.before),
        lambda run: run.scan._replace(decisions=run.decide("k", 7.0).decisions),
        lambda run: run.scan._replace(
            trace=run.scan.trace._replace(moment=Moment(float("inf"), NOON_S)),
            retained=replace(run.state, at_s=float("inf")),
        ),
    ],
)
def test_i8_a_scan_is_whole_of_now_and_remembered(run: Run, tamper: Callable[[Run], Scan]) -> None:
    run.go(a=True)
    assert "I8" in run.broken(tamper(run))


def test_i8_time_does_not_run_backwards(run: Run) -> None:
    run.go()
    assert run.broken(before=replace(run.before, at_s=run.now_s + 1)) == ["I8"]


def test_i9_limits_hold_up_to_the_end_of_the_range(run: Run) -> None:
    run.go(a=True, b=True, x=3000.0)
    assert run.decision("m").value == 2.0
    assert run.broken(run.decide("m", 2.5)) == ["I9"]
    assert run.broken(run.decide("m", 2.0 + 1e-7)) == []
    assert run.broken(run.decide("m", 0.0, cause=Cause.INTERLOCK, by="most")) == []
    run.wall_s = 36_000.0
    run.go(x=0.0, a=False)
    assert run.decision("k").value == 10.0
    assert run.broken(run.decide("k", 5.0)) == ["I9"]
    assert run.broken(run.decide("k", 3000.0)) == []


def test_i9_a_limit_that_is_unknown_leaves_the_failsafe(run: Run) -> None:
    run.image = empty_image(run.program.rulebook.plant)
    run.go(a=True, b=False, x=1000.0)
    assert run.decision("k").value == 0.0
    assert "I9" in run.broken(run.decide("k", 5.0))


def test_i11_only_what_is_fresh_and_possible_has_a_value(run: Run) -> None:
    run.go()

    def tampered(values: tuple[Value | None, ...], at_s: float, quality: Quality) -> list[str]:
        image = run.image._replace(
            values=(*values, *run.image.values[1:]),
            measured_at_s=(at_s, *run.image.measured_at_s[1:]),
            qualities=(quality, *run.image.qualities[1:]),
        )
        return run.broken(run.scan._replace(trace=run.scan.trace._replace(image=image)))

    now_s, good = run.now_s, Quality.GOOD
    assert tampered((1000.0,), now_s, good) == []
    assert tampered((1000.0,), now_s - 3600.0, good) == []
    assert tampered((1000.0,), now_s - 3601.0, good) == ["I11"]
    assert tampered((1000.0,), now_s + 0.5, good) == ["I11"]
    assert tampered((1000.0,), now_s, Quality.STALE) == ["I11"]
    for odd in (None, True, "low", float("nan"), float("inf"), 9001.0, -9001.0):
        assert "I11" in tampered((odd,), now_s, good), odd
    assert tampered((9000.0,), now_s, good) != ["I11"]
    assert tampered((-9000.0,), now_s, good) == []


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ("k", 3001.0), ("k", -3001.0), ("k", float("nan")), ("k", True), ("k", "low"),
        ("p", 1.0), ("p", "on"), ("q", "middle"), ("q", False),
    ],
)  # fmt: skip
def test_i14_every_value_is_of_its_type_and_range(run: Run, output: str, value: Value) -> None:
    run.go()
    found = run.broken(run.decide(output, value))
    assert "I14" in found
