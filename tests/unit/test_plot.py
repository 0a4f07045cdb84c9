"""What goes into a chart; that pictures and pages come out is seen in test_cli_runs."""

from pathlib import Path

import pytest

from adapters.plot import draw, html, panels, picture
from adapters.plot.series import Chart, Limit, Mark, Sample, Stretch, Switch
from engine.workshop.meter import Meter
from engine.workshop.report import Basis
from engine.workshop.sources import Shares
from tests.simulation.small_rules import program

PLANT = program().rulebook.plant
CONSUMERS = Meter(PLANT, Basis.MEASURED).consumers
PLACES = {point.name: place for place, point in enumerate(PLANT.points)}
HOUR = 3_600_000


def sample(at_ms: int, **known: float) -> Sample:
    values: list[float | None] = [None] * len(PLANT.points)
    for name, value in known.items():
        values[PLACES[name.replace("_", ".", 1)]] = value
    return Sample(at_ms, tuple(values), Shares(0.5, 0.25, 0.25, 0.0), (2_000.0, 1_000.0, 500.0))


def chart(*stretches: Stretch) -> Chart:
    limits = (Limit("buffer.top", 75.0, above=True), Limit("pv.power", 1.0, above=True))
    return Chart("A day", "Europe/Berlin", PLANT, stretches, CONSUMERS, limits)


def stretch(start_ms: int, hours: int = 3) -> Stretch:
    return Stretch(
        start_ms,
        start_ms + hours * HOUR,
        [
            sample(start_ms, pv_power=1_000.0, buffer_top=40.0, price_buy=7.5),
            sample(start_ms + HOUR, buffer_top=41.0),
        ],
        {
            "p3.run_target": [Switch(start_ms, False), Switch(start_ms + HOUR, True)],
            "p4.run_target": [Switch(start_ms, False)],
            "heatpump.sg_ready": [Switch(start_ms, "normal"), Switch(start_ms + HOUR, "forced")],
            "rv1.position_target": [Switch(start_ms, 0.0), Switch(start_ms + HOUR, 100.0)],
        },
        [
            Mark(start_ms, "miner1.power_target", "permissive", "flow"),
            Mark(start_ms, "", "tripped", "relay"),
        ],
    )


def test_outputs_that_never_left_rest_and_powers_get_no_ribbon() -> None:
    drawn = panels.ribbons(chart(stretch(0)))
    assert [ribbon.output.name for ribbon in drawn] == [
        "heatpump.sg_ready", "rv1.position_target", "p3.run_target",
    ]  # fmt: skip
    assert drawn[0].colours["normal"] == panels.REST
    assert len(set(drawn[0].colours.values())) == 4


def test_a_ribbon_is_a_row_of_blocks_without_gaps() -> None:
    assert list(panels.blocks(stretch(0), "p3.run_target")) == [
        panels.Block(0, HOUR, False),
        panels.Block(HOUR, 3 * HOUR, True),
    ]
    assert list(panels.blocks(stretch(0), "p5.run_target")) == []


def test_what_was_never_known_is_not_drawn() -> None:
    shown = chart(stretch(0))
    assert panels.recorded(shown, "pv.power") == PLACES["pv.power"]
    assert panels.recorded(shown, "house.load") is None
    assert panels.recorded(shown, "no.point") is None
    assert [point.name for point in panels.tanks(shown)] == ["buffer.top"]


def test_an_unknown_value_leaves_a_gap_in_a_line() -> None:
    first, second = panels.numbers(stretch(0).samples, PLACES["pv.power"], 1e-3)
    assert first == 1.0
    assert second != second, "not a number"  # noqa: PLR0124 - that is how a NaN is known


def test_the_miners_are_stacked_by_source() -> None:
    shown = chart(stretch(0))
    miners = panels.powered(shown)
    assert [shown.consumers[place].name for place in miners] == ["miner1.power", "miner2.power"]
    parts = panels.by_source(stretch(0).samples, miners)
    assert [part[0] for part in parts] == [1.5, 0.75, 0.75, 0.0]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_stretches_stand_side_by_side_until_there_are_too_many(count: int) -> None:
    shown = chart(*(stretch(place * 100 * HOUR, hours=60) for place in range(count)))
    figure = picture.Picture(shown).figure
    columns = count if count < 5 else 1
    twins = columns
    assert len(figure.axes) == 4 * columns + twins


def test_a_page_holds_every_trace_and_limit() -> None:
    page = html.Page(chart(stretch(0), stretch(100 * HOUR))).figure
    names = {trace.name for trace in page.data}
    assert {"pv.power, kW", "price.buy", "buffer.top", "from PV", "heatpump.power"} <= names
    assert any("buffer.top 75 °C" in note.text for note in page.layout.annotations)


def test_the_name_of_the_file_says_the_form(tmp_path: Path) -> None:
    draw.draw(chart(stretch(0)), tmp_path / "a.svg")
    draw.draw(chart(stretch(0)), tmp_path / "a.html")
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    assert b"plotly" in (tmp_path / "a.html").read_bytes()
