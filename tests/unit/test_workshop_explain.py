"""Laws of explanations: they hold for every program, every fact and every history."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control.program import Program
from engine.values.fact import Value
from engine.workshop.english import ENGLISH
from engine.workshop.explain import explain
from engine.workshop.lack import Amount, Lack
from engine.workshop.outline import (
    Line,
    Mark,
    outline_evidence,
    outline_why,
    outline_why_not,
    outline_why_not_value,
)
from engine.workshop.plain import plain
from engine.workshop.quantity import Quantity
from engine.workshop.why_not import why_not, why_not_value
from engine.workshop.wording import tell_why, tell_why_not, tell_why_not_value
from tests.reasons.house import BAD, SILENT, Step, program, run

NUMBERS: dict[str, st.SearchStrategy[Value]] = {
    "pv.power": st.floats(0, 10_000),
    "house.load": st.floats(0, 5_000),
    "miner1.power": st.sampled_from([0.0, 1700.0, 3300.0]),
    "buffer.top": st.floats(20, 95),
    "outside.temperature": st.floats(-10, 30),
    "p3.running": st.booleans(),
    "battery.soc": st.floats(0, 100),
    "price.buy": st.floats(-10, 60),
}
FACTS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([SILENT, BAD]) | own for name, own in NUMBERS.items()}
)
STEPS = st.lists(
    st.builds(Step, st.sampled_from([1.0, 10.0, 70.0, 600.0]), FACTS, st.integers(1, 3)),
    min_size=1,
    max_size=4,
)
PARTS = (
    "sunny",
    "warm",
    "season.summer",
    "not season.summer",
    "surplus > 1 kW",
    "buffer.top < 60 °C",
    "20 °C < buffer.top < 60 °C",
    "battery.soc >= 50 % or price.buy < 0 ct/kWh",
    "p3.running for 30 s",
    "not p3.running",
    "between 06:00 and 13:00",
    "weekday in [mon, wed]",
    "battery.soc is known",
    "rate(buffer.top, 1 min) > 0.1 K/min",
    "average(pv.power, 1 min) > house.load",
    "heatpump.sg_ready is locked",
    "miner1.power_target > 0 W",
    "pv.power / house.load > 2",
    "age(price.buy) < 10 min",
)
ASKED = (
    ("miner1.power_target", "min(surplus, 3.3 kW)"),
    ("miner1.power_target", "2 kW"),
    ("heatpump.sg_ready", "locked"),
    ("heatpump.sg_ready", "recommended"),
    ("p3.run_target", "on"),
    ("valve.position_target", "battery.soc"),
)
HEAD = """
let:
  surplus: pv.power - house.load + miner1.power
conditions:
  sunny: {when: surplus > 3.6 kW, until: surplus < 2.9 kW, for: 1 min, hold: 2 min, rest: 1 min}
  warm: outside.temperature > 18 °C
rules:
  - {id: summer, when: {condition: warm, for: 2 min}, then: {assert: season.summer}}
"""


@st.composite
def programs(draw: st.DrawFn) -> Program:
    rules = [HEAD]
    for number in range(draw(st.integers(1, 4))):
        parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True))
        output, value = draw(st.sampled_from(ASKED))
        joined = ", ".join(json.dumps(part, ensure_ascii=False) for part in parts)
        when = f"[{joined}]" if draw(st.booleans()) else f"{{any: [{joined}]}}"
        salience = draw(st.integers(0, 2))
        rules.append(
            f"  - {{id: r{number}, when: {when}, salience: {salience}, "
            f'then: {{{output}: "{value}"}}, because: Because.}}\n'
        )
    guard = draw(st.sampled_from([part for part in PARTS if "season" not in part]))
    rules.append(
        "trips:\n  - {id: hot, when: buffer.top > 90 °C, latch: true, "
        "force: {miner1.power_target: 0 W}, because: Hot.}\n"
        f"permissives:\n  - {{id: may, output: miner1.power_target, "
        f'needs: ["{guard}"], because: May.}}\n'
        "interlocks:\n  - {id: wet, never: [miner1.power_target > 0 W, not p3.running], "
        "else: {miner1.power_target: 0 W}, because: Wet.}\n"
    )
    return program("".join(rules), unchecked=True)


def _lines(line: Line) -> list[Line]:
    return [line, *(each for below in line.below for each in _lines(below))]


def _is_told(sentence: str) -> None:
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert "None" not in sentence
    assert "  " not in sentence
    assert len(sentence) < 2_000


@given(programs(), STEPS)
@settings(deadline=None, max_examples=60)
def test_every_decision_and_every_rule_can_be_told(running: Program, steps: list[Step]) -> None:
    done = run(running, steps, usual=False)
    for output in running.rulebook.plant.outputs:
        seen = explain(running, done, output.name)
        _is_told(tell_why(ENGLISH, seen))
        assert all(line.text for line in _lines(outline_why(ENGLISH, seen)))
        json.dumps(plain(seen), allow_nan=False)
        assert explain(running, done, output.name) == seen
        wish = why_not_value(running, done, output.name, None)
        _is_told(tell_why_not_value(ENGLISH, wish))
        assert _lines(outline_why_not_value(ENGLISH, wish))
        json.dumps(plain(wish), allow_nan=False)
    for rule in running.rulebook.rules:
        asked = why_not(running, done, rule.id)
        assert (asked.rule.lack is None) is (asked.rule.truth is True)
        _is_told(tell_why_not(ENGLISH, asked))
        root = outline_why_not(ENGLISH, asked)
        assert root.mark is {True: Mark.YES, False: Mark.NO, None: Mark.UNKNOWN}[asked.rule.truth]
        assert outline_evidence(ENGLISH, asked.rule.evidence).mark is root.mark
        json.dumps(plain(asked), allow_nan=False)


COMPARED: dict[str, tuple[str, float, float]] = {
    "pv.power": ("kW", 0.0, 20.0),
    "buffer.top": ("°C", -20.0, 120.0),
    "battery.soc": ("%", 0.0, 100.0),
    "price.buy": ("ct/kWh", -100.0, 400.0),
}


@given(
    st.sampled_from(sorted(COMPARED)),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.floats(0, 1).map(lambda share: round(share, 3)),
    st.floats(0, 1),
    st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_what_is_missing_makes_the_rule_fire(
    name: str, sign: str, bound_share: float, share: float, turned: bool
) -> None:
    symbol, low, high = COMPARED[name]
    bound = round(low + (high - low) * (0.1 + 0.8 * bound_share), 3)
    text = f"{bound} {symbol} {sign} {name}" if turned else f"{name} {sign} {bound} {symbol}"
    running = program(
        f'rules:\n  - {{id: one, when: "{text}", then: {{p3.run_target: on}}}}\n', unchecked=True
    )
    scale = 1000.0 if symbol == "kW" else 1.0
    value = (low + (high - low) * share) * scale
    lack = why_not(running, run(running, [Step(facts={name: value})]), "one").rule.lack
    if lack is None:
        return
    changed = value + _change(lack, running, name)
    done = run(running, [Step(facts={name: changed})])
    assert done.trace.rule_truths == (True,)


def _change(lack: Lack, running: Program, name: str) -> float:
    """Return the missing amount in the point's unit, and a trifle that settles strictness."""
    assert isinstance(lack, Amount)
    assert lack.what == name
    point = next(p for p in running.rulebook.plant.points if p.name == name)
    assert point.unit is not None
    missing = Quantity(lack.amount.base, point.unit).value
    assert isinstance(missing, float)
    return (missing + 1e-6) * (1 if lack.more else -1)
