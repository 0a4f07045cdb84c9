import pytest

from adapters.runtime.own_alarms import BACK_S, GONE_S, MOMENT_S, OwnAlarms, with_own
from adapters.runtime.supervisor import Health
from engine.control.decision import Alarm, AlarmKind
from tests.unit.test_candidate_twins import Daemon, files


class Watched:
    """Own alarms of one device, looked at once a second."""

    def __init__(self) -> None:
        self.health: dict[str, Health] = {"meter": Health()}
        self.held: dict[str, str] = {}
        self.disk = ""
        self.alarms = OwnAlarms(self.health, lambda: self.held, {"state": lambda: self.disk})
        self.now_s = 100.0

    def after(self, seconds: float, state: str = "running", error: str = "no answer") -> list[str]:
        """Let the device be in a state for so long, and return the subjects that stand then."""
        self.health["meter"] = Health(state, 1, error)
        found: tuple[Alarm, ...] = self.alarms.look(self.now_s)
        for _ in range(round(seconds)):
            self.now_s += 1.0
            found = self.alarms.look(self.now_s)
        return [alarm.subject for alarm in found]


def test_all_is_well() -> None:
    assert Watched().after(600.0) == []


def test_a_device_that_is_gone_is_told_after_a_while() -> None:
    watched = Watched()
    assert watched.after(GONE_S - 1, "waiting") == []
    assert watched.after(1.0, "waiting") == ["device:meter"]


def test_a_parked_device_is_told_at_once() -> None:
    assert Watched().after(0.0, "parked") == ["device:meter"]


def test_a_device_that_comes_and_goes_keeps_its_alarm() -> None:
    watched = Watched()
    watched.after(0.0, "parked")
    for _ in range(5):
        assert watched.after(10.0) == ["device:meter"]
        assert watched.after(50.0, "parked") == ["device:meter"]
    assert watched.after(BACK_S - 1) == ["device:meter"]
    assert watched.after(2.0) == []


def test_a_short_loss_is_nobodys_business() -> None:
    watched = Watched()
    for _ in range(10):
        assert watched.after(5.0, "waiting") == []
        assert watched.after(MOMENT_S + 1.0) == []


def test_a_device_that_tries_a_dead_link_again_and_again_is_told() -> None:
    watched = Watched()
    assert watched.after(1.0, "waiting") == []
    assert watched.after(15.0) == []  # a handshake that hangs
    assert watched.after(2.0, "waiting") == []
    assert watched.after(15.0) == []
    assert watched.after(1.0, "waiting") == ["device:meter"]
    assert watched.after(15.0) == ["device:meter"]


def test_a_held_device_is_told_once_not_twice() -> None:
    watched = Watched()
    watched.held["meter"] = "no process image"
    assert watched.after(0.0, "parked") == ["plc:meter"]


@pytest.mark.parametrize("disk", ["No space left on device"])
def test_what_else_is_wrong_stands_while_it_says_so(disk: str) -> None:
    watched = Watched()
    watched.disk = disk
    assert watched.after(0.0) == ["state"]
    watched.disk = ""
    assert watched.after(0.0) == []


def test_nothing_new_is_the_same_object() -> None:
    watched = Watched()
    watched.after(0.0, "parked")
    assert watched.alarms.look(200.0) is watched.alarms.look(201.0)


def test_a_long_error_does_not_fill_the_book() -> None:
    watched = Watched()
    watched.disk = "x" * 10_000
    (alarm,) = watched.alarms.look(100.0)
    assert len(alarm.text) == 200
    assert alarm.kind is AlarmKind.CONTROLLER


def test_they_stand_beside_those_of_the_scan() -> None:
    done = Daemon(files()).scan(40.0, 0.0)
    own = (Alarm(AlarmKind.CONTROLLER, "state", "full"),)
    assert with_own(done, own).trace.alarms == (*done.trace.alarms, *own)
    assert with_own(done, ()) is done


def test_a_text_that_is_too_long_shows_that_it_was_cut() -> None:
    watched = Watched()
    watched.after(0.0, "parked", "no answer, " * 100)
    (alarm,) = watched.alarms.look(watched.now_s)
    assert len(alarm.text) == 200
    assert alarm.text.endswith("…")
