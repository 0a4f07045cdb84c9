"""What a daemon recorded, dry-run gives back: its own decisions, to the letter."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli.main import build
from adapters.playback import fit
from adapters.playback_recorded import play_recorded, play_recorded_to
from adapters.port import Reading
from adapters.recordings.data import DecisionRow
from adapters.recordings.recording import Recording
from adapters.runtime.daemon import Daemon, Surroundings
from adapters.runtime.recorder import Recorder, RecorderCounters, Seen
from adapters.runtime.recorder_files import RecorderSettings
from adapters.scribe import digest_of
from engine.control.decision import Decision
from engine.control.scan import Scan, initial
from engine.control.state import Retained
from engine.inference.image import Override, Reset
from engine.values.fact import Quality
from engine.workshop.replay import after_gap
from tests.making.daemons import RULES, Site

SETTINGS = RecorderSettings(commit_every_ms=20_000, free_bytes=0)


class Straight:
    """Records in the thread of the scans."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def counters(self) -> RecorderCounters:
        return self._recorder.counters

    def hand_in(self, seen: Seen) -> None:
        self._recorder.take(seen)


class Life:
    """A daemon and what happens to it, by a seed: what is measured, asked for, and when."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.site = Site(folder / "site")
        self.folder = folder / "recordings"
        self.random = random.Random(seed)  # noqa: S311 - chance for a test
        self.recorder = Recorder(self.folder, SETTINGS)
        self.scans: list[Scan] = []
        self.daemon = self.start(None)
        self.resets = 0

    def start(self, retained: Retained | None) -> Daemon:
        loaded = self.site.load()
        around = Surroundings(recording=Straight(self.recorder))
        begun = initial(loaded.program) if retained is None else retained
        return Daemon(loaded, begun, self.site.clock, around)

    def step(self, count: int) -> None:
        """Scan at jittering times, while everything changes now and then."""
        clock, chance = self.site.clock, self.random
        publish = self.daemon.gateway.publisher("miner")
        for _ in range(count):
            if chance.random() < 0.6:  # and sometimes for so long not that it is stale
                power_w = chance.choice([2000.0, 3500.0, 5000.0 + chance.random(), 4200.1])
                quality = chance.choice([Quality.GOOD] * 8 + [Quality.BAD, Quality.MISSING])
                value = power_w if quality is Quality.GOOD else None
                measured_at_s = clock.now_s - chance.random()
                publish([Reading("pv", value, quality, measured_at_s, "chance")])
            tank_c = self.site.plc.tank_c or 40.0
            tank_c += chance.gauss(0.0, 1.0)
            self.site.plc.tank_c = None if chance.random() < 0.03 else min(max(tank_c, 5.0), 95.0)
            self.site.plc.safe = chance.random() > 0.01
            requests = self.daemon.cycle.requests
            if chance.random() < 0.03:
                until_s = clock.now_s + 5 * chance.random()
                requests.overrides["pump.run"] = Override("o", "pump.run", True, "x", until_s)
            if chance.random() < 0.1:
                requests.resets.append(Reset("safety_relay", "x"))
                self.resets += 1
            self.daemon._follow(*self.daemon._decide())
            last = self.daemon.cycle.last
            assert last is not None
            self.scans.append(last)
            clock.now_s += 0.5 + abs(chance.gauss(0.0, 0.01)) if chance.random() < 0.9 else 0.0201

    def restart(self, monotonic_s: float) -> None:
        """Boot the machine: another monotonic clock, a saved state, a gap."""
        state = self.daemon.cycle.retained
        program = self.daemon.cycle.program
        clock = self.site.clock
        wall_s = clock.wall_s() + 30.0
        clock.now_s, clock.wall_ahead_s = monotonic_s, wall_s - monotonic_s
        moment = self.daemon.cycle.moment()
        self.recorder.close()
        self.recorder = Recorder(self.folder, SETTINGS)
        self.daemon = self.start(after_gap(program, state, moment))

    def files(self) -> list[Path]:
        self.recorder.close()
        found = self.folder.glob("*.rec")
        return sorted(found, key=lambda path: (path.name[:10], len(path.name), path.name))


def replayed(life: Life, path: Path, rules: str | None = None) -> Iterator[tuple[int, Scan]]:
    program = life.daemon.cycle.program
    with Recording.open(path) as recording:
        fitting = fit(recording.points(), program.rulebook)
        assert not fitting.warnings
        digest = life.daemon.digest if rules is None else rules
        yield from play_recorded(recording, program, digest, fitting, recording.segments())


def decisions(scans: list[Scan]) -> list[tuple[Decision, ...]]:
    return [scan.decisions for scan in scans]


@pytest.mark.parametrize("seed", range(4))
def test_some_hundred_jittering_scans_come_back_decision_by_decision(
    tmp_path: Path, seed: int
) -> None:
    life = Life(tmp_path, seed)
    life.step(400)
    (path,) = life.files()
    again = [scan for _, scan in replayed(life, path)]
    assert decisions(again) == decisions(life.scans)
    assert [scan.trace.alarms for scan in again] == [scan.trace.alarms for scan in life.scans]
    assert [scan.trace.rule_truths for scan in again] == [
        scan.trace.rule_truths for scan in life.scans
    ]
    causes = {decision.cause for scan in life.scans for decision in scan.decisions}
    assert len(causes) >= 5, causes  # otherwise little was tried


def test_a_restart_and_another_boot_come_back_too(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.step(150)
    life.restart(12.0)
    life.step(150)
    (path,) = life.files()
    with Recording.open(path) as recording:
        assert len(recording.segments()) == 2
    assert decisions([scan for _, scan in replayed(life, path)]) == decisions(life.scans)


def test_a_recording_without_the_daemons_state_is_played_from_the_start(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.step(100)
    (path,) = life.files()
    other = [scan for _, scan in replayed(life, path, "0" * 64)]
    assert decisions(other) == decisions(life.scans)  # it had begun anew


def test_a_state_before_the_recording_is_part_of_it(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.step(100)
    life.recorder.close()
    life.folder.rename(tmp_path / "lost")
    life.recorder = Recorder(life.folder, SETTINGS)
    life.restart(50.0)
    life.scans.clear()
    life.step(100)
    (path,) = life.files()
    assert decisions([scan for _, scan in replayed(life, path)]) == decisions(life.scans)


def test_midnight_begins_another_file_and_each_plays_on_its_own(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.site.clock.wall_ahead_s = 1_750_024_800.0 - 1000.0 - 60.0  # a minute before midnight
    life.step(250)
    paths = life.files()
    assert [path.name for path in paths] == ["2025-06-15.rec", "2025-06-16.rec"]
    again = [scan for path in paths for _, scan in replayed(life, path)]
    assert decisions(again) == decisions(life.scans)


@pytest.mark.parametrize("back_s", [0.4, 3.0, 3600.0])
def test_a_wall_clock_that_is_set_back_costs_no_scan(tmp_path: Path, back_s: float) -> None:
    life = Life(tmp_path)
    life.step(100)
    life.site.clock.wall_ahead_s -= back_s
    life.step(100)
    paths = life.files()
    assert len(paths) == (2 if back_s > 10 else 1)
    again = [scan for path in paths for _, scan in replayed(life, path)]
    assert decisions(again) == decisions(life.scans)
    assert life.recorder.counters.lost == 0


def test_other_rules_begin_another_stretch(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.step(100)
    (life.site.folder / "heat.yaml").write_text(RULES.replace("50 °C", "30 °C"), "utf-8")
    other = life.site.load()
    life.daemon.activate(other.program, other.digest)
    life.scans.clear()
    life.step(100)
    (path,) = life.files()
    program = other.program
    with Recording.open(path) as recording:
        last = recording.segments()[-1]
        fitting = fit(recording.points(), program.rulebook)
        again = [s for _, s in play_recorded(recording, program, other.digest, fitting, [last])]
    assert decisions(again) == decisions(life.scans)


def test_a_question_about_a_moment_replays_from_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.runtime.recorder.CHECKPOINT_MS", 30_000)
    life = Life(tmp_path)
    life.step(300)
    (path,) = life.files()
    program = life.daemon.cycle.program
    at_ms = round(life.scans[250].trace.moment.wall_s * 1000)
    with Recording.open(path) as recording:
        fitting = fit(recording.points(), program.rulebook)
        played = list(play_recorded_to(recording, program, life.daemon.digest, fitting, at_ms))
    assert len(played) < 100
    assert played[-1][0] == at_ms
    assert played[-1][1].decisions == life.scans[250].decisions


def test_the_command_dry_run_gives_the_daemons_decisions_back(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.step(200)
    life.restart(7.0)
    life.step(100)
    (path,) = life.files()
    out = tmp_path / "again.rec"
    command = ["dry-run", str(life.site.folder), "--facts", str(path), "--out", str(out)]
    ran = CliRunner().invoke(build("dry-run"), command)
    assert ran.exit_code == 0, ran.output
    with Recording.open(path) as recording, Recording.open(out) as again:
        end = recording.segments()[0].end_ms
        first = list(again.decisions(end_ms=end))
        assert first == list(recording.decisions(end_ms=end))
        # The daemon says everything anew after a restart; what it says is the same.
        assert standing(again.decisions()) == standing(recording.decisions())


def standing(rows: Iterator[DecisionRow]) -> dict[str, list[tuple[object, ...]]]:
    """Return for each output what it was given, without repetitions."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        said = (row.value, row.cause, row.by)
        if not found.setdefault(row.output, []) or found[row.output][-1] != said:
            found[row.output].append(said)
    return found


def test_it_is_read_while_it_is_written(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.step(200)
    (path,) = life.folder.glob("*.rec")
    with Recording.open(path) as recording:
        spans = recording.segments()
        scans = list(recording.scans(spans[0].start_ms, spans[0].end_ms))
        life.step(100)
        assert list(recording.changes())
    assert 100 < len(scans) < 200
    assert life.recorder.counters.failures == 0
    life.recorder.close()
    assert not list(life.folder.glob("*-wal"))


def test_the_digest_of_the_rules_is_that_of_dry_run(tmp_path: Path) -> None:
    life = Life(tmp_path)
    files = {
        path.name: path.read_bytes()
        for path in life.site.folder.iterdir()
        if path.name != "site.yaml"
    }
    assert life.daemon.digest == digest_of(files)


TIMED = """\
  - id: morning
    when: between 00:00 and 12:00
    then: {pump.run: on}
    salience: 40
"""


def with_the_time(folder: Path) -> Life:
    life = Life(folder)
    (life.site.folder / "heat.yaml").write_text(RULES + TIMED, "utf-8")
    life.daemon = life.start(None)
    life.site.clock.wall_ahead_s = -1000.0  # 1970, one o'clock in the morning
    return life


def test_f86_scans_before_the_clock_was_trusted_come_back_as_they_were(tmp_path: Path) -> None:
    life = with_the_time(tmp_path)
    cycle = life.daemon.cycle
    cycle.trusts = lambda _, __: len(life.scans) >= 60
    life.step(120)
    assert {scan.trace.moment.wall_trusted for scan in life.scans} == {True, False}
    (path,) = life.files()
    again = [scan for _, scan in replayed(life, path)]
    assert decisions(again) == decisions(life.scans)
    assert [scan.trace.rule_truths for scan in again] == [
        scan.trace.rule_truths for scan in life.scans
    ]
    assert {scan.trace.rule_truths[-1] for scan in life.scans[:60]} == {None}


@pytest.mark.parametrize("jump_s", [2 * 86_400.0, -30 * 86_400.0])
def test_f85_a_clock_that_jumps_moves_schedules_and_no_timer(tmp_path: Path, jump_s: float) -> None:
    for name in ("quiet", "jumped"):
        (tmp_path / name).mkdir()
    quiet, jumped = Life(tmp_path / "quiet"), Life(tmp_path / "jumped")
    for life in (quiet, jumped):
        life.step(60)
        if life is jumped:
            life.site.clock.wall_ahead_s += jump_s
        life.step(60)
    assert decisions(jumped.scans) == decisions(quiet.scans), "no rule of theirs reads the time"
    again = [scan for path in jumped.files() for _, scan in replayed(jumped, path)]
    assert sorted(map(str, decisions(again))) == sorted(map(str, decisions(jumped.scans)))


def test_f85_a_schedule_is_looked_at_anew_once(tmp_path: Path) -> None:
    life = with_the_time(tmp_path)
    life.step(20)
    life.site.clock.wall_ahead_s += 43_200.0
    life.step(20)
    truths = [scan.trace.rule_truths[-1] for scan in life.scans]
    assert truths == [True] * 20 + [False] * 20
