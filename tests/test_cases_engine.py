"""Runs the cases of tests/cases/engine: rules and facts in, decisions with their reasons out.

A file has a `plant`; a case has a `case` (what it shows), `rules` (the text of a file of rules),
and `scans`. A scan has a time `at` (seconds) and what is new: `facts` (`missing`, `bad` or a
value), `override` (output, value, until) and `reset`; `clock` is the local time of day. `restart`
saves and reads back, `edit` goes on under other rules.

What a scan names must be as written: under `decide` for an output `[value, cause, by,
[restrictions]]` or the beginning of that, under `rules` truths, under `alarms` all of them.
"""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from engine.control import retained
from engine.control.decision import Decision
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.inference.image import Override, ProcessImage, Reset, empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality
from engine.values.moment import Moment

CASES = Path(__file__).parent / "cases" / "engine"
NOON_S = 12 * 3_600


def cases() -> list[dict]:
    found = []
    for file in sorted(CASES.rglob("*.yaml")):
        document = YAML(typ="safe").load(file.read_text("utf-8"))
        found += [
            {"from": file.stem, "plant": document["plant"], **each} for each in document["cases"]
        ]
    return found


class Run:
    """One case on its way: the program, what is remembered, and the last image."""

    def __init__(self, case: dict) -> None:
        self.plant = case["plant"]
        self.program = self.compiled(case["rules"])
        self.state: Retained = initial(self.program)
        self.image: ProcessImage = empty_image(self.program.rulebook.plant)
        self.overrides: list[Override] = []
        self.notes: tuple[str, ...] = ()

    def compiled(self, rules: str) -> Program:
        files = {"plant.yaml": self.plant.encode(), "rules.yaml": rules.encode()}
        checked = check_files(files)
        assert checked.ok, [problem.message for problem in checked.problems]
        return compile_program(checked.rulebook)

    def scan(self, given: dict) -> Scan:
        now_s = float(given["at"])
        hours, minutes = str(given.get("clock", "12:00")).split(":")
        moment = Moment(now_s, int(hours) * 3_600.0 + int(minutes) * 60.0)
        if given.get("restart"):
            data = retained.save(self.program, self.state)
            self.state = retained.restore(self.program, data, moment).retained
        if "edit" in given:
            program = self.compiled(given["edit"])
            carried = retained.carry_over(self.program, self.state, program)
            self.program, self.state, self.notes = program, carried.retained, carried.notes
        if "override" in given:
            output, value, until_s = given["override"]
            entry = Override(f"over{len(self.overrides)}", output, value, "me", float(until_s))
            self.overrides.append(entry)
        resets = tuple(Reset(trip, "me") for trip in given.get("reset", ()))
        facts = [fact(name, value, now_s) for name, value in given.get("facts", {}).items()]
        plant = self.program.rulebook.plant
        overrides = tuple(self.overrides)
        self.image = freeze(plant, self.image, facts, now_s, overrides, resets)
        result = scan(self.program, self.state, self.image, moment)
        self.state = result.retained
        return result


def fact(name: str, value: object, now_s: float) -> Fact:
    qualities = {"missing": Quality.MISSING, "bad": Quality.BAD}
    if isinstance(value, str) and value in qualities:
        return Fact(name, None, qualities[value], now_s)
    known = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return Fact(name, known, Quality.GOOD, now_s)


def outcome(decision: Decision) -> list[object]:
    restrictions = [
        f"{each.kind.value}{f' {each.by}' if each.by else ''}" for each in decision.restrictions
    ]
    return [decision.value, decision.cause.value, decision.by, restrictions]


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['from']}: {case['case']}")
def test_case(case: dict) -> None:
    run = Run(case)
    for given in case["scans"]:
        result = run.scan(given)
        decisions = {decision.output: decision for decision in result.decisions}
        for output, expected in given.get("decide", {}).items():
            found = outcome(decisions[output])
            wanted = expected if isinstance(expected, list) else [expected]
            assert found[: len(wanted)] == wanted, f"at {given['at']}: {output}"
        if "alarms" in given:
            alarms = [f"{each.kind.value} {each.subject}" for each in result.trace.alarms]
            assert alarms == given["alarms"], f"at {given['at']}"
        if "rules" in given:
            rules = zip(run.program.rulebook.rules, result.trace.rule_truths, strict=True)
            truths = {rule.id: truth for rule, truth in rules}
            wanted_truths = {rule: truths[rule] for rule in given["rules"]}
            assert wanted_truths == given["rules"], f"at {given['at']}"
        if "notes" in given:
            found_notes = [note for note in run.notes if given["notes"] in note]
            assert found_notes, run.notes
