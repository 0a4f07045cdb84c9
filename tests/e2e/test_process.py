"""The process as systemd and the plant see it: stopped, blocked, starved, killed, out of its time.

The real daemon on a real image file. What systemd does, this does: it hears READY and WATCHDOG,
kills whoever is silent, and runs `outputs-zero` after every end.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.codec.revpi_layout import fingerprint
from adapters.simulated.revpi_config import config_rsc
from adapters.simulated.revpi_image import SimulatedRevPi
from tests.adapters.revpi_bench import NAMES
from tests.house.source import ROOT
from tests.making.daemons import INTERLOCKS, PLANT

RULES = """\
ruleset: pump
rules:
  - {id: circulate, when: tank.top < 50 °C, then: {pump.run: on}, because: The tank is cold.}
"""
MORNING = RULES.replace("tank.top < 50 °C", "between 00:00 and 12:00")
RELAY = "p4_relay"
PATIENCE_S = 60.0


class House:
    """A PLC, a site, and one daemon after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "plc").mkdir()
        self.plc = SimulatedRevPi(folder / "plc", config_rsc(NAMES))
        self.plc.set("safety_a", 1)
        self.plc.set("t_supply", 400)
        self.plc.exchange()
        self.site = folder / "site.yaml"
        for name, text in (("plant", PLANT), ("pump", RULES), ("interlocks", INTERLOCKS)):
            (folder / f"{name}.yaml").write_text(text, "utf-8")
        self.write_site("nothing")
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listening.bind(str(folder / "notify"))
        self.listening.settimeout(PATIENCE_S)
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}

    def write_site(self, does: str) -> None:
        plc = {
            "driver": "revpi",
            "image": str(self.plc.image_path),
            "config": str(self.plc.config_path),
            "layout": fingerprint(self.plc.layout),
            "inputs": {
                "rtd1": {"io": "t_supply", "kind": "rtd"},
                "relay_ok": {"io": "safety_a", "kind": "contact"},
            },
            "outputs": {"relay1": {"io": RELAY, "kind": "relay"}, "pump.run": "relay1"},
            "facts": {"tank.top": "rtd1", "safety.ok": "relay_ok"},
        }
        trouble = {
            "driver": "trouble",
            "does": does,
            "facts": {"sun.power": "pv"},
            "outputs": {"miner.power_target": "target"},
        }
        site = {"scan_period": "20 ms", "devices": {"plc": plc, "trouble": trouble}}
        self.site.write_text(json.dumps(site), "utf-8")

    def start(self, sabotage: str = "none", stuck_after_s: float = 30.0) -> None:
        command = [sys.executable, "-m", "tests.making.trouble", str(self.site)]
        own = {"NOTIFY_SOCKET": str(self.folder / "notify"), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--sabotage", sabotage, "--stuck-after", str(stuck_after_s)],
                env={**os.environ, **own, **self.environment},
                stderr=log,
            )

    @property
    def relay(self) -> int:
        return self.plc.get(RELAY)

    def hear(self) -> str:
        """Wait for a message; the PLC's modules exchange meanwhile."""
        told = self.listening.recv(1000).decode()
        self.plc.exchange()
        return told

    def until(self, holds: Callable[[str], bool]) -> None:
        while not holds(self.hear()):
            pass

    def scans(self, count: int) -> None:
        """Wait for so many complete scans."""
        for _ in range(count):
            self.until(lambda told: told == "WATCHDOG=1")

    def running(self) -> None:
        """Start it, and wait until the pump runs."""
        self.start()
        self.until(lambda _: self.relay == 1)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for the end, and do what systemd does after it."""
        assert self.process is not None
        code = self.process.wait(PATIENCE_S)
        self.silence()
        return code

    def silence(self) -> list[str]:
        """Return what was said and not heard yet."""
        told = []
        self.listening.setblocking(False)
        try:
            while True:
                told.append(self.listening.recv(1000).decode())
        except BlockingIOError:
            return told
        finally:
            self.listening.settimeout(PATIENCE_S)

    def outputs_zero(self) -> None:
        helper = [str(ROOT / "deploy" / "outputs-zero")]
        places = ["--image", str(self.plc.image_path), "--config", str(self.plc.config_path)]
        subprocess.run([*helper, *places], check=True)
        self.plc.exchange()

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.listening.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def stop(house: House, sabotage: str) -> int:
    """Return what the relay is after an orderly end."""
    house.start(sabotage)
    house.until(lambda _: house.relay == 1)
    house.signal(signal.SIGTERM)
    house.until(lambda told: told == "STOPPING=1")
    assert house.end() == 0
    house.plc.exchange()
    return house.relay


def test_f106_sigterm_leaves_safe_outputs_and_an_end_in_order(house: House) -> None:
    assert stop(house, "none") == 0
    house.running()


def test_f106_its_sabotage_twin_leaves_the_pump_running(house: House) -> None:
    assert stop(house, "no-safe-image") == 1


def test_f106_a_latch_outlives_the_stop(house: House) -> None:
    house.running()
    house.plc.set("safety_a", 0)
    house.until(lambda _: house.relay == 0)
    house.signal(signal.SIGTERM)
    assert house.end() == 0
    house.plc.set("safety_a", 1)
    house.plc.exchange()
    house.start()
    house.scans(10)
    assert house.relay == 0


def test_f98_whoever_holds_the_loop_ends_the_process_and_the_outputs_are_zeroed(
    house: House,
) -> None:
    house.write_site("block")
    house.start(stuck_after_s=0.3)
    assert house.end() == 5
    assert "no scan completed in" in house.log.read_text("utf-8")
    house.outputs_zero()
    assert house.relay == 0


def test_f98_its_sabotage_twin_without_the_watchdog_stands_until_the_device_lets_go(
    house: House,
) -> None:
    house.write_site("block")
    house.start("no-watchdog")
    assert house.end() == 7


def test_f99_a_stopped_process_feeds_nobody_and_after_the_kill_the_outputs_are_zero(
    house: House,
) -> None:
    house.running()
    house.signal(signal.SIGSTOP)
    assert house.process is not None
    os.waitid(os.P_PID, house.process.pid, os.WSTOPPED | os.WNOWAIT)
    house.silence()
    assert house.silence() == [], "systemd's watchdog runs out"
    house.signal(signal.SIGKILL)
    assert house.end() == -signal.SIGKILL
    house.plc.exchange()
    assert house.relay == 1, "without the kernel's watchdog the image would stay as it was"
    house.outputs_zero()
    assert house.relay == 0
    house.running()


def test_f96_a_device_that_eats_all_memory_loses_its_own_points_only(house: House) -> None:
    house.write_site("leak")
    house.start()
    house.until(lambda told: told == "STATUS=trouble")
    house.scans(20)
    assert house.relay == 1
    house.signal(signal.SIGTERM)
    assert house.end() == 0
    assert "MemoryError" in house.log.read_text("utf-8")


def test_f100_a_driver_with_a_bug_costs_nobody_else_anything(house: House) -> None:
    house.write_site("fail")
    house.start()
    house.until(lambda told: told == "STATUS=trouble")
    house.scans(20)
    assert house.relay == 1
    house.signal(signal.SIGTERM)
    assert house.end() == 0
    assert "a bug in a driver; next try in 1 s" in house.log.read_text("utf-8")


def test_f103_a_log_storm_stays_small_and_scans_go_on(house: House) -> None:
    house.write_site("flood")
    house.start()
    house.until(lambda told: told == "STATUS=trouble")
    house.scans(10)
    house.signal(signal.SIGTERM)
    assert house.end() == 0
    assert house.log.stat().st_size < 100_000


def test_f101_a_second_daemon_ends_before_it_touches_anything(house: House) -> None:
    house.running()
    house.signal(signal.SIGSTOP)
    assert house.process is not None
    os.waitid(os.P_PID, house.process.pid, os.WSTOPPED | os.WNOWAIT)
    before = house.plc.image_path.stat().st_mtime_ns
    first = house.process
    house.start()
    try:
        assert house.end() == 3
        assert house.plc.image_path.stat().st_mtime_ns == before
    finally:
        first.kill()
        first.wait()


def test_f102_the_fourth_life_after_three_kills_is_safe_mode(house: House) -> None:
    for _ in range(3):
        house.running()
        house.signal(signal.SIGKILL)
        house.end()
    house.outputs_zero()
    house.start()
    house.until(lambda told: told.startswith("READY=1"))
    house.scans(20)
    assert house.relay == 0
    assert "safe mode: The controller ended out of order 3 times" in house.log.read_text("utf-8")


def faked(house: House, at: str) -> None:
    """Let the wall clock of the next daemon show what stands in a file."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    (house.folder / "time").write_text(f"@{at}\n", "utf-8")
    house.environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(house.folder / "time"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "Europe/Berlin",
    }
    (house.folder / "pump.yaml").write_text(MORNING, "utf-8")


def jump(house: House, at: str) -> None:
    beside = house.folder / "time.new"
    beside.write_text(f"@{at}\n", "utf-8")
    beside.replace(house.folder / "time")


def test_f85_a_clock_that_jumps_two_days_on_and_thirty_back_moves_schedules_only(
    house: House,
) -> None:
    faked(house, "2026-06-15 08:00:00")
    house.running()
    jump(house, "2026-06-17 20:00:00")
    house.until(lambda _: house.relay == 0)
    jump(house, "2026-05-18 08:00:00")
    house.until(lambda _: house.relay == 1)
    house.signal(signal.SIGTERM)
    assert house.end() == 0


def test_f86_a_boot_in_1970_waits_for_a_clock_to_trust(house: House) -> None:
    faked(house, "1970-01-02 08:00:00")
    house.start()
    house.scans(20)
    assert house.relay == 0, "it is morning, if one believes it"
    jump(house, "2026-06-15 08:00:00")
    house.until(lambda _: house.relay == 1)


def test_f86_its_sabotage_twin_believes_1970(house: House) -> None:
    faked(house, "1970-01-02 08:00:00")
    house.start("believe-any-clock")
    house.until(lambda _: house.relay == 1)
