"""Two runs in one chart: the day they had, their tanks and powers, and every output that differs.

The old run is grey and dashed, the new one in colour; a red strip marks where an output was decided
otherwise.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from adapters.plot import panels
from adapters.plot.series import Chart, Stretch
from adapters.recordings.moments import from_ms
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.workshop.diff import Difference, kinds

MOST_OUTPUTS = 8
"""Of those that differ, the ones that do so for longest."""

_MOST_MARKS = 5_000
_OLD = "#8a8f98"
_TOP_PX, _OUTPUT_PX = 190, 130
_FIRST = ("Sun, load, kW; price", "Tanks, °C", "Consumers together, kW")
_DIFFERS = "differs"

Line = tuple[list[datetime | None], list[object]]
"""The ends of bars or steps; None breaks the line."""


def chart_as_html(difference: Difference, old: Chart, new: Chart) -> str:
    """Return the chart as a piece of a page that works without a network."""
    figure = _DiffChart(difference, old, new).figure
    return str(figure.to_html(include_plotlyjs=True, full_html=False))


class _DiffChart:
    """Draws one difference; `figure` is the result."""

    def __init__(self, difference: Difference, old: Chart, new: Chart) -> None:
        self._difference = difference
        self._old, self._new = old, new
        self._zone = ZoneInfo(new.time_zone)
        self._told: set[str] = set()
        self._outputs = _outputs(difference)
        heights = [_TOP_PX] * len(_FIRST) + [_OUTPUT_PX] * len(self._outputs)
        rows = len(heights)
        self.figure = make_subplots(
            rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.25 / rows,
            row_heights=heights, subplot_titles=(*_FIRST, *map(self._title, self._outputs)),
            specs=[[{"secondary_y": True}]] + [[{}] for _ in heights[1:]],
        )  # fmt: skip
        self._surroundings()
        self._tanks()
        self._powers()
        for place, output in enumerate(self._outputs):
            self._output(len(_FIRST) + 1 + place, output)
        self._finish(sum(heights))

    def _title(self, output: str) -> str:
        """Return an output's name, and which colour is which of its states."""
        colours: dict[Value, str] = {}
        for chart in (self._old, self._new):
            found = {ribbon.output.name: ribbon for ribbon in panels.ribbons(chart)}
            colours |= found[output].colours if output in found else {}
        states = [
            f"<span style='color:{colour}'>■</span> {_state(state)}"
            for state, colour in colours.items()
            if not isinstance(state, float)
        ]
        return "  ".join([f"<b>{output}</b> ", *states])

    def _time(self, at_ms: int) -> datetime:
        """Return local time as plotly shows it: without a zone."""
        return from_ms(at_ms, self._zone).replace(tzinfo=None)

    def _draw(
        self, row: int, name: str, line: Line, style: dict[str, object], right: bool = False,
        text: list[str | None] | None = None,
    ) -> None:  # fmt: skip
        hover = {"text": text, "hoverinfo": "x+text"} if text else {}
        self.figure.add_trace(
            go.Scatter(
                x=line[0], y=line[1], name=name, legendgroup=name, mode="lines", line=style,
                showlegend=name not in self._told, connectgaps=False, **hover,
            ),
            row=row, col=1, **({"secondary_y": right} if row == 1 else {}),
        )  # fmt: skip
        self._told.add(name)

    def _samples(self, chart: Chart, values: Callable[[Stretch], Iterable[object]]) -> Line:
        """Return what was sampled, with a break after each stretch."""
        times: list[datetime | None] = []
        heights: list[object] = []
        for stretch in chart.stretches:
            times += [self._time(sample.at_ms) for sample in stretch.samples]
            heights += values(stretch)
            times.append(None)
            heights.append(None)
        return times, heights

    def _point(self, chart: Chart, name: str, factor: float = 1.0) -> Line | None:
        place = panels.recorded(chart, name)
        if place is None:
            return None
        return self._samples(chart, lambda stretch: panels.numbers(stretch.samples, place, factor))

    def _surroundings(self) -> None:
        roles = panels.roles()
        for name, colour in ((roles.pv, panels.SUN), (roles.load, panels.LOAD)):
            line = self._point(self._new, name, panels.kilowatts(self._new, name))
            if line is not None:
                self._draw(1, name, line, {"color": colour, "width": 1.2})
        price = self._point(self._new, roles.price)
        if price is not None:
            style: dict[str, object] = {"color": panels.PRICE, "width": 1.2, "shape": "hv"}
            self._draw(1, roles.price, price, style, right=True)

    def _tanks(self) -> None:
        points = panels.tanks(self._new)
        for point, colour in zip(points, panels.TEMPERATURES, strict=False):
            new, old = self._point(self._new, point.name), self._point(self._old, point.name)
            if old is not None and new is not None and old != new:
                style: dict[str, object] = {"color": colour, "width": 1, "dash": "dot"}
                self._draw(2, f"{point.name}, old", old, style)
            if new is not None:
                self._draw(2, point.name, new, {"color": colour, "width": 1.4})

    def _powers(self) -> None:
        for chart, name, style in (
            (self._old, "old", {"color": _OLD, "width": 1.2, "dash": "dot"}),
            (self._new, "new", {"color": panels.ON, "width": 1.4}),
        ):
            line = self._samples(
                chart,
                lambda stretch: [sum(sample.powers_w) / 1000 for sample in stretch.samples],
            )
            self._draw(3, name, line, style)

    def _output(self, row: int, output: str) -> None:
        is_number = any(
            isinstance(each.type, NumberType)
            for each in self._new.plant.outputs
            if each.name == output
        )
        if is_number:
            self._steps(row, output)
        else:
            self._bars(row, output)

    def _steps(self, row: int, output: str) -> None:
        top = 0.0
        for chart, name, style in (
            (self._old, "old", {"color": _OLD, "width": 1.4, "dash": "dot"}),
            (self._new, "new", {"color": panels.ON, "width": 1.4}),
        ):
            times: list[datetime | None] = []
            values: list[object] = []
            for stretch in chart.stretches:
                for block in panels.blocks(stretch, output):
                    times += [self._time(block.start_ms), self._time(block.end_ms)]
                    values += [block.value, block.value]
                    top = max(top, block.value if isinstance(block.value, float) else 0.0)
                times.append(None)
                values.append(None)
            self._draw(row, name, (times, values), style)
        self._marks(row, output, -0.12 * (top or 1.0))

    def _bars(self, row: int, output: str) -> None:
        for chart, name in ((self._old, "old"), (self._new, "new")):
            ribbons = {ribbon.output.name: ribbon for ribbon in panels.ribbons(chart)}
            colours = ribbons[output].colours if output in ribbons else {}
            states: dict[Value, tuple[list[datetime | None], list[object]]] = {}
            for stretch in chart.stretches:
                for block in panels.blocks(stretch, output):
                    times, heights = states.setdefault(block.value, ([], []))
                    times += [self._time(block.start_ms), self._time(block.end_ms), None]
                    heights += [name, name, None]
            for state, line in states.items():
                style: dict[str, object] = {"color": colours.get(state, panels.REST), "width": 13}
                shown: list[str | None] = [f"{name}: {_state(state)}"] * len(line[0])
                self._told.add(output)
                self._draw(row, output, line, style, text=shown)
        self._marks(row, output, _DIFFERS)
        self.figure.update_yaxes(
            categoryorder="array", categoryarray=[_DIFFERS, "new", "old"], row=row, col=1
        )

    def _marks(self, row: int, output: str, height: object) -> None:
        times: list[datetime | None] = []
        heights: list[object] = []
        texts: list[str | None] = []
        for start_ms, end_ms, text in self._spans(output):
            times += [self._time(start_ms), self._time(end_ms), None]
            heights += [height, height, None]
            texts += [text, text, None]
        style: dict[str, object] = {"color": panels.ALARM, "width": 7}
        self._draw(row, _DIFFERS, (times, heights), style, text=texts)

    def _spans(self, output: str) -> Iterator[tuple[int, int, str]]:
        shown = 0
        for span in self._difference.spans:
            if self._difference.output(span).name == output and shown < _MOST_MARKS:
                shown += 1
                old, new = _state(span.old.value), _state(span.new.value)
                yield span.start_ms, span.end_ms, f"{old} → {new}"

    def _finish(self, height: int) -> None:
        gaps = [
            {"bounds": [self._time(before.end_ms), self._time(after.start_ms)]}
            for before, after in pairwise(self._new.stretches)
        ]
        self.figure.update_xaxes(rangebreaks=gaps)
        self.figure.update_yaxes(
            title_text=self._price_unit(), tickmode="auto", nticks=4, showgrid=False,
            row=1, col=1, secondary_y=True,
        )  # fmt: skip
        self.figure.update_layout(
            template="plotly_white", height=height + 160, hovermode="x",
            margin={"l": 70, "r": 60, "t": 40, "b": 40},
            legend={"orientation": "h", "y": -40 / (height + 160), "yanchor": "top"},
        )  # fmt: skip

    def _price_unit(self) -> str:
        place = panels.place_of(self._new, panels.roles().price)
        unit = None if place is None else self._new.plant.points[place].unit
        return "" if unit is None else unit.symbol


def _outputs(difference: Difference) -> list[str]:
    """Return the outputs that differ for longest, in the order of the plant."""
    seconds: dict[str, float] = {}
    for kind in kinds(difference):
        seconds[kind.output] = seconds.get(kind.output, 0.0) + kind.seconds
    chosen = sorted(seconds, key=lambda name: -seconds[name])[:MOST_OUTPUTS]
    return [name for name in difference.differing if name in chosen]


def _state(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else f"{value:g}"
