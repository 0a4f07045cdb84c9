"""What an import noticed: thousands of equal findings become one problem with a count."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.language.position import Position
from engine.language.problem import Problem, Severity, by_place

_LONGEST_QUOTE = 40


@dataclass(slots=True)
class _Finding:
    """One kind of finding in one column: the first one, and how many there are."""

    problem: Problem
    count: int = 1


class Findings:
    """Collects the findings of one import."""

    def __init__(self) -> None:
        """Begin with none."""
        self._found: dict[tuple[str, str, str], _Finding] = {}

    def warn(
        self, code: str, subject: str, message: str, position: Position, help_: str = ""
    ) -> None:
        """Note that something was left out or judged; the import goes on."""
        self._note(subject, Problem(code, Severity.WARNING, message, position, help_))

    def fail(
        self, code: str, subject: str, message: str, position: Position, help_: str = ""
    ) -> None:
        """Note what makes the import worthless."""
        self._note(subject, Problem(code, Severity.ERROR, message, position, help_))

    def add(self, problems: Iterable[Problem]) -> None:
        """Take over problems as they are."""
        for problem in problems:
            self._note(str(problem.position), problem)

    def _note(self, subject: str, problem: Problem) -> None:
        key = (problem.code, subject, problem.position.file)
        found = self._found.get(key)
        if found is None:
            self._found[key] = _Finding(problem)
        else:
            found.count += 1

    @property
    def failed(self) -> bool:
        """Tell whether something makes the import worthless."""
        return any(each.problem.severity is Severity.ERROR for each in self._found.values())

    def problems(self) -> tuple[Problem, ...]:
        """Return one problem for each kind and column, in the order of their places."""
        return tuple(sorted((_told(each) for each in self._found.values()), key=by_place))


def _told(found: _Finding) -> Problem:
    if found.count == 1:
        return found.problem
    first = found.problem
    message = f"{first.message} (the first of {found.count:,})"
    return Problem(first.code, first.severity, message, first.position, first.help, first.related)


def quoted(text: str) -> str:
    """Return a text from a file as a message shows it: in backticks, cut if it is long."""
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return f"`{short}`".replace("\n", "⏎").replace("\r", "")
