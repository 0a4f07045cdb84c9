"""`thermiq graph`: formats, the part of one name, and what is missing."""

import json
from pathlib import Path

import pytest

from adapters.cli.main import run
from tests.house.source import ROOT

ASP1 = str(ROOT / "rules" / "asp1")
Capture = pytest.CaptureFixture[str]


def test_asp1_is_drawn(tmp_path: Path, capsys: Capture) -> None:
    picture = tmp_path / "asp1.svg"
    assert run(["graph", ASP1, "--out", str(picture)]) == 0
    assert "lines, in" in capsys.readouterr().out
    svg = picture.read_text("utf-8")
    assert svg.startswith("<?xml")
    assert "miner1_on_sun" in svg


def test_json_tells_nodes_and_edges(capsys: Capture) -> None:
    assert run(["graph", ASP1, "--of", "surplus", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], document["version"]) == ("thermiq-graph", 1)
    assert document["title"] == "asp1: surplus"
    names = {node["name"] for node in document["nodes"]}
    assert {"pv.power", "house.load", "surplus", "sun.for_miners"} <= names
    ids = {node["id"] for node in document["nodes"]}
    assert {end for edge in document["edges"] for end in (edge["start"], edge["end"])} <= ids


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.dot", 'digraph "asp1'), ("a.gv", "digraph"), ("a.json", "{"), ("a.txt", "fact ")],
)
def test_the_ending_of_the_file_chooses_the_format(tmp_path: Path, name: str, begins: str) -> None:
    assert run(["graph", ASP1, "--of", "surplus", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text("utf-8").startswith(begins)


def test_an_ending_that_says_nothing_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert run(["graph", ASP1, "--out", str(tmp_path / "a.bmp")]) == 2
    assert "`a.bmp` does not tell the format" in capsys.readouterr().err


def test_a_misspelt_name_is_refused(capsys: Capture) -> None:
    assert run(["graph", ASP1, "--of", "surplas"]) == 2
    assert "did you mean `surplus`" in capsys.readouterr().err


def test_without_graphviz_it_says_what_to_install(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["graph", ASP1]) == 1
    assert "sudo apt-get install graphviz" in capsys.readouterr().err
    assert run(["graph", ASP1, "--format", "dot"]) == 0


def test_a_graphviz_that_fails_is_quoted(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\ncat >/dev/null\necho no fonts >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert run(["graph", ASP1]) == 1
    assert "Graphviz cannot draw it: no fonts" in capsys.readouterr().err


def test_wrong_rules_are_reported(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [")
    assert run(["graph", str(tmp_path)]) == 1
    assert "error[" in capsys.readouterr().err
