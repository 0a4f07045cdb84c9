"""The systemd unit: what it shields, whom it restarts, and when."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.devices.revpi_options import IMAGE
from adapters.runtime.watchdog import LONGEST_S
from tests.house.source import ROOT

UNIT = ROOT / "deploy" / "thermiq.service"
EXPOSURE_MAX = 1.5


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    path = f"{os.environ['PATH']}:{Path(sys.executable).parent}"  # set-up may have put it there
    command = ["/usr/bin/env", "systemd-analyze", *words]
    return subprocess.run(
        command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def exposed(unit: Path) -> bool:
    threshold = f"--threshold={EXPOSURE_MAX * 10:.0f}"
    ran = analyze("security", "--offline=yes", threshold, str(unit))
    assert "exposure level" in ran.stdout, ran.stderr
    return ran.returncode != 0


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_p14_the_unit_is_shielded() -> None:
    assert not exposed(UNIT)


@pytest.mark.parametrize(
    "without", ["SystemCallFilter=@system-service\n", "CapabilityBoundingSet=\n"]
)
def test_p14_its_sabotage_twin_is_found(tmp_path: Path, without: str) -> None:
    text = UNIT.read_text("utf-8")
    assert without in text
    twin = tmp_path / "thermiq.service"
    twin.write_text(text.replace(without, ""), "utf-8")
    assert exposed(twin)


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
