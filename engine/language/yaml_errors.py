"""What the YAML parser complains about, in the operator's words."""

from ruamel.yaml.error import MarkedYAMLError

from engine.language.check import not_yaml
from engine.language.position import Position
from engine.language.problem import Problem

# Part of the parser's text -> what is wrong, what to do; the first that fits.
_WORDS = (
    ("mapping values are not allowed", "a `:` too many stands here",
     "put a text that contains `: ` in quotes, or indent this line like the ones before"),
    ("cannot start any token", "a value cannot start with this character",
     'put it in quotes, as in "%"'),
    ("unexpected end of stream", "the quote that starts here is never closed", "close it"),
    ("expected ',' or", "the `{` or `[` before is not closed, or a text in it needs quotes",
     "close it, or put a text that contains `[`, `{`, `,` or `: ` in quotes"),
    ("expected ':'", "this line is neither `key: value` nor `- entry`",
     "perhaps a `:` is missing, or the line is not indented like the ones before"),
    ("expected <block end>", "this line does not fit the ones before",
     "check its indentation, and whether it needs a `- ` or must not have one"),
    ("expected the node content", "a value is missing here", ""),
    ("expected a comment or a line break", "a value cannot start with `>` or `|`",
     "put it in quotes"),
    ("indentation", "the line is not indented like the ones before", ""),
    ("unknown escape", "there is no such escape after `\\`",
     "use single quotes: in them `\\` means itself"),
    ("found expected escape", "an escape after `\\` is not complete", ""),
)  # fmt: skip


def explain(file: str, source: str, error: MarkedYAMLError) -> Problem:
    """Return the parser's error as a problem with its place."""
    text = str(error.problem or error.context or "it cannot be read")
    what, advice = next(
        ((words, advice) for part, words, advice in _WORDS if part in text),
        (f"this is not YAML ({text})", ""),
    )
    starts_before = "quoted scalar" in str(error.context) and "end of stream" in text
    mark = error.context_mark if starts_before else error.problem_mark
    mark = mark or error.context_mark
    if mark is None:
        return not_yaml.problem(what, Position(file, 1, 1, 2), advice)
    line: int = min(mark.line + 1, max(source.count("\n") + 1, 1))
    column: int = mark.column + 1
    return not_yaml.problem(what, Position(file, line, column, column + 1), advice)
