"""Rules on probation: for some minutes after they went live, what happens may take them back.

They go back when an alarm comes up that did not stand before they ran (a trip, an interlock that
does not hold, rules in conflict), or when a condition that was given with them becomes TRUE:

    buffer.top > 80 °C
    {condition: miner1.power < 100 W, for: 2 min}

A condition may name whatever the new rules name. UNKNOWN takes nothing back: a sensor that is lost
has its own alarm.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.control.decision import Alarm, AlarmKind
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.language.checked import check_files
from engine.language.problem import Severity

SECONDS_MAX = 86_400.0
CONDITIONS_MAX = 20
_ALARMS = frozenset({AlarmKind.TRIPPED, AlarmKind.INTERLOCK, AlarmKind.CONFLICT})
_FILE = "rollback"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is watched, and for how long; 0 s: nothing is."""

    lasts_s: float = 0.0
    conditions: tuple[str, ...] = ()


class Probation:
    """One stretch of watching; hears of every complete scan of the new rules."""

    def __init__(
        self, files: Mapping[str, bytes], terms: Terms, now_s: float, standing: Sequence[Alarm]
    ) -> None:
        """Begin at monotonic `now_s`; `files` are the new rules, `standing` the alarms till now.

        Raises ValueError in user words if a condition is none.
        """
        if not 0 < terms.lasts_s <= SECONDS_MAX:
            raise ValueError("rules are watched for more than 0 s and at most 24 h")
        self.until_s = now_s + terms.lasts_s
        self._standing = {(alarm.kind, alarm.subject) for alarm in standing}
        self._conditions = terms.conditions
        self._program = _watching(files, terms.conditions) if terms.conditions else None
        self._retained: Retained | None = None

    def look(self, done: Scan) -> str:
        """Return why the rules shall go back, or nothing."""
        for alarm in done.trace.alarms:
            if alarm.kind in _ALARMS and (alarm.kind, alarm.subject) not in self._standing:
                return f"{alarm.kind.value} {alarm.subject}: {alarm.text}"
        # One that goes and comes back under the new rules is theirs.
        self._standing &= {(alarm.kind, alarm.subject) for alarm in done.trace.alarms}
        if self._program is None:
            return ""
        before = initial(self._program) if self._retained is None else self._retained
        seen = scan(self._program, before, done.trace.image, done.trace.moment)
        self._retained = seen.retained
        watching = seen.trace.rule_truths[-len(self._conditions) :]
        for condition, truth in zip(self._conditions, watching, strict=True):
            if truth is True:
                return f"`{condition}` holds"
        return ""


def _watching(files: Mapping[str, bytes], conditions: Sequence[str]) -> Program:
    """Return the rules with one more for each condition, last. What they decide goes nowhere."""
    if len(conditions) > CONDITIONS_MAX:
        raise ValueError(f"at most {CONDITIONS_MAX} conditions can be watched")
    lines = [
        f"  - {{id: {_FILE}{number}, when: {_flow(text)}, then: {{assert: {_FILE}.n{number}}}}}\n"
        for number, text in enumerate(conditions)
    ]
    checked = check_files({**files, _FILE: f"rules:\n{''.join(lines)}".encode()})
    for problem in checked.problems:
        if problem.position.file == _FILE and problem.severity is Severity.ERROR:
            condition = conditions[max(0, problem.position.line - 2)]
            raise ValueError(f"`{condition}`: {problem.message}")
    others = [rule for rule in checked.rulebook.rules if rule.position.file != _FILE]
    ours = [rule for rule in checked.rulebook.rules if rule.position.file == _FILE]
    if len(ours) != len(conditions):
        raise ValueError(f"`{conditions[0]}` is not one condition")
    rules = (*others, *ours)
    return compile_program(
        replace(checked.rulebook, rules=rules, trips=(), interlocks=(), permissives=())
    )


def _flow(text: str) -> str:
    """Return a condition as YAML on one line: a table as it is, an expression in quotes."""
    line = " ".join(text.split())
    return line if line.startswith(("{", "[")) else json.dumps(line, ensure_ascii=False)
