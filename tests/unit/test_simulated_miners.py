from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.miners import MinerParameters, MinerState, advance

MINER = MinerParameters()
RESTING = MinerState(MINER.paused_power_w, 20.0)


def run(state: MinerState, command_w: float, seconds: int, water_c: float = 40.0) -> MinerState:
    for _ in range(seconds):
        state, _ = advance(MINER, state, command_w, water_c, 1.0)
    return state


def test_a_target_is_taken_up_late_then_the_miner_starts_at_minimum_and_ramps() -> None:
    state = run(RESTING, 3000.0, 4)
    assert state.target_w == 0.0
    state = run(state, 3000.0, 1)
    assert state.target_w == 3000.0
    state = run(state, 3000.0, 88)
    assert state.power_w == MINER.paused_power_w
    state = run(state, 3000.0, 1)
    assert state.power_w == MINER.minimum_power_w
    state = run(state, 3000.0, 60)
    assert state.power_w == MINER.minimum_power_w + 60 * MINER.ramp_up_w_per_s
    assert run(state, 3000.0, 600).power_w == 3000.0


def test_a_target_in_the_off_gap_pauses_at_once_when_taken_up() -> None:
    running = run(RESTING, 3000.0, 900)
    assert run(running, 1600.0, 5).power_w == MINER.paused_power_w


def test_a_lower_target_ramps_down_and_a_high_one_is_capped() -> None:
    running = run(RESTING, 9000.0, 900)
    assert running.power_w == MINER.maximum_power_w
    assert run(running, 2000.0, 5).power_w == MINER.maximum_power_w - MINER.ramp_down_w_per_s
    assert run(running, 2000.0, 120).power_w == 2000.0


def test_a_command_that_keeps_changing_is_still_taken_up() -> None:
    state = RESTING
    for second in range(60):
        state, _ = advance(MINER, state, 2000.0 + second, 40.0, 1.0)
    assert state.target_w > 2000.0


def test_hot_boards_pause_the_miner_until_they_have_cooled() -> None:
    running = run(RESTING, 3300.0, 900)
    hot = running._replace(board_temperature_c=96.0)
    state, _ = advance(MINER, hot, 3300.0, 80.0, 1.0)
    assert state.protected
    assert state.power_w == MINER.paused_power_w
    assert run(state, 3300.0, 600, water_c=80.0).protected
    cooled = run(state, 3300.0, 600, water_c=40.0)
    assert not cooled.protected
    assert cooled.power_w > MINER.minimum_power_w


@given(
    st.lists(st.tuples(st.floats(0.0, 5000.0), st.integers(1, 40)), min_size=1, max_size=10),
    st.floats(5.0, 90.0),
    st.sampled_from((0.1, 1.0, 10.0)),
)
def test_a_miner_never_runs_in_the_off_gap_and_accounts_for_its_heat(
    commands: list[tuple[float, int]], water_c: float, dt_s: float
) -> None:
    state = RESTING
    for command_w, times in commands:
        for _ in range(times):
            new, heat = advance(MINER, state, command_w, water_c, dt_s)
            assert new.power_w == MINER.paused_power_w or (
                MINER.minimum_power_w <= new.power_w <= MINER.maximum_power_w
            )
            stored_j = MINER.board_j_per_k * (new.board_temperature_c - state.board_temperature_c)
            spent_j = heat.to_water_j + heat.to_room_j + stored_j
            assert abs(new.power_w * dt_s - spent_j) < 1e-6 * 3e5
            assert heat.to_water_j * (state.board_temperature_c - water_c) >= 0.0
            state = new
