"""Home Assistant's history answer to series: a JSON list of lists of states.

Format: https://developers.home-assistant.io/docs/api/rest, GET /api/history/period. With
`minimal_response` only the first and the last state of a list carry `entity_id` and `attributes`.
"""

import json
from datetime import datetime
from typing import Any

from adapters.recordings.findings import Findings, quoted
from adapters.recordings.mapping import ColumnMap, Mapping, Series
from adapters.recordings.moments import plausible, to_ms
from engine.language.position import Position
from engine.language.suggest import advise


def read_homeassistant(file: str, text: str, mapping: Mapping, findings: Findings) -> list[Series]:
    """Return a series for each mapped entity of the file; what is wrong goes to `findings`.

    A state without a readable time is left out and counted. Entities that the mapping does not
    name are left out; that none is named fails.
    """
    lists = _lists(file, text, findings)
    wanted = {column.source: column for column in mapping.columns}
    result = []
    seen: list[str] = []
    for states in lists:
        entity = next((_text(state, "entity_id") for state in states), "")
        seen.append(entity)
        if entity in wanted:
            result.append(_series(file, wanted[entity], states, mapping, findings))
    if not result and not findings.failed:
        column = mapping.columns[0]
        listed = "it has " + ", ".join(quoted(name) for name in seen if name)
        help_ = advise(column.source, seen) or (listed if any(seen) else "it holds no states")
        message = f"{file} has no entity {quoted(column.source)}"
        findings.fail("import-unknown-column", column.source, message, column.position, help_)
    return result


def _lists(file: str, text: str, findings: Findings) -> list[list[dict[str, Any]]]:
    """Return the lists of states, empty after noting why there are none."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"the file is not JSON: {error.msg}"
        place = Position(file, error.lineno, error.colno)
        findings.fail("import-not-json", "", message, place, "perhaps it is cut off")
        return []
    except (RecursionError, ValueError):
        message = "the file is no list of states: it is nested too deep or holds a huge number"
        findings.fail("import-not-json", "", message, Position(file, 1, 1))
        return []
    shaped = isinstance(data, list) and all(
        isinstance(states, list) and all(isinstance(state, dict) for state in states)
        for states in data
    )
    if not shaped:
        message = "the file is not a Home Assistant history: a list of lists of states"
        help_ = "ask Home Assistant for /api/history/period/<time>?filter_entity_id=<entity>"
        findings.fail("import-not-json", "", message, Position(file, 1, 1), help_)
        return []
    return data  # type: ignore[no-any-return] # its shape was looked at


def _series(
    file: str,
    column: ColumnMap,
    states: list[dict[str, Any]],
    mapping: Mapping,
    findings: Findings,
) -> Series:
    at_ms: list[int] = []
    texts: list[str] = []
    units: list[str] = []
    unit = ""
    for state in states:
        attributes = state.get("attributes")
        if isinstance(attributes, dict) and "unit_of_measurement" in attributes:
            unit = str(attributes["unit_of_measurement"])
        written = _text(state, "last_updated") or _text(state, "last_changed")
        try:
            moment = plausible(datetime.fromisoformat(written))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=mapping.zone)
            at_ms.append(to_ms(moment))
        except (ValueError, OverflowError):
            message = f"{quoted(column.source)}: {quoted(written)} is not a time"
            place = Position(file, 1, 1)
            findings.warn("import-not-a-time", column.source, message + "; left out", place)
            continue
        texts.append(_text(state, "state"))
        units.append(unit)
    return Series(column, at_ms, texts, units, lambda _: Position(file, 1, 1))


def _text(state: dict[str, Any], key: str) -> str:
    value = state.get(key)
    return "" if value is None else str(value)
