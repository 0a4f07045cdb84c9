"""How the controller itself stands, over the control interface, and `thermiq resume`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.cli import standing_view
from adapters.codec.mqtt_state import alarm_contents
from adapters.control.service import Service as ControlService
from adapters.control.standing_service import StandingService, standing_message
from adapters.messaging.teller import alarms_of
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.clock_trust import ClockTrust
from adapters.runtime.going_live import GoingLive
from adapters.runtime.operations import Operations
from adapters.runtime.refusal import RefusedError
from adapters.runtime.safe_mode import TRIP
from adapters.runtime.service import Service
from adapters.runtime.standing import Board, Standing
from tests.adapters.test_safe_mode import crash
from tests.making.daemons import RULES, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


class House:
    def __init__(self, service: Service, control: ControlService, board: Board) -> None:
        self.service, self.control, self.board = service, control, board

    def scan(self) -> None:
        self.service.daemon._follow(*self.service.daemon._decide())

    def ask(self) -> pb.Standing:
        return asyncio.run(self.control.get_status(pb.StatusRequest())).standing


@contextmanager
def house(site: Site) -> Iterator[House]:
    loaded = site.load()
    service = Service(loaded, site.clock)
    operations = Operations(service.daemon.cycle, site.clock, lambda: "nonce")
    control = ControlService(service.daemon, operations, service.live)
    service.daemon.listen("control", operations.after)
    board = control.standing.board = Board(service, loaded.folder, site.clock)
    running = House(service, control, board)
    running.scan()
    yield running
    service.close()


def test_the_status_tells_version_starts_and_that_nothing_is_wrong(site: Site) -> None:
    with house(site) as running:
        standing = running.ask()
        assert (standing.version, standing.starts, standing.unclean_ends) == (1, 1, 0)
        assert not standing.folder_differs
        assert list(standing_view.notices(standing)) == []
        assert "version 1 of the rules  ·  1 start, 0 ends" in standing_view.running(standing)


def test_an_edited_folder_and_probation_are_told(site: Site) -> None:
    with house(site) as running:
        (site.folder / "heat.yaml").write_text(RULES.replace("50 °C", "20 °C"), "utf-8")
        standing = running.ask()
        assert standing.folder_differs
        assert isinstance(running.service.live, GoingLive)
        running.service.live.taken_back = "too hot"
        texts = [each.text for each in standing_view.notices(running.ask())]
        assert texts[0] == "rules were taken back by themselves: too hot"
        assert "`thermiq reload`" in texts[-1]


def test_f102_safe_mode_is_a_banner_on_every_face_and_resume_ends_it(site: Site) -> None:
    crash(site)
    with house(site) as running:
        standing = running.ask()
        first = next(iter(standing_view.notices(standing)))
        assert first.text.startswith("SAFE MODE: ")
        assert "3 ends out of order" in standing_view.running(standing)
        assert not standing.folder_differs, "compared with the rules that wait"
        program, last = running.service.daemon.program, running.service.daemon.cycle.last
        assert last is not None
        assert TRIP in alarms_of(program)
        assert alarm_contents(last.trace.alarms, 0.0)[TRIP]["active"] is True
        asked = pb.ResumeRequest(author="anna")
        assert asyncio.run(running.control.resume(asked)).safe_mode == ""
        for _ in range(8):  # the pump's minimum off time
            site.clock.now_s += 0.5
            running.scan()
        assert site.plc.written[-1] == "on"
        with pytest.raises(RefusedError, match="no safe mode"):
            asyncio.run(running.control.resume(asked))


def test_nobody_resumes_without_a_name_or_without_a_reason(site: Site) -> None:
    with house(site) as running:
        with pytest.raises(RefusedError, match="say who asks"):
            running.board.resume(" ")
        with pytest.raises(RefusedError, match="no safe mode"):
            running.board.resume("anna")
        with pytest.raises(RefusedError, match="trusted already"):
            running.board.believe_clock("anna")


def test_f86_a_person_may_vouch_for_the_clock(site: Site) -> None:
    with house(site) as running:
        trust = running.service.trust = ClockTrust(lambda: False)
        running.service.daemon.cycle.trusts = trust.look
        site.clock.wall_ahead_s = 0.0
        running.scan()
        texts = [each.text for each in standing_view.notices(running.ask())]
        assert texts[0].startswith("the clock is not trusted: the clock shows 1970-01-01")
        asyncio.run(running.control.resume(pb.ResumeRequest(author="anna", clock=True)))
        assert running.ask().clock == ""


def test_before_the_daemon_is_joined_nothing_is_known() -> None:
    nobody = StandingService()
    assert asyncio.run(nobody.message()) == pb.Standing()
    with pytest.raises(RefusedError):
        asyncio.run(nobody.resume(pb.ResumeRequest(author="anna")))


def test_everything_reaches_the_message() -> None:
    full = Standing(7, True, "hot", 60.0, "three ends", "1970", 12, 3, 4_200_000)
    message = standing_message(full)
    assert {field.name for field, _ in message.ListFields()} == set(Standing.__slots__)
    assert [each.text for each in standing_view.notices(message)] == [
        "SAFE MODE: three ends",
        "the clock is not trusted: 1970",
        "rules were taken back by themselves: hot",
        "the rules are watched for another 1 min, and may go back",
        "the folder holds other rules: `thermiq reload` lets them run",
    ]
    assert standing_view.running(message) == (
        "version 7 of the rules  ·  12 starts, 3 ends out of order  ·  4.2 MB to flash today"
    )
