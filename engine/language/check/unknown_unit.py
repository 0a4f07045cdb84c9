"""A unit that ThermIQ does not know."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise

CODE = "unknown-unit"
SUMMARY = "A unit that ThermIQ does not know."
COMMON = (
    "W", "kW", "MW", "Wh", "kWh", "MWh", "J", "V", "mV", "A", "mA", "Hz", "°C", "K", "%",
    "ms", "s", "min", "h", "d", "bar", "mbar", "Pa", "l", "l/min", "m³/h", "ct/kWh", "EUR/MWh",
    "EUR/kWh", "K/s", "K/min", "K/h", "W/s", "W/m²", "rpm", "TH/s", "J/TH", "m", "kg",
)  # fmt: skip
_USUAL = {
    "c": "°C", "celsius": "°C", "degc": "°C", "°": "°C", "℃": "°C", "ºc": "°C", "°k": "K",
    "grad": "°C", "kelvin": "K", "percent": "%", "prozent": "%", "watt": "W", "watts": "W",
    "kilowatt": "kW", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "sek": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min", "minuten": "min", "std": "h",
    "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "day": "d", "days": "d", "euro": "EUR",
    "cent": "ct", "ct/kw": "ct/kWh", "liter": "l", "litre": "l", "th": "TH/s",
}  # fmt: skip


def problem(symbol: str, position: Position) -> Problem:
    """Report the unit `symbol`; its usual spelling goes into the help."""
    usual = _USUAL.get(symbol.lower()) or next(
        (unit for unit in COMMON if unit.lower() == symbol.lower()), None
    )
    advice = f"did you mean `{usual}`?" if usual else advise(symbol, COMMON)
    if not advice and "/" in symbol:
        advice = "to divide, leave spaces around the `/`"
    return Problem(
        CODE,
        Severity.ERROR,
        f"there is no unit `{symbol}`",
        position,
        advice or "units are written like `kW`, `°C`, `K`, `%`, `min`, `ct/kWh`",
    )
