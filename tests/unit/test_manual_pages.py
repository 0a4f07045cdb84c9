"""Everything that ThermIQ names in one word has a page, and an installed ThermIQ has it too."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from adapters.library.choice import texts
from adapters.manual.pages import page_of, pages
from engine.control.decision import AlarmKind, Cause, RestrictionKind
from engine.language.check import CODES
from engine.values.fact import Quality
from tests.house.source import ROOT

WORDS = {kind.value for kinds in (AlarmKind, Cause, RestrictionKind, Quality) for kind in kinds}


def test_every_code_and_every_word_has_a_page_and_no_page_is_of_something_else() -> None:
    assert set(pages()) == set(CODES) | {word.lower() for word in WORDS}


def test_every_page_says_something_and_leads_nowhere() -> None:
    for name, page in pages().items():
        assert page.text.startswith(f"# {name}\n\n"), name
        assert page.text.endswith("\n"), name
        assert page.summary, name
        assert "](" not in page.text, name


@pytest.mark.parametrize("written", ["min_off", "MIN_OFF", "min-off", " min off "])
def test_a_name_may_be_written_as_it_is_told_elsewhere(written: str) -> None:
    page = page_of(written)
    assert page is not None
    assert page.name == "min_off"


def test_what_has_no_page_is_none() -> None:
    assert page_of("min") is None


def test_a_wheel_holds_the_pages_and_the_library(tmp_path: Path) -> None:
    """Built without fetching anything: the build's own tools are installed for the tests."""
    script = (
        "import sys\nfrom setuptools import build_meta\n"
        f"print(build_meta.build_wheel({str(tmp_path)!r}))"
    )
    copy = tmp_path / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "adapters", "engine", "docs"):
        (copy / name).symlink_to(ROOT / name)
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"adapters/manual/checks/{code}.md" for code in CODES} <= names
    assert "adapters/manual/words.md" in names
    assert {f"adapters/library/topics/{name}" for name in texts()} <= names
    starter = ROOT / "adapters" / "starter"
    assert {each.relative_to(ROOT).as_posix() for each in starter.rglob("*.yaml")} <= names
