import json

from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity
from engine.language.render.as_json import as_json


def test_everything_about_a_problem_is_in_the_document() -> None:
    place, other = Position("a.yaml", 3, 5, 9), Position("b.yaml", 1, 1)
    problem = Problem(
        "duplicate-id", Severity.ERROR, "`Öl` twice", place, "rename", (Related(other, "first"),)
    )
    warning = Problem("fact-never-read", Severity.WARNING, "unread", Position("a.yaml", 1, 1, 2))
    text = as_json([problem, warning], ["a.yaml", "b.yaml"])
    assert "`Öl` twice" in text
    assert json.loads(text) == {
        "format": "thermiq-problems",
        "version": 1,
        "files": ["a.yaml", "b.yaml"],
        "errors": 1,
        "warnings": 1,
        "problems": [
            {
                "code": "duplicate-id",
                "severity": "error",
                "message": "`Öl` twice",
                "help": "rename",
                "file": "a.yaml",
                "line": 3,
                "column": 5,
                "end_column": 9,
                "related": [
                    {"label": "first", "file": "b.yaml", "line": 1, "column": 1, "end_column": 1}
                ],
            },
            {
                "code": "fact-never-read",
                "severity": "warning",
                "message": "unread",
                "help": "",
                "file": "a.yaml",
                "line": 1,
                "column": 1,
                "end_column": 2,
                "related": [],
            },
        ],
    }
