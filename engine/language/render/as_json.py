"""Problems for programs, as JSON; the fields are described in `docs/checks/README.md`."""

import json
from collections.abc import Iterable

from engine.language.position import Position
from engine.language.problem import Problem, Severity

VERSION = 1
"""Raised when a field changes its meaning or goes; new fields do not raise it."""


def as_json(problems: Iterable[Problem], files: Iterable[str]) -> str:
    """Return the problems in their order, with the files that were checked."""
    problems, files = list(problems), list(files)
    severities = [problem.severity for problem in problems]
    document = {
        "format": "thermiq-problems",
        "version": VERSION,
        "files": files,
        "errors": severities.count(Severity.ERROR),
        "warnings": severities.count(Severity.WARNING),
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity.value,
                "message": problem.message,
                "help": problem.help,
                **_place(problem.position),
                "related": [
                    {"label": related.label, **_place(related.position)}
                    for related in problem.related
                ],
            }
            for problem in problems
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _place(position: Position) -> dict[str, str | int]:
    return {
        "file": position.file,
        "line": position.line,
        "column": position.column,
        "end_column": max(position.end_column, position.column),
    }
