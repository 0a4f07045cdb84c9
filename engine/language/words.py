"""The words of the language, which names cannot be."""

import re

from engine.values.moment import MONTHS, WEEKDAYS

TRUE_WORDS = frozenset({"true", "on", "yes"})
FALSE_WORDS = frozenset({"false", "off", "no"})
CALENDAR = {"weekday": WEEKDAYS, "month": MONTHS}
FUNCTIONS = {"min": (2, 20), "max": (2, 20), "clamp": (3, 3), "abs": (1, 1)}
"""Each function with the least and the most number of its arguments."""
WINDOWS = ("rate", "average")
AGE = "age"

_STRUCTURE = frozenset({"and", "or", "not", "is", "in", "between", "until", "known", "unknown"})
RESERVED = (
    _STRUCTURE
    | TRUE_WORDS
    | FALSE_WORDS
    | frozenset({"for", "hold", "rest", "sunrise", "sunset", AGE})
    | frozenset(CALENDAR)
    | frozenset(FUNCTIONS)
    | frozenset(WINDOWS)
)
"""What a point, output, signal, condition or derived fact cannot be called."""
RESERVED_STATES = _STRUCTURE
"""What a state cannot be called; `on`, `hold` and `rest` are clear where a state is expected."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*", re.ASCII)
LONGEST_NAME = 80
