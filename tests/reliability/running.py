"""Running one of the large commands, with a small figure, as a person would."""

import subprocess
import sys

from tests.house.source import ROOT


def ran(*words: str) -> tuple[int, str]:
    """Return the exit code and everything that was said."""
    command = [sys.executable, "-m", "tests.reliability", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
