"""How load, scan and a single change grow from 10 to 5,000 rules: linear or better."""

import time
from itertools import cycle

from benchmarks.house import Runner, rule_files
from benchmarks.measure import Row, quantiles, timed
from engine.control.program import compile_program
from engine.language.load import load

_SIZES = (10, 100, 1_000, 5_000)


def run() -> list[Row]:
    """Measure each size."""
    rows = []
    wobble = cycle(range(50))
    per_rule: list[float] = []
    for rules in _SIZES:
        facts, outputs = max(10, rules // 2), max(5, rules // 10)
        start = time.perf_counter()
        loaded = load(rule_files(rules, facts, outputs))
        read_s = time.perf_counter() - start
        assert loaded.ok
        start = time.perf_counter()
        runner = Runner(compile_program(loaded.rulebook))
        build_s = time.perf_counter() - start
        steady = [10_000.0] * (facts - 1)

        def one_moves(runner: Runner = runner, rest: list[float] = steady) -> None:
            runner.scan([9_000.0 + next(wobble), *rest])

        def all_move(runner: Runner = runner, facts: int = facts) -> None:
            runner.scan([9_000.0 + next(wobble)] * facts)

        one, everything = timed(one_moves, 200, 20), timed(all_move, 200, 20)
        middle, all_moved = quantiles(one)[0], quantiles(everything)[0]
        per_rule.append(all_moved / rules)
        rows.append(
            Row(
                f"{rules:,} rules, {facts:,} facts, {outputs:,} outputs",
                f"one fact {middle * 1e6:.0f} µs, all {all_moved * 1e6:.0f} µs",
                f"read {read_s:.2f} s, compiled {build_s:.2f} s",
            )
        )
    ratio = per_rule[-1] / per_rule[1]
    rows.append(
        Row("a rule among 5,000 against one among 100", f"× {ratio:.2f}", "≤ × 1", ratio <= 1.2)
    )
    return rows
