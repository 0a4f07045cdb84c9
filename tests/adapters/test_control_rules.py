"""`thermiq reload`, `versions`, `rollback` and `candidate` against a daemon that listens."""

import json

import pytest
import typer

from adapters.cli.versions import number_of
from adapters.pb.thermiq.v1 import control_pb2 as pb
from tests.adapters.control_bench import RULES, Served
from tests.adapters.test_control_commands import Capture, daemon, told

__all__ = ["daemon"]


def test_a_reload_tells_what_is_wrong_or_what_runs(daemon: Served, capsys: Capture) -> None:
    file = daemon.house.rules / "pump.yaml"
    file.write_text(RULES.replace("tank.top <", "tank.tpo <"), "utf-8")
    text = told(capsys, "reload", code=1)
    assert "pump.yaml:5:11: error[unknown-fact]" in text
    assert "help: did you mean `tank.top`?" in text
    assert "1 error: rules" in text.splitlines()[-1]
    file.write_text(RULES.replace("< 50 °C", "< 45 °C for 10 s"), "utf-8")
    text = told(capsys, "reload")
    assert "version 1 is running" in text
    assert "starts anew" in text
    assert "the rules in the folder are those that run" in told(capsys, "reload", "--try")


def test_rules_that_are_gone_are_told_by_the_folder_that_people_know(
    daemon: Served, capsys: Capture
) -> None:
    told(capsys, "reload")
    for file in daemon.house.rules.glob("*.yaml"):
        file.unlink()
    text = told(capsys, "reload", code=1)
    assert f"{daemon.house.rules}: error[unreadable-file]: there is no rule file" in text
    assert "cannot run: there is no `plant.yaml`" in told(capsys, "candidate", "start", code=1)


def test_rules_have_a_history_and_a_way_back(daemon: Served, capsys: Capture) -> None:
    assert told(capsys, "versions") == "No version is kept yet.\n"
    assert "nothing else is kept" not in told(capsys, "reload", "--reason", "as it was")
    file = daemon.house.rules / "pump.yaml"
    file.write_text(RULES.replace("< 50 °C", "< 45 °C"), "utf-8")
    words = ("reload", "--watch", "10 min", "--rollback-if", "tank.top > 80 °C")
    assert "version 2 is running" in told(capsys, *words)
    text = told(capsys, "versions", "--no-colour")
    assert text.startswith("Version 2 runs. It is watched for another 10.0 min.\n")
    rows = [line.split() for line in text.splitlines()]
    assert rows[-2][0:2] == ["*", "2"]
    assert rows[-1][-3:] == ["as", "it", "was"]
    assert "version 3 is running" in told(capsys, "rollback", "--reason", "too cold")
    document = json.loads(told(capsys, "versions", "--json"))
    assert [(each["number"], each["reason"]) for each in document["versions"]] == [
        (1, "as it was"), (2, ""), (3, "too cold"),
    ]  # fmt: skip
    assert "there is no version 9" in told(capsys, "rollback", "9", code=2)
    first, second = (each["rules"][:8] for each in document["versions"][:2])
    assert "version 4 is running" in told(capsys, "rollback", second)
    assert "version 5 is running" in told(capsys, "rollback", first)
    numbers = [
        each["number"] for each in json.loads(told(capsys, "versions", "--json"))["versions"]
    ]
    assert numbers == [1, 2, 3, 4, 5]


def test_a_version_is_named_by_its_number_or_its_rules() -> None:
    kept = [
        pb.Version(number=number, rules=rules)
        for number, rules in ((1, "abcd11"), (2, "abcd22"), (3, "abcd11"), (4, "41ff00"))
    ]
    assert [number_of(word, kept) for word in ("2", "v2", "abcd2", "abcd1", "41ff")] == [
        2,
        2,
        2,
        3,
        4,
    ]
    for word, said in (("abcd", "versions 1, 2, 3 begin so"), ("abc", "there is no version abc")):
        with pytest.raises(typer.BadParameter, match=said):
            number_of(word, kept)


def test_a_candidate_is_tried_beside_the_rules_that_run(daemon: Served, capsys: Capture) -> None:
    assert "no candidate is tried" in told(capsys, "candidate", "status", code=1)
    assert "not kept as a version" in told(capsys, "candidate", "start", code=1)
    told(capsys, "reload")
    (daemon.house.rules / "pump.yaml").write_text(RULES.replace("< 50 °C", "< 30 °C"), "utf-8")
    assert "are tried beside" in told(capsys, "candidate", "start")
    text = ""
    for _ in range(10_000):  # its process takes a while to start
        daemon.scan(40.0)
        text = told(capsys, "candidate", "status", "--no-colour")
        if "candidate  off" in text:
            break
    assert "2 disagreements" in text.splitlines()[0]
    assert "  live       on: pump.run is on" in text
    assert ["pump.run", "yes", "1"] in [line.split()[:3] for line in text.splitlines()]
    document = json.loads(told(capsys, "candidate", "status", "--json"))
    assert document["unlike_daemon"] == "0"
    (daemon.house.rules / "pump.yaml").write_text("rules: [", "utf-8")
    assert "version 2 is running" in told(capsys, "candidate", "promote", "--reason", "tried")
    assert "no candidate is tried" in told(capsys, "candidate", "drop", code=1)
    assert "cannot run" in told(capsys, "candidate", "start", code=1)


@pytest.mark.usefixtures("daemon")
def test_a_candidate_that_is_dropped_tells_what_came_of_it(capsys: Capture) -> None:
    told(capsys, "reload")
    told(capsys, "candidate", "start")
    assert "0 disagreements" in told(capsys, "candidate", "drop")
    assert "no candidate is tried" in told(capsys, "candidate", "status", code=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--watch", "soon"), "not a duration"),
        (("--rollback-if", "tank.top > 80 °C"), "needs a time to watch"),
        (("--watch", "1 min", "--rollback-if", "tank.tpo > 80 °C"), "nothing here is called"),
    ],
)
def test_a_watch_that_is_none_lets_nothing_run(
    daemon: Served, capsys: Capture, words: tuple[str, ...], said: str
) -> None:
    before = daemon.house.daemon.digest
    code = 2 if "soon" in words else 1
    assert said in told(capsys, "reload", *words, code=code)
    assert daemon.house.daemon.digest == before


def test_tests_that_fail_stop_it_unless_that_is_forced(daemon: Served, capsys: Capture) -> None:
    wrong = "scenarios:\n  - {name: cold, facts: {tank.top: 40 °C}, expect: {pump.run: off}}\n"
    (daemon.house.rules / "pump.test.yaml").write_text(wrong, "utf-8")
    text = told(capsys, "reload", code=1)
    assert "not passed: tests" in text
    assert "go on as before" in text
    assert "version 1 is running" in told(capsys, "reload", "--force")
    assert "tests not passed" in told(capsys, "versions")
