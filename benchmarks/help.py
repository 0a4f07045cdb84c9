"""How long `thermiq --help` takes: what an operator on the PLC waits for."""

from benchmarks.measure import Row, command


def run() -> list[Row]:
    """Measure the best of five runs: the first one reads the files from the disk."""
    spent = min(command("--help") for _ in range(5))
    return [Row("thermiq --help", f"{spent}", "≤ 0.3 s", spent.wall_s <= 0.3)]
