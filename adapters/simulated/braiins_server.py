"""A miner's gRPC interface on loopback, as the facts say it answers, over a `SimulatedMiner`.

Token in body and in the one entry of the initial metadata; `UNAUTHENTICATED` for a void token and a
wrong password alike; a target outside the range is refused and not clamped; a stream that sends the
present status first and never ends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

import grpc
from google.protobuf.message import Message

from adapters.codec import braiins_methods as methods
from adapters.codec.braiins_methods import Method
from adapters.pb.braiins.bos.v1 import (
    actions_pb2,
    authentication_pb2,
    configuration_pb2,
    cooling_pb2,
    miner_pb2,
    performance_pb2,
    units_pb2,
)
from adapters.pb.braiins.bos.version_pb2 import ApiVersion, ApiVersionRequest
from adapters.simulated.braiins_miner import Fault, SimulatedMiner

LOOPBACK = "127.0.0.1"

_GIGA_PER_TERA = 1000.0
_STABLE, _TUNING = 2, 3
_UNREADABLE = b"\xff\xff\xff"
_WHILE_RECONFIGURING = (methods.STATS, methods.HASHBOARDS, methods.TUNER_STATE)

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Respond = Callable[[RequestT, Context], Awaitable[ResponseT]]


class BraiinsServer:
    """The interface of one simulated miner; `start` binds it, `stop` ends it at once."""

    def __init__(self, miner: SimulatedMiner) -> None:
        """Take the miner that answers."""
        self.miner = miner
        self.port = 0
        self._server: grpc.aio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on loopback, on any free port unless one is named, and return the port."""
        server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
        server.add_generic_rpc_handlers(self._handlers())
        self.port = server.add_insecure_port(f"{LOOPBACK}:{port}")
        await server.start()
        self._server = server
        return self.port

    async def stop(self) -> None:
        """Close every connection; calls under way are cut off."""
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    def _handlers(self) -> list[grpc.GenericRpcHandler]:
        table: dict[str, dict[str, Handler]] = {}

        def add(method: Method[Any, Any], handler: Handler) -> None:
            _, service, name = method.path.split("/")
            table.setdefault(service, {})[name] = handler

        add(methods.VERSION, self._unary(methods.VERSION, self._version, token=False))
        add(methods.LOGIN, self._unary(methods.LOGIN, self._login, token=False))
        add(methods.PAUSE, self._unary(methods.PAUSE, self._pause))
        add(methods.RESUME, self._unary(methods.RESUME, self._resume))
        add(methods.SET_POWER_TARGET, self._unary(methods.SET_POWER_TARGET, self._set_target))
        add(methods.TUNER_STATE, self._unary(methods.TUNER_STATE, self._tuner))
        add(methods.DETAILS, self._unary(methods.DETAILS, self._details))
        add(methods.STATS, self._unary(methods.STATS, self._stats))
        add(methods.HASHBOARDS, self._unary(methods.HASHBOARDS, self._boards))
        add(methods.COOLING, self._unary(methods.COOLING, self._cooling))
        add(methods.CONSTRAINTS, self._unary(methods.CONSTRAINTS, self._constraints))
        add(methods.CONFIGURATION, self._unary(methods.CONFIGURATION, self._configuration))
        add(methods.STATUS, self._stream(methods.STATUS))
        return [
            grpc.method_handlers_generic_handler(service, handlers)
            for service, handlers in table.items()
        ]

    def _unary(
        self,
        method: Method[RequestT, ResponseT],
        respond: Respond[RequestT, ResponseT],
        *,
        token: bool = True,
    ) -> Handler:
        async def handle(request: RequestT, context: Context) -> bytes:
            await self._admit(method, context, token=token)
            response = await respond(request, context)
            unreadable = token and Fault.UNREADABLE in self.miner.faults
            return _UNREADABLE if unreadable else response.SerializeToString()

        return grpc.unary_unary_rpc_method_handler(
            handle, request_deserializer=method.request.FromString
        )

    def _stream(
        self, method: Method[miner_pb2.GetMinerStatusRequest, miner_pb2.GetMinerStatusResponse]
    ) -> Handler:
        async def handle(
            _request: miner_pb2.GetMinerStatusRequest, context: Context
        ) -> AsyncIterator[bytes]:
            await self._admit(method, context, token=True)
            status = miner_pb2.MinerStatus.Name(self.miner.status())
            yield miner_pb2.GetMinerStatusResponse(status=status).SerializeToString()
            await asyncio.Event().wait()

        return grpc.unary_stream_rpc_method_handler(
            handle, request_deserializer=method.request.FromString
        )

    async def _admit(self, method: Method[Any, Any], context: Context, *, token: bool) -> None:
        """Count the call, and answer in the handler's place where it has no say."""
        self.miner.calls[method.path.rpartition("/")[2]] += 1
        if Fault.FROZEN in self.miner.faults:
            await asyncio.Event().wait()
        if token:
            sent = dict(context.invocation_metadata() or ()).get("authorization", "")
            if not self.miner.admits(str(sent)):
                await context.abort(
                    grpc.StatusCode.UNAUTHENTICATED, "Missing or invalid authentication token"
                )
        if Fault.RECONFIGURES in self.miner.faults and method in _WHILE_RECONFIGURING:
            await context.abort(grpc.StatusCode.INTERNAL, "BOSminer API connection error")

    async def _version(self, _request: ApiVersionRequest, _context: Context) -> ApiVersion:
        return ApiVersion(major=1, minor=11)

    async def _login(
        self, request: authentication_pb2.LoginRequest, context: Context
    ) -> authentication_pb2.LoginResponse:
        token = self.miner.login(request.username, request.password)
        if token is None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Bad credentials")
        await context.send_initial_metadata((("authorization", token or ""),))
        return authentication_pb2.LoginResponse(token=token, timeout_s=self.miner.nature.token_s)

    async def _pause(
        self, _request: actions_pb2.PauseMiningRequest, context: Context
    ) -> actions_pb2.PauseMiningResponse:
        await self._needs_process(context)
        return actions_pb2.PauseMiningResponse(already_paused=self.miner.pause())

    async def _resume(
        self, _request: actions_pb2.ResumeMiningRequest, context: Context
    ) -> actions_pb2.ResumeMiningResponse:
        await self._needs_process(context)
        return actions_pb2.ResumeMiningResponse(already_mining=self.miner.resume())

    async def _needs_process(self, context: Context) -> None:
        if self.miner.bosminer_uptime_s() == 0:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "BOSminer is not running")

    async def _set_target(
        self, request: performance_pb2.SetPowerTargetRequest, context: Context
    ) -> performance_pb2.SetPowerTargetResponse:
        await self._needs_process(context)
        if request.save_action != performance_pb2.SAVE_ACTION_SAVE_AND_APPLY:
            await context.abort(grpc.StatusCode.UNKNOWN, "a save action that is never to be sent")
        if Fault.NO_TARGET_WHILE_PAUSED in self.miner.faults and self.miner.paused:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "paused")
        nature, watt = self.miner.nature, request.power_target.watt
        if not self.miner.set_target(watt):
            told = f"[Some({nature.min_w}), Some({nature.max_w})]"
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"power target [{watt}W] is not in allowed range {told}",
            )
        if Fault.LOSES_ANSWERS in self.miner.faults:
            await asyncio.Event().wait()
        return performance_pb2.SetPowerTargetResponse(power_target=units_pb2.Power(watt=watt))

    async def _tuner(
        self, _request: performance_pb2.GetTunerStateRequest, _context: Context
    ) -> performance_pb2.GetTunerStateResponse:
        steady = abs(self.miner.power_w() - self.miner.commanded_w()) < 1
        state = performance_pb2.TunerState.Name(_STABLE if steady else _TUNING)
        target = units_pb2.Power(watt=self.miner.stored_w - self.miner.dps_reduction_w)
        mode = performance_pb2.PowerTargetModeState(current_target=target)
        return performance_pb2.GetTunerStateResponse(
            overall_tuner_state=state, power_target_mode_state=mode
        )

    async def _details(
        self, _request: miner_pb2.GetMinerDetailsRequest, _context: Context
    ) -> miner_pb2.GetMinerDetailsResponse:
        status = 0 if Fault.NO_STATUS in self.miner.faults else self.miner.status()
        return miner_pb2.GetMinerDetailsResponse(
            uid=self.miner.nature.serial,
            bos_version=miner_pb2.BosVersion(current=self.miner.nature.firmware),
            hostname="antminer",
            mac_address=self.miner.nature.mac,
            bosminer_uptime_s=self.miner.bosminer_uptime_s(),
            system_uptime_s=self.miner.system_uptime_s(),
            status=miner_pb2.MinerStatus.Name(status),
            serial_number=self.miner.nature.serial,
        )

    async def _stats(
        self, _request: miner_pb2.GetMinerStatsRequest, _context: Context
    ) -> miner_pb2.GetMinerStatsResponse:
        power_w = self.miner.reported_power_w()
        giga = max(power_w - 100, 0) * self.miner.nature.hash_per_w * _GIGA_PER_TERA
        rate = units_pb2.GigaHashrate(gigahash_per_second=giga)
        real = miner_pb2.RealHashrate(last_5s=rate, last_1m=rate)
        power = miner_pb2.MinerPowerStats(
            approximated_consumption=units_pb2.Power(watt=round(power_w))
        )
        return miner_pb2.GetMinerStatsResponse(
            miner_stats=miner_pb2.WorkSolverStats(real_hashrate=real), power_stats=power
        )

    async def _boards(
        self, _request: miner_pb2.GetHashboardsRequest, _context: Context
    ) -> miner_pb2.GetHashboardsResponse:
        board_c = self.miner.board_temperature_c
        board = miner_pb2.Hashboard(
            enabled=True,
            highest_chip_temp=_chip(board_c + 10),
            board_temp=units_pb2.Temperature(degree_c=board_c),
            lowest_inlet_temp=units_pb2.Temperature(degree_c=board_c - 15),
            highest_outlet_temp=units_pb2.Temperature(degree_c=board_c - 5),
        )
        boards = [miner_pb2.Hashboard(id=str(number)) for number in (1, 2, 3)]
        for each in boards:
            each.MergeFrom(board)
        return miner_pb2.GetHashboardsResponse(hashboards=boards)

    async def _cooling(
        self, _request: cooling_pb2.GetCoolingStateRequest, _context: Context
    ) -> cooling_pb2.GetCoolingStateResponse:
        return cooling_pb2.GetCoolingStateResponse(
            highest_temperature=_chip(self.miner.board_temperature_c + 10)
        )

    async def _constraints(
        self, _request: configuration_pb2.GetConstraintsRequest, _context: Context
    ) -> configuration_pb2.GetConstraintsResponse:
        nature = self.miner.nature
        power = units_pb2.PowerConstraints(
            default=units_pb2.Power(watt=nature.default_w),
            min=units_pb2.Power(watt=nature.min_w),
            max=units_pb2.Power(watt=nature.max_w),
        )
        tuner = configuration_pb2.TunerConstraints(power_target=power)
        return configuration_pb2.GetConstraintsResponse(tuner_constraints=tuner)

    async def _configuration(
        self, _request: configuration_pb2.GetMinerConfigurationRequest, _context: Context
    ) -> configuration_pb2.GetMinerConfigurationResponse:
        target = units_pb2.Power(watt=self.miner.stored_w)
        tuner = configuration_pb2.TunerConfiguration(enabled=True, power_target=target)
        return configuration_pb2.GetMinerConfigurationResponse(tuner=tuner)


def _chip(degree_c: float) -> units_pb2.TemperatureSensor:
    return units_pb2.TemperatureSensor(
        location=units_pb2.SENSOR_LOCATION_CHIP,
        temperature=units_pb2.Temperature(degree_c=degree_c),
    )
