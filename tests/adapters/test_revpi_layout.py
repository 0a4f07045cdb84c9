"""The layout of piCtory, held against what revpimodio2 makes of the same file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import revpimodio2
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.revpi_layout import (
    Area,
    LayoutError,
    fingerprint,
    output_areas,
    parse_layout,
    put_raw,
    raw_of,
)
from adapters.devices.revpi import RevPi
from adapters.port import DeviceError
from adapters.simulated.revpi_config import config_rsc
from tests.adapters.revpi_bench import NAMES, Bench, bad, by_field

CONFIG = config_rsc(NAMES, aio_modules=2)
LAYOUT = parse_layout(CONFIG)


def test_places_and_lengths_are_those_of_the_modules() -> None:
    places = {each.name: (each.offset, each.end - each.offset) for each in LAYOUT.modules}
    assert places == {"core": (0, 11), "dio": (11, 113), "aio": (124, 89), "aio2": (213, 89)}
    assert LAYOUT.ios["t_supply"].address == 136
    assert LAYOUT.ios["rv1_mv"].address == 144
    assert (LAYOUT.ios["loop_out"].address, LAYOUT.ios["loop_out"].bit) == (82, 7)
    assert output_areas(LAYOUT) == ((81, 99), (144, 148), (233, 237))


def test_every_value_is_the_one_that_revpimodio2_reads(tmp_path: Path) -> None:
    config, image = tmp_path / "config.rsc", tmp_path / "image"
    config.write_text(CONFIG, "utf-8")
    content = bytes((7 * n + n // 5) % 256 for n in range(4096))
    image.write_bytes(content)
    modio = revpimodio2.RevPiModIO(procimg=str(image), configrsc=str(config), monitoring=True)
    modio.readprocimg()
    assert modio.length == LAYOUT.length
    theirs = {io.name: int(io.value) for device in modio.device for io in device.get_allios()}
    ours = {
        each.name: raw_of(each, content)
        for each in LAYOUT.ios.values()
        if each.area is not Area.SETTING
    }
    assert {name: theirs[name] for name in ours} == ours
    modio.exit()


@given(st.data())
def test_what_is_put_is_read_again_and_nothing_else_moves(data: st.DataObject) -> None:
    io = data.draw(st.sampled_from(list(LAYOUT.ios.values())))
    low = -(1 << io.bits - 1) if io.signed and io.bit is None else 0
    high = (1 << io.bits - 1 if io.signed and io.bit is None else 1 << io.bits) - 1
    raw = data.draw(st.integers(low, high))
    image = bytearray(data.draw(st.binary(min_size=LAYOUT.length, max_size=LAYOUT.length)))
    before = {name: raw_of(each, image) for name, each in LAYOUT.ios.items()}
    put_raw(io, image, raw)
    after = {name: raw_of(each, image) for name, each in LAYOUT.ios.items()}
    assert after == before | {io.name: raw}
    assert len(image) == LAYOUT.length
    with pytest.raises(OverflowError):
        put_raw(io, image, high + 1)


def _changed(change: Callable[[dict[str, Any]], object]) -> str:
    config = json.loads(CONFIG)
    change(config)
    return json.dumps(config)


def _swap(config: dict[str, Any]) -> None:
    one, other = config["Devices"][2:]
    one["offset"], other["offset"] = other["offset"], one["offset"]


@pytest.mark.parametrize(
    "change",
    [
        _swap,
        lambda c: c["Devices"][1]["inp"]["0"].__setitem__(0, "safety_b"),
        lambda c: c["Devices"][1]["inp"]["0"].__setitem__(7, "15"),
        lambda c: c["Devices"][2]["mem"]["17"].__setitem__(1, "0"),
        lambda c: c["Devices"].pop(),
        lambda c: c["Devices"][2].__setitem__("position", "40"),
    ],
    ids=["modules swapped", "name", "bit", "sensor type", "module gone", "position"],
)
def test_the_fingerprint_changes_with_what_the_image_means(
    change: Callable[[dict[str, Any]], object],
) -> None:
    assert fingerprint(parse_layout(_changed(change))) != fingerprint(LAYOUT)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["App"].__setitem__("saveTS", "20991231235959"),
        lambda c: c["Devices"][1].__setitem__("comment", "in the cellar"),
        lambda c: c["Devices"][1]["inp"]["0"].__setitem__(4, False),
        lambda c: c["Devices"].reverse(),
    ],
    ids=["date", "comment", "export", "order in the file"],
)
def test_the_fingerprint_stays_with_what_does_not(
    change: Callable[[dict[str, Any]], object],
) -> None:
    assert fingerprint(parse_layout(_changed(change))) == fingerprint(LAYOUT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no piCtory configuration"),
        ("[]", "no piCtory configuration"),
        ('{"Devices": 3}', "no piCtory configuration"),
        ('{"Devices": [{"name": "dio"}]}', "no piCtory configuration"),
        (_changed(lambda c: c["Devices"][1].__setitem__("offset", 10.5)), "10.5 is not whole"),
        (_changed(lambda c: c["Devices"][1].__setitem__("offset", 10)), "`core` and `dio` overlap"),
        (_changed(lambda c: c["Devices"][3].__setitem__("name", "aio")), "two modules"),
        (_changed(lambda c: c["Devices"][1]["inp"]["3"].__setitem__(0, "O_9")), "two entries"),
        (_changed(lambda c: c["Devices"][3].__setitem__("offset", 4050)), "bytes of 4096"),
        (_changed(lambda c: c["Devices"][1]["inp"]["16"].__setitem__(2, "12")), "12 bits"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(text: str, why: str) -> None:
    with pytest.raises(LayoutError, match=why):
        parse_layout(text)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_json_breaks_the_reading_of_a_layout(value: object) -> None:
    for config in (value, {"Devices": value}, {"Devices": [value]}, {"Devices": [{"inp": value}]}):
        try:
            parse_layout(json.dumps(config))
        except LayoutError:
            continue


def test_another_layout_is_neither_driven_nor_read(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.house.put_output("p4_relay", 1)
    before = bench.house.image_path.read_bytes()
    plc = bench.new(layout="0123456789abcdef")
    readings = by_field(plc.read(0.0))
    assert {"supply", "safety_a", "p4_run_accepted"} <= bad(readings)
    assert fingerprint(bench.house.layout) in readings["supply"].reason
    refused = r"names `0123456789abcdef`.*changed in piCtory"
    with pytest.raises(DeviceError, match=refused):
        plc.write(0.0)
    with pytest.raises(DeviceError, match=refused):
        plc.write_safe()
    assert bench.house.image_path.read_bytes() == before
    bench.plc.close()


def test_without_a_layout_the_message_says_which_one_to_enter(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    found = fingerprint(bench.house.layout)
    with pytest.raises(DeviceError, match=f"names no layout.*`{found}`"):
        bench.new(layout="").write(0.0)
    bench.new(layout=found).write(0.0)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"inputs": {"x": {"io": "t_suply", "kind": "rtd"}}}, "did you mean `t_supply`"),
        ({"inputs": {"x": {"io": "rv1_mv", "kind": "rtd"}}}, "there is no input `rv1_mv`"),
        ({"inputs": {"x": {"io": "safety_a", "kind": "rtd"}}}, "has one bit, not 16 bits"),
        ({"outputs": {"x": {"io": "rv1_mv", "kind": "relay"}}}, "has 16 bits, not one bit"),
        ({"heartbeat": {"input": "loop"}}, "heartbeat.*no input `loop`"),
    ],
)
def test_what_the_site_names_must_be_there_and_of_that_kind(
    tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    plc: RevPi = Bench(tmp_path).new(**changes)
    with pytest.raises(DeviceError, match=why):
        plc.write(0.0)


def test_a_channel_that_piCtory_scales_is_refused(tmp_path: Path) -> None:  # noqa: N802 - its name
    bench = Bench(tmp_path)
    config = json.loads(bench.house.config_path.read_text("utf-8"))
    for row in config["Devices"][2]["mem"].values():
        if row[0] == "RTD1Multiplier":
            row[1] = "10"
    bench.house.config_path.write_text(json.dumps(config), "utf-8")
    with pytest.raises(DeviceError, match="`supply`: `t_supply` is scaled in piCtory"):
        bench.new(layout=fingerprint(parse_layout(json.dumps(config)))).write(0.0)
