"""How long a simulated day at 10 s takes, as a whole command with its recording."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import RULES, WEATHER, Row, command


def run() -> list[Row]:
    """Measure the best of two runs."""
    with TemporaryDirectory() as folder:
        words = ("simulate", RULES, "--weather", WEATHER, "--days", "1", "--overwrite")
        spent = min(command(*words, "--out", Path(folder) / "a") for _ in range(2))
    return [Row("one day of asp1 at 10 s, simulated", f"{spent}", "≤ 2 s", spent.wall_s <= 2.0)]
