"""The process of a candidate: `python -m adapters.candidate.process`, frames in, reports out.

It is started by the daemon with two pipes, and seals itself before it looks at the first scan. It
ends when the daemon closes the pipe, as the daemon's own end does.
"""

import json
import sys
from typing import BinaryIO

from adapters.candidate.frames import LINE_BYTES_MAX, Start, read_frame, read_start
from adapters.candidate.sealed import seal, step_back
from adapters.candidate.twins import Twins
from engine.control.program import compile_program
from engine.control.retained import resume
from engine.language.checked import check_files

REPORT_EVERY = 20
"""Scans; and at once when the rules begin or cease to disagree."""


def twins_of(start: Start) -> Twins:
    """Return both sides, ready to scan. Raises ValueError for rules that `check` refuses."""
    programs = []
    for files in (start.live, start.candidate):
        checked = check_files(files)
        if not checked.ok:
            raise ValueError("these rules cannot run")
        programs.append(compile_program(checked.rulebook))
    live, candidate = programs
    return Twins(live, candidate, resume(live, start.retained).retained)


def serve(frames: BinaryIO, reports: BinaryIO) -> None:
    """Scan every frame until there is none, and tell what it amounts to."""
    twins = twins_of(read_start(frames.readline(LINE_BYTES_MAX)))
    seal()
    while line := frames.readline(LINE_BYTES_MAX):
        turned = twins.step(read_frame(line))
        if turned or twins.report.scans % REPORT_EVERY == 1:
            reports.write(json.dumps(twins.report.plain(), ensure_ascii=False).encode() + b"\n")
            reports.flush()


if __name__ == "__main__":
    step_back()
    serve(sys.stdin.buffer, sys.stdout.buffer)
