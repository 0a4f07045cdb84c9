"""How the controller itself stands, in the words of `thermiq status`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from engine.workshop.figures import duration

if TYPE_CHECKING:
    from adapters.pb.thermiq.v1 import control_pb2 as pb


class Notice(NamedTuple):
    """A line that a person should read before anything else."""

    text: str
    style: str


def notices(standing: "pb.Standing") -> Iterator[Notice]:
    """Yield what is out of the ordinary, the worst first."""
    if standing.safe_mode:
        yield Notice(f"SAFE MODE: {standing.safe_mode}", "bold white on red")
    if standing.clock:
        yield Notice(f"the clock is not trusted: {standing.clock}", "bold red")
    if standing.taken_back:
        yield Notice(f"rules were taken back by themselves: {standing.taken_back}", "bold red")
    if standing.HasField("probation_s"):
        rest = duration(round(max(0.0, standing.probation_s)))
        yield Notice(f"the rules are watched for another {rest}, and may go back", "yellow")
    if standing.folder_differs:
        yield Notice("the folder holds other rules: `thermiq reload` lets them run", "yellow")


def running(standing: "pb.Standing") -> str:
    """Return the line of figures: version, starts, flash."""
    version = f"version {standing.version}" if standing.version else "no version kept"
    ends = f"{standing.unclean_ends} end{'' if standing.unclean_ends == 1 else 's'} out of order"
    starts = f"{standing.starts} start{'' if standing.starts == 1 else 's'}"
    flash = f"{standing.flash_today_bytes / 1e6:.1f} MB to flash today"
    return f"{version} of the rules  ·  {starts}, {ends}  ·  {flash}"
