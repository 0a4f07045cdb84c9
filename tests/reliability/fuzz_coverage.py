"""Coverage-guided fuzzing by atheris, which must be installed by hand: pip install atheris.

It has wheels for x86-64 alone and replaces the import of what it watches, so it is no dependency of
the project. Everything is imported and instrumented once, in a process of its own; each target then
runs in a fork of that, for libFuzzer ends its process:

    python -m tests.reliability.fuzz_coverage SECONDS FOLDER TARGET …
"""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.house.source import ROOT
from tests.reliability.outcome import Outcome

_RUNS = re.compile(r"#(\d+)\s+(?:DONE|RELOAD|pulse|NEW|REDUCE|INITED).*?cov: (\d+)")
_ONE_INPUT_S = 120
"""Of real time, on a machine that has other work."""


def fuzz(targets: Sequence[str], seconds: int, keep: Path) -> Iterator[Outcome]:
    """Let atheris look for so long at each; an input that breaks a promise lies in `keep` then."""
    folder = keep.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tests.reliability.fuzz_coverage", str(seconds), str(folder)]
    with subprocess.Popen(
        [*words, *targets], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            target, code = line.split()
            log = (folder / target / "log").read_text("utf-8", errors="replace")
            yield _outcome(target, seconds, int(code), log)
        told = process.stderr.read()
    if process.returncode:
        why = told.splitlines()[-1] if told else f"it ended with {process.returncode}"
        if "No module named 'atheris'" in why:
            why = "atheris is not installed: `pip install atheris`"
        yield Outcome("P8 coverage-guided", why, kept=False)


def _outcome(target: str, seconds: int, code: int, log: str) -> Outcome:
    runs = _RUNS.findall(log)
    count, edges = runs[-1] if runs else ("0", "0")
    figure = f"{int(count):,} inputs in {seconds} s, {edges} branches reached"
    if code:
        told = [line for line in log.splitlines() if "Error" in line or "ERROR" in line]
        figure += f"; broken: {(told or log.splitlines()[-1:] or ['no word'])[0][:300]}"
    else:
        figure += ", 0 broke a promise"
    return Outcome(f"P8 {target}, coverage-guided", figure, code == 0 and int(count) > 0)


def main(seconds: str, folder: str, *names: str) -> None:
    """Be the process that fuzzes; say of each target how it ended."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["adapters", "engine"]):
        targets = importlib.import_module("tests.reliability.fuzz").TARGETS
    for target in targets:
        if target.name not in names:
            continue
        child = os.fork()
        if not child:
            _fuzz_one(atheris, target, seconds, Path(folder) / target.name)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{target.name} {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _fuzz_one(atheris: Any, target: Any, seconds: str, folder: Path) -> None:
    """Fuzz in this process; never returns."""
    judge = importlib.import_module("tests.reliability.fuzz_target").judge
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate((*target.seeds, *target.corpus().values())):
        (seeds / f"{number:03}").write_bytes(data)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)

    def one(data: bytes) -> None:
        judge(target, data)

    options = [
        *(f"-max_total_time={seconds}", f"-timeout={_ONE_INPUT_S}", "-max_len=16384"),
        *("-rss_limit_mb=2048", f"-artifact_prefix={folder}/", str(seeds)),
    ]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    importlib.import_module("logging").disable()
    main(*sys.argv[1:])
