from adapters.simulated import circuits
from adapters.simulated.circuits import WaterHeat
from adapters.simulated.inputs import Boundary, Commands
from adapters.simulated.state import PlantParameters, Water, initial_state

HOUSE = PlantParameters()
START = initial_state(HOUSE)
NIGHT = Boundary(1_711_324_800.0, 3600, 0.0, 300.0, 2.0, 0.0, 20.0)
SHOWER = NIGHT._replace(wall_s=NIGHT.wall_s + 20.5 * 3600.0)


def move(
    commands: Commands,
    boundary: Boundary = NIGHT,
    miner_flows_kg: tuple[float, float] = (0.0, 0.0),
    seconds: int = 10,
) -> tuple[Water, WaterHeat]:
    return circuits.advance(
        HOUSE,
        START.water,
        START.rooms,
        boundary,
        commands,
        miner_flows_kg=miner_flows_kg,
        miner_j=0.0,
        heat_pump_flow_c=None,
        dt_s=float(seconds),
    )


def test_p4_takes_the_buffers_heat_to_the_radiators() -> None:
    _, still = move(Commands())
    water, heat = move(Commands(p4_run=True))
    assert still.drawn_j_per_k == 0.0
    assert heat.drawn_j_per_k > 0.0
    assert water.buffer_c[-1] < START.water.buffer_c[-1]


def test_p5_brings_heat_from_the_buffer_to_a_colder_hot_water_tank() -> None:
    idle, _ = move(Commands())
    loading, _ = move(Commands(p5_run=True))
    assert loading.hot_water_c[-1] > idle.hot_water_c[-1]
    assert loading.buffer_c[-1] > idle.buffer_c[-1]
    assert sum(loading.buffer_c) < sum(idle.buffer_c)


def test_the_miners_return_follows_the_way_it_took() -> None:
    by_buffer, _ = move(Commands(), miner_flows_kg=(2.0, 0.0))
    assert by_buffer.return_temperature_c > START.water.return_temperature_c + 5.0
    by_coil, _ = move(Commands(), miner_flows_kg=(0.0, 2.0))
    assert by_coil.hot_water_c[-1] < START.water.hot_water_c[-1]
    assert by_coil.return_temperature_c > START.water.return_temperature_c


def test_an_evening_shower_brings_cold_water_in_below() -> None:
    tapped = [
        move(Commands(), SHOWER._replace(wall_s=SHOWER.wall_s + minute * 60.0), seconds=60)
        for minute in range(-25, 35)
    ]
    assert sum(heat.tapped_j for _, heat in tapped) > 0.7 * 1.4 * 3.6e6
    assert min(water.hot_water_c[-1] for water, _ in tapped) < 39.0
    assert move(Commands(), NIGHT)[1].tapped_j == 0.0
