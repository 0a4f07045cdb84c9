"""What the unit tests of the engine share: a small plant, rules as text, and scans on it."""

from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.inference.image import ProcessImage, empty_image, freeze
from engine.language.checked import check_files
from engine.language.expression import Expression
from engine.language.rulebook import Rulebook
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment

PLANT = """
facts:
  x: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  y: {unit: kW, range: [-9, 9], max_age: 1 h}
  a: {type: bool, max_age: 1 h}
  b: {type: bool, max_age: 1 h}
outputs:
  m: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W}
  n: {unit: kW, range: [0, 3], default: 0 kW, failsafe: 0 kW}
  p: {type: bool, default: off, failsafe: off}
"""


def rulebook(rules: str) -> Rulebook:
    files = {"plant.yaml": PLANT.encode(), "rules.yaml": rules.encode()}
    checked = check_files(files)
    assert checked.ok, [problem.message for problem in checked.problems]
    return checked.rulebook


def condition(text: str, more: str = "") -> tuple[Rulebook, Expression]:
    """Return a rulebook of one rule, and the rule's condition."""
    rule = f"rules:\n  - {{id: r, when: '{text}', then: {{p: on}}, because: x}}\n"
    book = rulebook(f"{more}\n{rule}")
    return book, book.rules[0].when


def image(book: Rulebook, facts: dict[str, Value], now_s: float = 0.0) -> ProcessImage:
    heard = [Fact(name, value, Quality.GOOD, now_s) for name, value in facts.items()]
    return freeze(book.plant, empty_image(book.plant), heard, now_s)


def scanned(rules: str, *given: dict[str, Value]) -> tuple[Program, list[Scan]]:
    """Return the scans of a rulebook, one second apart, each with these facts alone."""
    program = compile_program(rulebook(rules))
    state, results = initial(program), []
    for second, facts in enumerate(given):
        seen = image(program.rulebook, facts, float(second))
        results.append(scan(program, state, seen, Moment(float(second), float(second))))
        state = results[-1].retained
    return program, results
