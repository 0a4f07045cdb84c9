"""What may stand where."""

import pytest

from tests.unit.language_samples import rules

DERIVED = "rules:\n  - id: a\n    when: p3.running\n    then: {assert: summer}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  - {id: b, when: 'summer == on', then: {assert: x}}\n", "derived-fact-outside-rule"),
        ("  - {id: b, when: [not: summer], then: {assert: x}}\n", ""),
        ("  - {id: b, when: p3.running, then: {pump.run_target: summer}, because: x}\n",
         "derived-fact-outside-rule"),
        ("  - {id: b, when: {condition: summer, for: 3 s}, then: {assert: x}}\n",
         "derived-fact-outside-rule"),
        ("conditions: {c: p3.running}\nlet: {s: c}\n", "not-allowed-here"),
        ("conditions: {c: p3.running, d: c is known}\n", ""),
        ("conditions: {c: p3.running, d: c == on}\n", "not-allowed-here"),
        ("let: {s: (p3.running for 3 s) is known}\n", "not-allowed-here"),
        ("conditions: {c: (p3.running for 3 s) is known}\n", "not-allowed-here"),
        ("conditions: {c: not (p3.running for 3 s)}\n", ""),
        ("interlocks:\n  - {id: i, never: [summer], else: {pump.run_target: off}}\n",
         "derived-fact-outside-rule"),
    ],
)  # fmt: skip
def test_a_place_decides_what_may_be_read(text: str, code: str) -> None:
    assert [p.code for p in rules(DERIVED + text).problems] == ([code] if code else [])
