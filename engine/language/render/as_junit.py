"""Problems as JUnit XML, which build servers count: one test case for each file.

An error is a failure. So is a warning if warnings are to fail; else it stands in `system-out`.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from engine.language.problem import Problem, Severity
from engine.language.render.glyphs import visible


def as_junit(problems: Iterable[Problem], files: Iterable[str], *, strict: bool) -> str:
    """Return one suite; a problem without a file makes a test case of its own."""
    by_file: dict[str, list[Problem]] = {name: [] for name in files}
    for problem in problems:
        by_file.setdefault(problem.position.file, []).append(problem)
    cases = [_case(name, found, strict=strict) for name, found in by_file.items()]
    failed = sum("<failure" in case for case in cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites tests="{len(cases)}" failures="{failed}">\n'
        f'<testsuite name="thermiq check" tests="{len(cases)}" failures="{failed}" errors="0">\n'
        + "".join(cases)
        + "</testsuite>\n</testsuites>\n"
    )


def _case(name: str, problems: Sequence[Problem], *, strict: bool) -> str:
    opening = f'<testcase classname="thermiq.check" name={quoteattr(visible(name or "rules"))}'
    failures = [each for each in problems if strict or each.severity is Severity.ERROR]
    others = [each for each in problems if each not in failures]
    if not problems:
        return f"{opening}/>\n"
    # The schema allows one failure a test case.
    body = ""
    if failures:
        codes = ", ".join(dict.fromkeys(each.code for each in failures))
        text = escape("\n".join(map(_line, failures)))
        body += f"<failure message={quoteattr(codes)}>{text}</failure>\n"
    if others:
        body += f"<system-out>{escape(chr(10).join(map(_line, others)))}</system-out>\n"
    return f"{opening}>\n{body}</testcase>\n"


def _line(problem: Problem) -> str:
    place = f"{problem.position}: " if problem.position.line else ""
    advice = f" ({problem.help})" if problem.help else ""
    return visible(f"{place}{problem.severity.value}[{problem.code}]: {problem.message}{advice}")
