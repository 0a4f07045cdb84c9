"""Every parser: its corpus, and inputs that nobody meant; the small figure of `fuzz`.

F02 NaN and infinity, F03 outside of what can be, F22 garbage, F37–F40 MQTT, F60 miners, F94 the
journal: the promise is one for all. Each defence is taken away once, and its target must notice.
"""

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.language import parse_yaml
from engine.values.units import parse_unit
from tests.reliability import fuzz_sabotage
from tests.reliability.fuzz import LEAST, TARGETS
from tests.reliability.fuzz_sabotage import SABOTAGES
from tests.reliability.fuzz_target import CORPUS, PromiseError, Target, fuzz, judge
from tests.reliability.running import ran

BY_NAME = {target.name: target for target in TARGETS}
TARGET = pytest.mark.parametrize("target", TARGETS, ids=BY_NAME)
COUNT, SEED = 115_000, 1
"""Of P8: inputs of 20 µs for each parser, or as many as take the same time; those that take next to
none get twice as many."""
NEXT_TO_NONE = 2
INPUTS = 1_000_000
"""So many they get in all, as docs/reliability.md says."""
CHEAP, EACH = 100, 1000
WORK_MAX, WORK_A_BYTE = 60_000, 150
"""Calls that an input may cost: time, counted in what no load of the machine changes."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@TARGET
def test_every_target_has_a_corpus_that_keeps_the_promise(target: Target) -> None:
    assert target.corpus()
    for data in (*target.seeds, *target.corpus().values()):
        judge(target, data)


def test_no_corpus_is_without_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(BY_NAME)


@TARGET
def test_every_target_takes_one_of_its_seeds(target: Target) -> None:
    assert any(judge(target, data) for data in target.seeds)


@TARGET
def test_p8_inputs_that_nobody_meant_keep_the_promise(target: Target) -> None:
    _, broken = fuzz(target, _share(target), SEED)
    assert broken == []


def test_p8_all_parsers_together_get_what_is_said() -> None:
    assert sum(map(_share, TARGETS)) >= INPUTS


def _share(target: Target) -> int:
    return max(LEAST, COUNT // target.cost) * (2 if target.cost <= NEXT_TO_NONE else 1)


@TARGET
def test_bytes_and_letters_of_any_kind_keep_the_promise(target: Target) -> None:
    anything = st.binary(max_size=200) | st.text(max_size=80).map(str.encode)

    @settings(
        max_examples=max(LEAST, CHEAP // (1 + target.cost // 20)),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(anything)
    def holds(data: bytes) -> None:
        judge(target, data)

    holds()


@pytest.mark.parametrize("name", SABOTAGES)
def test_f02_f03_f38_f39_f40_f60_f94_a_defence_that_is_gone_is_noticed(name: str) -> None:
    sabotage = SABOTAGES[name]
    target = BY_NAME[sabotage.target]
    assert _broken(target) == []
    with sabotage.start():
        assert _broken(target)


def _broken(target: Target) -> list[str]:
    broken = []
    for data in (*target.seeds, *target.corpus().values()):
        try:
            judge(target, data)
        except PromiseError as error:
            broken.append(str(error))
    _, found = fuzz(target, max(LEAST, EACH // target.cost), SEED)
    return broken + [each.why for each in found]


@TARGET
def test_f37_f38_f117_no_input_of_the_corpus_costs_more_work_than_its_length_allows(
    target: Target,
) -> None:
    judge(target, target.seeds[0])  # what is made once is no work of an input,
    parse_unit("MWh")  # nor is pint, which is asked for units that are not everyday ones
    for name, data in target.corpus().items():
        assert _work(target, data) <= WORK_MAX + WORK_A_BYTE * len(data), name


def test_f117_brackets_that_are_read_ahead_would_cost_the_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target, data = BY_NAME["yaml-rules"], b"[" * 1000
    assert _work(target, data) <= WORK_MAX + WORK_A_BYTE * len(data)
    monkeypatch.setattr(parse_yaml, "MAX_OPEN", 10**9)
    assert _work(target, data) > WORK_MAX + WORK_A_BYTE * len(data)


def _work(target: Target, data: bytes) -> int:
    """Return how many calls an input costs."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        judge(target, data)
    finally:
        sys.setprofile(before)
    return calls


def test_what_breaks_a_promise_is_kept_and_the_line_says_so(tmp_path: Path) -> None:
    words = ("--target", "mqtt-request", "--count", "3000", "--keep", str(tmp_path / "found"))
    code, told = ran("fuzz", *words)
    assert code == 0, told
    assert " 0 broke a promise" in told
    assert not (tmp_path / "found").exists()
    code, told = ran("fuzz", *words, "--sabotage", "setpoint-limits")
    assert code == 1, told
    assert "outside its limits" in told
    (kept, *_) = sorted((tmp_path / "found" / "mqtt-request").iterdir())
    with contextlib.ExitStack() as sabotaged:
        sabotaged.enter_context(fuzz_sabotage.SABOTAGES["setpoint-limits"].start())
        with pytest.raises(PromiseError):
            judge(BY_NAME["mqtt-request"], kept.read_bytes())
    assert not judge(BY_NAME["mqtt-request"], kept.read_bytes())


def test_without_atheris_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    code, told = ran("fuzz", "--target", "starts", "--atheris", "1", "--keep", str(tmp_path))
    assert ("pip install atheris" in told) == (code == 1), told
