"""`thermiq journal`: read while the daemon runs, after it was killed, and from damaged files."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.cli import journal as command
from adapters.cli.main import build
from adapters.runtime.journal import Entry, to_data
from adapters.runtime.ring import BLOCK_BYTES, FILE, Framed, Ring, title
from tests.unit.test_cli_faces import COMMAND
from tests.unit.test_cli_run import PURE_SITE, Running, folder

__all__ = ["folder"]

BOOT = bytes(range(16))
HOUR_S = 3600.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    ring = Ring(tmp_path / FILE)
    ring.open()
    for number in range(5):
        entry = Entry("reset armed", f"relay{number}", "a\x1b[31mb", "anna")
        ring.append([Framed(0, 1.0, 1_750_000_000.0 + number * HOUR_S, BOOT, to_data(entry))])
    ring.close()
    return tmp_path


def asked(*words: str) -> Result:
    return CliRunner().invoke(build("journal"), ["journal", *words])


def test_the_newest_stands_last_with_who_did_it(state: Path) -> None:
    result = asked("--state", str(state))
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "5 of 5 entries"
    assert lines[-1].split()[0] == "5"
    assert "reset armed" in lines[-1]
    assert "relay4" in lines[-1]
    assert "anna" in lines[-1]


def test_f38_what_came_over_a_network_does_not_steer_the_terminal(state: Path) -> None:
    assert "\x1b" not in asked("--state", str(state), "--no-colour").output


def test_json_has_everything_in_plain_fields(state: Path) -> None:
    documents = json.loads(asked("--state", str(state), "--json").output)
    assert documents[0] == {
        "number": 1,
        "time": "2025-06-15T15:06:40Z",
        "monotonic_s": 1.0,
        "boot": "00010203-0405-0607-0809-0a0b0c0d0e0f",
        "kind": "reset armed",
        "subject": "relay0",
        "text": "a\x1b[31mb",
        "by": "anna",
    }


@pytest.mark.parametrize(
    ("since", "kept"),
    [("2025-06-15T17:06:40+00:00", 3), ("2025-06-16", 0), ("10 s", 0), ("100000 h", 5)],
)
def test_since_takes_a_time_or_a_length(
    state: Path, since: str, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.time, "time", lambda: 1_760_000_000.0)
    result = asked("--state", str(state), "--since", since, "--json")
    assert len(json.loads(result.output)) == kept


def test_since_that_is_neither_is_refused(state: Path) -> None:
    result = asked("--state", str(state), "--since", "yesterday")
    assert result.exit_code == 2
    assert "neither a time" in result.output


def test_no_journal_and_a_newer_one_are_said_in_one_line(tmp_path: Path) -> None:
    result = asked("--state", str(tmp_path))
    assert (result.exit_code, "there is no journal" in result.output) == (1, True)
    (tmp_path / FILE).write_bytes(title(layout=2))
    result = asked("--state", str(tmp_path))
    assert (result.exit_code, "layout 2" in result.output) == (1, True)


def test_f94_damage_is_told_and_the_rest_is_shown(state: Path) -> None:
    image = bytearray((state / FILE).read_bytes())
    image[image.index(b"relay2")] ^= 1
    image[image.rindex(b"anna") + 2 : 2 * BLOCK_BYTES] = bytes(
        2 * BLOCK_BYTES - image.rindex(b"anna") - 2
    )
    (state / FILE).write_bytes(image)
    result = asked("--state", str(state))
    assert "1 entries cannot be read" in result.output
    assert "the last write was cut short" in result.output
    assert "1 entries after 2 cannot be read" in result.output
    assert "relay3" in result.output


def test_f94_a_damaged_block_is_told(state: Path) -> None:
    image = bytearray((state / FILE).read_bytes())
    image[5 * BLOCK_BYTES + 7] = 1
    (state / FILE).write_bytes(image)
    assert "5 of 5 entries; 1 blocks are damaged" in asked("--state", str(state)).output


def test_f94_a_record_that_is_no_entry_is_shown_as_a_gap(tmp_path: Path) -> None:
    ring = Ring(tmp_path / FILE)
    ring.open()
    ring.append([Framed(0, 1.0, 1.0, BOOT, b"nonsense")])
    ring.close()
    assert "no entry of a journal" in asked("--state", str(tmp_path)).output


def test_a_new_ring_has_no_entry(tmp_path: Path) -> None:
    ring = Ring(tmp_path / FILE)
    ring.open()
    ring.close()
    assert "No entry." in asked("--state", str(tmp_path)).output


def test_f90_it_is_read_while_the_daemon_runs_and_after_it_was_killed(folder: Path) -> None:
    (folder / "site.yaml").write_text(
        f"{PURE_SITE}control: {{socket: {folder / 'c.sock'}}}\n", "utf-8"
    )
    running = Running(folder)
    try:
        running.wait_for("READY=1")
        mode = [*COMMAND, "mode", "manual", "--author", "anna", "--socket", str(folder / "c.sock")]
        done = subprocess.run(mode, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        refused = [*COMMAND, "override", "pump.run", "on", "--for", "90 d"]
        env = {**os.environ, "THERMIQ_SOCKET": str(folder / "c.sock")}
        subprocess.run(refused, capture_output=True, check=False, timeout=60, env=env)
        readings = (asked("--state", str(folder / "state")).output for _ in range(1000))
        assert "anna" in next(each for each in readings if "manual" in each)
        running.end(signal.SIGKILL)
    finally:
        running.close()
    dead = json.loads(asked("--state", str(folder / "state"), "--json").output)
    assert [each["kind"] for each in dead][:2] == ["start", "mode"]
    (folder / "notify").unlink()
    again = Running(folder)
    try:
        again.wait_for("READY=1")
        again.end(signal.SIGTERM)
    finally:
        again.close()
    told = json.loads(asked("--state", str(folder / "state"), "--json").output)
    assert [(each["kind"], each["subject"]) for each in told[-3:]] == [
        ("start", "without notice"),
        ("state", ""),
        ("end", "in order"),
    ]
