"""The same tick by peers: 20 rules of 3 comparisons over 20 facts, every fact new.

ThermIQ's scan also judges time, shapes and restricts the outputs and writes down every reason; the
peers only tell which rules match. Install them with the extra `bench`.
"""

from collections.abc import Callable
from itertools import cycle

from benchmarks.house import Runner, program
from benchmarks.measure import Row, microseconds, timed

_RULES = 20
Tick = Callable[[list[float]], object]


def run() -> list[Row]:
    """Measure ThermIQ, and the peers that are installed."""
    rows = []
    shifts = cycle(range(5))
    peers: list[tuple[str, Callable[[], Tick]]] = [
        ("ThermIQ: a whole scan with reasons", _thermiq),
        ("rule-engine: which rules match", _rule_engine),
        ("business-rules: which rules match", _business_rules),
        ("the same comparisons written in Python", _python),
    ]
    for what, make in peers:
        try:
            tick = make()
        except ImportError as error:
            rows.append(Row(what, f"not installed ({error.name})"))
            continue

        def once(tick: Tick = tick) -> None:
            tick([9_000.0 + next(shifts)] * _RULES)

        times = timed(once, 2_000)
        rows.append(Row(what, microseconds(times)))
    return rows


def _thresholds(rule: int) -> list[tuple[int, str, float]]:
    """Return the comparisons of one rule, the same as in `house.rule_files`."""
    return [
        (
            (rule + 7 * part) % _RULES,
            "<" if part % 2 else ">",
            (15_000.0 if part % 2 else 5_000.0) + rule,
        )
        for part in range(3)
    ]


def _thermiq() -> Tick:
    return Runner(program(rules=_RULES, facts=_RULES, outputs=10, comparisons=3)).scan


def _rule_engine() -> Tick:
    import rule_engine

    rules = [
        rule_engine.Rule(
            " and ".join(f"f{fact} {sign} {limit}" for fact, sign, limit in _thresholds(n))
        )
        for n in range(_RULES)
    ]

    def tick(values: list[float]) -> list[bool]:
        facts = {f"f{n}": value for n, value in enumerate(values)}
        return [rule.matches(facts) for rule in rules]

    return tick


def _business_rules() -> Tick:
    from business_rules import run_all
    from business_rules.actions import BaseActions, rule_action
    from business_rules.variables import BaseVariables, numeric_rule_variable

    def variable(place: int) -> object:
        @numeric_rule_variable  # type: ignore[untyped-decorator]
        def read(self: object) -> float:
            return self.values[place]  # type: ignore[attr-defined,no-any-return]

        return read

    members = {f"f{n}": variable(n) for n in range(_RULES)}
    variables = type("Facts", (BaseVariables,), members)

    class Actions(BaseActions):  # type: ignore[misc]
        @rule_action()  # type: ignore[untyped-decorator]
        def note(self) -> None:
            """Take note that a rule matched."""

    names = {"<": "less_than", ">": "greater_than"}
    rules = [
        {
            "conditions": {
                "all": [
                    {"name": f"f{fact}", "operator": names[sign], "value": limit}
                    for fact, sign, limit in _thresholds(n)
                ]
            },
            "actions": [{"name": "note", "params": {}}],
        }
        for n in range(_RULES)
    ]

    def tick(values: list[float]) -> object:
        facts = variables()
        facts.values = values
        return run_all(rules, facts, Actions())

    return tick


def _python() -> Tick:
    parts = [
        " and ".join(f"v[{fact}] {sign} {limit}" for fact, sign, limit in _thresholds(n))
        for n in range(_RULES)
    ]
    code: Tick = eval(f"lambda v: ({', '.join(parts)},)")  # noqa: S307 - our own text
    return code
