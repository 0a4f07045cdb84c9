import sqlite3
from pathlib import Path

import pytest

from adapters.recordings.data import PointInfo, RecordingError, ScanRun
from adapters.recordings.rows import RowWriter, begin, tracks_of
from engine.values.fact import Quality


@pytest.fixture
def db() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    begin(made, [PointInfo("a"), PointInfo("b", "bool")], {"site": "test"})
    return made


def test_the_transaction_of_the_first_tables_is_left_open(db: sqlite3.Connection) -> None:
    assert db.in_transaction
    db.execute("ROLLBACK")
    assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    db.close()


def test_a_repeated_sample_is_left_out_and_another_quality_is_not(db: sqlite3.Connection) -> None:
    rows = RowWriter(Path("x.rec"), db, tracks_of([PointInfo("a"), PointInfo("b", "bool")]))
    rows.add_samples([(1, "a", 1.0, Quality.GOOD), (2, "a", 1.0, Quality.GOOD)])
    rows.add_samples([(3, "a", None, Quality.BAD), (3, "b", True, Quality.GOOD)])
    written = list(db.execute("SELECT at_ms, point_id, number, quality FROM samples"))
    assert written == [(1, 1, 1.0, 0), (3, 1, None, 2), (3, 2, 1.0, 0)]
    db.close()
    with pytest.raises(RecordingError, match="cannot be written"):
        rows.add_events([])


def test_a_point_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        tracks_of([PointInfo("a"), PointInfo("a")])


def test_a_run_of_scans_grows_while_all_clocks_keep_the_step() -> None:
    run: ScanRun | None = ScanRun(1000, 1000, 50)
    for number in range(1, 4):
        assert run is not None
        run = run.longer(1000 + 500 * number, 1000 + 500 * number, 50 + 500 * number)
    assert run == ScanRun(1000, 1000, 50, 500, 4)
    assert run.longer(3000, 3000, 2051) is None
    assert run.longer(3000, 2999, 2050) is None
    assert ScanRun(1000, 1000, 50).longer(1500, 1400, 550) is None
