"""Three-valued truth after Kleene: TRUE, FALSE and UNKNOWN.

A truth is a plain `bool` or `None`, so generated conditions can compute it without a call.
UNKNOWN is what a comparison yields when a fact is stale, bad or missing (law 2).
"""

from collections.abc import Iterable

Truth = bool | None

TRUE: Truth = True
FALSE: Truth = False
UNKNOWN: Truth = None


def not_(truth: Truth) -> Truth:
    """Return the negation; `not UNKNOWN` is UNKNOWN."""
    return None if truth is None else not truth


def all_(truths: Iterable[Truth]) -> Truth:
    """Return FALSE if any is FALSE, else UNKNOWN if any is UNKNOWN, else TRUE."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_(truths: Iterable[Truth]) -> Truth:
    """Return TRUE if any is TRUE, else UNKNOWN if any is UNKNOWN, else FALSE."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def name(truth: Truth) -> str:
    """Return `true`, `false` or `unknown`, as the docs and the traces spell it."""
    return {True: "true", False: "false", None: "unknown"}[truth]
