"""What exists is tested and described: modules, checks, decisions.

The rules are functions over lists of paths, so that they can be tried on planted offences.
"""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.house.source import PACKAGES, ROOT, Offence, Source, files, report, tree

TESTED_IN = ("tests",)
CASES = "tests/cases"
CHECKS = "engine/language/check/"
CHECK_PAGES = "docs/checks/"
DECISIONS = "docs/decisions/"

NEEDS_NO_TEST: dict[str, str] = {}
"""Path of a module to the reason why no test file bears its name."""

NEEDS_NO_PAGE: dict[str, str] = {}
"""Path of a file in the folder of checks to the reason why it has no page: it is not a check."""


def _has_code(source: Source) -> bool:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in tree(source).body)


def untested(
    modules: Iterable[Source], tests: Iterable[Source], cases: Iterable[Source] = ()
) -> Iterator[Offence]:
    """Yield the modules that no test file looks at: none bears their name, none imports them.

    `engine/control/scan.py` is tested by `test_scan.py` or `test_control_scan.py`; where two
    modules share a name, only the second will do. A check may instead have a file of YAML cases
    under its own name.
    """
    tests = list(tests)
    with_cases = {each.path.rpartition("/")[2].replace("-", "_") for each in cases if each.text}
    with_tests = {
        source.path.rpartition("/")[2].removesuffix(".py")
        for source in tests
        if re.search(r"^\s*(async )?def test_", source.text, re.MULTILINE)
    }
    imported = {name for source in tests for name in _imports(source)}
    candidates = [each for each in modules if not each.is_package or _has_code(each)]
    names = [each.module.rpartition(".")[2] for each in candidates]
    for source, name in zip(candidates, names, strict=True):
        package = source.module.split(".")[-2] if "." in source.module else ""
        wanted = {f"test_{package}_{name}"}
        if names.count(name) == 1:
            wanted.add(f"test_{name}")
        if source.path.startswith(CHECKS) and f"{name}.yaml" in with_cases:
            continue
        if not wanted & with_tests and source.module not in imported:
            files_wanted = " or ".join(f"{each}.py" for each in sorted(wanted))
            yield source.offence(1, f"has no test: {files_wanted}, or one that imports it")


def _imports(source: Source) -> Iterator[str]:
    """Yield the dotted names that a file imports, modules and what it takes from them alike."""
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _names_of_a_page(source: Source) -> set[str]:
    """Return what the page of a check may be called: its file's name, or a code that it reports."""
    name = source.module.rpartition(".")[2]
    texts = {
        node.value
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in texts if re.fullmatch(r"[a-z]+(-[a-z]+)*", text)}
    return {name, name.replace("_", "-"), *codes}


def undescribed(modules: Iterable[Source], page_paths: Iterable[str]) -> Iterator[Offence]:
    """Yield the checks without a page, and the pages that describe nothing in the language."""
    modules = list(modules)
    pages = {path.removeprefix(CHECK_PAGES).removesuffix(".md") for path in page_paths} - {"README"}
    for source in modules:
        if source.path.startswith(CHECKS) and not source.is_package:
            own_names = _names_of_a_page(source)
            if source.path not in NEEDS_NO_PAGE and not own_names & pages:
                name = source.module.rpartition(".")[2]
                yield source.offence(1, f"has no page {CHECK_PAGES}{name.replace('_', '-')}.md")
    described = {name for source in modules for name in _names_of_a_page(source)}
    for page in sorted(pages - described):
        yield Offence(f"{CHECK_PAGES}{page}.md", 1, "describes no check and no problem code")


def misfiled_decisions(decisions: Iterable[Source], index: str) -> Iterator[Offence]:
    """Yield the decisions that are not numbered, titled by their number, and in the index."""
    seen: dict[str, str] = {}
    for source in decisions:
        name = source.path.removeprefix(DECISIONS)
        number = re.match(r"(\d{4})-[a-z0-9-]+\.md$", name)
        if number is None:
            yield source.offence(1, "a decision is called NNNN-what-was-decided.md")
            continue
        if number[1] in seen:
            yield source.offence(1, f"number {number[1]} belongs to {seen[number[1]]}")
        seen[number[1]] = name
        if not source.text.startswith(f"# {number[1]} "):
            yield source.offence(1, f"its title begins with `# {number[1]} `")
        if "rejected" not in source.text.lower():
            yield source.offence(1, "does not say what was rejected")
        if f"({name})" not in index:
            yield source.offence(1, f"is not in {DECISIONS}README.md")


def _decisions() -> list[Source]:
    return [each for each in files("docs/decisions", suffix=".md") if "README" not in each.path]


def test_every_module_has_a_test_file() -> None:
    modules = [each for each in files(*PACKAGES) if each.path not in NEEDS_NO_TEST]
    offences = list(untested(modules, files(*TESTED_IN), files(CASES, suffix=".yaml")))
    assert not offences, report(offences)


def test_every_check_has_a_page_and_every_page_a_check() -> None:
    page_paths = [each.path for each in files("docs/checks", suffix=".md")]
    offences = list(undescribed(files("engine/language"), page_paths))
    assert not offences, report(offences)


def test_every_decision_is_numbered_titled_and_in_the_index() -> None:
    index = (ROOT / DECISIONS / "README.md").read_text("utf-8")
    offences = list(misfiled_decisions(_decisions(), index))
    assert not offences, report(offences)


def test_every_exempt_module_still_exists_and_still_needs_its_exemption() -> None:
    modules = list(files(*PACKAGES))
    tests, cases = files(*TESTED_IN), files(CASES, suffix=".yaml")
    needed = {each.path for each in untested(modules, tests, cases)}
    assert set(NEEDS_NO_TEST) <= needed, "take these off NEEDS_NO_TEST"
    assert set(NEEDS_NO_PAGE) <= {each.path for each in modules}, "take these off NEEDS_NO_PAGE"


SOME_TEST = "def test_it() -> None: ..."


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        ([], 1),
        ([Source("tests/unit/test_scan.py", SOME_TEST)], 0),
        ([Source("tests/unit/control/test_control_scan.py", SOME_TEST)], 0),
        ([Source("tests/unit/test_scan.py", '"""Holds no test."""')], 1),
        ([Source("tests/unit/test_scanner.py", SOME_TEST)], 1),
        ([Source("tests/unit/test_loop.py", "from engine.control import scan\n" + SOME_TEST)], 0),
        ([Source("tests/unit/test_loop.py", "from engine.control.scan import x\n" + SOME_TEST)], 0),
        ([Source("tests/unit/helper.py", "from engine.control.scan import x")], 0),
    ],
)
def test_a_module_without_a_test_is_found(tests: list[Source], found: int) -> None:
    modules = [
        Source("engine/control/scan.py", ""),
        Source("engine/control/__init__.py", '"""."""'),
    ]
    assert len(list(untested(modules, tests))) == found


def test_two_modules_of_one_name_do_not_share_a_test() -> None:
    modules = [Source("adapters/cli/plot.py", ""), Source("adapters/recordings/plot.py", "")]
    tests = [
        Source("tests/unit/test_plot.py", SOME_TEST),
        Source("tests/unit/test_cli_plot.py", SOME_TEST),
    ]
    assert [each.path for each in untested(modules, tests)] == ["adapters/recordings/plot.py"]


def test_a_package_that_holds_code_is_a_module_like_any_other() -> None:
    package = Source("engine/language/check/__init__.py", "def all_checks(): ...")
    assert len(list(untested([package], []))) == 1
    assert not list(untested([package], [Source("tests/unit/test_language_check.py", SOME_TEST)]))


def test_only_a_check_may_be_tested_by_cases_of_its_name() -> None:
    modules = [Source("engine/language/check/gap.py", ""), Source("engine/control/trip.py", "")]
    cases = [Source("tests/cases/check/gap.yaml", "- x"), Source("tests/cases/trip.yaml", "- x")]
    assert [each.path for each in untested(modules, [], cases)] == ["engine/control/trip.py"]


def test_a_check_without_a_page_and_a_page_without_a_check_are_found() -> None:
    checks = [
        Source("engine/language/check/__init__.py", ""),
        Source("engine/language/check/unknown_fact.py", ""),
        Source("engine/language/check/gap.py", 'CODE = "hysteresis-gap"'),
        Source("engine/language/check/negation_cycle.py", ""),
    ]
    page_paths = [
        "docs/checks/README.md",
        "docs/checks/unknown-fact.md",
        "docs/checks/hysteresis-gap.md",
        "docs/checks/left-over.md",
    ]
    paths = [each.path for each in undescribed(checks, page_paths)]
    assert paths == ["engine/language/check/negation_cycle.py", "docs/checks/left-over.md"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("0001-flat.md", "# 0001 Flat\n## Rejected\n", 0),
        ("0001-flat.md", "# Flat\n## Rejected\n", 1),
        ("0001-flat.md", "# 0001 Flat\n", 1),
        ("0002-lost.md", "# 0002 Lost\n## Rejected\n", 1),
        ("flat.md", "# 0001 Flat\n## Rejected\n", 1),
    ],
)
def test_a_misfiled_decision_is_found(name: str, text: str, found: int) -> None:
    decision = Source(f"{DECISIONS}{name}", text)
    assert len(list(misfiled_decisions([decision], "| [flat](0001-flat.md) |"))) == found
