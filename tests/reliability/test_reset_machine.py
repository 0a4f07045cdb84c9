"""F73 to F79: latches and resets through bounces, replays, floods and restarts, against a model."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from adapters.runtime import operations, reset
from adapters.runtime.reset import ResetState
from engine.control import trips
from engine.control.retained import Restored, restore
from engine.control.state import Retained
from engine.control.trips import TripState
from tests.reliability.reset_world import PEOPLE, Kit, World, run


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return Kit(tmp_path_factory.mktemp("resets"))


class Resets(RuleBasedStateMachine):
    """One controller; Hypothesis chooses what happens, and makes what goes wrong short."""

    kit: Kit

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.kit)

    @rule(times=st.integers(1, 4))
    def scan(self, times: int) -> None:
        for _ in range(times):
            self.world.scan()

    @rule(contact=st.sampled_from((True, True, False, None)))
    def relay(self, contact: bool | None) -> None:
        self.world.relay(contact)

    @rule()
    def bounce(self) -> None:
        self.world.bounce()

    @rule(watt=st.sampled_from((0.0, 1000.0, 1001.0, 5000.0)))
    def sun(self, watt: float) -> None:
        self.world.shine(watt)

    @rule(seconds=st.sampled_from((0.5, 29.5, 30.0, 900.0)))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    @rule(by=st.sampled_from(PEOPLE))
    def arm(self, by: str) -> None:
        self.world.arm(by)

    @precondition(lambda self: self.world.told)
    @rule(back=st.integers(1, 3), by=st.sampled_from((None, *PEOPLE)))
    def confirm(self, back: int, by: str | None) -> None:
        who, nonce = self.world.told[-min(back, len(self.world.told))]
        self.world.confirm(by or who, nonce)

    @rule(lost=st.booleans())
    def restart(self, lost: bool) -> None:
        self.world.restart(lost=lost)

    def teardown(self) -> None:
        self.world.scan()


def test_f73_to_f79_latches_and_resets_are_those_of_the_model(kit: Kit) -> None:
    Resets.kit = kit
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Resets,
        settings=settings(
            max_examples=60,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("seed", range(34))
def test_f73_to_f79_hold_in_long_random_lives(kit: Kit, seed: int) -> None:
    assert run(kit, seed, 500) > 0, "some reset was granted"


def _forgets_latches(program: object, data: bytes, moment: object) -> Restored:
    found = restore(program, data, moment)  # type: ignore[arg-type]
    kept: Retained = found.retained
    free = tuple(TripState(False, 0.0) for _ in kept.trips)
    return Restored(replace(kept, trips=free), ())


_evaluate, _confirm = trips.evaluate, reset.confirm


def _never_latches(*given: object) -> object:
    found = _evaluate(*given)  # type: ignore[arg-type]
    return found._replace(state=TripState(False, 0.0))


def _keeps_the_nonce(state: ResetState, asked: reset.Asked) -> object:
    after, objection = _confirm(state, asked)
    return ResetState(state.armed, after.granted_s), objection


SABOTAGES = {
    "F73_a_closed_relay_resets": (trips, "evaluate", _never_latches),
    "F74_reset_while_the_cause_lasts": (reset, "CONFIRMING", reset.CONFIRMING[:4]),
    "F75_a_nonce_that_counts_twice": (operations, "confirm", _keeps_the_nonce),
    "F75_a_nonce_that_never_ends": (reset, "NONCE_LIFE_S", 1e9),
    "F75_a_flood_of_resets": (reset, "RESETS_MAX", 1000),
    "F76_anybody_confirms": (
        reset, "CONFIRMING", tuple(row for row in reset.CONFIRMING if row[0] is not reset._other),
    ),
    "F77_a_restart_forgets_the_latch": (
        "tests.reliability.reset_world", "restore", _forgets_latches,
    ),
    "F79_a_lost_state_is_not_latched": (
        "tests.reliability.reset_world", "all_latched", lambda _program, state, _at_s: state,
    ),
}  # fmt: skip


def many(kit: Kit) -> None:
    for seed in range(34):
        run(kit, seed, 500)


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotage_is_found_by_the_same_lives(
    kit: Kit, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, attribute, broken = SABOTAGES[name]
    if isinstance(target, str):
        monkeypatch.setattr(f"{target}.{attribute}", broken)
    else:
        monkeypatch.setattr(target, attribute, broken)
    with pytest.raises(AssertionError, match="seed"):
        many(kit)


def test_a_life_is_repeated_by_its_seed(kit: Kit, tmp_path: Path) -> None:
    assert run(kit, 3, 400) == run(Kit(tmp_path), 3, 400)
