"""An expression as an operator would write it; reading it again gives the same tree."""

from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
)

# How tightly an operator binds; an operand that binds looser stands in parentheses.
_TIMED, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY, _ATOM = range(9)
_TIMES = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SHORT = 60


def to_text(expression: Expression) -> str:
    """Return the expression as text, numbers in the units they were written in."""
    return _Writer(_as_written).text(expression, _TIMED)


def to_canonical_text(expression: Expression) -> str:
    """Return the expression as text, numbers in base units: `3.6 kW` and `3600 W` read the same."""
    return _Writer(_in_base_units).text(expression, _TIMED)


def shortened(expression: Expression) -> str:
    """Return the text of an expression, cut to what fits into a sentence."""
    text = to_text(expression)
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def seconds_to_text(seconds: float) -> str:
    """Return a duration in its largest whole unit: `90 s`, `3 min`, `6 h`."""
    if seconds == 0:
        return "0 s"
    size, unit = next(((s, u) for s, u in _TIMES if seconds % s == 0), (1, "s"))
    return f"{number_to_text(seconds / size)} {unit}"


def number_to_text(value: float) -> str:
    """Return a number without an exponent, `60` for 60.0."""
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def _as_written(number: Number) -> str:
    return f"{number_to_text(number.value)} {number.unit.symbol}".strip()


def _in_base_units(number: Number) -> str:
    dimension = "".join(f" {base}^{power}" for base, power in number.unit.dimension)
    return f"{number.value * number.unit.factor!r}{' °C' if number.unit.absolute else dimension}"


def _clock(time: ClockTime) -> str:
    if time.anchor == "midnight":
        minutes = round(time.offset_s / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if not time.offset_s:
        return time.anchor
    sign = "+" if time.offset_s > 0 else "-"
    return f"{time.anchor} {sign} {seconds_to_text(abs(time.offset_s))}"


class _Writer:
    """Writes expressions; `number` tells how a number looks."""

    def __init__(self, number: Callable[[Number], str]) -> None:
        self._number = number

    def text(self, expression: Expression, at_least: int) -> str:
        """Return the text, in parentheses if it binds looser than `at_least`."""
        text, binding = self._write(expression)
        return f"({text})" if binding < at_least else text

    def _write(self, expression: Expression) -> tuple[str, int]:  # noqa: C901, PLR0911, PLR0912 - one a node
        match expression:
            case Number():
                return self._number(expression), _ATOM
            case State():
                return expression.value, _ATOM
            case Boolean():
                return ("on" if expression.value else "off"), _ATOM
            case Name():
                return expression.name, _ATOM
            case Arithmetic():
                return self._arithmetic(expression)
            case Negative():
                operand = self.text(expression.operand, _UNARY)
                return f"-{operand}", _UNARY
            case Call():
                arguments = ", ".join(self.text(a, _TIMED) for a in expression.arguments)
                return f"{expression.function}({arguments})", _ATOM
            case Age():
                return f"age({expression.point.name})", _ATOM
            case Window():
                operand = self.text(expression.operand, _TIMED)
                window = seconds_to_text(expression.window_s)
                return f"{expression.function}({operand}, {window})", _ATOM
            case Comparison():
                return self._comparison(expression), _COMPARISON
            case Known():
                return f"{self.text(expression.operand, _SUM)} is known", _COMPARISON
            case Between():
                span = f"between {_clock(expression.start)} and {_clock(expression.end)}"
                return span, _COMPARISON
            case Not():
                return f"not {self.text(expression.operand, _NOT)}", _NOT
            case All():
                return self._joined(expression.operands, "and", _NOT), _AND
            case Any():
                return self._any(expression)
            case Timed():
                return self._timed(expression), _TIMED
            case _:
                assert_never(expression)

    def _arithmetic(self, expression: Arithmetic) -> tuple[str, int]:
        binding = _SUM if expression.operator in "+-" else _PRODUCT
        left = self.text(expression.left, binding)
        right = self.text(expression.right, binding + 1)
        return f"{left} {expression.operator} {right}", binding

    def _comparison(self, expression: Comparison) -> str:
        operator = expression.operator
        if isinstance(expression.right, State | Boolean) and operator in ("==", "!="):
            operator = "is" if operator == "==" else "is not"
        left = self.text(expression.left, _SUM)
        return f"{left} {operator} {self.text(expression.right, _SUM)}"

    def _any(self, expression: Any) -> tuple[str, int]:
        first = expression.operands[0]
        if isinstance(first, Comparison) and all(
            isinstance(option, Comparison)
            and option.operator == "=="
            and option.left == first.left
            and isinstance(option.right, State)
            for option in expression.operands
        ):
            states = ", ".join(
                self.text(option.right, _ATOM)
                for option in expression.operands
                if isinstance(option, Comparison)
            )
            return f"{self.text(first.left, _SUM)} in [{states}]", _COMPARISON
        return self._joined(expression.operands, "or", _AND), _OR

    def _joined(self, operands: tuple[Expression, ...], word: str, at_least: int) -> str:
        return f" {word} ".join(self.text(operand, at_least) for operand in operands)

    def _timed(self, expression: Timed) -> str:
        parts = [self.text(expression.when, _OR)]
        if expression.until is not None:
            parts.append(f"until {self.text(expression.until, _OR)}")
        times = (
            ("for", expression.for_s),
            ("hold", expression.hold_s),
            ("rest", expression.rest_s),
        )
        parts += [f"{word} {seconds_to_text(seconds)}" for word, seconds in times if seconds]
        return " ".join(parts)
