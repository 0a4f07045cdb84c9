from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SensorLocation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SENSOR_LOCATION_UNSPECIFIED: _ClassVar[SensorLocation]
    SENSOR_LOCATION_CHIP: _ClassVar[SensorLocation]
    SENSOR_LOCATION_PCB: _ClassVar[SensorLocation]
SENSOR_LOCATION_UNSPECIFIED: SensorLocation
SENSOR_LOCATION_CHIP: SensorLocation
SENSOR_LOCATION_PCB: SensorLocation

class Power(_message.Message):
    __slots__ = ("watt",)
    WATT_FIELD_NUMBER: _ClassVar[int]
    watt: int
    def __init__(self, watt: _Optional[int] = ...) -> None: ...

class GigaHashrate(_message.Message):
    __slots__ = ("gigahash_per_second",)
    GIGAHASH_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    gigahash_per_second: float
    def __init__(self, gigahash_per_second: _Optional[float] = ...) -> None: ...

class Temperature(_message.Message):
    __slots__ = ("degree_c",)
    DEGREE_C_FIELD_NUMBER: _ClassVar[int]
    degree_c: float
    def __init__(self, degree_c: _Optional[float] = ...) -> None: ...

class PowerConstraints(_message.Message):
    __slots__ = ("default", "min", "max")
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    default: Power
    min: Power
    max: Power
    def __init__(self, default: _Optional[_Union[Power, _Mapping]] = ..., min: _Optional[_Union[Power, _Mapping]] = ..., max: _Optional[_Union[Power, _Mapping]] = ...) -> None: ...

class TemperatureSensor(_message.Message):
    __slots__ = ("id", "location", "temperature")
    ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    id: int
    location: SensorLocation
    temperature: Temperature
    def __init__(self, id: _Optional[int] = ..., location: _Optional[_Union[SensorLocation, str]] = ..., temperature: _Optional[_Union[Temperature, _Mapping]] = ...) -> None: ...
