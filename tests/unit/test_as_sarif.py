"""What the specification of SARIF 2.1.0 demands of the parts that are used."""

import json
import re

from engine.language.position import NOWHERE, Position
from engine.language.problem import Problem, Related, Severity
from engine.language.render.as_sarif import as_sarif


def run_of(*problems: Problem) -> dict[str, object]:
    log = json.loads(as_sarif(problems, {"duplicate-id": "Two of a name."}))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def problem(position: Position, code: str = "duplicate-id", **more: object) -> Problem:
    return Problem(code, Severity.ERROR, "twice", position, **more)  # type: ignore[arg-type]


def test_a_result_names_its_rule_its_level_and_its_region() -> None:
    related = (Related(Position("b.yaml", 1, 2), "first"),)
    run = run_of(problem(Position("rules/ä b.yaml", 3, 5, 9), help="rename it", related=related))
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == [
        {
            "ruleId": "duplicate-id",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "twice. rename it"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "rules/%C3%A4%20b.yaml"},
                        "region": {"startLine": 3, "startColumn": 5, "endColumn": 9},
                    }
                }
            ],
            "relatedLocations": [
                {
                    "id": 1,
                    "message": {"text": "first"},
                    "physicalLocation": {
                        "artifactLocation": {"uri": "b.yaml"},
                        "region": {"startLine": 1, "startColumn": 2, "endColumn": 3},
                    },
                }
            ],
        }
    ]


def test_rules_are_listed_once_and_results_point_into_the_list() -> None:
    place = Position("a.yaml", 1, 1, 2)
    run = run_of(problem(place, "b-code"), problem(place, "a-code"), problem(place, "b-code"))
    tool, results = run["tool"], run["results"]
    assert isinstance(tool, dict)
    assert isinstance(results, list)
    ids = [rule["id"] for rule in tool["driver"]["rules"]]
    assert ids == ["a-code", "b-code"]
    assert [ids[result["ruleIndex"]] for result in results] == ["b-code", "a-code", "b-code"]


def test_a_problem_without_a_line_has_no_region_and_one_without_a_file_no_location() -> None:
    run = run_of(problem(Position("a.yaml", 0, 0)), problem(NOWHERE))
    assert isinstance(run["results"], list)
    assert [result["locations"] for result in run["results"]] == [
        [{"physicalLocation": {"artifactLocation": {"uri": "a.yaml"}}}],
        [],
    ]


def test_a_rule_leads_to_its_page_by_a_path_that_is_not_called_a_uri() -> None:
    text = as_sarif([problem(NOWHERE)], {})
    assert "helpUri" not in text
    assert re.search(r'"text": "See docs/checks/duplicate-id\.md"', text)
