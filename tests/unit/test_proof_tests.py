"""Proof tests of trips: what a site file asks, what is kept, what is due, and the guided way."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import proof_test
from adapters.cli.main import run
from adapters.cli.proof_test import LOOK_S, PATIENCE_S, guide
from adapters.files import read_rules
from adapters.runtime.proof_tests import (
    FILE,
    LOOK_EVERY_S,
    SECTION,
    ProofTest,
    Reminder,
    Result,
    due,
    proof_tests_of,
    read,
    write,
)
from adapters.runtime.site import load_site
from engine.language.checked import check_files
from tests.adapters.control_bench import Served, served, write_rules
from tests.house.source import ROOT
from tests.making.daemons import HandClock

DAY_S = 86_400.0
HOT = {"do": "Heat it.", "back": "Let it cool.", "within": "5 s", "every": "365 d"}
TEST = ProofTest("too_hot", "Heat it.", "Let it cool.", 5.0, 365 * DAY_S)


def result(at_s: float = 0.0, trip: str = "too_hot", *, passed: bool = True) -> Result:
    return Result(trip, "anna", at_s, passed, "seen after 0.5 s")


def test_a_site_file_says_what_to_do_and_how_often() -> None:
    assert proof_tests_of({"too_hot": HOT}, ("too_hot",)) == {"too_hot": TEST}
    assert proof_tests_of(None, ()) == {}


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (["too_hot"], "holds a trip and settings"),
        ({"too_hott": HOT}, "is not a trip; did you mean `too_hot`"),
        ({"too_hot": "often"}, "holds do, back, within, every"),
        ({"too_hot": {**HOT, "who": "anna"}}, "has no `who`"),
        ({"too_hot": {**HOT, "back": ""}}, "needs `back`"),
        ({"too_hot": {**HOT, "every": "yearly"}}, "`yearly` is not a duration"),
    ],
)
def test_a_section_that_is_none_is_told(section: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        proof_tests_of(section, ("too_hot", "safety"))


def test_results_are_kept_in_order_and_a_torn_line_costs_no_other(tmp_path: Path) -> None:
    assert read(tmp_path) == ()
    write(tmp_path, result(1.0))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"trip": "too_h\n[]\n{"trip": 1}\n\xff\n')
        file.write(b'{"trip": "t", "by": "b", "at_s": NaN, "passed": true, "text": ""}\n')
        file.write(b'{"trip": "t", "by": "b", "at_s": 1, "passed": "yes", "text": ""}\n')
    write(tmp_path, result(2.0))
    assert read(tmp_path) == (result(1.0), result(2.0))


@pytest.mark.parametrize(
    ("results", "now_s", "told"),
    [
        ((), 0.0, "too_hot was never tried"),
        ((result(trip="another"),), 0.0, "too_hot was never tried"),
        ((result(0.0),), 365 * DAY_S - 1.0, ""),
        ((result(0.0),), 365 * DAY_S, "too_hot was to be tried every 365 days"),
        ((result(0.0), result(400 * DAY_S)), 500 * DAY_S, ""),
        ((result(0.0), result(1.0, passed=False)), 2.0, "too_hot failed: seen after 0.5 s"),
        ((result(0.0, passed=False), result(1.0)), 2.0, ""),
    ],
)
def test_what_is_due_says_why(results: tuple[Result, ...], now_s: float, told: str) -> None:
    assert due(TEST, results, now_s) == told


def test_the_reminder_names_what_was_never_tried_together(tmp_path: Path) -> None:
    write(tmp_path, result(0.0, "flow", passed=False))
    tests = {name: replace(TEST, trip=name) for name in ("flow", "too_hot", "relay")}
    told = Reminder(tests, tmp_path, HandClock()).text()
    assert told == (
        "proof test due: too_hot, relay were never tried; flow failed: seen after 0.5 s"
    )


def test_the_reminder_looks_once_a_minute(tmp_path: Path) -> None:
    clock = HandClock()
    reminder = Reminder({"too_hot": TEST}, tmp_path, clock)
    assert reminder.text() == "proof test due: too_hot was never tried"
    write(tmp_path, result(clock.wall_s()))
    assert reminder.text()
    clock.now_s += LOOK_EVERY_S
    assert reminder.text() == ""
    assert Reminder({}, tmp_path, clock).text() == ""
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    clock.now_s += LOOK_EVERY_S
    assert "cannot be read" in reminder.text()


class Plant:
    """What the daemon would show, by how often it was asked and what time it is."""

    def __init__(self, shown: Callable[[float], dict[str, str]]) -> None:
        self.now_s, self.shown = 0.0, shown

    def play(self, agree: bool = True) -> Result:
        def sleep(seconds: float) -> None:
            assert seconds == LOOK_S
            self.now_s += seconds

        return guide(
            TEST, "anna", lambda: self.shown(self.now_s), lambda _: agree, lambda: self.now_s, sleep
        )


def shows(trips_s: float, gone_s: float) -> Callable[[float], dict[str, str]]:
    """Show a trip from one moment on, its latch from another, and nothing at the first look."""
    asked = 0

    def shown(now_s: float) -> dict[str, str]:
        nonlocal asked
        asked += 1
        if asked == 1 or now_s < trips_s:
            return {"another": "tripped"}
        return {"too_hot": "tripped" if now_s < gone_s else "latched"}

    return shown


def test_a_trip_that_is_seen_in_time_and_goes_again_has_passed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = Plant(shows(2.0, 60.0)).play()
    assert (found.passed, found.text, found.by) == (True, "seen after 2.0 s", "anna")
    told = capsys.readouterr().out
    assert "1. Heat it." in told
    assert "2. Let it cool." in told


@pytest.mark.parametrize(
    ("shown", "agree", "told"),
    [
        (shows(5.25, 9.0), True, "not seen within 5 s"),
        (shows(1.0, 2.0 * PATIENCE_S), True, "it trips still"),
        (shows(1.0, 2.0), False, "nothing was done"),
        (lambda _: {"too_hot": "latched"}, True, "it stood already"),
    ],
)
def test_whatever_else_happens_has_not_passed(
    shown: Callable[[float], dict[str, str]], agree: bool, told: str
) -> None:
    found = Plant(shown).play(agree)
    assert not found.passed
    assert told in found.text


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with served(tmp_path) as house:
        monkeypatch.setenv("THERMIQ_SOCKET", str(house.socket))
        monkeypatch.setenv("THERMIQ_AUTHOR", "anna")
        lines = "\n".join(f"    {key}: {value}" for key, value in HOT.items())
        text = f"{SECTION}:\n  too_hot:\n{lines}\n"
        (tmp_path / "rules" / "site.yaml").write_text(text, "utf-8")
        (tmp_path / "rules" / "state").mkdir(exist_ok=True)
        house.scan()
        yield house


def test_a_guided_test_against_a_running_daemon_is_kept(
    daemon: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site = str(tmp_path / "rules" / "site.yaml")
    assert run(["proof-test", "--site", site]) == 0
    assert "too_hot: never  DUE" in capsys.readouterr().out

    def heat(_: str) -> bool:
        daemon.scan(95.0)
        return True

    def cool(_: float) -> None:
        daemon.scan(40.0)

    monkeypatch.setattr(proof_test.typer, "confirm", heat)
    monkeypatch.setattr(proof_test.time, "sleep", cool)
    guided = proof_test.guide
    monkeypatch.setattr(
        proof_test, "guide", lambda *given: guided(*given, proof_test.time.monotonic, cool)
    )
    code = run(["proof-test", "--site", site, "too_hot"])
    told = capsys.readouterr().out
    assert code == 0, told
    assert "thermiq reset too_hot" in told
    (kept,) = read(tmp_path / "rules" / "state")
    assert (kept.trip, kept.by, kept.passed) == ("too_hot", "anna", True)
    assert run(["proof-test", "--site", site]) == 0
    assert "passed, by anna" in capsys.readouterr().out
    assert run(["proof-test", "--site", site, "too_hot"]) == 1, "it is latched since"
    assert "FAILED, it stood already" in capsys.readouterr().out
    assert run(["proof-test", "--site", site, "nothing"]) == 2
    assert "no proof test of `nothing`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("proof_tests: {too_warm: {}}\n", "is not a trip"),
        ("proof: {}\n", "a site has no `proof`"),
        ("about: nothing\n", "names no proof tests"),
    ],
)
def test_a_site_file_that_does_not_fit_is_told(
    tmp_path: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site = write_rules(tmp_path / "rules") / "site.yaml"
    site.write_text(text, "utf-8")
    run(["proof-test", "--site", str(site)])
    caught = capsys.readouterr()
    assert told in caught.out + caught.err


def test_every_trip_of_asp1_has_its_proof_test() -> None:
    folder = ROOT / "rules" / "asp1"
    site, problems = load_site("site.yaml", (folder / "site.yaml").read_text("utf-8"))
    assert not problems
    trips = tuple(each.id for each in check_files(read_rules(folder).files).rulebook.trips)
    assert tuple(proof_tests_of(site.sections[SECTION], trips)) == trips
