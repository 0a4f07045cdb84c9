"""A daemon whose PLC cannot be driven: it stays up, everything is off, and it comes back alone."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.devices.revpi import build
from adapters.port import DeviceError
from adapters.runtime.daemon import STOPPED, Daemon, Surroundings
from adapters.runtime.driving import HOLD_S, RETRY_S, Driving
from engine.control.decision import AlarmKind
from engine.control.scan import Scan, initial
from engine.inference.image import Override, Reset
from engine.values.fact import Quality
from tests.adapters.revpi_bench import Bench
from tests.adapters.test_daemon import Order
from tests.making.daemons import Plc, Site

INPUTS = {
    "rtd1": {"io": "t_supply", "kind": "rtd"},
    "relay_ok": {"io": "safety_a", "kind": "contact"},
}
OUTPUTS = {"relay1": {"io": "p4_relay", "kind": "relay"}}


class House:
    """A daemon on a real process image; the modules' side is simulated."""

    def __init__(self, folder: Path, **options: object) -> None:
        (folder / "plc").mkdir()
        self.bench = Bench(folder / "plc")
        self.bench.house.set("safety_a", 1)
        self.bench.house.exchange()
        self.site = Site(folder / "site")
        self.options = self.bench.options(inputs=INPUTS, outputs=OUTPUTS, **options)
        self.site.plc = build("plc", self.options, self.site.clock)  # type: ignore[assignment]
        loaded = self.site.load()
        self.told: list[str] = []
        around = Surroundings(notifier=Order(self.told))
        self.daemon = Daemon(loaded, initial(loaded.program), self.site.clock, around)
        self.relays: list[int] = []

    def run(self, scans: int, each: Callable[[int], object] = lambda _: None) -> None:
        count = 0
        wrong: list[AssertionError] = []

        def heard(_: Scan) -> None:
            nonlocal count
            count += 1
            if self.bench.house.image_path.exists():
                self.bench.house.exchange()
            self.relays.append(self.bench.house.get("p4_relay"))
            try:
                each(count)
            except AssertionError as error:  # a daemon goes on whatever a listener raises
                wrong.append(error)

        self.daemon.listen("test", heard)
        assert asyncio.run(self.daemon.run(scans)) == STOPPED
        if wrong:
            raise wrong[0]

    @property
    def held(self) -> str:
        return self.daemon.cycle.driving.why

    def miner_w(self) -> object:
        return self.site.miner.commands[-1].value

    def qualities(self) -> set[Quality]:
        image = self.daemon.cycle.image
        return {image.qualities[0], image.qualities[2]}


def test_f107_a_plc_missing_at_the_start_ends_nothing_and_is_found_when_it_comes(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    image = house.bench.house.image_path
    away = image.with_name("away")
    image.rename(away)
    back = 6
    reset = back + round(2 * (HOLD_S + RETRY_S)) + 2

    def each(number: int) -> None:
        last = house.daemon.cycle.last
        assert last is not None
        if number < back:
            assert "No such file" in house.held
            assert house.qualities() == {Quality.BAD}
            assert {alarm.kind for alarm in last.trace.alarms} >= {AlarmKind.TRIPPED}
            assert house.miner_w() == 0.0
            health = house.daemon.supervisor.health["plc"]
            assert health.state == "waiting"
            assert "held safe" in health.last_error
        if number == back:
            away.rename(image)
        if number == reset:
            assert not house.held
            assert house.qualities() == {Quality.GOOD}
            house.daemon.cycle.requests.resets.append(Reset("safety_relay", "anna"))

    house.run(reset + 2, each)
    assert house.told.count("READY") == 1, "it is up, also without its PLC"
    assert house.relays[: reset + 1] == [0] * (reset + 1), "latched until a person has looked"
    assert house.daemon.supervisor.health["plc"].state == "running"


def test_another_layout_is_never_driven_and_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path, layout="0" * 16)
    before = house.bench.house.image_path.read_bytes()

    def each(_: int) -> None:
        assert "look at every input and output, then enter the new one" in house.held
        assert house.miner_w() == 0.0

    house.run(40, each)
    assert house.bench.house.image_path.read_bytes()[:1] == before[:1]
    assert set(house.relays) == {0}
    told = [each for each in caplog.messages if "held safe" in each]
    assert len(told) == 1, "told once, not in every scan"


def test_an_image_that_vanishes_while_running_is_held_and_driven_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    image = house.bench.house.image_path
    away = image.with_name("away")

    def each(number: int) -> None:
        if number == 3:
            assert house.relays[-1] == 1, "the tank is cold"
            image.rename(away)
            # What is open stays open: let the driver open anew.
            house.daemon.cycle.driving.devices[0].close()  # type: ignore[attr-defined]
        if number == 5:
            assert "held" in house.held
            assert house.miner_w() == 0.0
            away.rename(image)

    house.run(5 + round(2 * (HOLD_S + RETRY_S)) + 2, each)
    assert not house.held


@pytest.fixture
def plc() -> Plc:
    plc = Plc()
    plc.relay = True
    return plc


def test_a_write_that_fails_holds_the_device_safe_and_starves_its_watchdog(plc: Plc) -> None:
    driving = Driving([plc])
    driving.begin(0.0)
    plc.broken = True
    driving.write(0.5)
    driving.feed(0.5)
    assert plc.written == ["safe", "safe"]
    assert plc.told == []
    plc.broken = False
    for number in range(2, 40):
        driving.write(number / 2)
        driving.feed(number / 2)
    assert driving.failures("plc") == 1
    safe = plc.written.index("on")
    assert set(plc.written[:safe]) == {"safe"}
    assert set(plc.written[safe:]) == {"on"}
    first_on_s = (39 - plc.written.count("on")) / 2 + 0.5
    assert first_on_s >= 0.5 + HOLD_S
    assert plc.told == ["feed"] * (plc.written.count("on") + 1)


def test_a_device_that_fails_now_and_then_is_not_switched_on_and_off(plc: Plc) -> None:
    driving = Driving([plc])
    driving.begin(0.0)
    for number in range(200):
        plc.broken = number % 8 == 0
        driving.write(number / 2)
    assert plc.written.count("on") <= 200 / (2 * HOLD_S) * 8


def test_a_watchdog_that_cannot_be_fed_holds_the_device(
    plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DeviceError("the output watchdog is gone")

    driving = Driving([plc])
    driving.begin(0.0)
    driving.write(0.5)
    monkeypatch.setattr(plc, "feed", refuse)
    driving.feed(0.5)
    assert "watchdog is gone" in driving.why
    driving.write(0.5 + RETRY_S)
    assert plc.written == ["safe", "on", "safe"]


def test_a_device_that_takes_no_image_at_all_holds_up_no_other(plc: Plc) -> None:
    class Gone(Plc):
        def write_safe(self) -> None:
            raise DeviceError("no such device")

    driving = Driving([Gone("gone"), plc])
    driving.begin(0.0)
    driving.write(0.5)
    assert set(driving.held) == {"gone"}
    assert plc.written == ["safe", "on"]


def test_while_outputs_cannot_be_written_the_network_is_commanded_to_failsafe(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "site")
    loaded = site.load()
    daemon = Daemon(loaded, initial(loaded.program), site.clock)
    override = Override("o1", "miner.power_target", 1000.0, "anna", site.clock.now_s + 3600.0)
    daemon.cycle.requests.overrides["miner.power_target"] = override
    told: list[tuple[str, object, str]] = []
    decisions: list[object] = []

    def each(scan: Scan) -> None:
        decided = next(d.value for d in scan.decisions if d.output == "miner.power_target")
        last = site.miner.commands[-1]
        told.append((daemon.cycle.driving.why, last.value, last.reason))
        decisions.append(decided)
        site.plc.broken = 3 <= len(told) < 6

    daemon.listen("test", each)
    assert asyncio.run(daemon.run(40)) == STOPPED
    # While it is held the pump runs, as far as facts tell; driven again, everything starts anew.
    again = decisions.index(0.0, 1)
    assert decisions[1:again] == [1000.0] * (again - 1)
    assert not told[again][0]
    assert told[2][1] == 1000.0
    commanded = [each.value for each in site.miner.commands]
    off = commanded.index(0.0, 3)
    assert set(commanded[off : off + len([why for why, _, _ in told if why])]) == {0.0}
    held = [value for why, value, _ in told if why]
    assert held == [0.0] * len(held)
    assert len(held) >= 2 * HOLD_S
    assert "plc is held safe" in told[3][2]
    assert told[-1][1] == 1000.0, "and on again when the outputs have been taken for a while"
