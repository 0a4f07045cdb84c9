"""From the text of an expression to its tree, or one problem where the text stops making sense."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from engine.language.build import build
from engine.language.check import limit_exceeded, syntax
from engine.language.document import Ruler, Scalar
from engine.language.expression import Expression
from engine.language.problem import Problem
from engine.language.traps import find_trap

MAX_LENGTH = 2_000
MAX_DEPTH = 30
MAX_NODES = 200

_WORD = re.compile(r"[\w.]+")
_HELP = {
    "BETWEEN": "to compare with two bounds write `20 °C < x < 60 °C`",
    "KNOWN": "write `x is known`",
    "LSQB": "a list follows `in`: `weekday in [sat, sun]`",
    "COMMA": "a comma separates arguments of a function only",
    "CLOCK": "a time of day stands in `between 22:00 and 06:00`",
    "COMPARE": "compare numbers one by one and join the comparisons with `and`",
    "RPAR": "this parenthesis was never opened, or something is missing before it",
}


def parse(scalar: Scalar, problems: list[Problem]) -> Expression | None:
    """Return the tree of the expression in `scalar`, or None; what is wrong goes to `problems`."""
    text = scalar.text
    if not text.strip():
        problems.append(syntax.problem("an expression is missing here", scalar.position))
        return None
    if len(text) > MAX_LENGTH:
        limit = f"{MAX_LENGTH} characters"
        advice = "give parts of it names under `let:` and `conditions:`"
        what = "the expression is longer"
        problems.append(limit_exceeded.problem(what, limit, scalar.position, advice))
        return None
    ruler = Ruler(scalar)
    trap = find_trap(text, ruler.at)
    if trap is not None:
        problems.append(trap)
        return None
    outcome = _read(text)
    if isinstance(outcome, UnexpectedInput):
        problems.append(_explain(outcome, text, ruler))
        return None
    size = _too_large(outcome)
    if size:
        advice = "give parts of it names under `let:` and `conditions:`"
        problems.append(limit_exceeded.problem(*size, scalar.position, advice))
        return None
    return build(outcome, ruler, problems)


@dataclass(frozen=True, slots=True)
class Lexemes:
    """The words and signs of a text as far as it makes sense, and the kinds that may follow.

    `tokens` are kind, text and index of the first character. A whole expression is one that `$END`
    may follow; where the text stops making sense, nothing may follow and `tokens` end before.
    """

    tokens: tuple[tuple[str, str, int], ...]
    may_follow: frozenset[str]

    @property
    def is_whole(self) -> bool:
        """Tell whether the text is an expression as it stands."""
        return "$END" in self.may_follow


@lru_cache(maxsize=4096)
def lexemes(text: str) -> Lexemes:
    """Return the words and signs of an expression, or of the beginning of one."""
    found: list[tuple[str, str, int]] = []
    if len(text) > MAX_LENGTH:
        return Lexemes((), frozenset())
    reading = _parser().parse_interactive(text)
    try:
        for token in reading.iter_parse():
            found.append((token.type, str(token), token.start_pos or 0))  # noqa: PERF401 - kept up to the error
    except UnexpectedInput:
        return Lexemes(tuple(found), frozenset())
    accepted: set[str] = reading.accepts()  # type: ignore[no-untyped-call] # lark does not say it
    return Lexemes(tuple(found), frozenset(accepted))


@cache
def _parser() -> Lark:
    return Lark.open(
        "expression.lark",
        rel_to=__file__,
        parser="lalr",
        maybe_placeholders=False,
    )


@lru_cache(maxsize=4096)
def _read(text: str) -> Tree[Token] | UnexpectedInput:
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        return error.with_traceback(None)


def _too_large(tree: Tree[Token]) -> tuple[str, str] | None:
    """Measure without recursion, for the tree may be deeper than recursion goes."""
    nodes = 0
    level = [tree]
    depth = 0
    while level:
        nodes += len(level)
        depth += 1
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
    if depth > MAX_DEPTH + 1:
        return "the expression is nested deeper", f"{MAX_DEPTH} levels"
    if nodes > MAX_NODES:
        return "the expression has more parts", f"{MAX_NODES}"
    return None


def _explain(error: UnexpectedInput, text: str, ruler: Ruler) -> Problem:
    if isinstance(error, UnexpectedCharacters):
        start = error.pos_in_stream or 0
        place = ruler.at(start, start + 1)
        return syntax.problem(f"`{text[start]}` means nothing here", place)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        start = error.token.start_pos or 0
        word = _WORD.match(text, start)
        found = word[0] if word else str(error.token)
        place = ruler.at(start, start + len(found))
        advice = _HELP.get(error.token.type, "")
        if not advice and word:
            advice = "an operator is missing before it, such as `and`, `>`, `+`"
        return syntax.problem(f"`{found}` does not fit here", place, advice)
    end = len(text.rstrip())
    return syntax.problem("the expression ends too early", ruler.at(end, end + 1), "finish it")
