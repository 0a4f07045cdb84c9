import pytest

from engine.language.plant import Plant, Site
from engine.language.rulebook import Rulebook
from engine.workshop.report import Basis
from tests.unit.test_tally import HOUR, PLANT, RULE, output, tallied, trace


def test_measured_energy_is_split_by_source_and_the_grid_part_priced() -> None:
    report = tallied(
        trace(0, (1_000.0, 1_000.0, 30.0, 2_000.0)),
        trace(HOUR, (4_000.0, -1_000.0, 30.0, 3_000.0)),
        end_ms=2 * HOUR,
    )
    energy = output(report, "miner1.power_target").energy
    assert energy is not None
    assert (energy.point, energy.pv_kwh, energy.grid_kwh) == ("miner1.power", 4.0, 1.0)
    assert energy.cost_eur == pytest.approx(0.30)
    assert energy.total_kwh == 5.0
    house = report.house
    assert (house.pv_kwh, house.import_kwh, house.export_kwh) == (5.0, 1.0, 1.0)
    assert house.load_kwh == pytest.approx(5.0)
    assert house.cost_eur == pytest.approx(0.30)


def test_a_decided_power_that_nobody_drew_comes_from_what_would_be_left() -> None:
    report = tallied(
        trace(0, (4_000.0, -3_000.0, 30.0, 0.0), target=3_300.0),
        end_ms=HOUR,
        basis=Basis.DECIDED,
    )
    energy = output(report, "miner1.power_target").energy
    assert energy is not None
    assert energy.total_kwh == pytest.approx(3.3)
    assert energy.grid_kwh == pytest.approx(3.3 * 300 / 4_300)
    assert report.house.import_kwh == pytest.approx(0.3)
    assert report.house.export_kwh == 0.0


def test_a_decided_power_without_a_measured_one_is_counted_on_any_basis() -> None:
    plant = Plant(Site(), PLANT.points[:3], PLANT.outputs)
    report = tallied(
        trace(0, (4_000.0, -3_000.0, 30.0), target=2_000.0),
        end_ms=HOUR,
        book=Rulebook(plant, rules=(RULE,)),
    )
    energy = output(report, "miner1.power_target").energy
    assert energy is not None
    assert (energy.point, energy.pv_kwh) == ("miner1.power_target", 2.0)


def test_unknown_meters_and_prices_are_named_not_guessed() -> None:
    report = tallied(
        trace(0, (None, None, 30.0, 2_000.0)),
        trace(HOUR, (None, 2_000.0, None, 2_000.0)),
        end_ms=2 * HOUR,
    )
    energy = output(report, "miner1.power_target").energy
    assert energy is not None
    assert (energy.unknown_kwh, energy.grid_kwh, energy.unpriced_kwh) == (2.0, 2.0, 2.0)
    assert energy.cost_eur == 0.0
    assert (report.house.unmetered_s, report.house.unpriced_kwh) == (3600.0, 2.0)
    facts = {each.name: each for each in report.facts}
    assert facts["pv.power"].missing_s == facts["pv.power"].unknown_s == 7200.0
    assert facts["grid.power"].missing_s == 3600.0


def test_an_output_that_draws_nothing_has_no_energy() -> None:
    report = tallied(trace(0), end_ms=HOUR)
    assert output(report, "p3.run_target").energy is None
    assert output(report, "heatpump.sg_ready").energy is None, "its power is no point of the plant"
