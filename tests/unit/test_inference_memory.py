import math

from engine.control.state import without_memory
from engine.inference.memory import infer, remember
from engine.inference.network import build
from engine.inference.timing import AT_START
from engine.values.moment import Moment
from tests.unit.engine_rig import condition, image, scanned

RULES = """
rules:
  - {id: r, when: {condition: x > 1 kW, for: 1 s}, then: {m: x}, because: x}
  - {id: s, when: m > 1 kW, then: {p: on}, because: x}
"""


def test_what_is_remembered_of_a_restart_is_that_nothing_is_known() -> None:
    book, _ = condition("x > 1 kW for 5 s")
    working = remember(build(book), [AT_START], [])
    assert set(working.slots) == {None}
    assert (working.dues, working.next_due_s) == ([-math.inf], -math.inf)


def test_inferring_brings_rules_and_timers_up_to_date() -> None:
    book, _ = condition("x > 1 kW for 5 s")
    network = build(book)
    working = remember(network, [AT_START], [])
    slot = network.rule_slots[0]
    seen, outputs = image(book, {"x": 2000.0}), [0.0, 0.0, False]
    infer(network, working, seen, outputs, Moment(0.0, 0.0), fresh=True)
    assert (working.slots[slot], working.next_due_s) == (False, 5.0)
    infer(network, working, seen, outputs, Moment(5.0, 0.0), fresh=False)
    assert (working.slots[slot], working.next_due_s) == (True, math.inf)


def test_a_scan_leaves_the_memory_of_the_last_one_alone() -> None:
    program, (first, second) = scanned(RULES, {"x": 2000.0}, {"x": 500.0})
    x = 0
    assert (first.trace.slots[x], second.trace.slots[x]) == (2000.0, 500.0)
    assert without_memory(first.retained).timers == first.retained.timers
    assert program.slots.count == len(first.trace.slots)
