"""Files become text, or say why not."""

import gzip
from pathlib import Path

import pytest

from adapters.recordings import source
from adapters.recordings.data import RecordingError
from adapters.recordings.findings import Findings
from adapters.recordings.source import decode, read_bytes


def test_plain_and_packed_files_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"time")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"time"))
    (tmp_path / "empty").touch()
    assert read_bytes(tmp_path / "a.csv") == read_bytes(tmp_path / "a.csv.gz") == b"time"
    assert read_bytes(tmp_path / "empty") == b""


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"time" * 1000)
    (tmp_path / "cut.gz").write_bytes(packed[:-10])
    (tmp_path / "bent.gz").write_bytes(packed[:12] + b"\xff" * 20)
    (tmp_path / "long").write_bytes(b"123456")
    monkeypatch.setattr(source, "MOST_BYTES", 5)
    for name, why in (
        ("none.csv", "does not exist"),
        ("", "is a directory"),
        ("x" * 300, "cannot be read"),
        ("cut.gz", "cut off or damaged|holds more"),
        ("bent.gz", "cut off or damaged"),
        ("long", "holds more than"),
    ):
        with pytest.raises(RecordingError, match=why):
            read_bytes(tmp_path / name)


def test_a_byte_order_mark_is_dropped() -> None:
    findings = Findings()
    assert decode("a", b"\xef\xbb\xbftime", "utf-8", findings) == "time"
    assert decode("a", "Zeit;ö".encode("utf-16"), "utf-16", findings) == "Zeit;ö"
    assert decode("a", "Zeit;ö".encode("cp1252"), "cp1252", findings) == "Zeit;ö"
    assert findings.problems() == ()


@pytest.mark.parametrize(
    ("content", "message", "line", "column"),
    [
        (b"a;b\nf\xfcr", "the byte 0xfc here is not utf-8", 2, 2),
        (b"\xff\xfea\0", "the file is saved as UTF-16", 1, 1),
        (b"PK\0\0", "the file is not text: it holds zero bytes", 1, 1),
    ],
)
def test_what_is_not_text_says_where(content: bytes, message: str, line: int, column: int) -> None:
    findings = Findings()
    assert decode("a.csv", content, "utf-8", findings) is None
    (problem,) = findings.problems()
    place = problem.position
    assert (problem.message, place.line, place.column) == (message, line, column)
