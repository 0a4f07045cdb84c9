"""A plant of four outputs, rules that meet at them, and scans one second apart."""

from engine.control.program import Program, compile_program
from engine.control.round import Round
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.control.wishes import Wish
from engine.inference.image import Override, Reset, empty_image, freeze
from engine.language.load import load
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment

PLANT = """
facts:
  x: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  y: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  a: {type: bool, max_age: 1 h}
  b: {type: bool, max_age: 1 h}
  c: {type: bool, max_age: 1 h}
  d: {type: bool, max_age: 1 h}
outputs:
  m: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W,
      min_on: 3 s, min_off: 2 s, max_starts: 3 per 20 s}
  n: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W,
      ramp: 300 W/s, settle: 2 s, max_changes: 3 per 15 s}
  p: {type: bool, default: off, failsafe: off, min_on: 2 s, min_off: 2 s}
  q: {unit: kW, range: [0, 3], default: 1 kW, failsafe: 2 kW}
"""
RULES = """
rules:
  - {id: r, when: a, then: {m: x}, because: x, salience: 2}
  - {id: s, when: b, then: {m: 1 kW, n: x}, because: x, salience: 1}
  - {id: u, when: x > 1 kW, then: {p: on, q: x}, because: x, salience: 1}
  - {id: v, when: b, then: {q: y}, because: x, salience: 1}
  - {id: w, when: c, then: {q: 1 kW}, because: x}
trips:
  - {id: t, when: d, latch: on_true, force: {m: 0 W, p: off}, because: x}
  - {id: all, when: [c, d], latch: false, because: x}
interlocks:
  - {id: k, while: y > 2 kW, limit: {n: {at_most: 1 kW}}, because: x}
permissives:
  - {id: needs_c, output: m, needs: c, because: x}
"""
FACTS: dict[str, tuple[Value, ...]] = {
    "x": (-500.0, 800.0, 1500.0, 2500.0), "y": (500.0, 1500.0, 2500.0),
    "a": (True, False), "b": (True, False), "c": (True, True, True, False),
    "d": (False, False, False, False, False, True),
}  # fmt: skip


def unchecked(rules: str) -> Program:
    loaded = load({"plant.yaml": PLANT.encode(), "rules.yaml": rules.encode()})
    assert loaded.ok, loaded.problems
    return compile_program(loaded.rulebook)


class Run:
    """Scans one second apart."""

    def __init__(self, program: Program) -> None:
        self.program, self.now_s = program, 0.0
        self.image, self.state = empty_image(program.rulebook.plant), initial(program)

    def go(self, *overrides: Override, resets: tuple[str, ...] = (), **facts: Value | None) -> Scan:
        self.now_s += 1.0
        heard = [
            Fact(name, value, Quality.BAD if value is None else Quality.GOOD, self.now_s)
            for name, value in facts.items()
        ]
        asked = tuple(Reset(each, "anna") for each in resets)
        plant = self.program.rulebook.plant
        self.image = freeze(plant, self.image, heard, self.now_s, overrides, asked)
        done = self.scan(self.state)
        self.state = done.retained
        return done

    def scan(self, state: Retained) -> Scan:
        return scan(self.program, state, self.image, Moment(self.now_s, 0.0))

    def round(self) -> Round:
        assert self.state.last is not None
        return self.state.last.round

    def wishes(self) -> tuple[Wish, ...]:
        return self.round().wishes.each


def settled(program: Program, **facts: Value) -> Run:
    """Return a run in which nothing moves any more: eight scans of the same facts."""
    run = Run(program)
    for _ in range(8):
        run.go(**facts)
    return run
