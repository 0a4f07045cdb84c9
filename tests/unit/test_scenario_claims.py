"""Claims: what is read from `expect:`, for when, and in which words and units."""

from engine.language.text import to_text
from engine.workshop.scenario import AlarmClaim, OutputClaim, RuleClaim, TruthClaim
from engine.workshop.scenario_claims import Span
from engine.workshop.scenario_scope import context_of
from tests.making.scenarios import one, program


def test_claims_are_read_with_the_units_and_ids_of_the_rules() -> None:
    scenario = one(
        "  - name: a\n"
        "    expect:\n"
        "      - at: 1 min\n"
        "        miner.power_target: 3 kW by mine_on_sun and min_on\n"
        "        p3.run_target: by default\n"
        "        heatpump.sg_ready: off\n"
        "        fires: mine_on_sun\n"
        "        silent: [force, summer]\n"
        "        holds: [sunny, not season.summer, both_run]\n"
        "        unknown: p3.running\n"
        "        alarms: []\n"
    )
    assert scenario.expectations[0].claims == (
        OutputClaim("miner.power_target", 3000.0, None, ("mine_on_sun", "min_on")),
        OutputClaim("p3.run_target", None, None, ("default",)),
        OutputClaim("heatpump.sg_ready", None, False),
        RuleClaim("mine_on_sun", True),
        RuleClaim("force", False),
        RuleClaim("summer", False),
        *(claim for claim in scenario.expectations[0].claims if isinstance(claim, TruthClaim)),
        AlarmClaim(()),
    )
    texts = [
        (to_text(claim.expression), claim.unknown)
        for claim in scenario.expectations[0].claims
        if isinstance(claim, TruthClaim)
    ]
    assert texts == [
        ("sunny", False),
        ("not season.summer", False),
        ("miner.power_target > 0 W and p3.run_target is on", False),
        ("p3.running", True),
    ]


def test_times_are_offsets_times_of_day_and_the_end() -> None:
    scenario = one(
        "  - name: a\n    at: 2026-06-21 23:00\n    lasts: 3 h\n    expect:\n"
        "      - {at: 00:30, fires: []}\n"
        * 0
        + "  - name: a\n    at: 2026-06-21 23:00\n    lasts: 3 h\n    expect:\n"
        "      - {at: '00:30', miner.power_target: 0 W}\n"
        "      - {at: end, miner.power_target: 0 W}\n"
        "      - {from: 1 h, miner.power_target: 0 W}\n"
        "      - {to: '23:10', miner.power_target: 0 W}\n"
        "      - {miner.power_target: 0 W}\n"
        "      - {at: '23:00', miner.power_target: 0 W}\n"
    )
    spans = [(each.from_ms, each.to_ms) for each in scenario.expectations]
    hour = 3_600_000
    assert spans == [
        (1.5 * hour,) * 2,
        (3 * hour,) * 2,
        (hour, 3 * hour),
        (0, hour / 6),
        (0, 3 * hour),
        (0, 0),
    ]


def test_a_span_without_an_end_goes_to_the_end_and_a_moment_at_the_end_is_only_that() -> None:
    assert Span(5, None).within(60) == (5, 60)
    assert Span(None, None).within(60) == (60, 60)
    assert Span(5, 7).within(60) == (5, 7)


def test_reasons_are_ids_causes_and_kinds_of_restriction() -> None:
    reasons = context_of(program(), []).reasons
    assert {"mine_on_sun", "relay", "no_heat_without_water", "has_sink"} <= reasons
    assert {"default", "latch", "min_on", "ramp"} <= reasons
    assert "sunny" not in reasons


def test_a_length_may_have_several_parts() -> None:
    claim = "{to: 3 min 10 s, p3.run_target: off}"
    scenario = one(f"  - name: a\n    lasts: 1 h 2 min 3 s\n    expect: [{claim}]\n")
    assert (scenario.lasts_ms, scenario.expectations[0].to_ms) == (3_723_000, 190_000)
