"""Drawing a chart into a file, in the form that its name asks for."""

from pathlib import Path

from adapters.plot.series import Chart


def draw(chart: Chart, path: Path) -> None:
    """Write `path`: .png and .svg to look at, .html to zoom into. Needs the extra `plot`."""
    if path.suffix == ".html":
        from adapters.plot.html import write_html  # noqa: PLC0415 - plotly is slow to import

        write_html(chart, path)
        return
    from adapters.plot.picture import write_picture  # noqa: PLC0415 - matplotlib too

    write_picture(chart, path)
