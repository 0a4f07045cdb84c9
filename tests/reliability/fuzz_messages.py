"""Targets: what comes by MQTT and through the control interface."""

import asyncio
import atexit
import json
import math
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from google.protobuf.message import DecodeError, Message

from adapters.codec import control_methods as methods
from adapters.codec.control_methods import Method
from adapters.codec.mqtt_request import (
    LIFE_S_MAX,
    Offer,
    OverrideAsked,
    RefusedError,
    SetpointAsked,
    read,
)
from adapters.codec.mqtt_topics import COMMANDS, Kind
from adapters.codec.setpoint import setpoint_from
from adapters.control.build import control_of
from adapters.control.service import Service
from adapters.devices import emsesp, mqtt_values, tariff
from adapters.devices.mqtt_source import MqttSource
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.port import Reading
from adapters.runtime.refusal import RefusedError as ObjectionError
from engine.values.fact import Quality
from tests.adapters.control_bench import SmallDaemon, write_rules
from tests.adapters.manual_clock import ManualClock
from tests.adapters.mqtt_bench import program_of
from tests.reliability.fuzz_target import Target, first

NOW_S = 1_800_000_000.0
LIMIT = setpoint_from("limit", {"unit": "°C", "range": [35, 70], "otherwise": 50})
SHARE = setpoint_from("share", {"unit": "W", "range": [0, 3000]})
DRY = setpoint_from("dry", {"values": "on/off"})
SETPOINTS = {"limit": LIMIT, "share": SHARE, "dry": DRY}
_DOORS = (
    (Kind.SET, "limit"),
    (Kind.SET, "share"),
    (Kind.SET, "dry"),
    *((Kind.COMMAND, name) for name in COMMANDS),
)


def readings_law(found: object) -> str:
    """No reading holds what is no number, and none without GOOD holds anything."""
    assert isinstance(found, list | tuple)
    return first(_reading(each) for each in found)


def _reading(each: Reading) -> str:
    if each.quality is not Quality.GOOD:
        return f"{each.field}: {each.quality} holds {each.value!r}" * (each.value is not None)
    if each.value is None:
        return f"{each.field}: GOOD and nothing in it"
    if isinstance(each.value, float | int) and not math.isfinite(each.value):
        return f"{each.field}: GOOD and {each.value}"
    return "" if math.isfinite(each.measured_at_s) else f"{each.field}: at {each.measured_at_s}"


@cache
def _offer() -> Offer:
    outputs = {each.name: each for each in program_of().rulebook.plant.outputs}
    return Offer(outputs, frozenset({"relay_open"}), ("normal", "manual"), SETPOINTS)


def _request(data: bytes) -> object:
    kind, name = _DOORS[data[0] % len(_DOORS)] if data else _DOORS[0]
    return read(kind, name, data[1:], _offer(), NOW_S)


def _request_law(asked: object) -> str:
    match asked:
        case SetpointAsked(setpoint=name, value=value):
            setpoint = SETPOINTS[name]
            if isinstance(value, bool) != (setpoint is DRY):
                return f"{name} is {value!r}"
            if setpoint is not DRY and not setpoint.low <= float(value) <= setpoint.high:
                return f"{name} outside its limits: {value!r}"
        case OverrideAsked(output=name, value=value) if value is not None:
            if not _offer().outputs[name].holds(value) or value != value:  # noqa: PLR0124 - NaN
                return f"{name} outside its limits: {value!r}"
    until_s = getattr(asked, "until_wall_s", math.nan)
    return "" if NOW_S < until_s <= NOW_S + LIFE_S_MAX else f"lasts until {until_s}"


_ASKED = (
    {"id": "a1", "by": "anna", "ttl_s": 60, "value": 50, "unit": "°C"},
    {"id": "a2", "by": "anna", "expires_at": NOW_S + 60, "value": 2.5, "unit": "kW"},
    {"id": "a3", "by": "anna", "ttl_s": 60, "value": True},
    {"id": "a4", "by": "b", "ttl_s": 60, "output": "heater.power", "value": 2, "unit": "kW"},
    {"id": "a5", "by": "b", "ttl_s": 60, "output": "heatpump.sg_ready", "value": "locked"},
    {"id": "a6", "by": "b", "expires_at": "2027-01-15T08:01:00Z", "trip": "relay_open"},
    {"id": "a7", "by": "b", "ttl_s": 60, "trip": "relay_open", "nonce": "nonce"},
    {"id": "a8", "by": "b", "ttl_s": 60, "alarm": "relay_open"},
    {"id": "a9", "by": "b", "ttl_s": 60, "mode": "manual"},
)
MQTT_REQUEST = Target(
    "mqtt-request",
    _request,
    _request_law,
    (
        *tuple(
            bytes([door]) + json.dumps(asked, ensure_ascii=False).encode()
            for door, asked in enumerate(
                (*_ASKED[:3], _ASKED[3], _ASKED[5], _ASKED[6], _ASKED[7], _ASKED[8])
            )
        ),
        b"\x03" + json.dumps(_ASKED[4]).encode(),
    ),
    (RefusedError,),
    (b'"value":', b'"unit":"kW"', b'"ttl_s":1e308', b'"id":"a"', b',"by":"x"'),
    cost=3,
)


@cache
def _values() -> MqttSource:
    about = {
        "outdoor": {"topic": "t", "path": "outdoor.t", "unit": "°C", "range": [-40, 50],
                    "time": "at"},
        "scaled": {"topic": "t", "path": "p", "unit": "W", "factor": 1e6},
        "window": {"topic": "t", "path": "list.1", "kind": "on/off", "retained": True},
        "season": {"topic": "t", "path": "s", "states": {"summer": "summer", "1": "winter"}},
        "bare": {"topic": "t", "unit": "W"},
    }  # fmt: skip
    return mqtt_values.build("v", {"host": "localhost", "values": about}, ManualClock())


MQTT_VALUE = Target(
    "mqtt-value",
    lambda data: _values().hear("t", data, retained=len(data) % 2 == 0),
    readings_law,
    (
        b'{"outdoor": {"t": 7.5}, "p": 3, "list": [0, "ON"], "s": "Summer", "at": 1800000000}',
        b'{"outdoor": {"t": -7}, "at": "2027-01-15T08:00:00+01:00", "s": 1}',
        b"ON",
        b"17.25",
    ),
    words=(b'"at":', b'"list":[', b'"s":', b'"outdoor":'),
    cost=6,
)


@cache
def _heat_pump() -> MqttSource:
    return emsesp.build("h", {"host": "localhost"}, ManualClock())


EMSESP = Target(
    "emsesp",
    lambda data: _heat_pump().hear(
        "ems-esp/boiler_data_dhw" if len(data) % 3 == 0 else "ems-esp/boiler_data",
        data,
        retained=False,
    ),
    readings_law,
    (
        (
            b'{"hpcurrpower": 1500, "hppower": 5.5, "hpcompon": "on", "hpactivity": "heating",'
            b'"curflowtemp": 38.5, "rettemp": 33, "outdoortemp": 2.5, "dhw": {"curtemp": 48},'
            b'"hpin1": "off", "hpin4": "on", "nrgtotal": 123.45, "totalcompstarts": 812}'
        ),
        b'{"curtemp": 48.1, "hpactivity": 2, "hpin1": true, "hpin4": 0}',
    ),
    words=(b'"hpactivity":', b'"hpin1":', b'"dhw":{', b'"curflowtemp":'),
    cost=16,
)


def _prices(data: bytes) -> list[Reading]:
    options = {"host": "localhost", "topic": "p", "keys": {"list": "d"} if data[:1] == b"{" else {}}
    device = tariff.build("t", options, ManualClock(wall_s=NOW_S))
    device.hear(data, is_csv=data[:1] not in (b"[", b"{"))
    return device.readings()


PRICES = Target(
    "price-list",
    _prices,
    readings_law,
    (
        (
            b'[{"start": 1799998200, "price": 28.4}, {"start": "2027-01-15T09:00:00+01:00", '
            b'"end": 1800009000, "price": -3}]'
        ),
        b'{"d": [{"start": 1799998200000, "end": 1800001800000, "price": 28.4}]}',
        b"start,price\n1799998200,28.4\n1800001800,30\n",
        b"start;end;price\n2027-01-15T08:30:00+01:00;2027-01-15T09:30:00+01:00;28,4\n",
    ),
    words=(b'"price":', b'"start":', b"\n1800001800,", b'"', b";"),
    cost=12,
)

_CONTROL: tuple[Method[Message, Message], ...] = (
    *(methods.STATUS, methods.WHY, methods.WHY_NOT, methods.ALARMS, methods.ACKNOWLEDGE),
    *(methods.ARM_RESET, methods.CONFIRM_RESET, methods.OVERRIDE, methods.WITHDRAW, methods.MODE),
)


class _House:
    """A small controller whose scans answer at once, and a loop of its own."""

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="thermiq-fuzz-"))
        atexit.register(shutil.rmtree, folder, True)
        self.daemon = SmallDaemon(write_rules(folder / "rules"))
        self.loop = asyncio.new_event_loop()
        options = {"socket": str(folder / "c.sock")}
        control = control_of(self.daemon, self.daemon.clock, options, folder, None)
        self.service: Service = control.service
        self.daemon.scans_when_woken = True
        self.daemon._scan()

    def ask(self, method: Method[Message, Message], data: bytes) -> Message:
        """Ask as the server does: parse, call, write the answer."""
        name = "".join("_" + each.lower() if each.isupper() else each for each in method.name)
        do = getattr(self.service, name.lstrip("_"))
        answer: Message = self.loop.run_until_complete(do(method.request.FromString(data)))
        answer.SerializeToString()
        self.daemon._scan()
        return answer


@cache
def _house() -> _House:
    return _House()


def _control(data: bytes) -> object:
    method = _CONTROL[data[0] % len(_CONTROL)] if data else _CONTROL[0]
    return _house().ask(method, data[1:])


def _control_law(_: object) -> str:
    scan = _house().daemon.cycle.last
    assert scan is not None
    outputs = {each.name: each for each in _house().daemon.program.rulebook.plant.outputs}
    asked = [(each.output, each.value) for each in scan.trace.image.overrides]
    decided = [(each.output, each.value) for each in scan.decisions]
    return first(
        "" if outputs[name].holds(value) else f"{name} outside its limits: {value!r}"
        for name, value in (*asked, *decided)
    )


def _sent(*messages: Message) -> Iterable[bytes]:
    kinds = [method.request for method in _CONTROL]
    return (bytes([kinds.index(type(each))]) + each.SerializeToString() for each in messages)


CONTROL = Target(
    "control-request",
    _control,
    _control_law,
    tuple(
        _sent(
            pb.StatusRequest(),
            pb.WhyRequest(output="pump.run", language="de"),
            pb.WhyNotRequest(subject="warm_up"),
            pb.WhyNotRequest(subject="heater.power_target", value="2 kW"),
            pb.AcknowledgeRequest(subject="too_hot", author="anna"),
            pb.ArmResetRequest(trip="too_hot", author="anna"),
            pb.ConfirmResetRequest(trip="too_hot", author="anna", nonce="n"),
            pb.OverrideRequest(
                output="heater.power_target", value="1.5 kW", lasts_s=60, author="a"
            ),
            pb.OverrideRequest(output="valve.way", value="right", lasts_s=3600, author="a"),
            pb.WithdrawRequest(output="valve.way", author="a"),
            pb.ModeRequest(mode="manual", author="a"),
        )
    ),
    (ObjectionError, DecodeError),
    (b"heater.power_target", b"pump.run", b"2 kW", b"99 kW", b"-1 W", b"nan", b"on", b"warm_up"),
    cost=10,
)

TARGETS = (MQTT_REQUEST, MQTT_VALUE, EMSESP, PRICES, CONTROL)
