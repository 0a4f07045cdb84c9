"""From the parser's tree to the language's own, with places and units; names stay unresolved."""

from typing import NoReturn

from lark import Token, Tree

from engine.language.check import limit_exceeded, syntax, unknown_unit, wrong_dimension
from engine.language.document import Ruler
from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    Negative,
    Not,
    Number,
    Timed,
    Window,
)
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.suggest import advise
from engine.language.words import AGE, FUNCTIONS, WINDOWS
from engine.values.moment import DAY_S
from engine.values.units import NUMBER, TIME, Unit, parse_unit

MAX_NUMBER = 1e15
"""The largest number, in base units."""
MAX_WINDOW_S = 24 * 3600.0
"""The longest `rate` and `average`."""
MAX_TIME_S = 366 * 24 * 3600.0
"""The longest `for`, `hold`, `rest` and every other time."""
MAX_CLOCK_OFFSET_S = 12 * 3600.0

UNREADABLE = Unit("?", (("unknown", 1),), 1.0)
"""Stands for a unit that was reported already, so that nothing else is reported because of it."""

_Branch = Tree[Token]


class _Refused(Exception):  # noqa: N818 - its problem is noted already
    """The expression makes no sense."""


def build(tree: _Branch, ruler: Ruler, problems: list[Problem]) -> Expression | None:
    """Return the expression that the parser's `tree` means, or None."""
    try:
        return _Builder(ruler, problems).expression(_branches(tree)[0])
    except _Refused:
        return None


def _branches(tree: _Branch) -> list[_Branch]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _tokens(tree: _Branch) -> list[Token]:
    return [child for child in tree.children if isinstance(child, Token)]


def _start(token: Token) -> int:
    return token.start_pos or 0


class _Builder:
    """Builds one expression."""

    def __init__(self, ruler: Ruler, problems: list[Problem]) -> None:
        self._ruler = ruler
        self._problems = problems

    def expression(self, tree: _Branch) -> Expression:  # noqa: PLR0911 - one a kind of branch
        """Return what a branch of the parser's tree means."""
        kind = str(tree.data)
        match kind:
            case "number":
                return self._number(tree)
            case "name":
                token = _tokens(tree)[0]
                return Name(str(token), self._token_place(token))
            case "call":
                return self._call(tree)
            case "between":
                return self._between(tree)
            case "timed":
                return self._timed(tree)
            case "compare":
                return self._compare(tree)
            case "in_" | "not_in":
                found = self._in(tree)
                return Not(found, found.position) if kind == "not_in" else found
        operands = tuple(self.expression(branch) for branch in _branches(tree))
        return self._simple(kind, tree, operands)

    def _simple(  # noqa: PLR0911 - one a kind of branch
        self, kind: str, tree: _Branch, operands: tuple[Expression, ...]
    ) -> Expression:
        """Return a node that is nothing but its operands."""
        place = self._place(tree)
        match kind:
            case "signed":
                return self._signed(_tokens(tree)[0], operands[0], place)
            case "arithmetic":
                return Arithmetic(str(_tokens(tree)[0]), operands[0], operands[1], place)
            case "is_":
                return Comparison("==", operands[0], operands[1], place)
            case "is_not":
                return Comparison("!=", operands[0], operands[1], place)
            case "known" | "not_known":
                known = Known(operands[0], place)
                negated = (kind == "known") == (_tokens(tree)[0] == "unknown")
                return Not(known, place) if negated else known
            case "not_":
                return Not(operands[0], place)
            case "both":
                return All(operands, place)
            case _:
                return Any(operands, place)

    def _signed(self, sign: Token, operand: Expression, place: Position) -> Expression:
        if sign == "+":
            return operand
        if isinstance(operand, Number):
            return Number(0.0 - operand.value, operand.unit, place)
        return Negative(operand, place)

    def _number(self, tree: _Branch) -> Number:
        digits, *symbols = _tokens(tree)
        unit = self._unit(symbols[0]) if symbols else NUMBER
        value = float(digits)
        if value * unit.factor > MAX_NUMBER or value > MAX_NUMBER:
            self._refuse(limit_exceeded.problem("the number is larger", "1e15", self._place(tree)))
        return Number(value, unit, self._place(tree))

    def _unit(self, symbol: Token) -> Unit:
        unit = parse_unit(str(symbol))
        if unit is None:
            place = self._token_place(symbol)
            self._problems.append(unknown_unit.problem(str(symbol), place))
            return UNREADABLE
        return unit

    def _seconds(self, digits: Token, symbol: Token, what: str, longest_s: float) -> float:
        """Return a duration that is given as two tokens."""
        unit = self._unit(symbol)
        if unit is UNREADABLE:
            raise _Refused
        start = _start(digits)
        place = self._ruler.at(start, _start(symbol) + len(symbol))
        if unit.dimension != TIME:
            message = f"{what} is a time, and `{digits} {symbol}` is none"
            self._refuse(wrong_dimension.problem(message, place, "write `30 s`, `5 min` or `2 h`"))
        seconds = float(digits) * unit.factor
        if seconds > longest_s:
            limit = f"{longest_s / 3600:g} h"
            self._refuse(limit_exceeded.problem(f"{what} is longer", limit, place))
        return seconds

    def _compare(self, tree: _Branch) -> Expression:
        operands = [self.expression(branch) for branch in _branches(tree)]
        operators = [str(token) for token in _tokens(tree)]
        if len(operators) == 1:
            return Comparison(operators[0], operands[0], operands[1], self._place(tree))
        if len({operator[0] for operator in operators}) > 1 or operators[0] in ("==", "!="):
            advice = "a chain like `20 °C < x < 60 °C` goes one way; join others with `and`"
            message = "these comparisons do not make a chain"
            self._refuse(syntax.problem(message, self._place(tree), advice))
        pairs = zip(operators, operands, operands[1:], strict=False)
        place = self._place(tree)
        return All(tuple(Comparison(op, one, two, place) for op, one, two in pairs), place)

    def _in(self, tree: _Branch) -> Expression:
        branch, states = _branches(tree)
        value = self.expression(branch)
        place = self._place(tree)
        options = tuple(
            Comparison("==", value, Name(str(state), self._token_place(state)), place)
            for state in _tokens(states)
        )
        return options[0] if len(options) == 1 else Any(options, place)

    def _call(self, tree: _Branch) -> Expression:
        function = _tokens(tree)[0]
        name = str(function)
        arguments = _branches(tree)
        if name in WINDOWS:
            return self._window(tree, name, arguments)
        if name == AGE:
            return self._age(tree, arguments)
        if name not in FUNCTIONS:
            possible = (*FUNCTIONS, *WINDOWS, AGE)
            advice = advise(name, possible) or "functions are " + ", ".join(possible)
            place = self._token_place(function)
            self._refuse(syntax.problem(f"there is no function `{name}`", place, advice))
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            message = f"`{name}` takes {count} values, here are {len(arguments)}"
            self._refuse(syntax.problem(message, self._place(tree)))
        values = tuple(self.expression(argument) for argument in arguments)
        return Call(name, values, self._place(tree))

    def _window(self, tree: _Branch, name: str, arguments: list[_Branch]) -> Window:
        tokens = _tokens(arguments[1]) if len(arguments) == 2 else []  # noqa: PLR2004 - (x, time)
        if len(tokens) != 2 or str(arguments[1].data) != "number":  # noqa: PLR2004 - 5 min
            message = f"`{name}` takes a value and a time"
            advice = f"write `{name}(buffer.top, 5 min)`"
            self._refuse(syntax.problem(message, self._place(tree), advice))
        operand = self.expression(arguments[0])
        seconds = self._seconds(tokens[0], tokens[1], f"the second value of `{name}`", MAX_WINDOW_S)
        if seconds <= 0:
            message = f"the time of `{name}` is longer than 0 s"
            self._refuse(syntax.problem(message, self._place(tree)))
        return Window(name, operand, seconds, self._place(tree))

    def _age(self, tree: _Branch, arguments: list[_Branch]) -> Age:
        operand = self.expression(arguments[0]) if len(arguments) == 1 else None
        if not isinstance(operand, Name):
            message = "`age` takes the name of one fact"
            advice = "write `age(buffer.top)`"
            self._refuse(syntax.problem(message, self._place(tree), advice))
        return Age(operand, self._place(tree))

    def _timed(self, tree: _Branch) -> Timed:
        condition, *timings = _branches(tree)
        when = self.expression(condition)
        times = {"for": 0.0, "hold": 0.0, "rest": 0.0}
        until: Expression | None = None
        seen: set[str] = set()
        for timing in timings:
            word = "until" if str(timing.data) == "until" else str(_tokens(timing)[0])
            if word in seen:
                message = f"`{word}` stands here twice"
                self._refuse(syntax.problem(message, self._place(timing), "use parentheses"))
            seen.add(word)
            if word == "until":
                until = self.expression(_branches(timing)[0])
            else:
                _, digits, symbol = _tokens(timing)
                times[word] = self._seconds(digits, symbol, f"`{word}`", MAX_TIME_S)
        place = self._place(tree)
        return Timed(when, until, times["for"], times["hold"], times["rest"], "", place)

    def _between(self, tree: _Branch) -> Between:
        start, end = (self._clock(branch) for branch in _branches(tree))
        return Between(start, end, self._place(tree))

    def _clock(self, tree: _Branch) -> ClockTime:
        first, *offset = _tokens(tree)
        place = self._place(tree)
        if first.type == "CLOCK":
            hours, minutes = (int(part) for part in first.split(":"))
            seconds = hours * 3600.0 + minutes * 60.0
            if seconds > DAY_S or minutes > 59:  # noqa: PLR2004 - minutes of an hour
                message = f"`{first}` is not a time of day"
                self._refuse(syntax.problem(message, place, "times go from `00:00` to `24:00`"))
            return ClockTime("midnight", seconds % DAY_S, place)
        if not offset:
            return ClockTime(str(first), 0.0, place)
        sign, digits, symbol = offset
        seconds = self._seconds(digits, symbol, "what is added", MAX_CLOCK_OFFSET_S)
        return ClockTime(str(first), seconds if sign == "+" else 0.0 - seconds, place)

    def _refuse(self, problem: Problem) -> NoReturn:
        self._problems.append(problem)
        raise _Refused

    def _token_place(self, token: Token) -> Position:
        return self._ruler.at(_start(token), _start(token) + len(token))

    def _place(self, tree: _Branch) -> Position:
        """Return the span from the first to the last token of a branch."""
        first: _Branch | Token = tree
        while isinstance(first, Tree):
            first = first.children[0]
        last: _Branch | Token = tree
        while isinstance(last, Tree):
            last = last.children[-1]
        return self._ruler.at(_start(first), _start(last) + len(last))
