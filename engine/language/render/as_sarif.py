"""Problems as SARIF 2.1.0, which code hosts and editors show beside the line.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", 27 March 2020.
A `helpUri` has to be absolute (§3.49.12), and this project has no address; so the page of a check
is named in its `help`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from engine.language.position import Position
from engine.language.problem import Problem

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"


def as_sarif(problems: Iterable[Problem], summaries: Mapping[str, str]) -> str:
    """Return a log of one run; `summaries` says of each code in one line what it means."""
    problems = list(problems)
    codes = sorted({problem.code for problem in problems})
    driver: Json = {"name": "thermiq", "rules": [_rule(code, summaries) for code in codes]}
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code)) for problem in problems],
    }
    document: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(code: str, summaries: Mapping[str, str]) -> Json:
    page = f"docs/checks/{code}.md"
    return {
        "id": code,
        "shortDescription": {"text": summaries.get(code, code)},
        "help": {"text": f"See {page}", "markdown": f"See [{code}]({page})"},
    }


def _result(problem: Problem, rule_index: int) -> Json:
    text = f"{problem.message}. {problem.help}" if problem.help else problem.message
    result: dict[str, Json] = {
        "ruleId": problem.code,
        "ruleIndex": rule_index,
        "level": problem.severity.value,
        "message": {"text": text},
        "locations": _locations(problem.position),
    }
    related: list[Json] = [
        {**location, "id": number, "message": {"text": each.label}}
        for number, each in enumerate(problem.related, 1)
        for location in _locations(each.position)
        if isinstance(location, dict)
    ]
    if related:
        result["relatedLocations"] = related
    return result


def _locations(position: Position) -> list[Json]:
    if not position.file:
        return []
    place: dict[str, Json] = {"artifactLocation": {"uri": _uri(position.file)}}
    if position.line:
        place["region"] = {
            "startLine": position.line,
            "startColumn": max(position.column, 1),
            "endColumn": max(position.end_column, position.column + 1),
        }
    return [{"physicalLocation": place}]


def _uri(path: str) -> str:
    """Return a path as a relative URI reference (RFC 3986): other characters as their bytes."""
    return re.sub(
        r"[^A-Za-z0-9/._~-]",
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")),
        path,
    )
