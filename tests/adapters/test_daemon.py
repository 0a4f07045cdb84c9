"""The daemon around the cycle: order, time, stopping, failing, and the shadow."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.port import Command, Publish, Reading
from adapters.runtime.daemon import SCAN_FAILED, STOPPED, Daemon, Surroundings
from adapters.runtime.notify import Notifier
from adapters.runtime.shadow import ShadowDevice, ShadowScanDevice
from adapters.runtime.watchdog import LoopWatchdog
from engine.control.program import Program
from engine.control.scan import Scan, initial
from engine.control.state import Retained
from engine.values.fact import Quality
from tests.making.daemons import RULES, Miner, Plc, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def make(site: Site, around: Surroundings | None = None, *, shadow: bool = False) -> Daemon:
    loaded = site.load(shadow=shadow)
    return Daemon(loaded, initial(loaded.program), site.clock, around, shadow=shadow)


def run(daemon: Daemon, scans: int, each: Callable[[int], object] = lambda _: None) -> int:
    """Run so many scans; `each` hears the number of every one after it."""
    count = 0

    def counted(_: Scan) -> None:
        nonlocal count
        count += 1
        each(count)

    daemon.listen("test", counted)
    return asyncio.run(daemon.run(scans))


def test_the_first_image_is_the_safe_one_and_so_is_the_last(site: Site) -> None:
    site.plc.relay = True  # left over from whoever ran before
    assert run(make(site), 2) == STOPPED
    assert site.plc.written == ["safe", "on", "on", "safe"]


def test_scans_keep_to_the_grid_however_long_each_takes(site: Site) -> None:
    daemon, at_s = make(site), []

    def slow(number: int) -> None:
        at_s.append(daemon.cycle.image.measured_at_s[0])
        site.clock.now_s += 0.1 * number

    run(daemon, 4, slow)
    assert at_s == [1000.0, 1000.5, 1001.0, 1001.5]
    assert daemon.cycle.counters.overruns == 0
    assert daemon.cycle.counters.longest_s == pytest.approx(0.4)


def test_a_late_scan_is_an_overrun_and_the_grid_stays(site: Site) -> None:
    daemon, at_s = make(site), []

    def hang(number: int) -> None:
        at_s.append(daemon.cycle.image.measured_at_s[0])
        site.clock.now_s += 1.2 if number == 2 else 0.0

    run(daemon, 4, hang)
    assert at_s == [1000.0, 1000.5, 1002.0, 1002.5]
    assert daemon.cycle.counters.overruns == 1


def test_a_safety_input_wakes_a_scan_at_once_a_chattering_one_not_and_no_temperature(
    site: Site,
) -> None:
    daemon, at_s = make(site), []
    publish = daemon.gateway.publisher("plc")

    def change(number: int) -> None:
        at_s.append(daemon.cycle.image.measured_at_s[0])
        now_s = site.clock.now_s
        loop = asyncio.get_running_loop()
        if number < 3:  # a contact that chatters
            loop.call_soon(publish, [Reading("relay_ok", False, Quality.GOOD, now_s)])
        if number == 3:
            loop.call_soon(publish, [Reading("rtd1", 99.0, Quality.GOOD, now_s)])

    class Waiting(type(site.clock)):  # type: ignore[misc]
        async def sleep(self, seconds: float) -> None:
            for _ in range(5):
                await asyncio.sleep(0)
            await super().sleep(seconds)

    site.clock.__class__ = Waiting
    run(daemon, 4, change)
    assert at_s == pytest.approx([1000.0, 1000.0, 1000.02, 1000.5])


def test_what_scan_devices_tell_in_a_scan_wakes_no_other(site: Site) -> None:
    daemon, at_s = make(site), []

    def flip(_: int) -> None:
        at_s.append(daemon.cycle.image.measured_at_s[0])
        site.plc.safe = not site.plc.safe

    run(daemon, 3, flip)
    assert at_s == [1000.0, 1000.5, 1001.0]


class Order(Notifier):
    def __init__(self, told: list[str]) -> None:
        super().__init__({})
        self.told = told

    def _send(self, message: str) -> None:
        self.told.append(message.split("=", maxsplit=1)[0])


class Beats(LoopWatchdog):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told

    def beat(self) -> None:
        self.told.append("beat")


class Saves:
    owes = False
    durable: frozenset[str] = frozenset()

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        del program, retained, ended
        self.told.append("urgent save" if urgent else "save")


def test_watchdogs_are_fed_only_after_everything_else_of_a_scan(site: Site) -> None:
    told = site.plc.told
    site.plc.safe = False  # a trip latches: the store is asked at once
    around = Surroundings(Saves(told), None, Order(told), Beats(told))
    daemon = make(site, around)
    run(daemon, 2, lambda _: told.append("listener"))
    first = ["urgent save", "listener", "feed", "beat", "READY", "WATCHDOG"]
    second = ["listener", "feed", "beat", "WATCHDOG"]
    assert told == [*first, *second, "STOPPING", "urgent save", "close"]


class Caller(Miner):
    """A command wakes it, and its call goes out some turns of the loop later, as over gRPC."""

    def __init__(self, order: list[str]) -> None:
        super().__init__()
        self.order = order
        self.told = asyncio.Event()

    def command(self, command: Command) -> None:
        del command
        self.told.set()

    async def run(self, publish: Publish) -> None:
        del publish
        while True:
            await self.told.wait()
            self.told.clear()
            await asyncio.create_task(self.call())

    async def call(self) -> None:
        await asyncio.sleep(0)
        self.order.append("called")


def test_a_device_has_its_turns_to_obey_before_anybody_hears_of_the_scan(site: Site) -> None:
    order: list[str] = []
    site.miner = Caller(order)
    run(make(site), 2, lambda _: order.append("told"))
    assert order[:4] == ["called", "told"] * 2


def test_a_scan_that_fails_feeds_nothing_and_ends_safe(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told = site.plc.told
    monkeypatch.setattr(site.plc, "read", None)  # a broken program, not a broken device
    code = run(make(site, Surroundings(None, None, Order(told), Beats(told))), 5)
    assert code == SCAN_FAILED
    assert site.plc.written == ["safe", "safe"]
    assert told == ["STOPPING", "close"]
    assert "a scan failed" in caplog.text


def test_a_daemon_whose_safe_image_is_refused_at_start_does_not_scan(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise OSError("no such device")

    monkeypatch.setattr(site.plc, "write_safe", refuse)
    assert run(make(site), 5) == SCAN_FAILED
    assert site.plc.written == []
    assert "the safe image could not be written: no such device" in caplog.text


def test_stopping_commands_every_failsafe_and_closes_devices(site: Site) -> None:
    daemon = make(site)
    run(daemon, 100, lambda number: daemon.stop() if number == 3 else None)
    assert daemon.cycle.counters.scans == 3
    last = site.miner.commands[-1]
    assert (last.field, last.value, last.reason) == ("target", 0.0, "the daemon stops")
    assert site.miner.closed
    assert "close" in site.plc.told


def test_a_listener_that_fails_is_told_and_stops_no_scan(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Scan) -> None:
        raise RuntimeError("broken pipe")

    daemon = make(site)
    daemon.listen("mqtt", fail)
    assert run(daemon, 3) == STOPPED
    assert daemon.cycle.counters.scans == 3
    assert "mqtt failed to hear of a scan" in caplog.text


def test_a_device_that_refuses_to_end_is_left_behind(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ending = asyncio.Event()

    async def stubborn(_: object) -> None:
        while not ending.is_set():
            try:
                await ending.wait()
            except asyncio.CancelledError:
                continue

    monkeypatch.setattr(site.miner, "run", stubborn)
    monkeypatch.setattr("adapters.runtime.daemon.CLOSING_S", 0.01)

    async def scenario(daemon: Daemon) -> int:
        code = await daemon.run(2)
        ending.set()
        await asyncio.sleep(0)
        return code

    assert asyncio.run(scenario(make(site))) == STOPPED
    assert "devices were not closed" in caplog.text


def test_a_shadow_reads_everything_and_writes_nothing(site: Site) -> None:
    daemon = make(site, shadow=True)
    heard: list[Scan] = []

    def hear(_: int) -> None:
        assert site.miner.publish is None or not site.miner.commands
        last = daemon.cycle.last
        assert last is not None
        heard.append(last)

    assert run(daemon, 5, hear) == STOPPED
    assert [scan.decisions[0].value for scan in heard] == [True] * 5  # it did decide
    assert site.plc.written == []
    assert site.miner.commands == []
    assert site.plc.told == ["close"]
    assert all(options["read_only"] is True for options in site.options)


@pytest.mark.parametrize("name", ["command", "write", "write_safe", "feed"])
def test_a_shadow_has_no_way_to_write(name: str) -> None:
    assert not hasattr(ShadowDevice(Miner()), name)
    assert not hasattr(ShadowScanDevice(Plc()), name)


def test_a_shadow_that_is_told_all_the_same_fails_loudly(site: Site) -> None:
    daemon = make(site, shadow=True)
    with pytest.raises(AttributeError):
        daemon._runners[0].command(Command("target", 1.0, 0.0))  # type: ignore[attr-defined]
    daemon.gateway.command({"miner.power_target": 1.0}, 0.0, "nobody")
    assert site.miner.commands == []


def test_other_rules_run_from_the_next_scan_on(site: Site) -> None:
    daemon = make(site)
    (site.folder / "heat.yaml").write_text(RULES.replace("50 °C", "20 °C"), "utf-8")
    other = site.load()

    def change(number: int) -> None:
        if number == 1:
            daemon.activate(other.program, other.digest)

    run(daemon, 12, change)
    assert site.plc.written[1] == "on"
    assert site.plc.written[-2] == "off"
    assert daemon.digest == other.digest


def test_rules_that_come_in_before_a_scan_is_told_are_not_told_that_scan(site: Site) -> None:
    (site.folder / "heat.yaml").write_text(RULES.replace("50 °C", "20 °C"), "utf-8")
    other = site.load()
    told: list[Program] = []

    class Reloading(Caller):
        async def call(self) -> None:
            if daemon.digest != other.digest and daemon.cycle.counters.scans == 2:
                daemon.activate(other.program, other.digest)

    site.miner = Reloading([])
    (site.folder / "heat.yaml").write_text(RULES, "utf-8")
    daemon = make(site)
    first = daemon.cycle.program
    run(daemon, 3, lambda _: told.append(daemon.cycle.program))
    assert daemon.cycle.counters.scans == 3
    assert told == [first, other.program]


def test_rules_for_another_plant_are_refused(site: Site) -> None:
    daemon = make(site)
    plant = (site.folder / "plant.yaml").read_text("utf-8")
    (site.folder / "plant.yaml").write_text(plant.replace("[0, 100]", "[0, 90]"), "utf-8")
    other = site.load()
    with pytest.raises(ValueError, match="plant file has changed"):
        daemon.activate(other.program, other.digest)
