"""Secrets: where they come from, and that nobody else is told."""

from pathlib import Path

import pytest

from adapters import secret
from adapters.port import DeviceError


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "_known", {})
    monkeypatch.setattr(secret, "_told", set())


def test_it_is_read_anew_each_time_and_remembered_for_the_log(tmp_path: Path) -> None:
    file = tmp_path / "miner1"
    for word in ("swordfish", "salmon trout"):
        file.write_text(f"{word}\n", "utf-8")
        assert secret.read_secret(str(file)) == word
    assert set(secret.known()) == {"swordfish", "salmon trout"}


def test_nowhere_is_no_secret_and_a_short_one_is_no_word_to_strike_out(tmp_path: Path) -> None:
    assert secret.read_secret() is None
    (tmp_path / "short").write_text("root", "utf-8")
    assert secret.read_secret(str(tmp_path / "short")) == "root"
    assert not secret.known()


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3 * secret.KNOWN_MAX):
        monkeypatch.setenv("WORD", f"swordfish {number}")
        secret.read_secret(variable="WORD")
    assert len(list(secret.known())) == secret.KNOWN_MAX


def test_a_file_that_everybody_can_read_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "open"
    file.write_text("swordfish", "utf-8")
    file.chmod(0o644)
    for _ in range(3):
        secret.read_secret(str(file))
    assert caplog.text.count("can be read by every user") == 1
    assert "swordfish" not in caplog.text
    caplog.clear()
    file.chmod(0o640)
    closed = tmp_path / "closed"
    file.rename(closed)
    secret.read_secret(str(closed))
    assert not caplog.text


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), (b"\xff\xfe", "it is not text")]
)
def test_what_cannot_be_read_is_a_fault_of_the_device(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "word"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DeviceError, match=f"miner1: cannot read .*word: {why}"):
        secret.read_secret(str(file), who="miner1")
    with pytest.raises(DeviceError, match="variable NOT_THERE is not set"):
        secret.read_secret(variable="NOT_THERE")
