import json
import math
from dataclasses import replace

import pytest

from engine.control import retained
from engine.control.retained import RetainedError
from engine.control.scan import initial, scan
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.control.trips import TripState
from engine.inference.timing import Phase, TimerState
from engine.inference.windows import Part, WindowState
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


@pytest.mark.parametrize("ended", [True, False])
def test_a_state_tells_whether_its_process_ended_in_order(ended: bool) -> None:
    program, results = scanned(RULES, *GIVEN)
    data = retained.save(program, results[-1].retained, ended=ended)
    assert retained.resume(program, data).ended is ended


@pytest.mark.parametrize("told", [False, None, 1, "yes", [True]])
def test_nothing_but_true_is_an_end_in_order(told: object) -> None:
    program, results = scanned(RULES, *GIVEN)
    document = json.loads(retained.save(program, results[-1].retained)) | {"ended": told}
    assert not retained.resume(program, json.dumps(document).encode()).ended


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


NEVER = -math.inf
PARTS = (Part(61, 61.5, 2.0, 3.0), Part(119, 119.5, 4.0, 5.0))
FULL = Retained(
    at_s=120.0,
    timers=(TimerState(True, Phase.PENDING, 90.0),),
    windows=(WindowState(30.0, PARTS, 6.0, 120.0, 7.0),),
    outputs=(
        OutputState(1000.0, 1500.0, 100.0, 110.0, (20.0, 100.0), (30.0, 110.0), ("r", "ü")),
        OutputState(0.5, 0.5, NEVER, 50.0, (), (50.0,), ()),
        OutputState(True, True, 60.0, 60.0, (60.0,), (), ()),
    ),
    trips=(TripState(False, 70.0),),
)  # fmt: skip
"""A state in which no two numbers are alike where they could be mixed up."""
SAVED = (
    '{"at_s": 120.0, "format": 1, "outputs": {'
    '"m": [1000.0, 1500.0, 100.0, 110.0, [20.0, 100.0], [30.0, 110.0], ["r", "ü"]], '
    '"n": [0.5, 0.5, null, 50.0, [], [50.0], []], '
    '"p": [true, true, 60.0, 60.0, [60.0], [], []]}, '
    '"timers": {"KEY": [true, "pending", 90.0]}, "trips": {"t": [false, 70.0]}, '
    '"windows": {"WINDOW": [30.0, [[61, 61.5, 2.0, 3.0], [119, 119.5, 4.0, 5.0]], '
    "6.0, 120.0, 7.0]}}"
)


def test_a_state_is_written_as_it_always_was_and_read_as_it_was_written() -> None:
    program, _ = scanned(RULES)
    conditions = program.network.conditions
    expected = SAVED.replace("KEY", conditions.timers[0].timed.key)
    expected = expected.replace("WINDOW", json.dumps(conditions.windows[0].key)[1:-1])
    data = retained.save(program, FULL)
    assert data.decode() == expected
    assert retained.resume(program, data) == retained.Restored(FULL, ())


def test_on_another_clock_every_time_is_moved_and_nothing_else() -> None:
    program, _ = scanned(RULES)
    found = retained.restore(program, retained.save(program, FULL), Moment(1120.0, 0.0))
    outputs = (
        OutputState(1000.0, 1500.0, 1100.0, 1110.0, (1020.0, 1100.0), (1030.0, 1110.0), ("r", "ü")),
        OutputState(0.5, 0.5, NEVER, 1050.0, (), (1050.0,), ()),
        OutputState(True, True, 1060.0, 1060.0, (1060.0,), (), ()),
    )
    parts = (Part(1061, 1061.5, 2.0, 3.0), Part(1119, 1119.5, 4.0, 5.0))
    assert found.notes == ()
    assert found.retained == Retained(
        at_s=1120.0,
        timers=(TimerState(True, Phase.PENDING, 1090.0),),
        windows=(WindowState(1030.0, parts, 6.0, 1120.0, 7.0),),
        outputs=outputs,
        trips=(TripState(False, 1070.0),),
    )


def test_before_the_clock_began_windows_are_cut_as_ever() -> None:
    """A new clock may be so young that a window begins below zero."""
    program, _ = scanned(RULES)
    found = retained.restore(program, retained.save(program, FULL), Moment(10.0, 0.0))
    (window,) = found.retained.windows
    assert window is not None
    assert window.parts == (Part(-49, -48.5, 2.0, 3.0), Part(9, 9.5, 4.0, 5.0))


@pytest.mark.parametrize(
    "change",
    [
        {"timers": ()},
        {"timers": FULL.timers * 2},
        {"windows": ()},
        {"outputs": FULL.outputs[:2]},
        {"trips": ()},
        {"trips": FULL.trips * 2},
        {"windows": (FULL.windows[0]._replace(total=math.nan),)},
    ],
)
def test_a_state_of_another_program_is_not_saved(change: dict[str, tuple[object, ...]]) -> None:
    program, _ = scanned(RULES)
    with pytest.raises(ValueError, match=r"zip\(\)|not JSON compliant"):
        retained.save(program, replace(FULL, **change))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1000.0", "1.1e300", "1.1e+300 is larger than anything that was saved"),
        ("1000.0", "null", "None is not a number"),
        ("[[61, 61.5, 2.0, 3.0], [119, 119.5, 4.0, 5.0]]", "[]", "a window without parts"),
        ("[[61, 61.5, 2.0, 3.0], [119, 119.5, 4.0, 5.0]]", "7", "7 is not a list"),
        ('{"t": [false', '{"t": [0', "0 is not true or false"),
    ],
)
def test_damage_is_told_in_words(old: str, new: str, words: str) -> None:
    program, _ = scanned(RULES)
    data = retained.save(program, FULL).decode()
    assert old in data
    with pytest.raises(RetainedError) as caught:
        retained.resume(program, data.replace(old, new, 1).encode())
    assert str(caught.value) == f"not a retained state: {words}"


def test_the_largest_number_that_was_ever_saved_is_read() -> None:
    program, _ = scanned(RULES)
    data = retained.save(program, FULL).replace(b" 6.0, 120.0, 7.0", b" 1e300, 120.0, 7.0")
    (window,) = retained.resume(program, data).retained.windows
    assert window is not None
    assert window.total == 1e300


@pytest.mark.parametrize(
    ("at_s", "now_s", "told"),
    [
        ("2e17", 500.0, "^its time is too large to count from$"),
        ("1e16", 7.0, "^its time is too large to count from$"),  # 8.0 would come of it
        ("1" + "0" * 400, 500.0, "^not a retained state: "),
    ],
)
def test_a_last_scan_that_would_lie_after_the_first_is_damage(
    at_s: str, now_s: float, told: str
) -> None:
    program, _ = scanned(RULES)
    with pytest.raises(RetainedError, match=told):
        retained.restore(program, last_scanned_at(at_s), Moment(now_s, 0.0))


def test_a_last_scan_that_is_rounded_to_before_the_first_is_used() -> None:
    program, _ = scanned(RULES)
    found = retained.restore(program, last_scanned_at("1e16"), Moment(5.0, 0.0))
    assert found.retained.at_s == 4.0


def last_scanned_at(at_s: str) -> bytes:
    program, _ = scanned(RULES)
    document = json.loads(retained.save(program, FULL)) | {"at_s": None}
    return json.dumps(document).replace('"at_s": null', f'"at_s": {at_s}').encode()


def test_what_is_new_starts_anew_and_says_what_it_is() -> None:
    program, _ = scanned(RULES)
    data = json.loads(retained.save(program, FULL))
    for part in ("timers", "windows", "outputs", "trips"):
        data[part] = {"gone": [], "away": []}
    found = retained.resume(program, json.dumps(data).encode())
    assert found.retained == replace(initial(program), at_s=120.0)
    told = [(note.split(" `")[0], note.split("` ")[1]) for note in found.notes]
    new, gone = "starts anew", "is gone"
    assert told == [
        ("condition", new), ("condition", gone), ("condition", gone),
        ("window", new), ("window", gone), ("window", gone),
        *(("output", new),) * 3, ("output", gone), ("output", gone),
        ("trip", new), ("trip", gone), ("trip", gone),
    ]  # fmt: skip
    assert [note for note in found.notes if gone in note][:2] == [
        "condition `away` is gone",
        "condition `gone` is gone",
    ]
