"""Parts of the invariants, one at a time: what they read, and what they refuse to look at."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.control.invariant_plan import _outputs_read
from engine.control.invariants import CHECKS, DATA, Broken, Invariants
from engine.control.recount import LARGEST, _bounded
from engine.control.scan import Scan
from engine.control.state import Retained
from engine.inference.image import ProcessImage
from engine.values.fact import Value
from tests.unit.engine_rig import rulebook, scanned

RULES = """
let:
  both: m + n
conditions:
  loaded: {when: both > 2 kW, for: 3 s}
rules:
  - {id: r, when: a, then: {m: x}, because: x}
trips:
  - {id: t, when: b, force: {p: off}, because: x}
interlocks:
  - {id: plain, never: [p is on, x > 1 kW], else: {p: off}, because: x}
  - {id: deep, never: [loaded, b], else: {m: 0 W}, because: x}
  - {id: facts, while: x > 2 kW, force: {n: 0 kW}, because: x}
"""


def test_the_table_names_each_once_and_in_order() -> None:
    for table in (DATA, CHECKS):
        numbers = [int(name[1:]) for name, _ in table]
        assert numbers == sorted(set(numbers))
    assert not {name for name, _ in DATA} & {name for name, _ in CHECKS}


def test_what_is_broken_reads_as_name_and_text() -> None:
    assert str(Broken("I4", "both are open")) == "I4: both are open"


def test_an_interlock_is_about_the_outputs_that_it_reads_through_signals_and_conditions() -> None:
    book = rulebook(RULES)
    found = {lock.id: _outputs_read(book, lock.condition) for lock in book.interlocks}
    assert found == {"plain": {"p"}, "deep": {"m", "n"}, "facts": set()}


def test_a_number_beyond_the_largest_is_none() -> None:
    assert _bounded(LARGEST) == LARGEST
    assert _bounded(-LARGEST) == -LARGEST
    assert _bounded(LARGEST * 1.001) is None
    assert _bounded(float("nan")) is None


def _image(scan: Scan, image: ProcessImage) -> Scan:
    return scan._replace(trace=scan.trace._replace(image=image))


def _kept(scan: Scan, **changes: object) -> Scan:
    return scan._replace(retained=replace(scan.retained, **changes))  # type: ignore[arg-type] # by name


@pytest.mark.parametrize(
    "tamper",
    [
        lambda before, scan: (replace(before, outputs=before.outputs[1:]), scan),
        lambda before, scan: (replace(before, trips=()), scan),
        lambda before, scan: (before, _kept(scan, outputs=scan.retained.outputs[:2])),
        lambda before, scan: (before, _kept(scan, trips=())),
        lambda before, scan: (
            before,
            _image(scan, scan.trace.image._replace(values=scan.trace.image.values[1:])),
        ),
    ],
)
def test_what_is_of_another_program_is_never_called_sound(
    tamper: Callable[[Retained, Scan], tuple[Retained, Scan]],
) -> None:
    program, (first, second) = scanned(RULES, {"a": True}, {})
    before, scan = tamper(first.retained, second)
    with pytest.raises(ValueError, match="zip"):
        Invariants(program).broken(before, scan)


def test_what_is_decided_of_nothing_or_of_too_little_is_told() -> None:
    program, (first, second) = scanned(RULES, {"a": True}, {})
    invariants = Invariants(program)
    for decisions, named in (((), "nothing"), (second.decisions[:2], "m, n")):
        found = invariants.broken(first.retained, second._replace(decisions=decisions))
        assert [str(each) for each in found] == [
            f"I8: decisions on {named}, not on every output once"
        ]


def test_a_fact_after_one_that_nobody_heard_is_looked_at_too() -> None:
    program, (first, second) = scanned(RULES, {"y": 2.0}, {"y": 2.0})
    values = tuple(99.0 if value == 2.0 else value for value in second.trace.image.values)
    assert values[0] is None
    tampered = _image(second, second.trace.image._replace(values=values))
    found = Invariants(program).broken(first.retained, tampered)
    assert [str(each) for each in found] == ["I11: `y` cannot be 99.0"]


LATER = """
rules:
  - {id: r, when: a, then: {m: 2 kW}, because: x}
trips:
  - {id: quiet, when: x > 8 kW, latch: true, force: {p: off}, because: x}
  - {id: loud, when: b, latch: true, force: {p: off}, because: x}
permissives:
  - {id: ready, output: n, needs: y > 1 kW}
"""


@pytest.mark.parametrize("first_moves", [False, True])
def test_i5_an_output_after_one_that_needs_nothing_is_looked_at_too(first_moves: bool) -> None:
    facts: dict[str, Value] = {"a": first_moves, "b": False, "x": 1.0, "y": 0.0}
    program, (first, second) = scanned(LATER, {**facts, "a": False}, facts)
    assert (first.decisions[0].value != second.decisions[0].value) is first_moves
    m, n, p = second.decisions
    states = list(second.retained.outputs)
    states[1] = states[1]._replace(value=2.0, target=2.0)
    started = _kept(second, outputs=tuple(states))
    started = started._replace(decisions=(m, n._replace(value=2.0), p))
    found = Invariants(program).broken(first.retained, started)
    assert "I5: `n` starts without `ready`" in [str(each) for each in found]


def test_i2_a_trip_after_one_that_is_quiet_is_looked_at_too() -> None:
    facts: dict[str, Value] = {"a": False, "b": True, "x": 1.0, "y": 0.0}
    program, (first, second) = scanned(LATER, {**facts, "b": False}, facts)
    quiet, loud = second.retained.trips
    assert (quiet.latched, loud.latched) == (False, True)
    tampered = _kept(second, trips=(quiet, loud._replace(latched=False)))
    found = [str(each) for each in Invariants(program).broken(first.retained, tampered)]
    assert "I2: the cause of `loud` lasts, and it is not latched" in found


@pytest.mark.parametrize(
    ("name", "value", "age_s", "told"),
    [
        ("x", 9000, 0.0, []),
        ("x", -9000, 0.0, []),
        ("x", 1.0, 4000.0, ["I11: `x` is 4000 s old, at most 3600 s count"]),
        ("y", 99.0, 0.0, ["I11: `y` cannot be 99.0"]),
        ("a", "low", 0.0, ["I11: `a` cannot be low"]),
        ("b", "low", 0.0, ["I11: `b` cannot be low"]),
    ],
)
def test_i11_every_fact_is_looked_at_though_those_before_it_are_sound(
    name: str, value: Value, age_s: float, told: list[str]
) -> None:
    facts: dict[str, Value] = {"x": 1.0, "y": 2.0, "a": True, "b": False}
    program, (first, second) = scanned(LATER, facts, facts)
    place = [point.name for point in program.rulebook.plant.points].index(name)
    seen = second.trace.image
    values, at_s = list(seen.values), list(seen.measured_at_s)
    values[place], at_s[place] = value, second.trace.moment.monotonic_s - age_s
    tampered = _image(second, seen._replace(values=tuple(values), measured_at_s=tuple(at_s)))
    found = [str(each) for each in Invariants(program).broken(first.retained, tampered)]
    assert [each for each in found if each.startswith("I11")] == told
