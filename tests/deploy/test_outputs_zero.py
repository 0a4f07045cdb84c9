"""What runs after the daemon, however it ended: the PLC's outputs are 0 (F99, F106)."""

import json
import subprocess
from itertools import groupby
from pathlib import Path

import pytest

from adapters.codec.revpi_layout import output_areas, parse_layout
from adapters.simulated.revpi_config import config_rsc
from tests.house.source import ROOT

HELPER = ROOT / "deploy" / "outputs-zero"


def zero(
    folder: Path, helper: Path = HELPER, image: str = "image"
) -> subprocess.CompletedProcess[str]:
    command = [str(helper), "--image", str(folder / image), "--config", str(folder / "config.rsc")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def plc(tmp_path: Path) -> Path:
    (tmp_path / "config.rsc").write_text(config_rsc(aio_modules=2), "utf-8")
    (tmp_path / "image").write_bytes(b"\xff" * 4096)
    return tmp_path


def zeros(image: bytes) -> tuple[tuple[int, int], ...]:
    found, place = [], 0
    for byte, run in groupby(image):
        end = place + len(list(run))
        if byte == 0:
            found.append((place, end))
        place = end
    return tuple(found)


def test_f106_outputs_are_zero_and_inputs_and_settings_stay(plc: Path) -> None:
    assert zero(plc).returncode == 0
    layout = parse_layout((plc / "config.rsc").read_text("utf-8"))
    assert zeros((plc / "image").read_bytes()) == output_areas(layout)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"Devices": [7]}', json.dumps({"Devices": []}), "[" * 5000]
)
def test_without_a_layout_that_can_be_read_everything_is_zero(plc: Path, text: str) -> None:
    (plc / "config.rsc").write_text(text, "utf-8")
    assert zero(plc).returncode == 0
    assert (plc / "image").read_bytes() == bytes(4096)


def test_a_machine_without_a_plc_is_no_fault_and_a_plc_that_refuses_is_one(plc: Path) -> None:
    ran = zero(plc, image="nothing")
    assert (ran.returncode, "there is no" in ran.stderr) == (0, True)
    (plc / "folder").mkdir()
    assert zero(plc, image="folder").returncode == 1


def test_its_sabotage_twin_that_forgets_a_module_is_found(plc: Path) -> None:
    text = HELPER.read_text("utf-8")
    assert "areas(place)" in text
    twin = plc / "twin"
    twin.write_text(text.replace("areas(place)", "areas(place)[:-1]"), "utf-8")
    twin.chmod(0o755)
    assert zero(plc, twin).returncode == 0
    layout = parse_layout((plc / "config.rsc").read_text("utf-8"))
    assert zeros((plc / "image").read_bytes()) != output_areas(layout)


def test_it_needs_nothing_but_debians_python() -> None:
    first, *lines = HELPER.read_text("utf-8").splitlines()
    assert first == "#!/usr/bin/python3 -IS"
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported == {"json", "os", "sys"}
