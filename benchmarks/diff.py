"""How long two versions of rules take beside each other over a month, as a whole command.

Once asp1 over four simulated weeks of its own, once 50 rules on 40 facts over 30 days. The edit is
a threshold, so that decisions do differ and get their reasons.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dry_run import long_recording
from benchmarks.measure import RULES, WEATHER, Row, Spent, command

_BUDGET_S = 30.0


def run() -> list[Row]:
    """Measure both, and asp1 as a page with charts."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        recording, edited = folder / "weeks.sqlite", folder / "edited"
        command("simulate", RULES, "--weather", WEATHER, "--days", "28", "--out", recording)
        shutil.copytree(RULES, edited)
        _replace(edited / "miners.yaml", "buffer.bottom < 52 °C", "buffer.bottom < 48 °C")
        words = ("diff", RULES, edited, "--facts", recording)
        weeks = command(*words)
        page = command(*words, "--html", folder / "a.html")
        rules, recording = long_recording(folder, days=30, step_s=10)
        shutil.copytree(rules, folder / "other")
        _replace(folder / "other/many0.yaml", "[f0.power > 5000 W", "[f0.power > 6000 W")
        month = command("diff", rules, folder / "other", "--facts", recording)
    return [
        _row("four weeks of asp1 at 10 s, two versions", weeks),
        _row("the same with a page of charts", page),
        _row("a month at 10 s, 50 rules, 40 facts, two versions", month),
    ]


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        message = f"{path} does not say `{old}`"
        raise ValueError(message)
    path.write_text(text.replace(old, new), encoding="utf-8")


def _row(what: str, spent: Spent) -> Row:
    return Row(what, f"{spent}", f"≤ {_BUDGET_S:g} s", spent.wall_s <= _BUDGET_S)
