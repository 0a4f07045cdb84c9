from engine.language.check.too_connected import CODE, MAX_CONNECTED, check
from engine.language.checked import check_files
from engine.language.load import load

PLANT = b"""
site: {name: x, time_zone: UTC}
facts:
  t: {unit: K, range: [0, 100], max_age: 1 min}
outputs:
  pump.run: {type: bool, default: off, failsafe: off}
"""


def files(rules: list[str]) -> dict[str, bytes]:
    text = "ruleset: x\nrules:\n" + "".join(rules)
    return {"plant.yaml": PLANT, "rules.yaml": text.encode()}


def found(rules: list[str]) -> list[str]:
    """Return what this check alone finds: the others compare hundreds of rules with each other."""
    rulebook = load(files(rules)).rulebook
    assert len(rulebook.rules) == len(rules)
    return [problem.message for problem in check(rulebook)]


def asserting(fact: str, when: str) -> str:
    return f"  - {{id: {fact.replace('.', '_')}, when: [{when}], then: {{assert: {fact}}}}}\n"


def chain(count: int) -> list[str]:
    first = asserting("f.n0", "t > 1 K")
    rest = [asserting(f"f.n{n}", f"f.n{n - 1}") for n in range(1, count)]
    last = f"  - {{id: run, when: [f.n{count - 1}], then: {{pump.run: on}}, because: x}}\n"
    return [first, *rest, last]


def test_as_many_as_may_be() -> None:
    assert not found(chain(MAX_CONNECTED - 1))


def test_one_more_is_too_many() -> None:
    (message,) = found(chain(MAX_CONNECTED))
    assert message == f"{MAX_CONNECTED + 1} rules hang together through derived facts; 300 may"


def test_a_condition_with_too_many_ways() -> None:
    facts = [f"{letter}.f{n}" for letter in "abc" for n in range(4)]
    rules = [asserting(fact, f"t > {place} K") for place, fact in enumerate(facts, 1)]
    ways = "".join(f"      - any: [{', '.join(facts[at : at + 4])}]\n" for at in (0, 4, 8))
    rules.append(f"  - id: heat\n    when:\n{ways}    then: {{pump.run: on}}\n    because: x\n")
    (message,) = found(rules)
    assert message.startswith("the condition of rule `heat` joins its derived facts")
    told = check_files(files(rules)).problems
    assert [problem.message for problem in told if problem.code == CODE] == [message]


def test_rules_without_derived_facts_are_never_too_many() -> None:
    rules = [
        f"  - {{id: r{n}, when: t > {n % 90} K, then: {{pump.run: on}}, salience: {n}}}\n"
        for n in range(MAX_CONNECTED + 50)
    ]
    assert not found(rules)
