"""Candidate rules beside live ones, and the lines that carry scans to them."""

import json

import pytest

from adapters.candidate.frames import Frame, Start, frame_line, read_frame, read_start, start_line
from adapters.candidate.process import twins_of
from adapters.candidate.twins import Twins
from engine.control.program import Program, compile_program
from engine.control.retained import save
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.inference.image import Override, ProcessImage, Reset, empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality
from engine.values.moment import Moment

PLANT = """
facts:
  tank.top: {unit: °C, range: [0, 100], max_age: 5 s}
  sun.power: {unit: W, range: [0, 20 kW], max_age: 5 s}
outputs:
  pump.run: {type: bool, default: off, failsafe: off}
  heater.power_target: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W}
"""
RULES = """
rules:
  - id: warm_up
    when: tank.top < 50 °C
    then: {pump.run: on}
    because: The tank is cold.
  - id: burn
    when: sun.power > 1 kW for 3 s
    then: {heater.power_target: "min(sun.power, 3 kW)"}
"""


def files(plant: str = PLANT, rules: str = RULES) -> dict[str, bytes]:
    return {"plant.yaml": plant.encode(), "heat.yaml": rules.encode()}


def program(of: dict[str, bytes]) -> Program:
    checked = check_files(of)
    assert checked.ok, checked.problems
    return compile_program(checked.rulebook)


class Daemon:
    """The live rules, scanned once a second; frames go over the wire's lines."""

    def __init__(self, candidate: dict[str, bytes], scans_before: int = 0) -> None:
        self.live = program(files())
        self.retained: Retained = initial(self.live)
        self.image: ProcessImage = empty_image(self.live.rulebook.plant)
        self.now_s = 50.0
        self.candidate = candidate
        for _ in range(scans_before):
            self.scan(40.0, 2000.0)
        state = save(self.live, self.retained)
        self.twins: Twins = twins_of(read_start(start_line(Start(files(), candidate, state))))

    def scan(self, tank_c: float | None, sun_w: float) -> Scan:
        self.now_s += 1.0
        heard = [
            Fact("tank.top", tank_c, Quality.GOOD if tank_c else Quality.BAD, self.now_s),
            Fact("sun.power", sun_w, Quality.GOOD, self.now_s),
        ]
        self.image = freeze(self.live.rulebook.plant, self.image, heard, self.now_s)
        moment = Moment(self.now_s, 1e9 + self.now_s, 3600, 20_000.0, None)
        done = scan(self.live, self.retained, self.image, moment)
        self.retained = done.retained
        return done

    def step(self, tank_c: float | None = 40.0, sun_w: float = 0.0) -> bool:
        done = self.scan(tank_c, sun_w)
        line = frame_line(done.trace.moment, done.trace.image, done.decisions)
        return self.twins.step(read_frame(line))


def test_a_frame_comes_back_as_it_was() -> None:
    image = ProcessImage(
        (21.5, True, "locked", None),
        (Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.MISSING),
        (1.0, 2.5, 3.0, float("-inf")),
        (Override("o1", "pump.run", True, "anna", 99.0),),
        (Reset("too_hot", "bert"),),
    )
    moment = Moment(3.0, 1e9, 7200, 18_000.0, None)
    found = read_frame(frame_line(moment, image, ()))
    assert found == Frame(moment, image, ())
    assert isinstance(found.image.values[0], float)


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"null", b'{"moment": []}'])
def test_a_line_that_is_no_frame_is_refused(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_frame(line)


def test_rules_that_check_refuses_are_not_tried() -> None:
    with pytest.raises(ValueError, match="cannot run"):
        Daemon(files(rules="rules: [{id: x}]"))


def test_the_same_rules_never_disagree() -> None:
    daemon = Daemon(files())
    for second in range(40):
        daemon.step(30.0 + second, 100.0 * second)
    report = daemon.twins.report
    assert (report.scans, report.unlike_daemon, report.latest) == (40, 0, [])
    assert [(each.times, each.seconds) for each in report.outputs] == [(0, 0.0), (0, 0.0)]


def test_a_disagreement_is_told_with_both_reasons_and_counted() -> None:
    daemon = Daemon(files(rules=RULES.replace("< 50 °C", "< 35 °C")))
    assert daemon.step(30.0) is False
    assert daemon.step(40.0) is True
    for _ in range(5):
        assert daemon.step(40.0) is False
    assert daemon.step(60.0) is True
    daemon.step(30.0)
    report = daemon.twins.report
    pump, heater = report.outputs
    assert (pump.times, pump.seconds, pump.differs_now) == (1, 6.0, False)
    assert (pump.live_starts, pump.candidate_starts) == (1, 1)
    assert heater.times == 0
    assert report.unlike_daemon == 0
    (told,) = report.latest
    assert (told.output, told.live, told.candidate) == ("pump.run", True, False)
    assert "warm_up" in told.live_why
    assert "warm_up" in told.candidate_silent or "35 °C" in told.candidate_why


def test_the_candidate_takes_over_the_times_that_ran_already() -> None:
    edited = files(rules=RULES.replace("< 50 °C", "< 49 °C"))
    daemon = Daemon(edited, scans_before=6)
    daemon.step(40.0, 2000.0)
    assert [each.times for each in daemon.twins.report.outputs] == [0, 0]


def test_facts_of_another_plant_are_found_by_name_and_unit() -> None:
    plant = PLANT.replace("  tank.top", "  yard.light: {type: bool}\n  tank.top").replace(
        "{unit: W, range: [0, 20 kW]", "{unit: kW, range: [0, 20 kW]"
    )
    daemon = Daemon(files(plant=plant))
    for _ in range(6):
        daemon.step(40.0, 2000.0)
    assert [each.times for each in daemon.twins.report.outputs] == [0, 0]
    assert daemon.twins.report.outputs[1].live_starts == 1
    assert daemon.twins.report.outputs[1].candidate_starts == 1


def test_a_fact_that_is_bad_or_unknown_here_is_so_there() -> None:
    plant = PLANT.replace("range: [0, 100]", "range: [20, 100]")
    daemon = Daemon(files(plant=plant))
    daemon.step(None)
    assert daemon.twins.report.latest == []
    daemon.step(10.0)
    (told,) = daemon.twins.report.latest
    assert (told.live, told.candidate) == (True, False)


def test_outputs_of_one_side_alone_are_named_not_compared() -> None:
    plant = PLANT.replace("pump.run:", "fan.run:")
    rules = RULES.replace("pump.run", "fan.run")
    report = Daemon(files(plant=plant, rules=rules)).twins.report
    assert (report.only_live, report.only_candidate) == (("pump.run",), ("fan.run",))
    assert json.dumps(report.plain())


def test_a_daemon_that_decides_otherwise_than_its_rules_is_noticed() -> None:
    daemon = Daemon(files())
    done = daemon.scan(40.0, 0.0)
    line = json.loads(frame_line(done.trace.moment, done.trace.image, done.decisions))
    line["decided"][0] = False
    daemon.twins.step(read_frame(json.dumps(line).encode()))
    assert daemon.twins.report.unlike_daemon == 1
