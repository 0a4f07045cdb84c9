"""Coverage-guided fuzzing by atheris, which must be installed by hand: pip install atheris.

It has wheels for x86-64 alone and replaces the import of what it watches, so it is no dependency of
the project, and each target runs in a process of its own:

    python -m tests.reliability.fuzz_coverage TARGET SECONDS FOLDER
"""

import importlib
import re
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT
from tests.reliability.outcome import Outcome

_RUNS = re.compile(r"#(\d+)\s+(?:DONE|RELOAD|pulse|NEW|REDUCE|INITED).*?cov: (\d+)")
_MORE_S = 120


def fuzz(target: str, seconds: int, keep: Path) -> Outcome:
    """Let atheris look for so long; an input that breaks the promise lies in `keep` afterwards."""
    folder = (keep / target).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tests.reliability.fuzz_coverage", target, str(seconds)]
    done = subprocess.run(
        [*words, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds + _MORE_S,
        check=False,
    )
    promise = f"P8 {target}, coverage-guided"
    if "No module named 'atheris'" in done.stderr:
        return Outcome(promise, "atheris is not installed: `pip install atheris`", kept=False)
    runs = _RUNS.findall(done.stderr)
    count, edges = runs[-1] if runs else ("0", "0")
    figure = f"{int(count):,} inputs in {seconds} s, {edges} branches reached"
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if "Error" in line]
        figure += f"; broken: {(told or done.stderr.splitlines()[-1:] or ['no word'])[0][:300]}"
    return Outcome(promise, figure, done.returncode == 0 and int(count) > 0)


def main(name: str, seconds: str, folder: str) -> None:
    """Be the process that fuzzes; never returns."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["adapters", "engine"]):
        targets = importlib.import_module("tests.reliability.fuzz").TARGETS
    judge = importlib.import_module("tests.reliability.fuzz_target").judge
    target = next(each for each in targets if each.name == name)
    seeds = Path(folder) / "seeds"
    seeds.mkdir(exist_ok=True)
    for number, data in enumerate((*target.seeds, *target.corpus().values())):
        (seeds / f"{number:03}").write_bytes(data)

    def one(data: bytes) -> None:
        judge(target, data)

    options = [f"-max_total_time={seconds}", "-max_len=16384", "-timeout=20", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    importlib.import_module("logging").disable()
    main(*sys.argv[1:])
