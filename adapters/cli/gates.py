"""What is tried before edited rules go live: their tests, the proof, the recorded days.

Each gate is the command that an operator could type, run on the staged files in a process of its
own: just what will run is tried, and the daemon lends neither time nor memory for it.
"""

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.pb.thermiq.v1 import control_pb2 as pb

REQUIRED, OFFERED, OFF = "required", "offered", "off"
_COMMAND = (sys.executable, "-m", "adapters.cli.main")
_SCENARIOS = (".test.yaml", ".test.yml")


@dataclass(frozen=True, slots=True)
class Gate:
    """One command to try. `counts` as this; empty: it only shows something.

    `lacking` says why it cannot be tried; it then counts as not passed, if it counts.
    """

    title: str
    words: tuple[str, ...]
    counts: str = ""
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one gate."""

    gate: str
    passed: bool
    text: str = ""


def gates_of(staged: "pb.Staged", recording: str) -> tuple[Gate, ...]:
    """Return the gates that the site asks for; `recording` is the newest one, "" if there is none.

    What is only offered is left out where it cannot be tried.
    """
    demands, found = staged.demands, []
    if demands.tests != OFF:
        words: tuple[str, ...] = ("test", staged.folder)
        tests = any(each.name.endswith(_SCENARIOS) for each in Path(staged.folder).glob("*"))
        lacking = "" if tests else "there are no scenarios beside the rules"
        found.append((demands.tests, Gate("Tests", words, "tests", lacking)))
        if demands.coverage_percent:
            # A run of its own: that a story fails does not mean that too little is covered.
            words += ("--threshold", f"{demands.coverage_percent:g}")
            found.append((REQUIRED, Gate("Coverage", words, "coverage", lacking)))
    if demands.proof != OFF:
        lacking = (
            "" if find_spec("z3") else "z3 is not installed here: `pip install thermiq[prove]`"
        )
        found.append(
            (demands.proof, Gate("Proof", ("prove", staged.folder, "--brief"), "proof", lacking))
        )
    if demands.diff_s and recording and staged.running_folder:
        words = ("diff", staged.running_folder, staged.folder, "--facts", recording)
        words += _last(Path(recording), demands.diff_s)
        found.append((OFFERED, Gate("What the newest recording would have been", words)))
    return tuple(gate for demand, gate in found if demand == REQUIRED or not gate.lacking)


def _last(recording: Path, seconds: float) -> tuple[str, ...]:
    """Return the option to begin so long before the end of a recording; none if it is shorter."""
    from adapters.recordings.data import RecordingError  # noqa: PLC0415 - only where there is one
    from adapters.recordings.recording import Recording  # noqa: PLC0415 - same

    try:
        with Recording.open(recording) as opened:
            spans = opened.segments()
    except (OSError, RecordingError):
        return ()  # `diff` says why
    if not spans or spans[-1].end_ms - spans[0].start_ms <= seconds * 1000:
        return ()
    start_s = spans[-1].end_ms / 1000 - seconds
    return ("--from", datetime.fromtimestamp(start_s, UTC).isoformat(timespec="seconds"))


def try_gate(gate: Gate) -> Outcome | None:
    """Run a gate in the terminal and return what it amounts to; None if it only shows something."""
    if gate.lacking:
        return Outcome(gate.counts, passed=False, text=gate.lacking)
    done = subprocess.run((*_COMMAND, *gate.words), stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - our own command
    return Outcome(gate.counts, done.returncode == 0) if gate.counts else None
