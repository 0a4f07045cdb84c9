"""The recorder when the disk does not do what it should; replay is in test_daemon_recording."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from adapters.recordings.data import RecordingError, ScanRun
from adapters.recordings.live import LiveRecording
from adapters.recordings.recording import Recording
from adapters.runtime.recorder import Recorder, Seen
from adapters.runtime.recorder_files import RecorderSettings
from adapters.runtime.recording_thread import RecordingThread
from engine.control.program import Program
from engine.control.scan import initial, scan
from engine.control.state import without_memory
from engine.inference.image import Override, Reset, empty_image
from engine.values.moment import Moment
from tests.making.daemons import Site

SETTINGS = RecorderSettings(commit_every_ms=10_000, free_bytes=0)
START_S = 1_750_000_000.0


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Site(tmp_path / "site").load().program


def seen(program: Program, count: int, start: int = 0) -> Iterator[Seen]:
    """Yield scans half a second apart, of a site that nobody hears from."""
    retained = initial(program)
    image = empty_image(program.rulebook.plant)
    for number in range(start, start + count):
        moment = Moment(100.0 + number / 2, START_S + number / 2, 7200)
        done = scan(program, retained, image, moment)
        yield Seen(program, "ab" * 32, retained, moment, image, done.decisions, done.trace.alarms)
        retained = done.retained


def only(folder: Path) -> Recording:
    (path,) = folder.glob("*.rec")
    return Recording.open(path)


def scans_in_the_one_stretch(folder: Path) -> int:
    with only(folder) as recording:
        (span,) = recording.segments()
        return len(list(recording.scans(span.start_ms, span.end_ms)))


def test_even_steps_are_one_row(tmp_path: Path, program: Program) -> None:
    recorder = Recorder(tmp_path / "r", RecorderSettings(free_bytes=0))
    for each in seen(program, 100):
        recorder.take(each)
    recorder.close()
    with only(tmp_path / "r") as recording:
        assert list(recording._rows("SELECT step_ms, count FROM scans")) == [(500, 100)]
        assert recording.period_ms == 500
        assert recording.meta["created_by"] == "thermiq run"
        (span,) = recording.segments()
        assert len(list(recording.scans(span.start_ms, span.end_ms))) == 100
        assert len(list(recording.scans(span.start_ms + 1000, span.start_ms + 2000))) == 2


def test_there_is_one_commit_in_a_while(tmp_path: Path, program: Program) -> None:
    recorder = Recorder(tmp_path / "r", SETTINGS)
    for each in seen(program, 100):
        recorder.take(each)
    assert recorder.counters.commits == 4
    recorder.close()
    assert recorder.counters.commits == 5
    assert recorder.counters.written == 100


def uneven(scans: Iterator[Seen]) -> Iterator[Seen]:
    """Yield the scans at steps of which no two are alike, so that each is a row."""
    for number, each in enumerate(scans):
        late_s = number % 7 * 0.001 + number * 0.00001
        yield each._replace(moment=each.moment._replace(wall_s=each.moment.wall_s + late_s))


def test_what_waits_long_for_its_commit_is_not_held_in_memory(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.runtime.recorder.ROWS_HELD_MAX", 20)
    recorder = Recorder(tmp_path / "r", RecorderSettings(free_bytes=0))
    held = []
    for each in uneven(seen(program, 200)):
        recorder.take(each)
        held.append(len(recorder._rows))
    assert max(held) < 25
    assert recorder.counters.written == 0
    with only(tmp_path / "r") as recording:
        assert not list(recording._rows("SELECT * FROM scans"))
    recorder.close()
    assert recorder.counters.written == scans_in_the_one_stretch(tmp_path / "r") == 200


def test_a_disk_that_fails_before_the_commit_costs_all_that_waits_for_it(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.runtime.recorder.ROWS_HELD_MAX", 20)
    recorder = Recorder(tmp_path / "r", RecorderSettings(free_bytes=0))
    add_scans = LiveRecording.add_scans
    refuses = iter((False, False, True))

    def refuse_once(live: LiveRecording, runs: Iterable[ScanRun]) -> None:
        if next(refuses, False):
            raise RecordingError("x.rec", "database or disk is full")
        add_scans(live, runs)

    monkeypatch.setattr(LiveRecording, "add_scans", refuse_once)
    for each in uneven(seen(program, 800)):
        recorder.take(each)
    recorder.close()
    counters = recorder.counters
    assert counters.failures == 1
    assert counters.written + counters.lost == 800
    assert counters.lost >= 50
    assert scans_in_the_one_stretch(tmp_path / "r") == counters.written


def test_more_rows_than_may_wait_are_committed_before_their_time(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.runtime.recorder.ROWS_HELD_MAX", 20)
    monkeypatch.setattr("adapters.runtime.recorder.ROWS_MAX", 60)
    recorder = Recorder(tmp_path / "r", RecorderSettings(free_bytes=0))
    for each in uneven(seen(program, 200)):
        recorder.take(each)
    assert 2 <= recorder.counters.commits <= 4


def test_a_commit_that_fails_costs_scans_and_is_tried_again(
    tmp_path: Path,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorder = Recorder(tmp_path / "r", SETTINGS)
    commit = LiveRecording.commit
    failing = [True]

    def refuse(live: LiveRecording) -> None:
        if failing[0]:
            failing[0] = False
            raise RecordingError("x.rec", "database or disk is full")
        commit(live)

    monkeypatch.setattr(LiveRecording, "commit", refuse)
    for each in seen(program, 200):
        recorder.take(each)
    recorder.close()
    counters = recorder.counters
    assert (counters.failures, counters.error) == (1, "")
    assert counters.written + counters.lost == 200
    assert 0 < counters.lost < 60
    assert "disk is full" in caplog.text
    assert scans_in_the_one_stretch(tmp_path / "r") == counters.written


def test_a_folder_that_cannot_be_made_stops_nothing(
    tmp_path: Path, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "r").write_text("a file stands here")
    recorder = Recorder(tmp_path / "r", SETTINGS)
    for each in seen(program, 50):
        recorder.take(each)
    recorder.close()
    assert recorder.counters.lost == 50
    assert recorder.counters.failures >= 1
    assert "not recorded" in caplog.text


def test_what_was_lost_begins_another_stretch(tmp_path: Path, program: Program) -> None:
    recorder = Recorder(tmp_path / "r", SETTINGS)
    scans = list(seen(program, 100))
    for each in scans[:40]:
        recorder.take(each)
    recorder.lose(20)
    for each in scans[60:]:
        recorder.take(each)
    recorder.close()
    with only(tmp_path / "r") as recording:
        assert len(recording.segments()) == 2
        for span in recording.segments():
            assert recording.checkpoint_before(span.start_ms, "ab" * 32) is not None
    assert recorder.counters.lost == 20


def test_requests_are_written_when_they_change(tmp_path: Path, program: Program) -> None:
    recorder = Recorder(tmp_path / "r", SETTINGS)
    override = Override("o1", "pump.run", True, "someone", 500.0)
    reset = Reset("safety_relay", "someone")
    for number, each in enumerate(seen(program, 30)):
        overrides = (override,) if 10 <= number < 20 else ()
        resets = (reset,) if number == 15 else ()
        image = each.image._replace(overrides=overrides, resets=resets)
        recorder.take(each._replace(image=image))
    recorder.close()
    with only(tmp_path / "r") as recording:
        (span,) = recording.segments()
        rows = list(recording.requests(span.start_ms, span.end_ms))
        assert [(len(row.overrides), len(row.resets)) for row in rows] == [
            (0, 0),
            (1, 0),
            (1, 1),
            (0, 0),
        ]
        later = list(recording.requests(span.start_ms + 6000, span.end_ms))
        assert [len(row.overrides) for row in later] == [1, 1, 0]


class Hanging(Recorder):
    """A recorder whose disk does not answer until told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SETTINGS)
        self.entered, self.go = threading.Event(), threading.Event()

    def take(self, seen: Seen) -> None:
        self.entered.set()
        assert self.go.wait(30.0)
        super().take(seen)


def test_a_disk_that_hangs_loses_scans_and_holds_up_none(tmp_path: Path, program: Program) -> None:
    recorder = Hanging(tmp_path / "r")
    thread = RecordingThread(recorder, queue_max=10)
    scans = list(seen(program, 60))
    thread.hand_in(scans[0])
    assert recorder.entered.wait(30.0)
    for each in scans[1:40]:
        thread.hand_in(each)  # would hang here
    assert thread.lost == 29
    assert not thread.close(0.01)
    recorder.go.set()
    while thread._queue.qsize():
        pass
    for each in scans[40:]:
        while thread._queue.full():
            pass
        thread.hand_in(each)
    assert thread.close(30.0)
    assert thread.counters.written == 31
    assert thread.counters.lost == 29
    with only(tmp_path / "r") as recording:
        assert len(recording.segments()) == 2


def test_a_recorder_that_is_broken_ends_no_thread(
    tmp_path: Path, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Recorder):
        def take(self, seen: Seen) -> None:
            raise AssertionError(seen.digest)

    thread = RecordingThread(Broken(tmp_path / "r", SETTINGS))
    for each in seen(program, 3):
        thread.hand_in(each)
    assert thread.close(30.0)
    assert caplog.text.count("the recorder failed") == 3


def test_a_state_that_was_changed_between_scans_begins_another_stretch(
    tmp_path: Path, program: Program
) -> None:
    thread = RecordingThread(Recorder(tmp_path / "r", SETTINGS))
    for number, each in enumerate(seen(program, 20)):
        changed = number == 10
        before = without_memory(each.before) if changed else each.before
        thread.hand_in(each._replace(before=before))
    assert thread.close(30.0)
    with only(tmp_path / "r") as recording:
        assert [end.start_ms - START_S * 1000 for end in recording.segments()] == [0.0, 5000.0]
