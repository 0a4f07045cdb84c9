"""The state row by row: at every change, or at every step."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.recordings.data import PointInfo, Span
from adapters.recordings.frames import frames
from adapters.recordings.recording import Recording
from engine.values.fact import Quality

GOOD, MISSING = Quality.GOOD, Quality.MISSING


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    with Recording.create(tmp_path / "a.rec", [PointInfo("a"), PointInfo("b")]) as writer:
        writer.add_samples([(0, "a", 1.0, GOOD), (5, "b", 2.0, GOOD), (12, "a", 3.0, GOOD)])
        writer.add_segment(Span(0, 20))
        writer.add_segment(Span(100, 115))
    with Recording.open(tmp_path / "a.rec") as opened:
        yield opened


def test_without_a_step_a_row_stands_at_every_change(recording: Recording) -> None:
    assert list(frames(recording, ["b", "a"], Span(0, 20))) == [
        (0, ((None, MISSING), (1.0, GOOD))),
        (5, ((2.0, GOOD), (1.0, GOOD))),
        (12, ((2.0, GOOD), (3.0, GOOD))),
    ]


def test_with_a_step_rows_stand_in_the_segments_only(recording: Recording) -> None:
    rows = list(frames(recording, ["a"], Span(0, 200), 10))
    assert [(at, states[0][0]) for at, states in rows] == [
        (0, 1.0),
        (10, 1.0),
        (100, 3.0),
        (110, 3.0),
    ]


def test_a_span_that_starts_within_a_segment_starts_there(recording: Recording) -> None:
    rows = list(frames(recording, ["a"], Span(6, 18), 6))
    assert [(at, states[0][0]) for at, states in rows] == [(6, 1.0), (12, 3.0)]
