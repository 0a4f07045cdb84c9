"""Scenarios as text: what is written reads as the same scenario, and starts the same scans."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.control.shaping import OutputState
from engine.inference.timing import Phase, TimerState
from engine.language.text import to_text
from engine.workshop.scenario import (
    AlarmClaim,
    Claim,
    Expectation,
    OutputClaim,
    OverrideAction,
    Piece,
    ResetAction,
    RestartAction,
    RuleClaim,
    Scenario,
    Series,
    StartState,
    TruthClaim,
)
from engine.workshop.scenario_play import play
from engine.workshop.scenario_text import file_to_text, scenario_to_text, state_of
from tests.making.scenarios import load, moment_at, one, program, to_unix_ms

EXPECT = "    expect: [{at: 0 s, miner.power_target: 0 W}]\n"
START = datetime(2026, 6, 21, 23, 59, 59, 500_000)  # noqa: DTZ001 - the site's own wall time
_CONDITIONS = program().network.conditions
_PAST = st.one_of(st.just(-math.inf), st.integers(0, 90_000).map(lambda each: -each / 8))
_LENGTHS = st.integers(0, 400).map(lambda each: each * 250)
_NUMBERS = st.integers(0, 33_000).map(lambda each: each / 10)
_OUTPUTS = st.builds(
    OutputState,
    _NUMBERS,
    _NUMBERS,
    _PAST,
    _PAST,
    st.lists(_PAST, max_size=3).map(lambda each: tuple(sorted(each))),
    st.lists(_PAST, max_size=3).map(lambda each: tuple(sorted(each))),
    st.sampled_from([(), ("force",), ("force", "mine_on_sun")]),
)
_TIMERS = st.builds(TimerState, st.booleans(), st.sampled_from(Phase), _PAST)
_STATES = st.builds(
    StartState,
    st.one_of(st.just(()), _OUTPUTS.map(lambda each: (("miner.power_target", each),))),
    st.sampled_from([(), ("relay",)]),
    st.one_of(st.just(()), _TIMERS.map(lambda each: ((_CONDITIONS.timers[0].timed.key, each),))),
    st.one_of(
        st.just(()), _NUMBERS.map(lambda each: ((_CONDITIONS.windows[0].key, each),))
    ),
)  # fmt: skip
_CLAIMS = st.one_of(
    st.builds(OutputClaim, st.just("miner.power_target"), _NUMBERS),
    st.just(OutputClaim("heatpump.sg_ready", "forced", None, ("rest", "ramp"))),
    st.builds(OutputClaim, st.just("p3.run_target"), st.booleans()),
    st.builds(OutputClaim, st.just("heatpump.sg_ready"), st.none(), st.booleans()),
    st.builds(RuleClaim, st.sampled_from(["force", "rest"]), st.booleans()),
    st.builds(AlarmClaim, st.sampled_from([(), ("relay",), ("relay", "p3.run_target")])),
)  # fmt: skip
_TRUTHS = one(
    "  - name: a\n    expect: [{holds: [sunny, both_run, not season.summer], unknown: cold}]\n"
).expectations[0]
_SPANS = st.tuples(_LENGTHS, _LENGTHS).map(sorted)
_EXPECTATIONS = st.builds(
    lambda span, claim: Expectation(span[0], span[1], (claim,)), _SPANS, _CLAIMS
)
_ACTIONS = st.one_of(
    st.builds(ResetAction, _LENGTHS, st.just("relay")),
    st.builds(OverrideAction, _LENGTHS, st.just("p3.run_target"), st.booleans(), st.just(250)),
    st.builds(RestartAction, _LENGTHS),
)
_SERIES = st.builds(
    lambda first, second: (
        Series("pv.power", (Piece(0, first), Piece(30_000, second))),
        Series("p3.running", (Piece(0, True),)),
    ),
    _NUMBERS,
    _NUMBERS,
)
_TEXTS = st.text("ab:#\"'{}[], °\\-&*!|>%@`", min_size=1).map(str.split).map(" ".join)
_SCENARIOS = st.builds(
    Scenario,
    name=_TEXTS.filter(bool).map(lambda each: each[:100].strip()),
    start_ms=st.just(to_unix_ms(START)),
    every_ms=st.sampled_from([250, 10_000]),
    lasts_ms=st.just(100_000),
    series=_SERIES,
    state=_STATES,
    before_ms=_LENGTHS,
    actions=st.lists(_ACTIONS, max_size=3).map(
        lambda each: tuple(sorted(each, key=lambda action: action.at_ms))
    ),
    expectations=st.lists(_EXPECTATIONS, min_size=1, max_size=3).map(tuple),
    never=st.just(
        one("  - name: a\n    never: [{id: n, when: both_run, because: 'No: no.'}]\n").never
    ),
    about=_TEXTS,
)


@settings(deadline=None)
@given(_SCENARIOS)
def test_what_is_written_reads_as_the_same_scenario(scenario: Scenario) -> None:
    text = file_to_text("What was found.", [scenario_to_text(program(), scenario, START)])
    loaded = load(text)
    assert not loaded.problems, (text, loaded.problems)
    (again,) = loaded.scenarios
    found, written = dict(again.state.windows), dict(scenario.state.windows)
    assert found == pytest.approx(written)
    assert scenario_to_text(program(), again, START) == scenario_to_text(program(), scenario, START)
    for key in ("name", "about", "start_ms", "every_ms", "lasts_ms", "before_ms", "actions"):
        assert getattr(again, key) == getattr(scenario, key), text
    assert again.series == scenario.series
    assert again.expectations == scenario.expectations, text
    assert [each.id for each in again.never] == ["n"]
    assert again.state.outputs == scenario.state.outputs
    assert again.state.timers == scenario.state.timers
    assert again.state.latched == scenario.state.latched


def test_conditions_are_written_as_they_can_be_read() -> None:
    scenario = replace(one(f"  - name: a\n{EXPECT}"), expectations=(_TRUTHS,))
    (again,) = load(file_to_text("", [scenario_to_text(program(), scenario, START)])).scenarios
    found = [claim for each in again.expectations for claim in each.claims]
    assert [_told(claim) for claim in found] == [_told(claim) for claim in _TRUTHS.claims]


def _told(claim: Claim) -> tuple[str, bool]:
    assert isinstance(claim, TruthClaim)
    return to_text(claim.expression), claim.unknown


def test_a_story_that_is_cut_and_written_goes_on_with_the_same_decisions() -> None:
    story = one(
        "  - name: a\n    facts: {pv.power: 6 kW for 5 min 0 W, safety.channel: on}\n"
        "    lasts: 20 min\n    never: [{id: n, when: cold}]\n"
    )
    scans = list(play(program(), story, moment_at))
    for cut in (1, 17, 18, 30, 31, 60):
        at_ms, _ = scans[cut]
        before = scans[cut - 1][1].retained
        first_s = moment_at(story.start_ms + at_ms).monotonic_s
        state = state_of(program(), before, first_s)
        sun = 300_000 - at_ms
        pieces = (Piece(0, 6000.0), Piece(sun, 0.0)) if sun > 0 else (Piece(0, 0.0),)
        series = (Series("pv.power", pieces), *(s for s in story.series if s.point != "pv.power"))
        rest = Scenario(
            "b", story.start_ms + at_ms, 10_000, 600_000, series, state, never=story.never
        )
        local = datetime.fromtimestamp(rest.start_ms / 1000, UTC).replace(tzinfo=None)
        (again,) = load(file_to_text("", [scenario_to_text(program(), rest, local)])).scenarios
        found = [done.decisions[0].value for _, done in play(program(), again, moment_at)]
        wanted = [done.decisions[0].value for _, done in scans[cut : cut + 61]]
        assert found == wanted[: len(found)]
