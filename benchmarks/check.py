"""How long `thermiq check` takes, as a whole command: on asp1, and on 500 rules."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.house import rule_files
from benchmarks.measure import RULES, Row, command


def run() -> list[Row]:
    """Measure both."""
    with TemporaryDirectory() as folder:
        for name, content in rule_files(rules=500, facts=100, outputs=50).items():
            (Path(folder) / name).write_bytes(content)
        many = min(command("check", folder) for _ in range(3))
    asp1 = min(command("check", RULES) for _ in range(3))
    return [
        Row("thermiq check rules/asp1", f"{asp1}", "≤ 1 s", asp1.wall_s <= 1.0),
        Row("thermiq check, 500 rules", f"{many}", "≤ 1 s", many.wall_s <= 1.0),
    ]
