"""The whole difference as data: pairs of outputs, kinds, sums, limits, JSON."""

import json
from dataclasses import replace

import pytest

from engine.control.decision import Cause
from engine.language.plant import Output, Plant, Site
from engine.language.types import BOOL, EnumType
from engine.values.units import parse_unit
from engine.workshop.comfort import ComfortReport
from engine.workshop.diff import Difference, failures, kinds, pair_outputs
from engine.workshop.diff_limits import Limit, LimitError, exceeds, read_limit
from engine.workshop.diff_plain import as_plain_difference
from engine.workshop.diff_spans import SideOfSpan, Span
from engine.workshop.diff_tell import Telling
from engine.workshop.diff_totals import METRICS, Figure, Side, house_figures, metric, output_figures
from engine.workshop.report import Report
from tests.unit.test_tally import HOUR, PLANT, POWER, tallied, trace

KILOWATT = parse_unit("kW")
assert KILOWATT is not None
TARGET = "miner1.power_target"


def report(target: float, until_h: int = 12) -> Report:
    facts = (1_000.0, 1_000.0, 30.0, target)
    return tallied(
        trace(0, (1_000.0, 0.0, 30.0, 0.0)),
        trace(HOUR, facts, target=target),
        trace(until_h * HOUR, (0.0, 0.0, 30.0, 0.0)),
        end_ms=24 * HOUR,
    )


def side(value: float, by: str = "sun", high: float | None = None) -> SideOfSpan:
    return SideOfSpan(value, value, value if high is None else high, Cause.RULE, by)


def difference(*spans: Span) -> Difference:
    return Difference(
        edits=(),
        pairing=pair_outputs(PLANT, PLANT),
        spans=spans,
        count=len(spans),
        reasons={0: (Telling("old why"), Telling("new why", "sun does not fire: rain"))},
        old=Side(report(1_000.0), (ComfortReport("warm", 60.0, 0.0, 1),)),
        new=Side(report(3_000.0), (ComfortReport("warm", 180.0, 5.0, 2),)),
    )


SPANS = (
    Span(0, 0, 5_000, 0, side(1_000.0), side(3_000.0, "rain")),
    Span(1, 0, 2_000, 0, side(0.0, "moon"), side(1.0, "rain")),
    Span(2, 9_000, 12_000, 0, side(500.0, high=2_000.0), side(2_500.0, "rain")),
)


def test_outputs_are_matched_by_name_in_the_old_unit() -> None:
    extra = Output("x", BOOL, False, False)
    other = Plant(
        Site(),
        (),
        (
            extra,
            replace(PLANT.outputs[0], unit=KILOWATT),
            Output("heatpump.sg_ready", BOOL, False, False),
        ),
    )
    pairing = pair_outputs(PLANT, other)
    (common,) = pairing.common
    assert (common.name, common.old_place, common.new_place, common.factor) == (TARGET, 0, 1, 1000)
    assert (pairing.only_old, pairing.only_new) == (("p3.run_target",), ("x",))
    assert pairing.unlike == ("heatpump.sg_ready",)
    states = Output("heatpump.sg_ready", EnumType(("normal", "off")), "normal", "normal")
    assert pair_outputs(PLANT, Plant(Site(), (), (states,))).unlike == ()
    celsius = replace(PLANT.outputs[0], type=replace(POWER, absolute=True))
    assert pair_outputs(PLANT, Plant(Site(), (), (celsius,))).unlike == (TARGET,)


def test_spans_of_the_same_deciders_are_one_kind_the_longest_first() -> None:
    first, second = kinds(difference(*SPANS))
    assert (first.count, first.seconds, first.old.low, first.old.high) == (2, 8.0, 500.0, 2_000.0)
    assert (second.count, second.old.by) == (1, "moon")


def test_the_first_difference_is_all_that_begins_in_its_moment() -> None:
    assert difference(*SPANS).first == SPANS[:2]
    assert difference().first == ()
    assert difference(*SPANS).differing == (TARGET,)


def test_sums_stand_beside_each_other() -> None:
    both = difference()
    house = {each.metric: each for each in house_figures(both.old, both.new)}
    assert (house["kwh"].old, house["kwh"].new, house["kwh"].more) == (11.0, 33.0, 22.0)
    assert (house["hours"].old, house["starts"].old, house["comfort"].more) == (11.0, 1.0, 2.0)
    figures = output_figures(both.old, both.new, [TARGET, "elsewhere"])
    one = {each.metric: each for each in figures if each.output == TARGET}
    assert one["kwh"].more == 22.0
    assert not any(each.old or each.new for each in figures if each.output == "elsewhere")
    assert [each.name for each in METRICS] == list(dict.fromkeys(each.name for each in METRICS))
    assert metric("cost").unit == "EUR"
    bare = Side(both.old.report)
    assert "comfort" not in {each.metric for each in house_figures(bare, bare)}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("any", Limit("any", "any")),
        ("starts", Limit("starts", "starts")),
        ("cost > 2 %", Limit("cost > 2 %", "cost", "", 0.02, relative=True)),
        ("cost>50ct", Limit("cost>50ct", "cost", "", 0.5)),
        ("comfort > 2 h", Limit("comfort > 2 h", "comfort", "", 120.0)),
        (f"starts:{TARGET} > 3", Limit(f"starts:{TARGET} > 3", "starts", TARGET, 3.0)),
        (f"any:{TARGET}", Limit(f"any:{TARGET}", "any", TARGET)),
    ],
)
def test_a_limit_is_read(text: str, limit: Limit) -> None:
    assert read_limit(text, [TARGET]) == limit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cost < 2 %", "is no limit"),
        ("", "is no limit"),
        ("costs", "did you mean `cost`?"),
        ("cost > 2 kWh", "takes `EUR` or `ct` or `%`"),
        ("starts > 2 h", "takes a number alone or `%`"),
        ("cost > 2", "takes `EUR`"),
        ("starts:miner1.power > 2", "did you mean `miner1.power_target`?"),
        ("alarms:miner1.power_target", "for the whole house only"),
        ("any > 2", "stands alone"),
        ("any:nothing", "stands alone"),
    ],
)
def test_a_limit_that_makes_no_sense_says_so(text: str, words: str) -> None:
    with pytest.raises(LimitError, match=words.replace("?", r"\?").replace("|", r"\|")):
        read_limit(text, [TARGET])


@pytest.mark.parametrize(
    ("old", "new", "text", "fails"),
    [
        (100.0, 102.0, "cost > 2 %", False),
        (100.0, 102.1, "cost > 2 %", True),
        (-100.0, -97.0, "cost > 2 %", True),
        (0.0, 0.1, "cost > 2 %", True),
        (0.0, 0.0, "cost > 2 %", False),
        (5.0, 5.0, "cost", False),
        (5.0, 4.0, "cost", False),
        (5.0, 5.000000001, "cost", False),
        (5.0, 5.1, "cost", True),
    ],
)
def test_only_an_increase_by_more_fails(old: float, new: float, text: str, fails: bool) -> None:
    assert exceeds(read_limit(text, []), Figure("cost", "", "EUR", old, new)) is fails


def test_failures_name_the_limit_and_both_figures() -> None:
    limits = [
        read_limit(text, [TARGET])
        for text in ("any", "kwh > 20 kWh", "kwh > 22 kWh", f"kwh:{TARGET} > 50 %", "starts")
    ]
    assert failures(difference(*SPANS), limits) == (
        "any: decisions differ",
        "kwh > 20 kWh: 11 kWh became 33 kWh",
        f"kwh:{TARGET} > 50 %: 11 kWh became 33 kWh",
    )
    assert failures(difference(), [read_limit("any", [])]) == ()
    elsewhere = [read_limit("any:p3.run_target", ["p3.run_target"])]
    assert failures(difference(*SPANS), elsewhere) == ()


def test_json_holds_everything() -> None:
    plain = as_plain_difference(difference(*SPANS))
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert (plain["schema"], plain["count"], plain["first_ms"]) == ("thermiq.diff/1", 3, 0)
    spans = plain["spans"]
    assert isinstance(spans, list)
    assert len(spans) == 3
    assert spans[0]["new"] == {
        "value": 3_000.0, "low": 3_000.0, "high": 3_000.0, "cause": "rule", "by": "rain",
        "why": "new why", "silent": "sun does not fire: rain",
    }  # fmt: skip
    assert spans[1]["old"]["why"] is None
    assert plain["comfort"] == [
        {
            "wish": "warm",
            "old": {"outside_s": 60.0, "unknown_s": 0.0, "times": 1},
            "new": {"outside_s": 180.0, "unknown_s": 5.0, "times": 2},
        }
    ]
