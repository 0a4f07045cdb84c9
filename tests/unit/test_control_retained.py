import json
import math

import pytest

from engine.control import retained
from engine.control.retained import RetainedError
from engine.control.scan import initial, scan
from engine.values.moment import Moment
from tests.unit.engine_rig import image, rulebook, scanned

RULES = """
rules:
  - {id: r, when: {condition: x > 1 kW, for: 60 s}, then: {m: x}, because: x, salience: 1}
  - {id: s, when: "average(x, 60 s) > 1 kW", then: {p: on}, because: x, salience: 2}
trips:
  - {id: t, when: b, force: {m: 0 W}, because: x}
"""
GIVEN = ({"x": 2000.0, "b": False}, {"x": 2000.0, "b": True}, {"x": 2000.0, "b": False})


def test_the_state_before_the_first_scan_can_be_saved_and_read() -> None:
    program, _ = scanned(RULES, *GIVEN)
    data = retained.save(program, initial(program))
    assert retained.resume(program, data).retained == initial(program)
    assert retained.restore(program, data, Moment(99.0, 0.0)).retained == initial(program)


def test_after_a_restart_durations_go_on_where_they_stood() -> None:
    program, results = scanned(RULES, *GIVEN)
    data = retained.save(program, results[-1].retained)
    later = Moment(1_000.0, 0.0)
    restored = retained.restore(program, data, later)
    assert (restored.retained.at_s, restored.notes) == (1_000.0, ())
    assert restored.retained.timers[0].since_s == 998.0
    assert restored.retained.trips[0].latched
    seen = image(program.rulebook, {"x": 2000.0, "b": False}, 1_000.0)
    assert scan(program, restored.retained, seen, later).decisions[0].value == 0.0


@pytest.mark.parametrize("place", ["timers", "windows", "outputs", "trips", "at_s", "format"])
@pytest.mark.parametrize("damage", [None, [], {"k": 1}, "text", 1e308, True, [[[]]]])
def test_damaged_bytes_are_an_error_and_never_a_state(place: str, damage: object) -> None:
    program, results = scanned(RULES, *GIVEN)
    document = json.loads(retained.save(program, results[-1].retained))
    document[place] = damage
    data = json.dumps(document).encode()
    try:
        found = retained.restore(program, data, Moment(5.0, 0.0)).retained
    except RetainedError:
        return
    result = scan(program, found, image(program.rulebook, {"x": 1.0}, 5.0), Moment(5.0, 0.0))
    assert len(result.decisions) == 3


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1e301"])
def test_a_number_that_is_none_is_damage(text: str) -> None:
    program, results = scanned(RULES, *GIVEN)
    data = retained.save(program, results[-1].retained).decode()
    value = results[-1].retained.windows[0]
    assert value is not None
    assert "2000.0" in data
    with pytest.raises(RetainedError):
        retained.resume(program, data.replace("2000.0", text, 1).encode())


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"format": 99}'])
def test_bytes_that_are_something_else(data: bytes) -> None:
    program, _ = scanned(RULES, *GIVEN)
    with pytest.raises(RetainedError):
        retained.resume(program, data)


def test_a_value_that_the_plant_no_longer_allows_becomes_its_failsafe() -> None:
    program, results = scanned(RULES.replace("60 s}", "0 s}"), *GIVEN[:1])
    assert results[0].decisions[0].value == 2000.0
    data = retained.save(program, results[0].retained).replace(b"2000.0", b"9e6")
    found = retained.resume(program, data)
    assert found.retained.outputs[0].value == 0.0
    assert "output `m` no longer allows 9000000.0: failsafe" in found.notes


def test_what_is_gone_and_what_is_new_is_noted() -> None:
    program, results = scanned(RULES, *GIVEN)
    other, _ = scanned("rules:\n  - {id: r, when: a, then: {m: x}, because: x}\n", {})
    notes = retained.carry_over(program, results[-1].retained, other).notes
    assert [note.split("`")[0] for note in notes] == ["condition ", "window ", "trip "]
    assert all(note.endswith("is gone") for note in notes)


def test_never_is_saved_without_a_number() -> None:
    program = scanned(RULES, *GIVEN)[0]
    assert initial(program).at_s == -math.inf
    assert b"Infinity" not in retained.save(program, initial(program))
    assert rulebook(RULES).trips[0].id == "t"


@pytest.mark.parametrize(
    ("place", "saved"),
    [
        ("windows", [0.0, [], 0.0, 0.0, 0.0]),
        ("windows", [0.0, {}, 0.0, 0.0, 0.0]),
        ("timers", [1, "off", None]),
        ("timers", [True, "nowhere", None]),
        ("timers", [True, "off"]),
        ("trips", ["yes", 0.0]),
        ("trips", [True, "late"]),
        ("trips", [True, False]),
        ("trips", []),
        ("outputs", [0.0, 0.0, None, None, {}, [], []]),
        ("outputs", [0.0, 0.0, None, None, [], [], "r"]),
        ("outputs", [None, 0.0, None, None, [], [], []]),
    ],
)
def test_an_entry_that_is_none_is_damage(place: str, saved: object) -> None:
    program, results = scanned(RULES, *GIVEN)
    document = json.loads(retained.save(program, results[-1].retained))
    document[place] = dict.fromkeys(document[place], saved)
    with pytest.raises(RetainedError):
        retained.resume(program, json.dumps(document).encode())


def test_another_format_says_which_this_program_reads() -> None:
    program, results = scanned(RULES, *GIVEN)
    data = retained.save(program, results[-1].retained).replace(b'"format": 1', b'"format": 2')
    with pytest.raises(RetainedError, match="format 2, this program reads 1"):
        retained.resume(program, data)
