"""How long `thermiq prove` takes, as a whole command: on asp1."""

from benchmarks.measure import RULES, Row, command


def run() -> list[Row]:
    """Measure it."""
    asp1 = min(command("prove", RULES) for _ in range(3))
    return [Row("thermiq prove rules/asp1", f"{asp1}", "≤ 10 s", asp1.wall_s <= 10.0)]
