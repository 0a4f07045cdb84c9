from adapters.pb.braiins.bos.v1 import units_pb2 as _units_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetCoolingStateRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FanState(_message.Message):
    __slots__ = ("position", "rpm", "target_speed_ratio")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RPM_FIELD_NUMBER: _ClassVar[int]
    TARGET_SPEED_RATIO_FIELD_NUMBER: _ClassVar[int]
    position: int
    rpm: int
    target_speed_ratio: float
    def __init__(self, position: _Optional[int] = ..., rpm: _Optional[int] = ..., target_speed_ratio: _Optional[float] = ...) -> None: ...

class GetCoolingStateResponse(_message.Message):
    __slots__ = ("fans", "highest_temperature")
    FANS_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    fans: _containers.RepeatedCompositeFieldContainer[FanState]
    highest_temperature: _units_pb2.TemperatureSensor
    def __init__(self, fans: _Optional[_Iterable[_Union[FanState, _Mapping]]] = ..., highest_temperature: _Optional[_Union[_units_pb2.TemperatureSensor, _Mapping]] = ...) -> None: ...
