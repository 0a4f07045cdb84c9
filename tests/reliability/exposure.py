"""P14: how exposed the daemon is to whoever breaks into it, as systemd counts it.

`systemd-analyze security` weighs what a unit leaves open, from 0 (nothing) to 10 (everything). It
reads the file alone: nothing is started.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.house.source import ROOT
from tests.reliability.outcome import Outcome

UNIT = ROOT / "deploy" / "thermiq.service"
EXPOSURE_MAX = 1.5
SHIELDS = ("SystemCallFilter=@system-service\n", "CapabilityBoundingSet=\n")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add which shield is left out."""
    words = [each.partition("=")[0] for each in SHIELDS]
    parser.add_argument("--sabotage", choices=words, default="", help="leave out this shield")


def run(options: argparse.Namespace) -> Outcome:
    """Weigh the unit."""
    text = UNIT.read_text("utf-8")
    for shield in SHIELDS:
        if options.sabotage and shield.startswith(options.sabotage):
            text = text.replace(shield, "")
    with tempfile.TemporaryDirectory() as name:
        unit = Path(name) / UNIT.name
        unit.write_text(text, "utf-8")
        level = exposure(unit)
    figure = f"exposure {level:g} of 10, at most {EXPOSURE_MAX:g} is allowed ({version()})"
    return Outcome("P14 the unit's exposure", figure, level <= EXPOSURE_MAX)


def exposure(unit: Path) -> float:
    """Return the figure of a unit file."""
    told = analyze("security", "--offline=yes", str(unit))
    found = re.search(r"exposure level for \S+: ([\d.]+)", told)
    assert found is not None, told
    return float(found[1])


def version() -> str:
    """Return which systemd weighs: each has its own opinion."""
    return " ".join(analyze("--version").split()[:2])


def analyze(*words: str) -> str:
    """Return what `systemd-analyze` says."""
    path = f"{os.environ['PATH']}:{Path(sys.executable).parent}"  # set-up may have put it there
    command = ["/usr/bin/env", "systemd-analyze", *words]
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
