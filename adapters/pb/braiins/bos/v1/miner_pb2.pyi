from adapters.pb.braiins.bos.v1 import units_pb2 as _units_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MinerStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MINER_STATUS_UNSPECIFIED: _ClassVar[MinerStatus]
    MINER_STATUS_NOT_STARTED: _ClassVar[MinerStatus]
    MINER_STATUS_NORMAL: _ClassVar[MinerStatus]
    MINER_STATUS_PAUSED: _ClassVar[MinerStatus]
    MINER_STATUS_SUSPENDED: _ClassVar[MinerStatus]
    MINER_STATUS_RESTRICTED: _ClassVar[MinerStatus]
MINER_STATUS_UNSPECIFIED: MinerStatus
MINER_STATUS_NOT_STARTED: MinerStatus
MINER_STATUS_NORMAL: MinerStatus
MINER_STATUS_PAUSED: MinerStatus
MINER_STATUS_SUSPENDED: MinerStatus
MINER_STATUS_RESTRICTED: MinerStatus

class GetMinerStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetMinerStatusResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: MinerStatus
    def __init__(self, status: _Optional[_Union[MinerStatus, str]] = ...) -> None: ...

class GetMinerDetailsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BosVersion(_message.Message):
    __slots__ = ("current",)
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    current: str
    def __init__(self, current: _Optional[str] = ...) -> None: ...

class GetMinerDetailsResponse(_message.Message):
    __slots__ = ("uid", "bos_version", "hostname", "mac_address", "bosminer_uptime_s", "system_uptime_s", "status", "serial_number")
    UID_FIELD_NUMBER: _ClassVar[int]
    BOS_VERSION_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    MAC_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BOSMINER_UPTIME_S_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_UPTIME_S_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    uid: str
    bos_version: BosVersion
    hostname: str
    mac_address: str
    bosminer_uptime_s: int
    system_uptime_s: int
    status: MinerStatus
    serial_number: str
    def __init__(self, uid: _Optional[str] = ..., bos_version: _Optional[_Union[BosVersion, _Mapping]] = ..., hostname: _Optional[str] = ..., mac_address: _Optional[str] = ..., bosminer_uptime_s: _Optional[int] = ..., system_uptime_s: _Optional[int] = ..., status: _Optional[_Union[MinerStatus, str]] = ..., serial_number: _Optional[str] = ...) -> None: ...

class GetMinerStatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RealHashrate(_message.Message):
    __slots__ = ("last_5s", "last_1m")
    LAST_5S_FIELD_NUMBER: _ClassVar[int]
    LAST_1M_FIELD_NUMBER: _ClassVar[int]
    last_5s: _units_pb2.GigaHashrate
    last_1m: _units_pb2.GigaHashrate
    def __init__(self, last_5s: _Optional[_Union[_units_pb2.GigaHashrate, _Mapping]] = ..., last_1m: _Optional[_Union[_units_pb2.GigaHashrate, _Mapping]] = ...) -> None: ...

class WorkSolverStats(_message.Message):
    __slots__ = ("real_hashrate",)
    REAL_HASHRATE_FIELD_NUMBER: _ClassVar[int]
    real_hashrate: RealHashrate
    def __init__(self, real_hashrate: _Optional[_Union[RealHashrate, _Mapping]] = ...) -> None: ...

class MinerPowerStats(_message.Message):
    __slots__ = ("approximated_consumption",)
    APPROXIMATED_CONSUMPTION_FIELD_NUMBER: _ClassVar[int]
    approximated_consumption: _units_pb2.Power
    def __init__(self, approximated_consumption: _Optional[_Union[_units_pb2.Power, _Mapping]] = ...) -> None: ...

class GetMinerStatsResponse(_message.Message):
    __slots__ = ("miner_stats", "power_stats")
    MINER_STATS_FIELD_NUMBER: _ClassVar[int]
    POWER_STATS_FIELD_NUMBER: _ClassVar[int]
    miner_stats: WorkSolverStats
    power_stats: MinerPowerStats
    def __init__(self, miner_stats: _Optional[_Union[WorkSolverStats, _Mapping]] = ..., power_stats: _Optional[_Union[MinerPowerStats, _Mapping]] = ...) -> None: ...

class GetHashboardsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Hashboard(_message.Message):
    __slots__ = ("id", "enabled", "highest_chip_temp", "board_temp", "lowest_inlet_temp", "highest_outlet_temp")
    ID_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_CHIP_TEMP_FIELD_NUMBER: _ClassVar[int]
    BOARD_TEMP_FIELD_NUMBER: _ClassVar[int]
    LOWEST_INLET_TEMP_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_OUTLET_TEMP_FIELD_NUMBER: _ClassVar[int]
    id: str
    enabled: bool
    highest_chip_temp: _units_pb2.TemperatureSensor
    board_temp: _units_pb2.Temperature
    lowest_inlet_temp: _units_pb2.Temperature
    highest_outlet_temp: _units_pb2.Temperature
    def __init__(self, id: _Optional[str] = ..., enabled: _Optional[bool] = ..., highest_chip_temp: _Optional[_Union[_units_pb2.TemperatureSensor, _Mapping]] = ..., board_temp: _Optional[_Union[_units_pb2.Temperature, _Mapping]] = ..., lowest_inlet_temp: _Optional[_Union[_units_pb2.Temperature, _Mapping]] = ..., highest_outlet_temp: _Optional[_Union[_units_pb2.Temperature, _Mapping]] = ...) -> None: ...

class GetHashboardsResponse(_message.Message):
    __slots__ = ("hashboards",)
    HASHBOARDS_FIELD_NUMBER: _ClassVar[int]
    hashboards: _containers.RepeatedCompositeFieldContainer[Hashboard]
    def __init__(self, hashboards: _Optional[_Iterable[_Union[Hashboard, _Mapping]]] = ...) -> None: ...
