"""How long `thermiq --help` takes: what an operator on the PLC waits for."""

from benchmarks.measure import Row, command


def run() -> list[Row]:
    """Measure the best of five runs: the first one reads the files from the disk."""
    taken_s = min(command("--help")[0] for _ in range(5))
    return [Row("thermiq --help", f"{taken_s:.2f} s", "≤ 0.3 s", taken_s <= 0.3)]
