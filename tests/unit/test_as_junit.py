"""One test case a file; errors fail, warnings only if asked to."""

from xml.etree import ElementTree as ET

from engine.language.position import NOWHERE, Position
from engine.language.problem import Problem, Severity
from engine.language.render.as_junit import as_junit

ERROR = Problem("a-code", Severity.ERROR, "`<&>` \x00", Position("a.yaml", 3, 5), "so")
WARNING = Problem("b-code", Severity.WARNING, "unread", Position("b.yaml", 1, 1))


def suite(*problems: Problem, strict: bool = False) -> ET.Element:
    text = as_junit(problems, ["a.yaml", "b.yaml", "c.yaml"], strict=strict)
    found = ET.fromstring(text).find("testsuite")  # noqa: S314 - our own text
    assert found is not None
    return found


def test_an_error_fails_and_a_warning_is_told() -> None:
    found = suite(ERROR, WARNING)
    assert found.attrib == {
        "name": "thermiq check",
        "tests": "3",
        "failures": "1",
        "errors": "0",
    }
    failing, warned, clean = found
    failure = failing.find("failure")
    assert failure is not None
    assert failure.get("message") == "a-code"
    assert failure.text == "a.yaml:3:5: error[a-code]: `<&>` ␀ (so)"
    assert warned.find("failure") is None
    assert warned.findtext("system-out") == "b.yaml:1:1: warning[b-code]: unread"
    assert list(clean) == []


def test_a_warning_fails_if_it_is_to() -> None:
    assert suite(ERROR, WARNING, strict=True).get("failures") == "2"


def test_problems_of_one_file_are_one_failure() -> None:
    found = suite(ERROR, ERROR)
    (failure,) = found[0]
    assert failure.text is not None
    assert len(failure.text.splitlines()) == 2


def test_a_problem_without_a_file_has_a_test_case_too() -> None:
    found = suite(Problem("x", Severity.ERROR, "lost", NOWHERE))
    assert [case.get("name") for case in found] == ["a.yaml", "b.yaml", "c.yaml", "rules"]
