"""A chart as one page to zoom into: everything in the file, nothing from the network."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from adapters.plot import panels
from adapters.plot.series import Chart, Stretch
from adapters.recordings.moments import from_ms

_ROWS = ("Sun, load, price", "Tanks, °C", "Consumers, kW", "Decisions")
_HEIGHTS = [0.27, 0.25, 0.22, 0.26]


def write_html(chart: Chart, path: Path) -> None:
    """Write the chart as a page that works without a network."""
    Page(chart).figure.write_html(path, include_plotlyjs=True, full_html=True)


class Page:
    """Draws one chart; `figure` is the result."""

    def __init__(self, chart: Chart) -> None:
        """Draw everything."""
        self._chart = chart
        self._zone = ZoneInfo(chart.time_zone)
        self._told: set[str] = set()
        self.figure = make_subplots(
            rows=4, cols=1, shared_xaxes=True, vertical_spacing=0.045, row_heights=_HEIGHTS,
            subplot_titles=_ROWS, specs=[[{"secondary_y": True}], [{}], [{}], [{}]],
        )  # fmt: skip
        for stretch in chart.stretches:
            times = [self._time(sample.at_ms) for sample in stretch.samples]
            self._electricity(stretch, times)
            self._temperatures(stretch, times)
            self._consumption(stretch, times)
            self._decisions(stretch)
        self._finish()

    def _time(self, at_ms: int) -> datetime:
        """Return local time as plotly shows it: without a zone."""
        return from_ms(at_ms, self._zone).replace(tzinfo=None)

    def _line(
        self, row: int, name: str, times: list[datetime], values: list[float], **more: object
    ) -> None:
        right = bool(more.pop("right", False))
        colour = more.pop("colour")
        self.figure.add_trace(
            go.Scatter(
                x=times, y=values, name=name, legendgroup=name, mode="lines",
                showlegend=name not in self._told,
                line={"color": colour, "width": 1.2, **_shape(more)},
                **more,
            ),
            row=row, col=1, **({"secondary_y": right} if row == 1 else {}),
        )  # fmt: skip
        self._told.add(name)

    def _electricity(self, stretch: Stretch, times: list[datetime]) -> None:
        roles = panels.roles()
        for name, colour, fill in (
            (roles.pv, panels.SUN, "tozeroy"),
            (roles.load, panels.LOAD, None),
        ):
            place = panels.recorded(self._chart, name)
            if place is not None:
                values = panels.numbers(stretch.samples, place, panels.kilowatts(self._chart, name))
                self._line(1, f"{name}, kW", times, values, colour=colour, fill=fill)
        price = panels.recorded(self._chart, roles.price)
        if price is not None:
            values = panels.numbers(stretch.samples, price)
            self._line(1, roles.price, times, values, colour=panels.PRICE, right=True, step=True)

    def _temperatures(self, stretch: Stretch, times: list[datetime]) -> None:
        for point, colour in zip(panels.tanks(self._chart), panels.TEMPERATURES, strict=False):
            place = panels.place_of(self._chart, point.name)
            if place is not None:
                self._line(
                    2, point.name, times, panels.numbers(stretch.samples, place), colour=colour
                )

    def _consumption(self, stretch: Stretch, times: list[datetime]) -> None:
        consumers = panels.powered(self._chart)
        sources = (
            ("from PV", panels.SUN), ("from battery", panels.BATTERY), ("from grid", panels.GRID),
        )  # fmt: skip
        parts = panels.by_source(stretch.samples, consumers)
        for (name, colour), values in zip(sources, parts, strict=False):
            group = f"{stretch.start_ms}"
            self._line(3, name, times, values, colour=colour, stackgroup=group)
        for place, consumer in enumerate(self._chart.consumers):
            if place not in consumers:
                values = [sample.powers_w[place] / 1000 for sample in stretch.samples]
                self._line(3, consumer.name, times, values, colour=panels.LOAD)

    def _decisions(self, stretch: Stretch) -> None:
        for ribbon in panels.ribbons(self._chart):
            name = ribbon.output.name
            for block in panels.blocks(stretch, name):
                colour = ribbon.colours.get(block.value) or (
                    panels.ON if block.value else panels.REST
                )
                self._block(
                    name,
                    self._time(block.start_ms),
                    self._time(block.end_ms),
                    colour,
                    f"{block.value}",
                )
        for kind, colour in (("vetoes", panels.VETO), ("trips, alarms", panels.ALARM)):
            marks = [
                mark
                for mark in stretch.marks
                if (mark.kind in ("permissive", "interlock")) == (kind == "vetoes")
            ]
            for mark in marks:
                text = f"{mark.kind} {mark.by} {mark.output}"
                begin, end = self._time(mark.at_ms), self._time(max(mark.end_ms, mark.at_ms))
                self._block(kind, begin, end, colour, text)
            self.figure.add_trace(
                go.Scatter(
                    x=[self._time(mark.at_ms) for mark in marks],
                    y=[kind] * len(marks),
                    text=[f"{mark.kind} {mark.by} {mark.output}" for mark in marks],
                    mode="markers",
                    marker={"symbol": "line-ns-open", "size": 12, "color": colour},
                    showlegend=False,
                    hoverinfo="x+text",
                ),
                row=4,
                col=1,
            )

    def _block(self, name: str, start: datetime, end: datetime, colour: str, text: str) -> None:
        self.figure.add_trace(
            go.Scatter(
                x=[start, end], y=[name, name], mode="lines", line={"color": colour, "width": 13},
                text=[text, text], hoverinfo="x+text", showlegend=False,
            ),
            row=4, col=1,
        )  # fmt: skip

    def _finish(self) -> None:
        for limit in self._chart.limits:
            if any(point.name == limit.point for point in panels.tanks(self._chart)):
                self.figure.add_hline(
                    limit.value, row=2, col=1,
                    line={"dash": "dash", "width": 1, "color": panels.ALARM},
                    annotation_text=f"{limit.point} {limit.value:g} °C", annotation_font_size=10,
                )  # fmt: skip
        gaps = [
            {"bounds": [self._time(before.end_ms), self._time(after.start_ms)]}
            for before, after in pairwise(self._chart.stretches)
        ]
        self.figure.update_xaxes(rangebreaks=gaps)
        self.figure.update_yaxes(title_text="kW", row=1, col=1, secondary_y=False)
        self.figure.update_yaxes(autorange="reversed", row=4, col=1)
        self.figure.update_layout(
            title=self._chart.title, template="plotly_white", height=1_000, hovermode="x",
            legend={"orientation": "h", "y": -0.05},
        )  # fmt: skip


def _shape(more: dict[str, object]) -> dict[str, str]:
    return {"shape": "hv"} if more.pop("step", False) else {}
