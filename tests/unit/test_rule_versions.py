"""Rules out of a folder or out of git, without touching the working tree."""

import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.files import read_rules
from adapters.rule_versions import VersionError, read_version
from engine.language.checked import check_files
from engine.language.source import MAX_FILE_BYTES
from tests.simulation.small_rules import files

GIT = shutil.which("git") or "git"


def git(folder: Path, *words: str) -> None:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run([GIT, "-C", folder, *settings, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits; the working tree has a third state."""
    rules = tmp_path / "house/rules"
    rules.mkdir(parents=True)
    for name, content in files().items():
        (rules / name).write_bytes(content)
    (rules / "small.test.yaml").write_text("scenarios: []\n")
    (rules / "notes.md").write_text("notes\n")
    git(tmp_path, "init", "-q", "-b", "main", "house")
    git(tmp_path / "house", "add", "-A")
    git(tmp_path / "house", "commit", "-q", "-m", "one")
    (rules / "small.yaml").write_bytes(files()["small.yaml"].replace(b"70", b"65"))
    git(tmp_path / "house", "commit", "-q", "-a", "-m", "two")
    (rules / "small.yaml").write_bytes(files()["small.yaml"].replace(b"70", b"60"))
    monkeypatch.chdir(tmp_path / "house")
    return tmp_path / "house"


def limit_of(name: str, other: str) -> bytes:
    read = read_version(name, other)
    assert not read.problems
    assert check_files(read.files).ok
    assert {Path(file).name for file in read.files} == set(files())
    (small,) = (content for file, content in read.files.items() if file.endswith("/small.yaml"))
    return small.partition(b"buffer.top < ")[2][:2]


@pytest.mark.usefixtures("repository")
def test_a_folder_is_read_as_always() -> None:
    assert read_version("rules", "x") == read_rules(Path("rules"))
    assert limit_of("rules", "x") == b"60"


@pytest.mark.parametrize(
    ("name", "other", "limit"),
    [
        ("HEAD:rules", "x", b"65"),
        ("HEAD:rules/", "x", b"65"),
        ("main~1:rules", "x", b"70"),
        ("HEAD:", "rules", b"65"),
        ("HEAD~1:", "rules", b"70"),
        ("HEAD~1:", "HEAD:rules", b"70"),
    ],
)
def test_git_gives_a_folder_as_it_was(
    repository: Path, name: str, other: str, limit: bytes
) -> None:
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    assert limit_of(name, other) == limit
    assert before == {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}


def test_it_does_not_matter_from_where_git_is_asked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert limit_of("HEAD:", str(repository / "rules")) == b"65"
    monkeypatch.chdir(repository / "rules")
    assert limit_of("HEAD:./", "x") == limit_of("HEAD:", ".") == limit_of("HEAD:rules", "x")


@pytest.mark.usefixtures("repository")
def test_one_file_can_be_a_version_too() -> None:
    read = read_version("HEAD:rules/plant.yaml", "x")
    assert read.files == {"HEAD:rules/plant.yaml": files()["plant.yaml"]}
    (name,) = read_version("HEAD:", "rules/plant.yaml").files
    assert name == "HEAD:rules/plant.yaml"


def test_a_plant_at_the_root_is_still_a_plant(repository: Path) -> None:
    git(repository, "mv", *(f"rules/{name}" for name in files()), ".")
    git(repository, "commit", "-q", "-m", "three")
    read = read_version("HEAD:.", "x")
    assert "HEAD:./plant.yaml" in read.files
    assert limit_of("HEAD:.", "x") == limit_of("HEAD:", ".")
    assert list(read_version("HEAD:plant.yaml", "x").files) == ["HEAD:./plant.yaml"]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "other", "message"),
    [
        ("nowhere", "x", "`nowhere` does not exist; a revision in git is written"),
        ("nowhere:rules", "x", "git knows no revision `nowhere`"),
        ("--help:rules", "x", "names no revision before the colon"),
        (":rules", "x", "names no revision before the colon"),
        ("HEAD:elsewhere", "x", "`HEAD` holds no `elsewhere`"),
        ("HEAD:", "HEAD~1:", "needs a path"),
    ],
)
def test_what_is_not_there_is_said(name: str, other: str, message: str) -> None:
    with pytest.raises(VersionError, match=message):
        read_version(name, other)


def test_outside_of_a_repository_nothing_is_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(VersionError, match="is in no git repository"):
        read_version("HEAD:rules", "x")


def test_without_git_the_message_says_what_else_to_do(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(VersionError, match="`git` is not installed; name two folders instead"):
        read_version("HEAD:rules", "x")


def test_what_is_no_usable_file_is_a_problem_of_the_folder(repository: Path) -> None:
    (repository / "rules/link.yaml").symlink_to("small.yaml")
    (repository / "rules/huge.yaml").write_bytes(b"# \n" * MAX_FILE_BYTES)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "odd")
    read = read_version("HEAD:rules", "x")
    told = {each.position.file: each.message for each in read.problems}
    assert "is a link or a folder" in told["HEAD:rules/link.yaml"]
    assert "is larger than 256 KiB" in told["HEAD:rules/huge.yaml"]
    shutil.rmtree(repository / "rules")
    (repository / "rules").mkdir()
    (repository / "rules/notes.md").touch()
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "empty")
    (problem,) = read_version("HEAD:rules", "x").problems
    assert "there is no rule file in this folder" in problem.message
