"""The methods of the control interface as a table: who sends what, gets what, and may ask it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from adapters.pb.thermiq.v1 import control_pb2 as pb

SERVICE = "thermiq.v1.Control"

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class Role(IntEnum):
    """What a peer may ask for; each may also what those before it may."""

    NOBODY = 0
    """Is shut out."""
    VIEWER = 1
    """Looks."""
    OPERATOR = 2
    """Acknowledges, overrides, resets, sets the mode."""
    ENGINEER = 3
    """Sets rules going."""


ROLES = {role.name.lower(): role for role in Role}


@dataclass(frozen=True, slots=True)
class Method(Generic[RequestT, ResponseT]):
    """One method. `streams`: its answer is a stream of responses."""

    name: str
    request: type[RequestT]
    response: type[ResponseT]
    role: Role = Role.VIEWER
    streams: bool = False

    @property
    def path(self) -> str:
        """The name on the wire."""
        return f"/{SERVICE}/{self.name}"


STATUS = Method("GetStatus", pb.StatusRequest, pb.Status)
WATCH = Method("Watch", pb.WatchRequest, pb.Changes, streams=True)
WHY = Method("Why", pb.WhyRequest, pb.Answer)
WHY_NOT = Method("WhyNot", pb.WhyNotRequest, pb.Answer)
ALARMS = Method("ListAlarms", pb.ListAlarmsRequest, pb.Alarms)
ACKNOWLEDGE = Method("Acknowledge", pb.AcknowledgeRequest, pb.Acknowledged, Role.OPERATOR)
ARM_RESET = Method("ArmReset", pb.ArmResetRequest, pb.ArmedReset, Role.OPERATOR)
CONFIRM_RESET = Method("ConfirmReset", pb.ConfirmResetRequest, pb.ResetResult, Role.OPERATOR)
OVERRIDE = Method("SetOverride", pb.OverrideRequest, pb.Override, Role.OPERATOR)
WITHDRAW = Method("WithdrawOverride", pb.WithdrawRequest, pb.Withdrawn, Role.OPERATOR)
MODE = Method("SetMode", pb.ModeRequest, pb.Mode, Role.OPERATOR)
STAGE = Method("Stage", pb.StageRequest, pb.Staged, Role.ENGINEER)
ACTIVATE = Method("Activate", pb.ActivateRequest, pb.Activated, Role.ENGINEER)
ROLLBACK = Method("Rollback", pb.RollbackRequest, pb.Activated, Role.ENGINEER)
VERSIONS = Method("ListVersions", pb.ListVersionsRequest, pb.Versions)
START_CANDIDATE = Method("StartCandidate", pb.StartCandidateRequest, pb.Candidate, Role.ENGINEER)
CANDIDATE = Method("GetCandidate", pb.GetCandidateRequest, pb.Candidate)
DROP_CANDIDATE = Method("DropCandidate", pb.DropCandidateRequest, pb.Candidate, Role.ENGINEER)
RESUME = Method("Resume", pb.ResumeRequest, pb.Standing, Role.OPERATOR)
RECORDINGS = Method("ListRecordings", pb.ListRecordingsRequest, pb.Recordings)

METHODS: tuple[Method[Any, Any], ...] = (
    STATUS,
    WATCH,
    WHY,
    WHY_NOT,
    ALARMS,
    ACKNOWLEDGE,
    ARM_RESET,
    CONFIRM_RESET,
    OVERRIDE,
    WITHDRAW,
    MODE,
    STAGE,
    ACTIVATE,
    ROLLBACK,
    VERSIONS,
    START_CANDIDATE,
    CANDIDATE,
    DROP_CANDIDATE,
    RESUME,
    RECORDINGS,
)
