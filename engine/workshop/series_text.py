"""Series as text, so that a fact found by a program can be read, played and edited by a person."""

from engine.language.plant import Point
from engine.language.text import number_to_text, seconds_to_text
from engine.values.fact import Quality, Value
from engine.values.units import Unit
from engine.workshop.scenario import Piece, Series

_QUALITIES = {Quality.MISSING: "_", Quality.STALE: "stale", Quality.BAD: "bad"}


def series_to_text(series: Series, point: Point) -> str:
    """Return the line that reads as the same facts in every scan."""
    items: list[str] = []
    for index, piece in enumerate(series.pieces):
        following = series.pieces[index + 1].at_ms if index + 1 < len(series.pieces) else None
        items.append(_item(piece, following, point))
    return " ".join(items)


def value_to_text(value: Value, unit: Unit | None) -> str:
    """Return a value with its unit, as it is declared."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    symbol = unit.symbol if unit else ""
    return f"{number_to_text(float(value))} {symbol}".strip()


def _item(piece: Piece, following_ms: int | None, point: Point) -> str:
    text = _QUALITIES[piece.quality] if piece.value is None else _told(piece.value, point)
    if piece.until_ms is None or piece.end is None:
        return (
            text
            if following_ms is None
            else f"{text} for {length_to_text(following_ms - piece.at_ms)}"
        )
    length = length_to_text(piece.until_ms - piece.at_ms)
    move = f"{text} -> {value_to_text(piece.end, point.unit)} in {length}"
    if following_ms is None or following_ms <= piece.until_ms:
        return move
    rest_ms = following_ms - piece.until_ms
    return f"{move} {_told(piece.end, point)} for {length_to_text(rest_ms)}"


def _told(value: Value, point: Point) -> str:
    """Return a value that is not taken for a change, wherever it stands."""
    text = value_to_text(value, point.unit)
    return f"= {text}" if text.startswith("-") else text


def length_to_text(milliseconds: int) -> str:
    """Return a duration in its largest whole unit."""
    if milliseconds % 1000:
        return f"{milliseconds} ms"
    return seconds_to_text(milliseconds / 1000)
