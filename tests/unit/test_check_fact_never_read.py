from tests.unit.checking import messages

PLANT = """
facts:
  top: {unit: °C, range: [-20, 120], max_age: 10 s}
  spare: {unit: °C, range: [-20, 120], max_age: 10 s}
outputs:
  pump: {type: bool, default: off, failsafe: on}
"""
RULES = """
ruleset: test
let:
  twice: top * 2
conditions:
  warm: {when: top > 40 °C, for: 1 min}
rules:
  - {id: a, when: top > 50 °C, then: {pump: on, assert: hot}, because: It is}
"""


def test_what_nothing_reads_is_reported_whatever_its_kind() -> None:
    rules = RULES.replace("top * 2", "top + 2 K")
    assert messages("fact-never-read", rules, PLANT) == [
        "warning: nothing reads the fact `spare`",
        "warning: nothing reads the signal `twice`",
        "warning: nothing reads the condition `warm`",
        "warning: nothing reads the derived fact `hot`",
    ]


def test_while_there_are_errors_nothing_is_called_unread() -> None:
    assert messages("fact-never-read", RULES + "nonsense: 1\n", PLANT) == []
