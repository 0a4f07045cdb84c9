"""Rule sets of any size, written as an operator would, to measure with."""

from collections.abc import Sequence

from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.inference.image import ProcessImage
from engine.language.load import load
from engine.values.fact import Quality, Value
from engine.values.moment import Moment

_A_FILE = 500
"""Rules in one file."""


def rule_files(rules: int, facts: int, outputs: int, comparisons: int = 2) -> dict[str, bytes]:
    """Return rules that each compare some facts with numbers and set one output."""
    plant = ["facts:"]
    plant += [f"  f{n}.power: {{unit: W, range: [0, 20 kW], max_age: 60 s}}" for n in range(facts)]
    plant += ["outputs:"]
    plant += [
        f"  o{n}.target: {{unit: W, range: [0, 5 kW], default: 0 W, failsafe: 0 W}}"
        for n in range(outputs)
    ]
    files = {"plant.yaml": "\n".join(plant).encode()}
    for first in range(0, rules, _A_FILE):
        numbers = range(first, min(first + _A_FILE, rules))
        lines = _rules(first, numbers, facts, outputs, comparisons)
        files[f"many{first}.yaml"] = "\n".join(lines).encode()
    return files


def _rules(first: int, numbers: range, facts: int, outputs: int, comparisons: int) -> list[str]:
    lines = [f"ruleset: many{first}", "rules:"]
    for n in numbers:
        parts = [
            f"f{(n + 7 * part) % facts}.power {'<' if part % 2 else '>'} "
            f"{(15_000 if part % 2 else 5_000) + n} W"
            for part in range(comparisons)
        ]
        value = f"min(f{n % facts}.power, {1_000 + n} W)"
        lines += [
            f"  - id: r{n}",
            f"    when: [{', '.join(parts)}]",
            f'    then: {{o{n % outputs}.target: "{value}"}}',
            f"    salience: {n // outputs + 1}",
            f"    because: Rule {n} of many.",
        ]
    return lines


def program(rules: int, facts: int, outputs: int, comparisons: int = 2) -> Program:
    """Return such rules, compiled."""
    loaded = load(rule_files(rules, facts, outputs, comparisons))
    assert loaded.ok, loaded.problems[:3]
    return compile_program(loaded.rulebook)


class Runner:
    """Scans one program again and again, a second apart."""

    def __init__(self, ready: Program) -> None:
        """Begin before the first scan."""
        self.program = ready
        self.count = len(ready.rulebook.plant.points)
        self._good = (Quality.GOOD,) * self.count
        self._retained = initial(ready)
        self._now_s = 1_700_000_000.0

    def scan(self, values: Sequence[Value]) -> Scan:
        """Scan these values."""
        self._now_s += 1.0
        image = ProcessImage(tuple(values), self._good, (self._now_s,) * self.count)
        done = scan(self.program, self._retained, image, Moment(self._now_s, self._now_s))
        self._retained = done.retained
        return done
