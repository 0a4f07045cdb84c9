"""How long recorded facts take to run through rules, as whole commands with their summaries.

A day of asp1 comes from its simulation. The long recordings hold 40 facts, of which three change
in every scan and the others every five minutes; `python -m benchmarks dry_run_year` runs all of
the year, here a month stands for it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.recordings.data import PointInfo
from adapters.recordings.recording import Recording
from benchmarks.house import rule_files
from benchmarks.measure import RULES, WEATHER, Row, Spent, command
from engine.values.fact import Quality

_DAY_MS = 86_400_000
_FACTS = 40


def run() -> list[Row]:
    """Measure a day of asp1, a day at 1 s and a month at 10 s."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        recording = folder / "day.sqlite"
        command("simulate", RULES, "--weather", WEATHER, "--days", "1", "--out", recording)
        day = min(command("dry-run", RULES, "--facts", recording) for _ in range(2))
        second = long_run(folder, days=1, step_s=1)
        month = long_run(folder, days=30, step_s=10)
    shown = f"{month} for 30 d: {month.wall_s * 365 / 30:.0f} s"
    return [
        Row("one day of asp1 at 10 s", f"{day}", "≤ 1 s", day.wall_s <= 1.0),
        Row("one day at 1 s, 50 rules, 40 facts", f"{second}", "≤ 6 s", second.wall_s <= 6.0),
        _year(shown, month.wall_s * 365 / 30, month.memory_mib),
    ]


def run_year() -> list[Row]:
    """Measure a whole year at 10 s."""
    with TemporaryDirectory() as name:
        spent = long_run(Path(name), days=365, step_s=10)
    return [_year(f"{spent}", spent.wall_s, spent.memory_mib)]


def _year(shown: str, year_s: float, memory_mib: int) -> Row:
    kept = year_s <= 180 and memory_mib <= 300
    measured = f"{shown}, {memory_mib} MiB"
    return Row("one year at 10 s, 50 rules, 40 facts", measured, "≤ 180 s, ≤ 300 MB", kept)


def long_run(folder: Path, days: int, step_s: int) -> Spent:
    """Return what a dry-run takes over a recording made for it."""
    rules, recording = long_recording(folder, days, step_s)
    return command("dry-run", rules, "--facts", recording, "--step", f"{step_s} s")


def long_recording(folder: Path, days: int, step_s: int) -> tuple[Path, Path]:
    """Make rules and a recording for them."""
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    for name, content in rule_files(rules=50, facts=_FACTS, outputs=10).items():
        (rules / name).write_bytes(content)
    recording = folder / f"{days}d{step_s}s.sqlite"
    infos = [PointInfo(f"f{n}.power", unit="W") for n in range(_FACTS)]
    with Recording.create(recording, infos) as writer:
        for at_ms in range(0, days * _DAY_MS, step_s * 1000):
            tick = at_ms // 1000
            names = range(_FACTS) if tick % 300 == 0 else range(3)
            writer.add_samples(
                (at_ms, f"f{n}.power", float((tick * (n + 3)) % 12_000), Quality.GOOD)
                for n in names
            )
    return rules, recording
