from adapters.pb.braiins.bos.v1 import units_pb2 as _units_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetConstraintsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TunerConstraints(_message.Message):
    __slots__ = ("power_target",)
    POWER_TARGET_FIELD_NUMBER: _ClassVar[int]
    power_target: _units_pb2.PowerConstraints
    def __init__(self, power_target: _Optional[_Union[_units_pb2.PowerConstraints, _Mapping]] = ...) -> None: ...

class GetConstraintsResponse(_message.Message):
    __slots__ = ("tuner_constraints",)
    TUNER_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    tuner_constraints: TunerConstraints
    def __init__(self, tuner_constraints: _Optional[_Union[TunerConstraints, _Mapping]] = ...) -> None: ...

class GetMinerConfigurationRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TunerConfiguration(_message.Message):
    __slots__ = ("enabled", "power_target")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    POWER_TARGET_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    power_target: _units_pb2.Power
    def __init__(self, enabled: _Optional[bool] = ..., power_target: _Optional[_Union[_units_pb2.Power, _Mapping]] = ...) -> None: ...

class GetMinerConfigurationResponse(_message.Message):
    __slots__ = ("tuner",)
    TUNER_FIELD_NUMBER: _ClassVar[int]
    tuner: TunerConfiguration
    def __init__(self, tuner: _Optional[_Union[TunerConfiguration, _Mapping]] = ...) -> None: ...
