"""F71: a safety contact that opens for less than a scan trips, by the module's own count."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.codec.revpi_watch import Pulses
from adapters.devices.revpi_options import PlcOptionsError, settings_from
from engine.values.fact import Quality
from tests.adapters.revpi_bench import INPUTS, NAMES, Bench
from tests.adapters.test_daemon_plc import House

_NAMED = {**NAMES, "Counter_1": "safety_edges", "Counter_2": "door_edges"}
_COUNTED = {
    **INPUTS,
    "safety_a": {**INPUTS["safety_a"], "pulses": "safety_edges"},
    "door": {**INPUTS["door"], "pulses": "door_edges"},
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, _NAMED)
    bench.house.set("safety_a", 1)
    bench.plc = bench.new(inputs=_COUNTED)
    yield bench
    bench.plc.close()


def pulse(bench: Bench, counter: str = "safety_edges", edges: int = 1) -> None:
    """Let the contact open and close again before anybody looks."""
    bench.house.set(counter, bench.house.get(counter) + edges)


def test_f71_a_pulse_shorter_than_a_scan_reads_as_open_once(bench: Bench) -> None:
    bench.house.set("safety_edges", 17)  # counted before we came
    assert bench.scan()["safety_a"].value is True
    pulse(bench)
    assert bench.scan()["safety_a"].value is False
    assert bench.scan()["safety_a"].value is True


@pytest.mark.parametrize("edges", [1, 2, 40])
def test_f71_bounces_however_many_are_one_opening(bench: Bench, edges: int) -> None:
    bench.scan()
    pulse(bench, edges=edges)
    assert [bench.scan()["safety_a"].value for _ in range(3)] == [False, True, True]


def test_f71_a_normally_closed_contact_reads_as_its_open_circuit_too(bench: Bench) -> None:
    bench.house.set("nc_contact", 1)
    assert bench.scan()["door"].value is False
    pulse(bench, "door_edges")
    assert bench.scan()["door"].value is True, "as with a wire that is off"


def test_f71_what_is_open_stays_open_after_its_edge(bench: Bench) -> None:
    bench.scan()
    pulse(bench)
    bench.house.set("safety_a", 0)
    assert [bench.scan()["safety_a"].value for _ in range(3)] == [False] * 3


def test_f71_a_module_that_began_anew_is_no_pulse(bench: Bench) -> None:
    bench.house.set("safety_edges", 5)
    bench.scan()
    bench.house.set("safety_edges", 0)
    assert bench.scan()["safety_a"].value is True


def test_f71_without_its_counter_the_pulse_is_missed(bench: Bench) -> None:
    """The sabotage twin: this is what counting is for."""
    bench.plc.close()
    bench.plc = bench.new()
    bench.scan()
    pulse(bench)
    assert bench.scan()["safety_a"].value is True


def test_f71_a_counter_that_cannot_be_read_takes_its_contact_away(bench: Bench) -> None:
    bench.scan()
    bench.house.faults.add("truncated")
    assert bench.look()["safety_a"].quality is Quality.BAD


def test_f71_a_pulse_trips_the_running_daemon_and_latches(tmp_path: Path) -> None:
    def edges(house: House, number: int) -> None:
        if number == 5:
            image = house.bench.house
            image.set("I_1_edges", image.get("I_1_edges") + 2)

    for counted in (True, False):
        folder = tmp_path / str(counted)
        folder.mkdir()
        house = _House(folder, counted=counted)
        latched: list[bool] = []

        def each(number: int, house: House = house, latched: list[bool] = latched) -> None:
            edges(house, number)
            latched.append(house.daemon.cycle.retained.trips[0].latched)

        house.run(9, each)
        assert latched == [False] * 6 + [counted] * 3


class _House(House):
    """The daemon on a real image; the contact's edges are counted, or not."""

    def __init__(self, folder: Path, *, counted: bool) -> None:
        import tests.adapters.test_daemon_plc as daemon_plc  # noqa: PLC0415 - its tables are bent here

        contact = {"io": "safety_a", "kind": "contact"} | (
            {"pulses": "I_1_edges"} if counted else {}
        )
        names = {**NAMES, "Counter_1": "I_1_edges"}
        inputs, bench = daemon_plc.INPUTS, daemon_plc.Bench
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(daemon_plc, "INPUTS", {**inputs, "relay_ok": contact})
            patch.setattr(daemon_plc, "Bench", lambda at: bench(at, names))
            super().__init__(folder)


def test_a_site_file_that_counts_what_is_no_contact_is_told() -> None:
    with pytest.raises(PlcOptionsError, match="only a contact has"):
        settings_from({"inputs": {"t": {"io": "t", "kind": "rtd", "pulses": "c"}}})


def test_a_counter_that_piCtory_does_not_have_is_told(bench: Bench) -> None:  # noqa: N802 - its name
    plc = bench.new(inputs={"a": {"io": "safety_a", "kind": "contact", "pulses": "safety_edge"}})
    (reading, *_) = plc.read(1.0)
    assert "safety_edge" in reading.reason
    assert reading.quality is Quality.BAD


def test_the_first_look_is_no_pulse() -> None:
    pulses = Pulses()
    assert [pulses.look(raw) for raw in (7, 7, 8, 8, 10, 0, 0, 1)] == [
        False, False, True, False, True, False, False, True,
    ]  # fmt: skip
