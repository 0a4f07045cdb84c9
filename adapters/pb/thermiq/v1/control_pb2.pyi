from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Value(_message.Message):
    __slots__ = ("number", "flag", "state", "unit", "text")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    number: float
    flag: bool
    state: str
    unit: str
    text: str
    def __init__(self, number: _Optional[float] = ..., flag: _Optional[bool] = ..., state: _Optional[str] = ..., unit: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ("site", "time_s", "local_time", "rules", "shadow", "mode", "counters", "outputs", "facts", "alarms", "devices", "standing")
    SITE_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    site: str
    time_s: float
    local_time: str
    rules: str
    shadow: bool
    mode: Mode
    counters: Counters
    outputs: _containers.RepeatedCompositeFieldContainer[Output]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    alarms: _containers.RepeatedCompositeFieldContainer[Alarm]
    devices: _containers.RepeatedCompositeFieldContainer[Device]
    standing: Standing
    def __init__(self, site: _Optional[str] = ..., time_s: _Optional[float] = ..., local_time: _Optional[str] = ..., rules: _Optional[str] = ..., shadow: _Optional[bool] = ..., mode: _Optional[_Union[Mode, _Mapping]] = ..., counters: _Optional[_Union[Counters, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[Output, _Mapping]]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., alarms: _Optional[_Iterable[_Union[Alarm, _Mapping]]] = ..., devices: _Optional[_Iterable[_Union[Device, _Mapping]]] = ..., standing: _Optional[_Union[Standing, _Mapping]] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("version", "folder_differs", "taken_back", "probation_s", "safe_mode", "clock", "starts", "unclean_ends", "flash_today_bytes")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FOLDER_DIFFERS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    PROBATION_S_FIELD_NUMBER: _ClassVar[int]
    SAFE_MODE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    UNCLEAN_ENDS_FIELD_NUMBER: _ClassVar[int]
    FLASH_TODAY_BYTES_FIELD_NUMBER: _ClassVar[int]
    version: int
    folder_differs: bool
    taken_back: str
    probation_s: float
    safe_mode: str
    clock: str
    starts: int
    unclean_ends: int
    flash_today_bytes: int
    def __init__(self, version: _Optional[int] = ..., folder_differs: _Optional[bool] = ..., taken_back: _Optional[str] = ..., probation_s: _Optional[float] = ..., safe_mode: _Optional[str] = ..., clock: _Optional[str] = ..., starts: _Optional[int] = ..., unclean_ends: _Optional[int] = ..., flash_today_bytes: _Optional[int] = ...) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ("author", "clock")
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    author: str
    clock: bool
    def __init__(self, author: _Optional[str] = ..., clock: _Optional[bool] = ...) -> None: ...

class Mode(_message.Message):
    __slots__ = ("name", "author", "since_s", "known")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    name: str
    author: str
    since_s: float
    known: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., author: _Optional[str] = ..., since_s: _Optional[float] = ..., known: _Optional[_Iterable[str]] = ...) -> None: ...

class Counters(_message.Message):
    __slots__ = ("scans", "overruns", "longest_s")
    SCANS_FIELD_NUMBER: _ClassVar[int]
    OVERRUNS_FIELD_NUMBER: _ClassVar[int]
    LONGEST_S_FIELD_NUMBER: _ClassVar[int]
    scans: int
    overruns: int
    longest_s: float
    def __init__(self, scans: _Optional[int] = ..., overruns: _Optional[int] = ..., longest_s: _Optional[float] = ...) -> None: ...

class Output(_message.Message):
    __slots__ = ("name", "about", "value", "on", "cause", "by", "sentence", "timers", "override")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    TIMERS_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    value: Value
    on: bool
    cause: str
    by: str
    sentence: str
    timers: _containers.RepeatedCompositeFieldContainer[Timer]
    override: Override
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ..., on: _Optional[bool] = ..., cause: _Optional[str] = ..., by: _Optional[str] = ..., sentence: _Optional[str] = ..., timers: _Optional[_Iterable[_Union[Timer, _Mapping]]] = ..., override: _Optional[_Union[Override, _Mapping]] = ...) -> None: ...

class Timer(_message.Message):
    __slots__ = ("kind", "remaining_s")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REMAINING_S_FIELD_NUMBER: _ClassVar[int]
    kind: str
    remaining_s: float
    def __init__(self, kind: _Optional[str] = ..., remaining_s: _Optional[float] = ...) -> None: ...

class Fact(_message.Message):
    __slots__ = ("name", "about", "value", "quality", "age_s", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    value: Value
    quality: str
    age_s: float
    reason: str
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ..., quality: _Optional[str] = ..., age_s: _Optional[float] = ..., reason: _Optional[str] = ...) -> None: ...

class Alarm(_message.Message):
    __slots__ = ("kind", "subject", "text", "since_s", "active", "acknowledged_by", "acknowledged_s", "count")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_S_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subject: str
    text: str
    since_s: float
    active: bool
    acknowledged_by: str
    acknowledged_s: float
    count: int
    def __init__(self, kind: _Optional[str] = ..., subject: _Optional[str] = ..., text: _Optional[str] = ..., since_s: _Optional[float] = ..., active: _Optional[bool] = ..., acknowledged_by: _Optional[str] = ..., acknowledged_s: _Optional[float] = ..., count: _Optional[int] = ...) -> None: ...

class Device(_message.Message):
    __slots__ = ("name", "state", "failures", "last_error")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    LAST_ERROR_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: str
    failures: int
    last_error: str
    def __init__(self, name: _Optional[str] = ..., state: _Optional[str] = ..., failures: _Optional[int] = ..., last_error: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Changes(_message.Message):
    __slots__ = ("time_s", "local_time", "changes")
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    time_s: float
    local_time: str
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    def __init__(self, time_s: _Optional[float] = ..., local_time: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("output", "fact", "alarm", "mode", "rules", "alarm_gone")
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    ALARM_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    ALARM_GONE_FIELD_NUMBER: _ClassVar[int]
    output: Output
    fact: Fact
    alarm: Alarm
    mode: Mode
    rules: str
    alarm_gone: str
    def __init__(self, output: _Optional[_Union[Output, _Mapping]] = ..., fact: _Optional[_Union[Fact, _Mapping]] = ..., alarm: _Optional[_Union[Alarm, _Mapping]] = ..., mode: _Optional[_Union[Mode, _Mapping]] = ..., rules: _Optional[str] = ..., alarm_gone: _Optional[str] = ...) -> None: ...

class WhyRequest(_message.Message):
    __slots__ = ("output", "language")
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    output: str
    language: str
    def __init__(self, output: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class WhyNotRequest(_message.Message):
    __slots__ = ("subject", "value", "language")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    subject: str
    value: str
    language: str
    def __init__(self, subject: _Optional[str] = ..., value: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class Answer(_message.Message):
    __slots__ = ("sentence", "tree", "json")
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    TREE_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    sentence: str
    tree: Line
    json: str
    def __init__(self, sentence: _Optional[str] = ..., tree: _Optional[_Union[Line, _Mapping]] = ..., json: _Optional[str] = ...) -> None: ...

class Line(_message.Message):
    __slots__ = ("text", "mark", "below")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MARK_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    text: str
    mark: str
    below: _containers.RepeatedCompositeFieldContainer[Line]
    def __init__(self, text: _Optional[str] = ..., mark: _Optional[str] = ..., below: _Optional[_Iterable[_Union[Line, _Mapping]]] = ...) -> None: ...

class ListAlarmsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Alarms(_message.Message):
    __slots__ = ("alarms",)
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    alarms: _containers.RepeatedCompositeFieldContainer[Alarm]
    def __init__(self, alarms: _Optional[_Iterable[_Union[Alarm, _Mapping]]] = ...) -> None: ...

class AcknowledgeRequest(_message.Message):
    __slots__ = ("subject", "author")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    subject: str
    author: str
    def __init__(self, subject: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class Acknowledged(_message.Message):
    __slots__ = ("alarms",)
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    alarms: _containers.RepeatedCompositeFieldContainer[Alarm]
    def __init__(self, alarms: _Optional[_Iterable[_Union[Alarm, _Mapping]]] = ...) -> None: ...

class ArmResetRequest(_message.Message):
    __slots__ = ("trip", "author")
    TRIP_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    trip: str
    author: str
    def __init__(self, trip: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class ArmedReset(_message.Message):
    __slots__ = ("trip", "nonce", "life_s", "because", "latched_since_s", "latched_since_local", "evidence", "facts", "outputs")
    TRIP_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    LIFE_S_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    LATCHED_SINCE_S_FIELD_NUMBER: _ClassVar[int]
    LATCHED_SINCE_LOCAL_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    trip: str
    nonce: str
    life_s: float
    because: str
    latched_since_s: float
    latched_since_local: str
    evidence: Line
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    outputs: _containers.RepeatedCompositeFieldContainer[Output]
    def __init__(self, trip: _Optional[str] = ..., nonce: _Optional[str] = ..., life_s: _Optional[float] = ..., because: _Optional[str] = ..., latched_since_s: _Optional[float] = ..., latched_since_local: _Optional[str] = ..., evidence: _Optional[_Union[Line, _Mapping]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[Output, _Mapping]]] = ...) -> None: ...

class ConfirmResetRequest(_message.Message):
    __slots__ = ("trip", "nonce", "author")
    TRIP_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    trip: str
    nonce: str
    author: str
    def __init__(self, trip: _Optional[str] = ..., nonce: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class ResetResult(_message.Message):
    __slots__ = ("released", "text")
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    released: bool
    text: str
    def __init__(self, released: _Optional[bool] = ..., text: _Optional[str] = ...) -> None: ...

class OverrideRequest(_message.Message):
    __slots__ = ("output", "value", "lasts_s", "author")
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LASTS_S_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    output: str
    value: str
    lasts_s: float
    author: str
    def __init__(self, output: _Optional[str] = ..., value: _Optional[str] = ..., lasts_s: _Optional[float] = ..., author: _Optional[str] = ...) -> None: ...

class Override(_message.Message):
    __slots__ = ("id", "output", "value", "author", "remaining_s")
    ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REMAINING_S_FIELD_NUMBER: _ClassVar[int]
    id: str
    output: str
    value: Value
    author: str
    remaining_s: float
    def __init__(self, id: _Optional[str] = ..., output: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ..., author: _Optional[str] = ..., remaining_s: _Optional[float] = ...) -> None: ...

class WithdrawRequest(_message.Message):
    __slots__ = ("output", "author")
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    output: str
    author: str
    def __init__(self, output: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class Withdrawn(_message.Message):
    __slots__ = ("override",)
    OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    override: Override
    def __init__(self, override: _Optional[_Union[Override, _Mapping]] = ...) -> None: ...

class ModeRequest(_message.Message):
    __slots__ = ("mode", "author")
    MODE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    mode: str
    author: str
    def __init__(self, mode: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class StageRequest(_message.Message):
    __slots__ = ("author", "candidate")
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    author: str
    candidate: bool
    def __init__(self, author: _Optional[str] = ..., candidate: _Optional[bool] = ...) -> None: ...

class Staged(_message.Message):
    __slots__ = ("rules", "folder", "sound", "problems", "other_plant", "running", "running_folder", "demands")
    RULES_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    SOUND_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    OTHER_PLANT_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FOLDER_FIELD_NUMBER: _ClassVar[int]
    DEMANDS_FIELD_NUMBER: _ClassVar[int]
    rules: str
    folder: str
    sound: bool
    problems: _containers.RepeatedCompositeFieldContainer[Problem]
    other_plant: bool
    running: str
    running_folder: str
    demands: Demands
    def __init__(self, rules: _Optional[str] = ..., folder: _Optional[str] = ..., sound: _Optional[bool] = ..., problems: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ..., other_plant: _Optional[bool] = ..., running: _Optional[str] = ..., running_folder: _Optional[str] = ..., demands: _Optional[_Union[Demands, _Mapping]] = ...) -> None: ...

class Demands(_message.Message):
    __slots__ = ("tests", "proof", "coverage_percent", "diff_s", "watch_s", "rollback_if")
    TESTS_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    DIFF_S_FIELD_NUMBER: _ClassVar[int]
    WATCH_S_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_IF_FIELD_NUMBER: _ClassVar[int]
    tests: str
    proof: str
    coverage_percent: float
    diff_s: float
    watch_s: float
    rollback_if: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tests: _Optional[str] = ..., proof: _Optional[str] = ..., coverage_percent: _Optional[float] = ..., diff_s: _Optional[float] = ..., watch_s: _Optional[float] = ..., rollback_if: _Optional[_Iterable[str]] = ...) -> None: ...

class Tried(_message.Message):
    __slots__ = ("gate", "passed", "text")
    GATE_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    gate: str
    passed: bool
    text: str
    def __init__(self, gate: _Optional[str] = ..., passed: _Optional[bool] = ..., text: _Optional[str] = ...) -> None: ...

class ActivateRequest(_message.Message):
    __slots__ = ("rules", "author", "reason", "tried", "watch_s", "rollback_if", "restart")
    RULES_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    WATCH_S_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_IF_FIELD_NUMBER: _ClassVar[int]
    RESTART_FIELD_NUMBER: _ClassVar[int]
    rules: str
    author: str
    reason: str
    tried: _containers.RepeatedCompositeFieldContainer[Tried]
    watch_s: float
    rollback_if: _containers.RepeatedScalarFieldContainer[str]
    restart: bool
    def __init__(self, rules: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ..., tried: _Optional[_Iterable[_Union[Tried, _Mapping]]] = ..., watch_s: _Optional[float] = ..., rollback_if: _Optional[_Iterable[str]] = ..., restart: _Optional[bool] = ...) -> None: ...

class RollbackRequest(_message.Message):
    __slots__ = ("number", "author", "reason", "restart")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RESTART_FIELD_NUMBER: _ClassVar[int]
    number: int
    author: str
    reason: str
    restart: bool
    def __init__(self, number: _Optional[int] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ..., restart: _Optional[bool] = ...) -> None: ...

class Activated(_message.Message):
    __slots__ = ("version", "starts_anew", "restarting")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STARTS_ANEW_FIELD_NUMBER: _ClassVar[int]
    RESTARTING_FIELD_NUMBER: _ClassVar[int]
    version: Version
    starts_anew: _containers.RepeatedScalarFieldContainer[str]
    restarting: bool
    def __init__(self, version: _Optional[_Union[Version, _Mapping]] = ..., starts_anew: _Optional[_Iterable[str]] = ..., restarting: _Optional[bool] = ...) -> None: ...

class ListVersionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Versions(_message.Message):
    __slots__ = ("versions", "taken_back", "watched_s")
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    WATCHED_S_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[Version]
    taken_back: str
    watched_s: float
    def __init__(self, versions: _Optional[_Iterable[_Union[Version, _Mapping]]] = ..., taken_back: _Optional[str] = ..., watched_s: _Optional[float] = ...) -> None: ...

class Version(_message.Message):
    __slots__ = ("number", "rules", "author", "reason", "evidence", "time_s", "local_time", "running", "folder")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    number: int
    rules: str
    author: str
    reason: str
    evidence: _containers.RepeatedScalarFieldContainer[str]
    time_s: float
    local_time: str
    running: bool
    folder: str
    def __init__(self, number: _Optional[int] = ..., rules: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ..., evidence: _Optional[_Iterable[str]] = ..., time_s: _Optional[float] = ..., local_time: _Optional[str] = ..., running: _Optional[bool] = ..., folder: _Optional[str] = ...) -> None: ...

class Problem(_message.Message):
    __slots__ = ("code", "severity", "file", "line", "column", "message", "help")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    code: str
    severity: str
    file: str
    line: int
    column: int
    message: str
    help: str
    def __init__(self, code: _Optional[str] = ..., severity: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., message: _Optional[str] = ..., help: _Optional[str] = ...) -> None: ...

class StartCandidateRequest(_message.Message):
    __slots__ = ("author",)
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    author: str
    def __init__(self, author: _Optional[str] = ...) -> None: ...

class GetCandidateRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DropCandidateRequest(_message.Message):
    __slots__ = ("author",)
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    author: str
    def __init__(self, author: _Optional[str] = ...) -> None: ...

class Candidate(_message.Message):
    __slots__ = ("rules", "author", "since_s", "since_local", "ended", "scans", "missed", "unlike_daemon", "outputs", "disagreements", "alarms", "only_live", "only_candidate")
    RULES_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    SINCE_LOCAL_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    SCANS_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    UNLIKE_DAEMON_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    DISAGREEMENTS_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    ONLY_LIVE_FIELD_NUMBER: _ClassVar[int]
    ONLY_CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    rules: str
    author: str
    since_s: float
    since_local: str
    ended: str
    scans: int
    missed: int
    unlike_daemon: int
    outputs: _containers.RepeatedCompositeFieldContainer[CandidateOutput]
    disagreements: _containers.RepeatedCompositeFieldContainer[Disagreement]
    alarms: _containers.RepeatedScalarFieldContainer[str]
    only_live: _containers.RepeatedScalarFieldContainer[str]
    only_candidate: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rules: _Optional[str] = ..., author: _Optional[str] = ..., since_s: _Optional[float] = ..., since_local: _Optional[str] = ..., ended: _Optional[str] = ..., scans: _Optional[int] = ..., missed: _Optional[int] = ..., unlike_daemon: _Optional[int] = ..., outputs: _Optional[_Iterable[_Union[CandidateOutput, _Mapping]]] = ..., disagreements: _Optional[_Iterable[_Union[Disagreement, _Mapping]]] = ..., alarms: _Optional[_Iterable[str]] = ..., only_live: _Optional[_Iterable[str]] = ..., only_candidate: _Optional[_Iterable[str]] = ...) -> None: ...

class CandidateOutput(_message.Message):
    __slots__ = ("name", "times", "seconds", "differs_now", "live_starts", "candidate_starts")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    DIFFERS_NOW_FIELD_NUMBER: _ClassVar[int]
    LIVE_STARTS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_STARTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    times: int
    seconds: float
    differs_now: bool
    live_starts: int
    candidate_starts: int
    def __init__(self, name: _Optional[str] = ..., times: _Optional[int] = ..., seconds: _Optional[float] = ..., differs_now: _Optional[bool] = ..., live_starts: _Optional[int] = ..., candidate_starts: _Optional[int] = ...) -> None: ...

class Disagreement(_message.Message):
    __slots__ = ("start_s", "start_local", "output", "live", "candidate", "live_why", "candidate_why", "candidate_silent")
    START_S_FIELD_NUMBER: _ClassVar[int]
    START_LOCAL_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    LIVE_WHY_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_WHY_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_SILENT_FIELD_NUMBER: _ClassVar[int]
    start_s: float
    start_local: str
    output: str
    live: Value
    candidate: Value
    live_why: str
    candidate_why: str
    candidate_silent: str
    def __init__(self, start_s: _Optional[float] = ..., start_local: _Optional[str] = ..., output: _Optional[str] = ..., live: _Optional[_Union[Value, _Mapping]] = ..., candidate: _Optional[_Union[Value, _Mapping]] = ..., live_why: _Optional[str] = ..., candidate_why: _Optional[str] = ..., candidate_silent: _Optional[str] = ...) -> None: ...

class ListRecordingsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Recordings(_message.Message):
    __slots__ = ("recordings",)
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    recordings: _containers.RepeatedCompositeFieldContainer[RecordingFile]
    def __init__(self, recordings: _Optional[_Iterable[_Union[RecordingFile, _Mapping]]] = ...) -> None: ...

class RecordingFile(_message.Message):
    __slots__ = ("path", "size_bytes", "modified_s")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MODIFIED_S_FIELD_NUMBER: _ClassVar[int]
    path: str
    size_bytes: int
    modified_s: float
    def __init__(self, path: _Optional[str] = ..., size_bytes: _Optional[int] = ..., modified_s: _Optional[float] = ...) -> None: ...
