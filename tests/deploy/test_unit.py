"""The systemd unit: what it shields, whom it restarts, and when."""

import pytest

from adapters.devices.revpi_options import IMAGE
from adapters.runtime.watchdog import LONGEST_S
from tests.reliability.exposure import SHIELDS, UNIT
from tests.reliability.running import ran


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_p14_the_unit_is_shielded() -> None:
    code, told = ran("exposure")
    assert code == 0, told
    assert " of 10, at most 1.5 is allowed" in told


@pytest.mark.parametrize("shield", SHIELDS)
def test_p14_its_sabotage_twin_is_found(shield: str) -> None:
    assert shield in UNIT.read_text("utf-8")
    code, told = ran("exposure", "--sabotage", shield.partition("=")[0])
    assert code == 1, told
    assert "**not kept:**" in told


def test_f99_whoever_hangs_is_killed_by_systemd_and_the_outputs_are_zeroed() -> None:
    unit = settings()
    assert unit["Type"] == ["notify"]
    assert unit["WatchdogSec"] == [f"{LONGEST_S:g}"]
    assert unit["WatchdogSignal"] == ["SIGKILL"]
    assert unit["ExecStopPost"] == ["/opt/thermiq/libexec/outputs-zero"]


def test_f96_f102_it_is_started_again_whatever_it_died_of_and_however_often() -> None:
    unit = settings()
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert unit["MemoryMax"] == ["192M"]
    assert unit["RestartPreventExitStatus"] == ["2"]  # wrong usage only


def test_it_reaches_the_process_image_and_its_own_folders() -> None:
    unit = settings()
    assert f"{IMAGE} rw" in unit["DeviceAllow"]
    assert unit["StateDirectory"] == unit["RuntimeDirectory"] == ["thermiq"]
    assert unit["IPAddressAllow"] == ["localhost"]
