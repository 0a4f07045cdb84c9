from itertools import pairwise

from engine.inference.conditions import BLOCK_SIZE, Compiler, Wiring
from engine.inference.network import build
from engine.inference.slots import lay_out
from tests.unit.engine_rig import condition, rulebook, scanned


def test_equal_conditions_share_a_slot() -> None:
    book, when = condition("x > 1 kW")
    compiler = Compiler(lay_out(book, [when]))
    assert compiler.define(when) == compiler.define(when)
    assert len(compiler.computed) == 1


def test_levels_alternate_with_what_remembers() -> None:
    book, _ = condition("((average(x, 10 s) > 1 kW for 5 s) or a) for 3 s")
    levels = build(book).conditions.levels
    assert [(len(level.windows), len(level.timers)) for level in levels] == [
        (0, 0), (1, 0), (0, 1), (0, 1),
    ]  # fmt: skip


def test_more_values_than_one_block_holds_read_each_other() -> None:
    names = [f"s{n}" for n in range(64)]
    assert len(names) >= 2 * BLOCK_SIZE
    lines = ["  s0: x + 1 W"]
    lines += [f"  {name}: {before} + 1 W" for before, name in pairwise(names)]
    rules = "rules:\n  - {id: r, when: s63 > 1 kW, then: {p: on}, because: x}\n"
    text = "let:\n" + "\n".join(lines) + "\n" + rules
    _, results = scanned(text, {"x": 936.0}, {"x": 937.0}, {"x": 936.0})
    assert [each.trace.rule_truths for each in results] == [(False,), (True,), (False,)]


def test_each_listener_has_a_bit_of_its_own() -> None:
    wiring = Wiring(3)
    assert (wiring.listen((0, 2)), wiring.listen((2,))) == (1, 2)
    assert (wiring.readers, wiring.all_bits()) == ([1, 0, 3], 3)


def test_only_interlocks_have_a_block_that_runs_while_deciding() -> None:
    rules = "rules:\n  - {id: r, when: a, then: {m: 1 kW}, because: x}\n"
    lock = "interlocks:\n  - {id: k, never: [a, m > 0 W], else: {m: 0 W}, because: x}\n"
    assert build(rulebook(rules)).conditions.deciding is None
    assert build(rulebook(rules + lock)).conditions.deciding is not None
