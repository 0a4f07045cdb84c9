"""The daemon with its surroundings, and as a process: stopped, killed, doubled, refused."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli.main import build
from adapters.recordings.recording import Recording
from adapters.runtime.service import Service, state_folder
from adapters.runtime.store import FILE, OccupiedError
from adapters.runtime.system_clock import SystemClock
from tests.making.daemons import PLANT, Site
from tests.making.disks import FailingDisk

PURE_SITE = "scan_period: 20 ms\nrecorder: {commit_every: 1 s, free: 1 kB}\n"
RULES = """\
ruleset: pump
rules:
  - id: always
    when: pump.run or not pump.run
    then: {pump.run: on}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def run(site: Site, scans: int, *, shadow: bool = False) -> Service:
    service = Service(site.load(shadow=shadow), site.clock, shadow=shadow)
    assert asyncio.run(service.daemon.run(scans)) == 0
    service.close()
    return service


def test_a_latch_outlives_the_daemon(site: Site) -> None:
    site.plc.safe = False
    run(site, 2)
    site.plc.safe = True
    site.plc.written.clear()
    service = run(site, 2)
    assert site.plc.written == ["safe", "off", "off", "safe"]
    assert service.daemon.cycle.retained.trips[0].latched


def test_a_state_that_vanished_means_latched(site: Site) -> None:
    run(site, 2)
    (site.folder / "state" / FILE).unlink()
    service = run(site, 2)
    assert service.daemon.cycle.retained.trips[0].latched


def test_what_it_saw_is_recorded(site: Site) -> None:
    service = run(site, 20)
    (path,) = (site.folder / "state" / "recordings").glob("*.rec")
    with Recording.open(path) as recording:
        (span,) = recording.segments()
        assert len(list(recording.scans(span.start_ms, span.end_ms))) == 20
    assert service.recording.counters.lost == 0


def test_a_second_daemon_is_refused(site: Site) -> None:
    first = Service(site.load(), site.clock)
    with pytest.raises(OccupiedError):
        Service(site.load(), site.clock)
    first.close()


def test_a_shadow_keeps_its_own_folder(site: Site) -> None:
    first = Service(site.load(), site.clock)
    loaded = site.load(shadow=True)
    run(site, 2, shadow=True)
    assert state_folder(loaded, shadow=True) == site.folder / "state-shadow"
    assert site.plc.written == []
    first.close()


def test_a_disk_that_fails_for_ever_stops_no_scan(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(site.load(), site.clock, disk=FailingDisk(0, for_ever=True))
    assert asyncio.run(service.daemon.run(30)) == 0
    service.close()
    assert service.daemon.cycle.counters.scans == 30
    assert service.store.counters.failures > 0
    assert "retained state not saved" in caplog.text


def test_a_state_folder_that_cannot_be_made_stops_no_scan(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    (site.folder / "state").write_text("in the way")
    run(site, 5)
    assert "the state folder cannot be used" in caplog.text


# As a process, with the command and the real clock.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    (tmp_path / "pump.yaml").write_text(RULES, "utf-8")
    (tmp_path / "site.yaml").write_text(PURE_SITE, "utf-8")
    return tmp_path


class Running:
    """`thermiq run` with a fake systemd that hears what it is told."""

    def __init__(self, folder: Path) -> None:
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listening.bind(str(folder / "notify"))
        self.listening.settimeout(30.0)
        command = [sys.executable, "-m", "adapters.cli.main", "run", "--site"]
        self.process = subprocess.Popen(
            [*command, str(folder / "site.yaml")],
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, word: str) -> None:
        while word not in self.listening.recv(1000).decode():
            pass

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=30)
        return self.process.returncode, told

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.listening.close()


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    started = Running(folder)
    yield started
    started.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(running: Running, folder: Path, number: signal.Signals) -> None:
    running.wait_for("READY=1")
    running.wait_for("WATCHDOG=1")
    assert running.end(number)[0] == 0
    running.wait_for("STOPPING=1")
    (path,) = (folder / "state" / "recordings").iterdir()
    with Recording.open(path) as recording:
        assert recording.segments()


def test_a_daemon_that_was_killed_starts_again(running: Running, folder: Path) -> None:
    running.wait_for("READY=1")
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml"), "--once"])
    assert ran.exit_code == 3
    assert "another daemon" in ran.output
    running.end(signal.SIGKILL)
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml"), "--once"])
    assert ran.exit_code == 0, ran.output


def test_rules_that_are_wrong_keep_it_from_starting(folder: Path) -> None:
    (folder / "pump.yaml").write_text(RULES.replace("pump.run or", "pump.rnu or"), "utf-8")
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml")])
    assert ran.exit_code == 1
    assert "did you mean `pump.run`?" in ran.output
    assert not (folder / "state").exists()


def test_recorder_settings_that_are_wrong_are_told(folder: Path) -> None:
    (folder / "site.yaml").write_text("recorder: {limit: lots}\n", "utf-8")
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml"), "--once"])
    assert ran.exit_code == 1
    assert "`lots` is not a size" in ran.output


def test_it_ends_after_the_time_that_was_asked_for(folder: Path) -> None:
    command = ["run", "--site", str(folder / "site.yaml"), "--for"]
    ran = CliRunner().invoke(build("run"), [*command, "50 ms", "--shadow"])
    assert ran.exit_code == 0, ran.output
    assert CliRunner().invoke(build("run"), [*command, "soon"]).exit_code == 2


def test_the_machines_clocks_run() -> None:
    clock = SystemClock()
    before_s = clock.monotonic_s()
    asyncio.run(clock.sleep(0.0))
    assert clock.monotonic_s() >= before_s
    assert clock.wall_s() > 1_700_000_000
