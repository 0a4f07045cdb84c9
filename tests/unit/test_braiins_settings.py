"""Options of a site become settings, or every problem at once; secrets stay where they are."""

from pathlib import Path

import pytest

from adapters.devices.braiins_settings import (
    MinerSettings,
    SettingsError,
    password,
    settings_from,
)
from adapters.port import DeviceError

GOOD = {"name": "miner1", "host": "192.0.2.11", "cap_w": 3300, "serial": "ABC"}


def test_the_least_that_makes_a_miner() -> None:
    found = settings_from(GOOD)
    assert found == MinerSettings("miner1", "192.0.2.11", 3300.0, serial="ABC")
    assert (found.port, found.username, found.has_hash_rate) == (50051, "root", True)


def test_a_miner_without_a_hash_rate_and_with_a_mac() -> None:
    options = {"name": "m", "host": "h", "cap_w": 2000.5, "mac": "02:00", "has_hash_rate": False}
    assert not settings_from(options).has_hash_rate


def test_settings_become_rules() -> None:
    found = settings_from(GOOD | {"step_w": 250, "tolerance_percent": 20})
    assert (found.power_rules.cap_w, found.power_rules.step_w) == (3300, 250)
    assert found.follow_rules.tolerance == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cap_w": "3300 W"}, "`cap_w` must be a number, not `3300 W`"),
        ({"cap_w": True}, "`cap_w` must be a number, not `True`"),
        ({"cap_w": float("nan")}, "`cap_w` must be a number"),
        ({"cap_w": 100}, "`cap_w` must lie between 300 and 10000, not `100`"),
        ({"port": 50051.5}, "`port` must be a whole number"),
        ({"host": ""}, "`host` must be text"),
        ({"host": 17}, "`host` must be text"),
        ({"read_only": "yes"}, "`read_only` must be true or false, not `yes`"),
        ({"serial_no": "x"}, "`serial_no` is no option of a miner: did you mean `serial`?"),
        ({"zzz": "x"}, "`zzz` is no option of a miner"),
        ({"password": "x"}, "put it into a file and name it: `password_file`"),
        ({"password_file": "a", "password_env": "B"}, "are both given"),
    ],
)
def test_a_wrong_option_is_told_in_words(change: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(GOOD | change)
    assert message in str(caught.value)
    assert str(caught.value).startswith("miner1: ")


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from({"hots": "x"})
    for part in ("did you mean `host`", "`name` is missing", "`cap_w` is", "`serial` is missing"):
        assert part in str(caught.value)


def test_a_password_in_the_options_is_not_repeated_in_the_message() -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(GOOD | {"password": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_password_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "miner1"
    file.write_text("my word \n")
    assert password(settings_from(GOOD | {"password_file": str(file)})) == "my word "


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings_from(GOOD | {"password_env": "MINER1"})
    monkeypatch.setenv("MINER1", "word")
    assert password(own) == "word"
    monkeypatch.delenv("MINER1")
    with pytest.raises(DeviceError, match="miner1: variable MINER1 is not set"):
        password(own)


def test_without_a_place_for_it_the_password_is_empty() -> None:
    assert password(settings_from(GOOD)) == ""


def test_a_password_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="No such file"):
        password(settings_from(GOOD | {"password_file": str(tmp_path / "none")}))
    file = tmp_path / "odd"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DeviceError, match="it is not text"):
        password(settings_from(GOOD | {"password_file": str(file)}))
