"""How long the scenarios of asp1 take, as a whole command: alone, and with their coverage."""

from benchmarks.measure import RULES, Row, command

_BUDGET_S = 3.0


def run() -> list[Row]:
    """Measure both; the budget is for the command that an operator runs after each edit."""
    alone = min(command("test", RULES) for _ in range(3))
    covered = min(command("test", RULES, "--threshold", "95") for _ in range(3))
    return [
        Row("thermiq test rules/asp1", f"{alone}", f"≤ {_BUDGET_S:g} s", alone.wall_s <= _BUDGET_S),
        Row("the same with --threshold 95", f"{covered}"),
    ]
