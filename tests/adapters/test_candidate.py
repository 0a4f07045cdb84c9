"""A candidate in a process of its own: fed, sealed, ended, and never in the way."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.candidate import sealed
from adapters.candidate.frames import Start
from adapters.candidate.keeper import Candidate, CandidateKeeper
from adapters.runtime.refusal import RefusedError
from engine.control.retained import save
from tests.unit.test_candidate_twins import RULES, Daemon, files

EDITED = files(rules=RULES.replace("< 50 °C", "< 35 °C"))
PATIENCE_S = 60.0

PRY = f"""
import os, socket
from {sealed.__name__} import seal
seal()
def tries(what, do):
    try:
        do()
        print(what, "WORKED")
    except (OSError, ValueError) as error:
        print(what, "refused")
tries("file", lambda: open("/dev/null", "w"))
tries("read", lambda: open("/dev/null"))
tries("socket", lambda: socket.socket())
tries("pipe", os.pipe)
tries("dup", lambda: os.dup(1))
tries("device", lambda: os.open("/dev/piControl0", os.O_RDWR))
tries("handle", lambda: os.write(int(os.environ["LEFT_OPEN"]), b"x"))
"""


def test_after_the_seal_nothing_can_be_opened_or_written(tmp_path: Path) -> None:
    left_open = (tmp_path / "left").open("wb", buffering=0)
    told = subprocess.run(
        [sys.executable, "-c", PRY],
        env={"LEFT_OPEN": str(left_open.fileno())},
        pass_fds=[left_open.fileno()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    left_open.close()
    lines = dict(line.split() for line in told.splitlines())
    assert lines == dict.fromkeys(
        ("file", "read", "socket", "pipe", "dup", "device", "handle"), "refused"
    )
    assert (tmp_path / "left").read_bytes() == b""


def test_the_process_knows_no_device_and_no_network() -> None:
    """What it imports before it is sealed: nothing that speaks to the plant."""
    code = "import sys, adapters.candidate.process; print(*sorted(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {name for name in told if name.startswith("adapters.")}
    assert ours == {
        f"adapters.candidate{part}" for part in ("", ".frames", ".process", ".sealed", ".twins")
    }
    foreign = {"pymodbus", "grpc", "aiomqtt", "paho", "revpimodio2", "sqlite3", "socket"}
    assert not foreign & {name.partition(".")[0] for name in told}


class Bench:
    def __init__(self) -> None:
        self.keeper = CandidateKeeper()
        self.daemon = Daemon(EDITED)

    async def start(self) -> None:
        state = save(self.daemon.live, self.daemon.retained)
        candidate = Candidate(EDITED, "ab" * 32, "anna", 1e9)
        await self.keeper.start(candidate, Start(files(), EDITED, state))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.005)


def run(test: Callable[[Bench], Awaitable[None]]) -> None:
    async def go() -> None:
        bench = Bench()
        try:
            await test(bench)
        finally:
            await bench.keeper.close()

    asyncio.run(go())


def test_scans_go_in_and_disagreements_come_out() -> None:
    async def test(bench: Bench) -> None:
        await bench.start()
        for _ in range(3):
            bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        await bench.until(lambda: bool((bench.keeper.report or {}).get("latest")))
        report = bench.keeper.report or {}
        text = json.dumps(report)
        assert "must be < 35" in text
        assert report["unlike_daemon"] == 0
        assert bench.keeper.missed == 0

    run(test)


def test_scans_that_come_while_it_starts_are_not_lost() -> None:
    async def test(bench: Bench) -> None:
        starting = asyncio.create_task(bench.start())
        await asyncio.sleep(0)
        for _ in range(2):
            bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        await starting
        for _ in range(38):
            bench.keeper.feed(bench.daemon.scan(30.0, 0.0))
        await bench.until(lambda: (bench.keeper.report or {}).get("scans", 0) == 21)
        report = bench.keeper.report or {}
        assert report["unlike_daemon"] == 0

    run(test)


def test_there_is_one_candidate_at_a_time() -> None:
    async def test(bench: Bench) -> None:
        with pytest.raises(RefusedError, match="no candidate is tried"):
            await bench.keeper.drop()
        await bench.start()
        with pytest.raises(RefusedError, match="of anna is tried already"):
            await bench.start()
        assert (await bench.keeper.drop()).author == "anna"
        bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        await bench.start()

    run(test)


def test_a_process_that_dies_is_told_and_stops_nothing() -> None:
    async def test(bench: Bench) -> None:
        await bench.start()
        process = bench.keeper._process
        assert process is not None
        process.kill()
        await bench.until(lambda: bool(bench.keeper.ended))
        assert "ended with -9" in bench.keeper.ended
        bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        await bench.keeper.drop()

    run(test)


def test_what_the_pipe_does_not_take_is_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.candidate.keeper.WAITING_BYTES_MAX", 10_000)

    async def test(bench: Bench) -> None:
        await bench.start()
        for _ in range(1000):  # without a pause: the process gets no chance to read
            bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        assert 0 < bench.keeper.missed < 1000

    run(test)


def test_other_live_rules_begin_a_new_comparison() -> None:
    async def test(bench: Bench) -> None:
        await bench.start()
        bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        await bench.until(lambda: bench.keeper.report is not None)
        state = save(bench.daemon.live, bench.daemon.retained)
        await bench.keeper.restart(Start(files(), files(), state))
        assert bench.keeper.report is None
        bench.keeper.feed(bench.daemon.scan(40.0, 0.0))
        await bench.until(lambda: bench.keeper.report is not None)
        assert (bench.keeper.report or {})["latest"] == []

    run(test)
