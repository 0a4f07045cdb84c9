"""What the journal hears of scans, in order."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.runtime.journal import Kind
from adapters.runtime.latches import NOT_KEPT
from adapters.runtime.witness import Witness
from engine.control.decision import Alarm, AlarmKind
from engine.control.scan import Scan, initial, scan
from engine.inference.image import empty_image
from engine.values.moment import Moment
from tests.making.daemons import Site

TRIPPED = Alarm(AlarmKind.TRIPPED, "relay", "The relay is open.")
LATCHED = Alarm(AlarmKind.LATCHED, "relay", "The relay is open.")
GONE = Alarm(AlarmKind.CONTROLLER, "device:miner", "miner does not answer")


@dataclass
class Latches:
    owes: bool = False
    durable: frozenset[str] = frozenset()


class Rig:
    def __init__(self, folder: Path) -> None:
        program = Site(folder).load().program
        moment = Moment(100.0, 5000.0)
        self.scan = scan(program, initial(program), empty_image(program.rulebook.plant), moment)
        self.told: list[tuple[Kind, str]] = []
        self.texts: list[str] = []
        self.latches = Latches()
        self.witness = Witness(self.tell, self.latches)

    def tell(self, kind: Kind, subject: str, text: str, by: str) -> None:
        assert not by
        self.told.append((kind, subject))
        self.texts.append(text)

    def hear(self, *alarms: Alarm, at_s: float = 100.0, wall_s: float = 5000.0) -> list[Kind]:
        self.told.clear()
        trace = self.scan.trace._replace(alarms=alarms, moment=Moment(at_s, wall_s))
        self.witness.after(Scan(self.scan.decisions, self.scan.retained, trace))
        return [kind for kind, _ in self.told]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "site")


def test_a_trip_is_told_at_once_and_its_latch_when_it_is_on_the_disk(rig: Rig) -> None:
    assert rig.hear(TRIPPED) == [Kind.TRIP]
    assert rig.hear(TRIPPED) == []
    rig.latches.durable = frozenset({"relay"})
    assert rig.hear(TRIPPED) == [Kind.LATCH]
    assert rig.hear(LATCHED) == []
    assert rig.hear(TRIPPED) == []  # the cause is back; nobody had reset it
    assert rig.hear() == [Kind.TRIP_OVER]


def test_f93_a_latch_that_the_disk_refuses_is_told(rig: Rig) -> None:
    held = TRIPPED._replace(text=f"{TRIPPED.text} ({NOT_KEPT})")
    rig.latches.owes = True
    assert rig.hear(held) == [Kind.TRIP, Kind.NOT_DURABLE]
    assert rig.hear(held) == []
    rig.latches.owes, rig.latches.durable = False, frozenset({"relay"})
    assert rig.hear(TRIPPED) == [Kind.LATCH]


def test_f77_a_restored_latch_is_told_with_the_first_scan(rig: Rig) -> None:
    rig.latches.durable = frozenset({"relay"})
    assert rig.hear(LATCHED) == [Kind.TRIP, Kind.LATCH]


def test_what_is_wrong_with_the_controller_comes_and_goes(rig: Rig) -> None:
    assert rig.hear(GONE) == [Kind.ALARM]
    assert rig.told == [(Kind.ALARM, "device:miner")]
    assert rig.hear(GONE._replace(text="otherwise")) == []
    assert rig.hear() == [Kind.ALARM_OVER]


def test_what_a_scan_refuses_is_told_once(rig: Rig) -> None:
    refused = Alarm(AlarmKind.RESET_REFUSED, "relay", "the cause still lasts")
    assert rig.hear(TRIPPED, refused) == [Kind.TRIP, Kind.REFUSED]
    assert rig.hear(TRIPPED) == []


@pytest.mark.parametrize(
    ("step_s", "told"),
    [(0.0, ""), (1.9, ""), (172_800.0, "forward by 172800 s"), (-2_592_000.0, "back by 2592000 s")],
)
def test_f85_a_step_of_the_wall_clock_is_told(rig: Rig, step_s: float, told: str) -> None:
    rig.hear()
    kinds = rig.hear(at_s=100.5, wall_s=5000.5 + step_s)
    assert kinds == ([Kind.CLOCK] if told else [])
    assert not told or told in rig.texts[-1]
    assert rig.hear(at_s=101.0, wall_s=5001.0 + step_s) == []


def test_f89_a_pause_of_everything_is_no_step_of_the_clock(rig: Rig) -> None:
    rig.hear()
    assert rig.hear(at_s=130.0, wall_s=5030.0) == []
