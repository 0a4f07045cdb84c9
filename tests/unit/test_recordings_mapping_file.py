"""Mapping files: read, or answered with file, line, column and what to write."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.recordings.cells import NumberStyle
from adapters.recordings.data import RecordingError
from adapters.recordings.mapping import Mapping
from adapters.recordings.mapping_file import SHIPPED, find_mapping, load_mapping, read_mapping
from engine.language.problem import Problem

GOOD = """\
time: {column: when, format: "%d.%m.%Y", zone: Europe/Berlin}
hold: 90 s
delimiter: ";"
decimal: ","
thousands: "."
encoding: cp1252
missing: [x, y]
licence: MIT
columns:
  load: {point: house.load, unit: kW, range: [0, 10], scale: -1, when_missing: 0}
  energy: {point: pv.power, unit: kWh, counter: true, when_missing: keep}
  pump: {point: p3.running, type: bool}
"""


def read(text: str) -> Mapping:
    mapping, problems = read_mapping("m.yaml", text.encode())
    assert problems == ()
    assert mapping is not None
    return mapping


def problems_of(text: str) -> list[Problem]:
    mapping, problems = read_mapping("m.yaml", text.encode())
    assert mapping is None
    return list(problems)


def test_everything_a_mapping_can_say() -> None:
    mapping = read(GOOD)
    assert (mapping.format, mapping.time_column, mapping.time_format) == ("csv", "when", "%d.%m.%Y")
    assert mapping.zone == ZoneInfo("Europe/Berlin")
    assert (mapping.hold_ms, mapping.delimiter, mapping.encoding) == (90_000, ";", "cp1252")
    assert mapping.style == NumberStyle(",", ".")
    assert mapping.missing == {"x", "y"}
    assert mapping.meta == (("licence", "MIT"),)
    load, energy, pump = mapping.columns
    assert (load.source, load.point, load.unit, load.scale) == ("load", "house.load", "kW", -1)
    assert (load.low, load.high, load.when_missing) == (0, 10, 0)
    assert (energy.counter, energy.when_missing) == (True, "keep")
    assert (pump.type, pump.when_missing, pump.counter) == ("bool", None, False)


def test_entities_make_it_home_assistant() -> None:
    mapping = read("entities:\n  sensor.load: {point: house.load}\n")
    assert (mapping.format, mapping.hold_ms) == ("homeassistant", None)


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "help_"),
    [
        ("unit: kW", "unti: kW", "`unti` is not known here", 10, "did you mean `unit`?"),
        ("hold:", "holt:", "`holt` is not known here", 2, "did you mean `hold`?"),
        ("90 s", "90 sec", "`90 sec` is not a duration", 2, "write it as `30 min`"),
        ("90 s", "0 s", "`0 s` is not a duration", 2, "write it"),
        ("Europe/Berlin", "Europe/Walda", "`Europe/Walda` is not a time zone", 1, "write it"),
        ('"%d.%m.%Y"', "german", "`german` is not a time format", 1, "iso, unix"),
        ("cp1252", "latin-99", "`latin-99` is not an encoding", 6, "utf-8"),
        ('delimiter: ";"', "delimiter: ;;", "`;;` is not one character", 3, ""),
        ('thousands: "."', 'thousands: ","', "are the same character", 5, ""),
        ("[0, 10]", "[10, 0]", "low end 10 is above", 10, ""),
        ("[0, 10]", "5", "a range is written", 10, ""),
        ("[0, 10]", "[0, ten]", "`ten` is not a number", 10, ""),
        ("scale: -1", "scale: .nan", "`.nan` is not a number", 10, ""),
        ("scale: -1", "scale: [1]", "a text belongs here", 10, ""),
        ("counter: true", "counter: yes", "`yes` is not known here", 11, "one of true, false"),
        ("type: bool", "type: boolean", "`boolean` is not known here", 12, "`bool`"),
        ("point: p3.running, ", "", "`pump` names no `point`", 12, ""),
        ("column: when, ", "", "does not name its `column`", 1, ""),
        ("{point: p3.running, type: bool}", "p3", "a mapping `{key: value}` belongs here", 12, ""),
        ("hold: 90 s\n", "", "`hold:` is missing", 1, "30 min"),
        ("licence: MIT", "format: homeassistant", "format: csv has `columns`", 1, ""),
        ("licence: MIT", "licence: MIT\nlicence: X", "licence", 9, ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    old: str, new: str, message: str, line: int, help_: str
) -> None:
    found = problems_of(GOOD.replace(old, new))
    fitting = [problem for problem in found if message in problem.message]
    assert fitting, [problem.message for problem in found]
    assert fitting[0].position.file == "m.yaml"
    assert fitting[0].position.line == line
    assert help_ in fitting[0].help


def test_all_problems_are_told_at_once() -> None:
    found = problems_of("columns: {a: {unit: W}}\nholt: 1 s\n")
    assert len({problem.message for problem in found}) == 4


@pytest.mark.parametrize(
    "content",
    [b"", b"- a", b"columns: {", b"\xff\xfe", b"a: &x 1", b"columns:\n\ta: 1", b"hold: 1 s"],
)
def test_what_is_no_mapping_is_a_problem_and_no_traceback(content: bytes) -> None:
    mapping, problems = read_mapping("m.yaml", content)
    assert mapping is None
    assert problems


def test_the_shipped_mappings_are_right_and_found_by_name() -> None:
    names = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    assert names == ["sample", "senec", "sungrow"]
    for name in names:
        mapping, problems = load_mapping(find_mapping(name))
        assert mapping is not None
        assert problems == ()


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="did you mean `senec`"):
        find_mapping("senek")
    with pytest.raises(RecordingError, match=r"none\.yaml: does not exist"):
        find_mapping(str(tmp_path / "none.yaml"))
    with pytest.raises(RecordingError, match="is a directory"):
        find_mapping(str(tmp_path))
