"""What people write because other languages, keyboards or countries do; and what to write here.

Some of it would even be read, with another meaning: `min(x, 3,6)` has three arguments.
"""

import re
from collections.abc import Callable

from engine.language.check import syntax
from engine.language.position import Position
from engine.language.problem import Problem

# A name of the trap -> its pattern, what is wrong, what to do. `{}` is the text that was found.
_TRAPS = {
    "comma": (r"[0-9],[0-9]",
              "the comma in `{}` does not stand for a decimal point",
              "write numbers with a point, `3.6`; between arguments leave a space after the comma"),
    "hexadecimal": (r"(?<![\w.])0[xXoObB]\w+", "`{}` is not a number here", "write it in decimals"),
    "leading_zero": (r"(?<![\w.:])0[0-9]+(?![0-9]*:)", "the number `{}` starts with a zero",
                     "leave the zero out"),
    "exponent": (r"(?<![\w.])[0-9][0-9.]*[eE][+-]?[0-9]+", "the number `{}` has an exponent",
                 "write it out, `1000` instead of `1e3`"),
    "underscore": (r"(?<![\w.])[0-9][0-9.]*_[0-9_]*", "the number `{}` has an underscore",
                   "leave it out"),
    "dots": (r"(?<![\w.])[0-9]+\.[0-9]+\.[0-9.]*", "`{}` has more than one decimal point",
             "write thousands without a point"),
    "no_digit_before": (r"(?<![\w.])\.[0-9]+", "the number `{}` starts with a point",
                        "write a zero before it"),
    "no_digit_after": (r"(?<![\w.])[0-9]+\.(?![0-9\w])", "the number `{}` ends with a point",
                       "leave the point out"),
    "not_a_number": (r"(?<![\w.])\.(?:nan|inf)\b", "`{}` is not a number that can be used",
                     "write a real number"),
    "and": (r"&&?", "`{}` is not a word of the language", "write `and`"),
    "or": (r"\|\|?", "`{}` is not a word of the language", "write `or`"),
    "not": (r"!(?!=)", "`{}` is not a word of the language", "write `not`"),
    "unequal": (r"<>|≠", "`{}` does not compare", "write `!=`, or `is not` for states"),
    "at_least": (r"=>|≥", "`{}` does not compare", "write `>=`"),
    "at_most": (r"=<|≤", "`{}` does not compare", "write `<=`"),
    "equal": (r"(?<![<>=!])=(?![=<>])|===", "`{}` does not compare",
              "write `==`, or `is` for states"),
    "power": (r"\^|(?<![A-Za-z])\*\*", "there are no powers: `{}`", "multiply instead"),
    "minus": (r"[−–—‐‑]", "`{}` is a typographic dash", "write `-`"),  # noqa: RUF001 - the letters meant
    "times": (r"[×·⋅]", "`{}` does not multiply", "write `*`"),
    "divide": (r"[÷∕]|//", "`{}` does not divide", "write `/`"),  # noqa: RUF001 - the letters meant
    "quote": ("[\"'`´“”„‘’‚«»]", "a quote ({}) stands in the expression",  # noqa: RUF001 - the letters meant
              "states and names stand without quotes"),
    "shouting": (r"\b(?:AND|OR|NOT|IS|IN|BETWEEN|FOR|UNTIL)\b", "`{}` is written in capitals",
                 "words of the language are written in small letters"),
}  # fmt: skip
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, (pattern, _, _) in _TRAPS.items()))


def find_trap(text: str, place: Callable[[int, int], Position]) -> Problem | None:
    """Return the first trap in an expression; `place` gives the position of a span of `text`."""
    found = _ANY.search(text)
    if found is None or found.lastgroup is None:
        return None
    _, what, advice = _TRAPS[found.lastgroup]
    return syntax.problem(what.format(found[0]), place(found.start(), found.end()), advice)
