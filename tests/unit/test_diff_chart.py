"""Two runs in one chart."""

import pytest

from adapters.plot import diff_chart
from adapters.plot.diff_chart import _DiffChart, chart_as_html
from adapters.plot.series import Chart, Switch
from engine.control.decision import Cause
from engine.workshop.diff import Difference, pair_outputs
from engine.workshop.diff_spans import SideOfSpan, Span
from engine.workshop.diff_totals import Side
from tests.unit.test_plot import HOUR, PLANT, chart, stretch
from tests.unit.test_tally import tallied, trace

PLACES = {output.name: place for place, output in enumerate(PLANT.outputs)}
REPORT = tallied(trace(0), end_ms=HOUR)


def told(value: bool | float) -> SideOfSpan:
    return SideOfSpan(value, value, value, Cause.RULE, "r")


def difference(*spans: Span) -> Difference:
    sides = Side(REPORT), Side(REPORT)
    return Difference((), pair_outputs(PLANT, PLANT), spans, len(spans), {}, *sides)


SPANS = (
    Span(0, 0, HOUR, PLACES["p3.run_target"], told(True), told(False)),
    Span(1, 0, 2 * HOUR, PLACES["rv1.position_target"], told(0.0), told(100.0)),
    Span(2, HOUR, 3 * HOUR, PLACES["p3.run_target"], told(False), told(True)),
)


def test_the_title_of_an_output_says_which_colour_is_which_state() -> None:
    title = _DiffChart(difference(*SPANS), chart(stretch(0)), new_chart())._title("p3.run_target")
    assert title.startswith("<b>p3.run_target</b>")
    assert "■</span> off" in title
    assert "■</span> on" in title


def new_chart() -> Chart:
    changed = stretch(0)
    changed.switches["p3.run_target"] = [Switch(0, False)]
    changed.samples[0] = changed.samples[0]._replace(powers_w=(9_000.0, 0.0, 0.0))
    return chart(changed)


def test_each_output_that_differs_has_a_panel_with_both_runs_and_the_marks() -> None:
    drawn = _DiffChart(difference(*SPANS), chart(stretch(0)), new_chart())
    assert drawn._outputs == ["rv1.position_target", "p3.run_target"]
    traces = [(trace.name, list(trace.y)) for trace in drawn.figure.data]
    marks = [heights for name, heights in traces if name == "differs"]
    assert [len([each for each in y if each is not None]) for y in marks] == [2, 4]
    texts = [text for trace in drawn.figure.data if trace.name == "differs" for text in trace.text]
    assert {"on → off", "off → on", "0 → 100"} <= set(texts)
    bars = {y[0] for name, y in traces if name == "p3.run_target"}
    assert bars == {"old", "new"}
    powers = [y for name, y in traces if name == "new" and y[0] == 9.0]
    assert powers == [[9.0, 3.5, None]]


def test_a_tank_has_a_second_line_only_if_it_differs() -> None:
    def names(new: Chart) -> set[str]:
        return {each.name for each in _DiffChart(difference(), chart(stretch(0)), new).figure.data}

    assert "buffer.top, old" not in names(chart(stretch(0)))
    warmer = stretch(0)
    values = tuple(v + 9.0 if isinstance(v, float) else v for v in warmer.samples[0].values)
    warmer.samples[0] = warmer.samples[0]._replace(values=values)
    assert "buffer.top, old" in names(chart(warmer))


def test_only_the_outputs_that_differ_longest_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff_chart, "MOST_OUTPUTS", 1)
    assert diff_chart._outputs(difference(*SPANS)) == ["p3.run_target"]


def test_gaps_are_left_out_and_the_page_needs_no_network() -> None:
    two = chart(stretch(0), stretch(100 * HOUR))
    html = chart_as_html(difference(*SPANS), two, two)
    assert "rangebreaks" in html
    assert 'src="http' not in html
