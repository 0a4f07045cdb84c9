from adapters.pb.braiins.bos.v1 import units_pb2 as _units_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SaveAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAVE_ACTION_UNSPECIFIED: _ClassVar[SaveAction]
    SAVE_ACTION_SAVE: _ClassVar[SaveAction]
    SAVE_ACTION_SAVE_AND_APPLY: _ClassVar[SaveAction]
    SAVE_ACTION_SAVE_AND_FORCE_APPLY: _ClassVar[SaveAction]

class TunerState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TUNER_STATE_UNSPECIFIED: _ClassVar[TunerState]
    TUNER_STATE_DISABLED: _ClassVar[TunerState]
    TUNER_STATE_STABLE: _ClassVar[TunerState]
    TUNER_STATE_TUNING: _ClassVar[TunerState]
    TUNER_STATE_ERROR: _ClassVar[TunerState]
    TUNER_STATE_CONTINUOUS: _ClassVar[TunerState]
    TUNER_STATE_PREHEAT: _ClassVar[TunerState]
SAVE_ACTION_UNSPECIFIED: SaveAction
SAVE_ACTION_SAVE: SaveAction
SAVE_ACTION_SAVE_AND_APPLY: SaveAction
SAVE_ACTION_SAVE_AND_FORCE_APPLY: SaveAction
TUNER_STATE_UNSPECIFIED: TunerState
TUNER_STATE_DISABLED: TunerState
TUNER_STATE_STABLE: TunerState
TUNER_STATE_TUNING: TunerState
TUNER_STATE_ERROR: TunerState
TUNER_STATE_CONTINUOUS: TunerState
TUNER_STATE_PREHEAT: TunerState

class SetPowerTargetRequest(_message.Message):
    __slots__ = ("save_action", "power_target")
    SAVE_ACTION_FIELD_NUMBER: _ClassVar[int]
    POWER_TARGET_FIELD_NUMBER: _ClassVar[int]
    save_action: SaveAction
    power_target: _units_pb2.Power
    def __init__(self, save_action: _Optional[_Union[SaveAction, str]] = ..., power_target: _Optional[_Union[_units_pb2.Power, _Mapping]] = ...) -> None: ...

class SetPowerTargetResponse(_message.Message):
    __slots__ = ("power_target",)
    POWER_TARGET_FIELD_NUMBER: _ClassVar[int]
    power_target: _units_pb2.Power
    def __init__(self, power_target: _Optional[_Union[_units_pb2.Power, _Mapping]] = ...) -> None: ...

class GetTunerStateRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PowerTargetModeState(_message.Message):
    __slots__ = ("current_target",)
    CURRENT_TARGET_FIELD_NUMBER: _ClassVar[int]
    current_target: _units_pb2.Power
    def __init__(self, current_target: _Optional[_Union[_units_pb2.Power, _Mapping]] = ...) -> None: ...

class GetTunerStateResponse(_message.Message):
    __slots__ = ("overall_tuner_state", "power_target_mode_state")
    OVERALL_TUNER_STATE_FIELD_NUMBER: _ClassVar[int]
    POWER_TARGET_MODE_STATE_FIELD_NUMBER: _ClassVar[int]
    overall_tuner_state: TunerState
    power_target_mode_state: PowerTargetModeState
    def __init__(self, overall_tuner_state: _Optional[_Union[TunerState, str]] = ..., power_target_mode_state: _Optional[_Union[PowerTargetModeState, _Mapping]] = ...) -> None: ...
