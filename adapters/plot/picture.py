"""A chart as a picture: a column for each stretch of time, a row for each subject."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation
from PIL import Image

from adapters.plot import panels
from adapters.plot.series import Chart, Stretch
from adapters.recordings.moments import from_ms

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_MOST_DAYS = 10
"""With a label each."""
_MOST_COLUMNS = 4
_INCHES = {"column": 4.6, "least": 11.0, "panel": 2.1, "ribbon": 0.29, "edge": 1.5}
_DOTS_PER_INCH = 100
_PALETTE = 160
"""Colours of a .png."""
_HANDLE_INCHES = 0.26
_LEFT_INCHES, _RIGHT_INCHES = 1.8, 0.95
_STYLE = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9aa0a6",
    "axes.linewidth": 0.8,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.labelcolor": "#30343b",
    "xtick.color": "#5f6368",
    "ytick.color": "#5f6368",
    "grid.color": "#e4e6e9",
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.hashsalt": "thermiq",
}


def write_picture(chart: Chart, path: Path) -> None:
    """Draw the chart into a .png or .svg file."""
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type] # its names are matplotlib's own
        figure = Picture(chart).figure
        canvas = FigureCanvasAgg(figure)
        if path.suffix == ".svg":
            figure.savefig(path, metadata={"Date": None})
            return
        pixels, size = canvas.print_to_buffer()  # type: ignore[no-untyped-call]
    # A palette is enough for a drawing, and a third of the size.
    image = Image.frombytes("RGBA", size, pixels).convert("RGB")
    image.quantize(_PALETTE, dither=Image.Dither.NONE).save(path, optimize=True)


Shown = list[tuple[Artist, str]]
"""What a colour means."""


class Picture:
    """Draws one chart; `figure` is the result."""

    def __init__(self, chart: Chart) -> None:
        """Draw everything."""
        self._chart = chart
        self._zone = ZoneInfo(chart.time_zone)
        self._columns = _columns(chart)
        self._ribbons = panels.ribbons(chart)
        count = len(self._columns)
        marks = 2
        rows = [_INCHES["panel"]] * 3 + [_INCHES["ribbon"] * (len(self._ribbons) + marks) + 0.1]
        width = max(_INCHES["least"], _INCHES["column"] * count)
        height = sum(rows) + _INCHES["edge"] + 0.35 * len(rows)
        self.figure = Figure(figsize=(width, height), dpi=_DOTS_PER_INCH)
        axes = self.figure.subplots(
            len(rows), count, squeeze=False, sharex="col", sharey="row",
            gridspec_kw={"height_ratios": rows, "hspace": 0.28, "wspace": 0.04},
        )  # fmt: skip
        self.figure.subplots_adjust(
            left=_LEFT_INCHES / width, right=1 - _RIGHT_INCHES / width, top=0.9, bottom=0.05
        )
        self.figure.suptitle(
            chart.title, x=_LEFT_INCHES / width, y=0.985, ha="left", fontsize=14, fontweight="bold"
        )
        self._electricity(list(axes[0]))
        self._temperatures(list(axes[1]))
        self._consumption(list(axes[2]))
        self._decisions(list(axes[3]))
        for place, stretches in enumerate(self._columns):
            self._time_axis(axes[0][place], axes[-1][place], stretches)
        for row in axes:
            for ax in row:
                ax.grid(visible=True, axis="x", linewidth=0.6)
                ax.set_axisbelow(True)

    def _time_axis(self, top: "Axes", bottom: "Axes", stretches: list[Stretch]) -> None:
        start_ms, end_ms = stretches[0].start_ms, stretches[-1].end_ms
        bottom.set_xlim(start_ms / _DAY_MS, end_ms / _DAY_MS)
        days = (end_ms - start_ms) / _DAY_MS
        shown_end_ms = max(start_ms, end_ms - 2 * _HOUR_MS)  # a day's first hours are not shown
        first, last = from_ms(start_ms, self._zone), from_ms(shown_end_ms, self._zone)
        month = "" if (first.month, first.year) == (last.month, last.year) else f" {first:%B}"
        span = f"{first:%-d}{month} to {last:%-d %B %Y}"
        top.set_title(
            f"{last:%-d %B %Y}" if first.date() == last.date() else span, pad=24, loc="left"
        )
        if days > _MOST_DAYS:
            return
        hours = 3 if days <= 2 else 24  # noqa: PLR2004 - hours can be read
        ticks = list(_round_times(start_ms, end_ms, hours, self._zone))
        bottom.set_xticks([at_ms / _DAY_MS for at_ms in ticks])
        form = "%H:%M" if hours < 24 else "%a %-d"  # noqa: PLR2004 - hours of a day
        room_ms = (end_ms - start_ms) / 11
        labels = [
            format(from_ms(at_ms, self._zone), form) if end_ms - at_ms > room_ms else ""
            for at_ms in ticks
        ]
        bottom.set_xticklabels(labels, ha="left")

    def _electricity(self, axes: list["Axes"]) -> None:
        roles = panels.roles()
        pv, load, price = (
            panels.recorded(self._chart, name) for name in (roles.pv, roles.load, roles.price)
        )
        axes[0].set_ylabel("kW")
        twins: list[Axes] = []
        for ax, stretches in zip(axes, self._columns, strict=True):
            twin = ax.twinx()
            twins.append(twin)
            for stretch in stretches:
                times = _times(stretch)
                if pv is not None:
                    values = panels.numbers(
                        stretch.samples, pv, panels.kilowatts(self._chart, roles.pv)
                    )
                    ax.fill_between(times, values, color=panels.SUN, alpha=0.85, linewidth=0)
                if load is not None:
                    values = panels.numbers(
                        stretch.samples, load, panels.kilowatts(self._chart, roles.load)
                    )
                    ax.plot(times, values, color=panels.LOAD, linewidth=0.7)
                if price is not None:
                    values = panels.numbers(stretch.samples, price)
                    twin.step(times, values, color=panels.PRICE, linewidth=0.9, where="post")
        axes[0].set_ylim(bottom=0)
        _same_scale(twins, "ct/kWh" if price is not None else "")
        known: list[tuple[Artist, str, int | None]] = [
            (Patch(color=panels.SUN), "PV", pv),
            (Patch(color=panels.LOAD), "load of the house", load),
            (Patch(color=panels.PRICE), "price of a kWh bought (right)", price),
        ]
        shown: Shown = [(handle, label) for handle, label, place in known if place is not None]
        _legend(axes[0], shown, "Sun, load, price")

    def _temperatures(self, axes: list["Axes"]) -> None:
        points = panels.tanks(self._chart)
        axes[0].set_ylabel("°C")
        shown: Shown = []
        for point, colour in zip(points, panels.TEMPERATURES, strict=False):
            place = panels.place_of(self._chart, point.name)
            assert place is not None  # noqa: S101 - it was found among the plant's points
            shown.append((Patch(color=colour), point.name))
            for ax, stretches in zip(axes, self._columns, strict=True):
                for stretch in stretches:
                    values = panels.numbers(stretch.samples, place)
                    ax.plot(_times(stretch), values, color=colour, linewidth=1.1)
        colours = dict(zip((point.name for point in points), panels.TEMPERATURES, strict=False))
        limited = [limit for limit in self._chart.limits if limit.point in colours]
        for limit in limited:
            for ax in axes:
                ax.axhline(
                    limit.value,
                    color=colours[limit.point],
                    linewidth=0.9,
                    linestyle=(0, (5, 3)),
                    alpha=0.8,
                )
            _note(axes[-1], limit.value, f"{limit.value:g} °C", colours[limit.point])
        if limited:
            dashed = Line2D([], [], color="#5f6368", linewidth=0.9, linestyle=(0, (3, 2)))
            shown.append((dashed, "limits of trips, interlocks, permissives"))
        _legend(axes[0], shown, "Tanks")

    def _consumption(self, axes: list["Axes"]) -> None:
        consumers = panels.powered(self._chart)
        colours = (panels.SUN, panels.BATTERY, panels.GRID, panels.UNKNOWN)
        others = [place for place in range(len(self._chart.consumers)) if place not in consumers]
        axes[0].set_ylabel("kW")
        for ax, stretches in zip(axes, self._columns, strict=True):
            for stretch in stretches:
                times = _times(stretch)
                parts = panels.by_source(stretch.samples, consumers)
                if times:
                    ax.stackplot(times, parts, colors=colours, linewidth=0)
                for place in others:
                    values = [sample.powers_w[place] / 1000 for sample in stretch.samples]
                    ax.plot(times, values, color=panels.LOAD, linewidth=0.7)
        axes[0].set_ylim(bottom=0)
        names = ("from PV", "from battery", "from grid") if consumers else ()
        shown: Shown = [(Patch(color=c), n) for c, n in zip(colours, names, strict=False)]
        shown += [(Patch(color=panels.LOAD), self._chart.consumers[place].name) for place in others]
        what = ", ".join(self._chart.consumers[place].name for place in consumers)
        _legend(axes[0], shown, what or "Consumers")

    def _decisions(self, axes: list["Axes"]) -> None:
        count = len(self._ribbons)
        labels = [ribbon.output.name for ribbon in self._ribbons] + ["vetoes", "trips, alarms"]
        for ax, stretches in zip(axes, self._columns, strict=True):
            for row, ribbon in enumerate(self._ribbons):
                for stretch in stretches:
                    _draw_ribbon(ax, row, ribbon, stretch)
            for stretch in stretches:
                for row, colour, wanted in (
                    (count, panels.VETO, ("permissive", "interlock")),
                    (count + 1, panels.ALARM, None),
                ):
                    marks = [
                        mark
                        for mark in stretch.marks
                        if (mark.kind in wanted if wanted else not _is_veto(mark.kind))
                    ]
                    begins = [mark.at_ms / _DAY_MS for mark in marks]
                    ends = [max(mark.end_ms, mark.at_ms) / _DAY_MS for mark in marks]
                    spans = [(one, end - one) for one, end in zip(begins, ends, strict=True)]
                    ax.broken_barh(spans, (row - 0.38, 0.76), facecolors=colour)
                    ax.vlines(begins, row - 0.38, row + 0.38, colors=colour, linewidth=0.9)
            ax.set_ylim(count + 1.6, -0.6)
            ax.tick_params(axis="y", length=0)
        axes[0].set_yticks(range(len(labels)), labels)
        on: Shown = [(Patch(color=panels.ON), "on, open")]
        _legend(axes[0], on, "Decisions")
        _name_states(axes[-1], self._ribbons, self._chart.stretches)


def _columns(chart: Chart) -> list[list[Stretch]]:
    """Return the stretches of each column: one each, or all in one if there are too many."""
    if len(chart.stretches) <= _MOST_COLUMNS:
        return [[stretch] for stretch in chart.stretches]
    return [list(chart.stretches)]


def _times(stretch: Stretch) -> list[float]:
    """Return the times of the samples as matplotlib counts them, in days since 1970."""
    return [sample.at_ms / _DAY_MS for sample in stretch.samples]


def _round_times(start_ms: int, end_ms: int, hours: int, zone: ZoneInfo) -> Iterator[int]:
    """Yield every `hours` of local time, a divisor of 24."""
    for at_ms in range(-(-start_ms // _HOUR_MS) * _HOUR_MS, end_ms, _HOUR_MS):
        if from_ms(at_ms, zone).hour % hours == 0:
            yield at_ms


def _is_veto(kind: str) -> bool:
    return kind in ("permissive", "interlock")


def _draw_ribbon(ax: "Axes", row: int, ribbon: panels.Ribbon, stretch: Stretch) -> None:
    by_colour: dict[str, list[tuple[float, float]]] = {}
    for block in panels.blocks(stretch, ribbon.output.name):
        span = (block.start_ms / _DAY_MS, (block.end_ms - block.start_ms) / _DAY_MS)
        if isinstance(block.value, float) and not ribbon.colours:
            colour = panels.ON if block.value else panels.REST
        else:
            colour = ribbon.colours[block.value]
        by_colour.setdefault(colour, []).append(span)
    for colour, spans in by_colour.items():
        ax.broken_barh(spans, (row - 0.38, 0.76), facecolors=colour, linewidth=0)


def _name_states(ax: "Axes", ribbons: list[panels.Ribbon], stretches: tuple[Stretch, ...]) -> None:
    """Write the states that each ribbon shows in their colours beside its end."""
    for row, ribbon in enumerate(ribbons):
        seen = {
            switch.value
            for stretch in stretches
            for switch in stretch.switches.get(ribbon.output.name, [])
        }
        named = [
            (value, colour)
            for value, colour in ribbon.colours.items()
            if isinstance(value, str) and colour != panels.REST and value in seen
        ]
        for place, (name, colour) in enumerate(named):
            _note(ax, row, name, colour, ((len(named) - 1) / 2 - place) * 6.6)


def _note(ax: "Axes", value: float, text: str, colour: str, up: float = 0.0) -> None:
    """Write a word beside the right end of an axis, at a value of it."""
    ax.annotate(
        text, (1.0, value), xycoords=("axes fraction", "data"), xytext=(4, up),
        textcoords="offset points", color=colour, fontsize=6.8, va="center", annotation_clip=False,
    )  # fmt: skip


def _same_scale(twins: list["Axes"], label: str) -> None:
    """Give the axes on the right one scale, and show it at the last one only."""
    lows, highs = zip(*(twin.get_ylim() for twin in twins), strict=True)
    for twin in twins:
        twin.set_ylim(min(0.0, *lows), max(highs))
        twin.spines["right"].set_visible(twin is twins[-1])
        twin.tick_params(axis="y", right=twin is twins[-1], labelright=twin is twins[-1])
    if label:
        twins[-1].set_ylabel(label, color=panels.PRICE)


def _legend(ax: "Axes", shown: Shown, title: str) -> None:
    """Write a panel's title and what its colours mean on one line above it."""
    handles: list[Artist] = [Patch(alpha=0.0), *(handle for handle, _ in shown)]
    labels = [title, *(label for _, label in shown)]
    # The title has an empty handle before it; the shift brings its first letter to the axis.
    shift = ScaledTranslation(-_HANDLE_INCHES, 0.0, ax.figure.dpi_scale_trans)
    legend = ax.legend(
        handles, labels, loc="lower left", bbox_to_anchor=(0.0, 0.97), ncols=len(labels),
        bbox_transform=ax.transAxes + shift, handlelength=0.9, handleheight=0.7,
        columnspacing=1.1, handletextpad=0.4, borderpad=0.2,
    )  # fmt: skip
    legend.get_texts()[0].set_fontweight("bold")
