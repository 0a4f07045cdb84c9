"""`thermiq run` shows what the site file asks for: a running daemon answers on its socket."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.cli import faces
from adapters.codec.mqtt_ledger import Ledger
from adapters.messaging.mqtt import Messenger
from adapters.runtime.service import Service
from tests.making.daemons import SITE, Site
from tests.unit.test_cli_run import PURE_SITE, Running, folder

__all__ = ["folder"]

COMMAND = [sys.executable, "-m", "adapters.cli.main"]


def test_the_faces_are_what_run_joins() -> None:
    assert faces.show.__doc__


def test_a_running_daemon_answers_on_the_socket_of_its_site_file(folder: Path) -> None:
    site = f"{PURE_SITE}control: {{socket: {folder / 'c.sock'}}}\n"
    (folder / "site.yaml").write_text(site, "utf-8")
    running = Running(folder)
    try:
        running.wait_for("READY=1")
        asked = subprocess.run(
            [*COMMAND, "status", "--socket", str(folder / "c.sock")],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert asked.returncode == 0, asked.stderr
        assert "pump.run" in asked.stdout
        code, told = running.end(signal.SIGTERM)
        assert code == 0, told
        assert not (folder / "c.sock").exists()
    finally:
        running.close()


@pytest.mark.parametrize(
    ("section", "word"),
    [("control: {sockt: x}", "sockt"), ("mqtt: {hst: x}", "hst")],
)
def test_a_wrong_section_is_said_and_nothing_runs(folder: Path, section: str, word: str) -> None:
    (folder / "site.yaml").write_text(f"{PURE_SITE}{section}\n", "utf-8")
    ran = subprocess.run(
        [*COMMAND, "run", "--site", str(folder / "site.yaml"), "--once"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 1
    assert word in ran.stderr
    assert "Traceback" not in ran.stderr


def test_requests_and_resets_are_remembered_over_a_restart(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    sections = f"control: {{socket: {tmp_path / 'c.sock'}}}\nmqtt: {{host: localhost}}\n"
    site.file.write_text(SITE + sections, "utf-8")

    def start() -> tuple[Service, Callable[[], None], Ledger]:
        loaded = site.load()
        service = Service(loaded, site.clock)
        hide = faces.show(service, loaded, site.clock, shadow=False)
        (messenger,) = (each for each in service.daemon._runners if isinstance(each, Messenger))
        return service, hide, messenger.requests

    service, hide, requests = start()
    requests.enter("a1", "", site.clock.wall_s() + 60.0, site.clock.wall_s())
    hide()
    service.close()
    service, hide, requests = start()
    assert "heard already" in requests.objection("a1", "", site.clock.wall_s())
    assert set(service.kept._keepers) == {"flash", "requests", "resets"}
    hide()
    service.close()
