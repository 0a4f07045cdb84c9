"""Times: UTC milliseconds as recordings count them, ISO text as people write it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

FIRST_YEAR, LAST_YEAR = 1970, 2200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?(ms|s|min|h|d)", re.ASCII)
_UNITS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return an aware moment as UTC milliseconds, cut down to the millisecond."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(at_ms: int, zone: tzinfo = UTC) -> datetime:
    """Return the moment in a time zone. Raises OverflowError outside the years 1 to 9999."""
    return (_EPOCH + at_ms * _MILLISECOND).astimezone(zone)


def plausible(moment: datetime) -> datetime:
    """Return the moment. Raises ValueError if its year cannot be that of a recording."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year {moment.year} cannot be")
    return moment


def iso(at_ms: int, zone: tzinfo = UTC) -> str:
    """Return ISO 8601 text: `2024-03-31T00:30:00Z`, milliseconds only where there are some."""
    moment = from_ms(at_ms, zone)
    digits = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=digits).removesuffix("+00:00") + (
        "Z" if not moment.utcoffset() else ""
    )


def parse_iso(text: str, zone: tzinfo = UTC) -> int:
    """Return the UTC milliseconds of ISO 8601 text; without an offset it is local to `zone`.

    Of the doubled hour in autumn the first pass is meant. Raises ValueError for other text.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is not a time; write it as `2024-06-12T14:10`") from None
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def duration_ms(text: str) -> int:
    """Return the milliseconds of `90 s`, `30 min`, `1.5 h`. Raises ValueError for other text."""
    found = _DURATION.fullmatch(text.strip())
    milliseconds = round(float(found[1]) * _UNITS_MS[found[2]]) if found else 0
    if milliseconds <= 0:
        raise ValueError(f"`{text}` is not a duration; write it as `90 s`, `30 min` or `2 h`")
    return milliseconds


@dataclass(frozen=True, slots=True)
class Resolved:
    """A local time found in UTC. `at_ms` is None for a local time that never was.

    `doubtful` marks a time in autumn's doubled hour that could be either pass; the first is taken.
    """

    at_ms: int | None
    doubtful: bool = False


def resolve_local(times: Sequence[datetime], zone: tzinfo) -> list[Resolved]:
    """Return the UTC moments of naive local times that stand in the order of measurement.

    In spring an hour is left out: such a time has no moment. In autumn an hour comes twice: the
    second pass begins where the times step back, or stay, within the doubled hour. Where they
    never step back nobody can know, and every time of that hour is doubtful. A time that carries
    its offset counts as it is.
    """
    result: list[Resolved] = []
    run: list[int] = []  # places of the doubled hour that stand together
    for place, moment in enumerate(times):
        if moment.tzinfo is not None:
            result.append(Resolved(to_ms(moment)))
            continue
        first, second = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
        if first.utcoffset() == second.utcoffset():
            result.append(Resolved(to_ms(first)))
            _settle(run, times, result, zone)
            continue
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
            result.append(Resolved(None))
            continue
        if run and times[run[-1]].date() != moment.date():
            _settle(run, times, result, zone)
        run.append(place)
        result.append(Resolved(to_ms(first)))
    _settle(run, times, result, zone)
    return result


def _settle(
    run: list[int], times: Sequence[datetime], result: list[Resolved], zone: tzinfo
) -> None:
    """Decide which times of one doubled hour belong to the second pass, and forget the run."""
    stepped_back = next((i for i in range(1, len(run)) if times[run[i]] <= times[run[i - 1]]), None)
    for i, place in enumerate(run):
        if stepped_back is None:
            result[place] = Resolved(result[place].at_ms, doubtful=True)
        elif i >= stepped_back:
            result[place] = Resolved(to_ms(times[place].replace(tzinfo=zone, fold=1)))
    run.clear()
