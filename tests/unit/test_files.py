"""Everything a folder can hold is read or refused, and nothing makes the reader wait or fail."""

import os
from pathlib import Path

import pytest

from adapters.files import read_rules, shown
from engine.language.source import MAX_FILE_BYTES


def test_rule_files_are_read_sorted_and_other_files_left_alone(tmp_path: Path) -> None:
    for name in (
        *("b.yaml", "a.yml", "plant.yaml"),
        *(".hidden.yaml", "a.test.yaml", "site.yaml", "notes.txt", "a.yaml~"),
    ):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "c.yaml").write_bytes(b"")
    read = read_rules(tmp_path)
    assert [name.rpartition("/")[2] for name in read.files] == ["a.yml", "b.yaml", "plant.yaml"]
    assert read.files[f"{tmp_path}/b.yaml"] == b"b.yaml"
    assert read.problems == ()


def test_names_are_as_the_operator_would_type_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert list(read_rules(Path("rules/")).files) == ["rules/a.yaml"]
    monkeypatch.chdir(tmp_path / "rules")
    assert list(read_rules(Path()).files) == ["a.yaml"]
    assert list(read_rules(Path("a.yaml")).files) == ["a.yaml"]


def test_a_folder_a_pipe_and_a_dead_link_are_problems(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere")
    read = read_rules(tmp_path)
    assert read.files == {}
    assert [each.message for each in read.problems] == [
        "this is a folder, though its name is that of a rule file",
        "the file cannot be read: No such file or directory",
        "this is not an ordinary file",
    ]


def test_a_folder_without_rules_and_a_missing_one_are_problems(tmp_path: Path) -> None:
    (empty,) = read_rules(tmp_path).problems
    assert empty.message == "there is no rule file in this folder"
    (missing,) = read_rules(tmp_path / "nowhere").problems
    assert missing.message == "the file cannot be read: No such file or directory"


def test_a_folder_that_refuses_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    (problem,) = read_rules(tmp_path).problems
    assert problem.message == "the file cannot be read: Permission denied"


def test_no_more_is_read_than_the_loader_needs_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "huge.yaml").write_bytes(b"#" * (MAX_FILE_BYTES * 2))
    (content,) = read_rules(tmp_path).files.values()
    assert len(content) == MAX_FILE_BYTES + 1


def test_a_name_that_is_not_text_can_be_shown(tmp_path: Path) -> None:
    assert shown(Path(os.fsdecode(b"k\xfcche.yaml"))) == "k\\xfcche.yaml"
    assert shown(tmp_path) == str(tmp_path)
