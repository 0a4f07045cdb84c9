"""The calls that a miner is given: path on the wire, request, response.

Called by path, so that no generated client is needed and requests and responses are typed. A test
holds the table against the services in `protos/braiins`.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from adapters.pb.braiins.bos import version_pb2
from adapters.pb.braiins.bos.v1 import (
    actions_pb2,
    authentication_pb2,
    configuration_pb2,
    cooling_pb2,
    miner_pb2,
    performance_pb2,
)

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


@dataclass(frozen=True, slots=True)
class Method(Generic[RequestT, ResponseT]):
    """One call: `/package.Service/Method`, what is sent, what comes back."""

    path: str
    request: type[RequestT]
    response: type[ResponseT]


_V1 = "/braiins.bos.v1."

VERSION = Method(
    "/braiins.bos.ApiVersionService/GetApiVersion",
    version_pb2.ApiVersionRequest,
    version_pb2.ApiVersion,
)
LOGIN = Method(
    f"{_V1}AuthenticationService/Login",
    authentication_pb2.LoginRequest,
    authentication_pb2.LoginResponse,
)
PAUSE = Method(
    f"{_V1}ActionsService/PauseMining",
    actions_pb2.PauseMiningRequest,
    actions_pb2.PauseMiningResponse,
)
RESUME = Method(
    f"{_V1}ActionsService/ResumeMining",
    actions_pb2.ResumeMiningRequest,
    actions_pb2.ResumeMiningResponse,
)
SET_POWER_TARGET = Method(
    f"{_V1}PerformanceService/SetPowerTarget",
    performance_pb2.SetPowerTargetRequest,
    performance_pb2.SetPowerTargetResponse,
)
TUNER_STATE = Method(
    f"{_V1}PerformanceService/GetTunerState",
    performance_pb2.GetTunerStateRequest,
    performance_pb2.GetTunerStateResponse,
)
STATUS = Method(
    f"{_V1}MinerService/GetMinerStatus",
    miner_pb2.GetMinerStatusRequest,
    miner_pb2.GetMinerStatusResponse,
)
"""A stream; deprecated since interface 1.14. Only asked when the details tell no status."""
DETAILS = Method(
    f"{_V1}MinerService/GetMinerDetails",
    miner_pb2.GetMinerDetailsRequest,
    miner_pb2.GetMinerDetailsResponse,
)
STATS = Method(
    f"{_V1}MinerService/GetMinerStats",
    miner_pb2.GetMinerStatsRequest,
    miner_pb2.GetMinerStatsResponse,
)
HASHBOARDS = Method(
    f"{_V1}MinerService/GetHashboards",
    miner_pb2.GetHashboardsRequest,
    miner_pb2.GetHashboardsResponse,
)
COOLING = Method(
    f"{_V1}CoolingService/GetCoolingState",
    cooling_pb2.GetCoolingStateRequest,
    cooling_pb2.GetCoolingStateResponse,
)
CONSTRAINTS = Method(
    f"{_V1}ConfigurationService/GetConstraints",
    configuration_pb2.GetConstraintsRequest,
    configuration_pb2.GetConstraintsResponse,
)
CONFIGURATION = Method(
    f"{_V1}ConfigurationService/GetMinerConfiguration",
    configuration_pb2.GetMinerConfigurationRequest,
    configuration_pb2.GetMinerConfigurationResponse,
)
