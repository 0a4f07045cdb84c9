"""F34 to F41 and F114 in the virtual world: what people send; each with its twin."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.codec import mqtt_ledger
from adapters.messaging import desk
from adapters.runtime.cycle import Requests
from engine.inference.image import Override
from tests.virtual.bench import HEATS_S, Bench
from tests.virtual.faults_process import GARBAGE


class Sent:
    """What was answered to each message, sent all at once into a running daemon."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder, minutes=12.0)
        self.answers: list[dict[str, object]] = []

    def send(
        self, name: str, payload: bytes, *, retained: bool = False, at_s: float = 60.0
    ) -> None:
        self.bench.at(
            at_s,
            lambda: self.answers.append(self.bench.people.send(name, payload, retained=retained)),
        )

    def all(self) -> list[dict[str, object]]:
        self.bench.play()
        assert self.bench.oracle.violations == []
        return self.answers


def override(**content: object) -> bytes:
    asked = {
        "id": "a",
        "by": "maria",
        "ttl_s": 60,
        "output": "heatpump.sg_ready",
        "value": "forced",
    }
    return json.dumps(asked | content).encode()


def retained_request(folder: Path) -> None:
    sent = Sent(folder)
    sent.send("override", override(), retained=True)
    (answer,) = sent.all()
    assert "retained" in str(answer["reason"])
    assert all(shot.image["sg_ready"] != "forced" for shot in sent.bench.shots)


def test_f34_a_retained_request_is_refused(tmp_path: Path) -> None:
    retained_request(tmp_path)


def test_f34_sabotage_taken_as_fresh_it_would_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear = desk.Desk.hear
    monkeypatch.setattr(
        desk.Desk, "hear", lambda self, *given, **_: hear(self, *given, retained=False)
    )
    with pytest.raises(AssertionError):
        retained_request(tmp_path)


def twice(folder: Path) -> None:
    sent = Sent(folder)
    sent.send("override", override(ttl_s=600))
    sent.send("override", override(ttl_s=600), at_s=62.0)
    sent.send("override", override(id="b", expires_at=1, ttl_s=None), at_s=64.0)
    first, again, _ = sent.all()
    assert first["accepted"] is True
    assert again["accepted"] is False
    assert "already" in str(again["reason"])


def test_f35_a_request_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    twice(tmp_path)


def test_f35_sabotage_a_ledger_that_forgets_takes_it_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_ledger.Ledger, "enter", lambda *_: None)
    with pytest.raises(AssertionError):
        twice(tmp_path)


def garbage(folder: Path) -> None:
    sent = Sent(folder)
    for number, payload in enumerate(GARBAGE):
        for name in ("override", "reset", "confirm", "mode", "ack", "nonsense"):
            sent.send(name, payload, at_s=60.0 + 2.0 * number)
    answers = sent.all()
    assert len(answers) == 6 * len(GARBAGE)
    assert all(answer["accepted"] is False and answer["reason"] for answer in answers)
    assert len(sent.bench.shots) >= 144


def test_f38_f39_garbage_is_refused_with_a_reason_and_stops_no_scan(tmp_path: Path) -> None:
    garbage(tmp_path)


def test_f38_f39_sabotage_a_reader_that_lets_it_through_ends_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_kind: object, _name: str, payload: bytes, *_: object) -> object:
        return json.loads(payload)

    monkeypatch.setattr(desk, "read", read)
    with pytest.raises((AssertionError, ValueError, AttributeError)):
        garbage(tmp_path)


def flood(folder: Path) -> None:
    sent = Sent(folder)
    for number in range(300):
        wanted = {"output": "miner1.power_target", "value": 2500 + number, "unit": "W"}
        sent.send("override", override(id=f"f{number}", **wanted))
    answers = sent.all()
    assert sum(answer["accepted"] is True for answer in answers) <= 20


def test_f40_a_flood_is_cut_off_and_what_lies_outside_is_refused(tmp_path: Path) -> None:
    flood(tmp_path / "flood")
    sent = Sent(tmp_path / "outside")
    wanted = {"output": "miner1.power_target", "unit": "W"}
    for number, value in enumerate((3301, -1, 1e9)):
        sent.send("override", override(id=f"o{number}", value=value, **wanted))
    assert all("range" in str(answer["reason"]) for answer in sent.all())


def test_f40_sabotage_without_the_burst_limit_all_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_ledger, "BURST_MAX", 1000)
    with pytest.raises(AssertionError):
        flood(tmp_path)


def expires(folder: Path) -> None:
    bench = Bench(folder, minutes=20.0).heat()
    bench.at(
        300.0,
        lambda: bench.people.ask(
            "override", output="miner1.power_target", value=2500, unit="W", ttl_s=300
        ),
    )
    bench.play()
    assert bench.heats()
    assert bench.first(lambda shot: shot.wanted_w == 0.0, HEATS_S) <= 420.0


def test_f41_what_a_person_asked_for_ends_by_itself(tmp_path: Path) -> None:
    expires(tmp_path)


def test_f41_sabotage_without_an_end_it_would_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_ever(self: Requests, _now_s: float) -> tuple[Override, ...]:
        return tuple(replace(each, until_s=1e12) for each in self.overrides.values())

    monkeypatch.setattr(Requests, "standing", for_ever)
    with pytest.raises((AssertionError, StopIteration)):
        expires(tmp_path)


def toggled(folder: Path, sabotage: Callable[[Bench], object]) -> None:
    bench = Bench(folder, minutes=20.0)
    sabotage(bench)
    ledger = {"ttl_s": 80_000}
    for turn in range(100):
        bench.at(
            300.0 + 6.0 * turn,
            partial(
                bench.people.ask, "override", output="p5.run_target", value=turn % 2 == 0, **ledger
            ),
        )
    bench.play()
    runs = [shot.image["p5_run"] for shot in bench.after(300.0) if shot.at_s < 900.0]
    changes = sum(one != other for one, other in pairwise(runs))
    assert 1 <= changes <= 6
    assert bench.oracle.violations == []


def test_f114_whoever_toggles_an_output_is_held_to_its_times(tmp_path: Path) -> None:
    toggled(tmp_path, lambda _: None)


def test_f114_sabotage_without_minimum_times_it_chatters(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        toggled(tmp_path, lambda bench: bench.other_outputs(min_on_s=0.0, min_off_s=0.0))
