"""`thermiq run` as a process of its own against the house on loopback, with passwords to guard."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90
OF_A_FILE, OF_THE_ENVIRONMENT, WRONG = (
    "Zander-4711-Datei",
    "Barsch-4712-Umwelt",
    "Hecht-4713-falsch",
)
"""Passwords: of the broker, of who tells the weather, and one that a miner refuses."""


def thermiq(*words: str) -> list[str]:
    return [sys.executable, "-m", "adapters.cli.main", *words]


class LiveDaemon:
    """The process, its folder, and what it said."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self.folder, self.process, self._log = folder, process, log

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        socket = str(self.folder / "control.sock")
        return subprocess.run(
            thermiq(*words, "--socket", socket),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )


@contextmanager
def live_daemon(folder: Path) -> Iterator[LiveDaemon]:
    """Start house and daemon, wait for the first scan, and stop both in order."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "WEATHER_PASSWORD": OF_THE_ENVIRONMENT}
    command = thermiq("simulate-house", "--folder", str(folder))
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as house:
        try:
            assert house.stdout is not None
            for _ in range(3):
                house.stdout.readline()
            _with_passwords(folder)
            with (folder / "daemon.log").open("w") as log:
                daemon = subprocess.Popen(
                    thermiq("run", "--site", str(folder / "site.yaml")),
                    cwd=ROOT,
                    env=environment,
                    stderr=log,
                )
                try:
                    yield LiveDaemon(folder, daemon, folder / "daemon.log")
                finally:
                    daemon.send_signal(signal.SIGTERM)
                    assert daemon.wait(PATIENCE_S) == 0
        finally:
            house.send_signal(signal.SIGINT)
            house.communicate(timeout=PATIENCE_S)


def _with_passwords(folder: Path) -> None:
    yaml = YAML()
    file = folder / "site.yaml"
    site = yaml.load(file.read_text("utf-8"))
    for name, word in (("broker.password", OF_A_FILE), ("wrong.password", WRONG)):
        (folder / name).write_text(word, "utf-8")
        (folder / name).chmod(0o600)
    site["mqtt"] |= {"username": "thermiq", "password_file": str(folder / "broker.password")}
    site["devices"]["weather"] |= {"username": "w", "password_env": "WEATHER_PASSWORD"}
    site["devices"]["miner2"]["password_file"] = str(folder / "wrong.password")
    with file.open("w", encoding="utf-8") as out:
        yaml.dump(site, out)
