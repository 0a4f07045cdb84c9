"""The status as a screen for a terminal and as plain text for a pipe; the words are the same."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from adapters.cli.standing_view import notices, running
from adapters.cli.tables import Table, plain
from engine.workshop.figures import duration

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from adapters.pb.thermiq.v1 import control_pb2 as pb

_TIMERS = {
    "min_on": "stays on for",
    "min_off": "stays off for",
    "settle": "settles for",
    "max_changes": "next change in",
    "max_starts": "next start in",
}
_CAUSES = {
    "rule": "green",
    "override": "magenta",
    "default": "dim",
    "interlock": "yellow",
    "conflict": "red",
    "latch": "bold red",
    "trip": "bold red",
}
_WORST = ("tripped", "latched", "conflict", "interlock")
"""Kinds of alarms, the worst first; all others come after them."""
_QUALITIES = {"good": "", "stale": "yellow", "bad": "red", "missing": "dim red"}
_STATES = {"running": "green", "waiting": "yellow", "parked": "red"}
_SAID_BY_THE_CAUSE = ("because ", "its default, because no rule asks for anything; ")
_DIGEST_LETTERS = 12
_BRIEF_LETTERS = 100
_IN_BRACKETS = re.compile(r" \([^()]*\)")
_LOCAL_LETTERS = 19


def headline(status: "pb.Status") -> str:
    """Return the first line: site, time, mode, rules."""
    mode = status.mode.name + (f" (set by {status.mode.author})" if status.mode.author else "")
    shadow = "SHADOW, nothing is written" if status.shadow else ""
    parts = [
        status.site or "a site without a name",
        status.local_time[:_LOCAL_LETTERS],
        f"mode {mode}",
        f"rules {status.rules[:_DIGEST_LETTERS]}",
        shadow,
    ]
    return "  ·  ".join(part for part in parts if part)


def counted(status: "pb.Status") -> str:
    """Return the last line: how the scans went."""
    counters = status.counters
    overruns = f"{counters.overruns} overrun" + ("" if counters.overruns == 1 else "s")
    return f"{counters.scans} scans  ·  {overruns}  ·  longest {counters.longest_s * 1000:.1f} ms"


def reason(output: "pb.Output") -> str:
    """Return why, without what the row says already."""
    opening = f"{output.name} is {output.value.text}"
    text = output.sentence
    rest = text.removeprefix(opening).lstrip(" ,:;") if text.startswith(opening) else text
    for known in _SAID_BY_THE_CAUSE:
        rest = rest.removeprefix(known)
    return rest if rest.strip(".") else output.cause


def brief(text: str) -> str:
    """Return a long reason without the figures in brackets, which `thermiq why` has too."""
    return text if len(text) <= _BRIEF_LETTERS else _IN_BRACKETS.sub("", text)


def timers(output: "pb.Output") -> str:
    """Return the timers of an output of which the reason does not tell, and its override."""
    found = [
        f"{_TIMERS.get(each.kind, each.kind.replace('_', ' '))} {duration(each.remaining_s)}"
        for each in output.timers
        if f"for another {duration(each.remaining_s)}" not in output.sentence
    ]
    if output.HasField("override"):
        found.append(f"override ends in {duration(output.override.remaining_s)}")
    return ", ".join(found)


def age(fact: "pb.Fact") -> str:
    """Return how old a fact is."""
    return duration(round(fact.age_s, 1)) if fact.HasField("age_s") else "never"


def standing(alarm: "pb.Alarm") -> str:
    """Return how an alarm stands."""
    seen = f"seen by {alarm.acknowledged_by}" if alarm.acknowledged_by else "not acknowledged"
    return f"{'active' if alarm.active else 'over'}, {seen}"


def by_urgency(alarms: Iterable["pb.Alarm"]) -> list["pb.Alarm"]:
    """Return what lasts before what is over, what nobody has seen yet and what is worst first."""

    def urgency(alarm: "pb.Alarm") -> tuple[bool, bool, int]:
        worst = _WORST.index(alarm.kind) if alarm.kind in _WORST else len(_WORST)
        return (not alarm.active, bool(alarm.acknowledged_by), worst)

    return sorted(alarms, key=urgency)


def alarm_table(alarms: Iterable["pb.Alarm"]) -> Table:
    """Return the alarm book."""
    rows = tuple(
        (each.subject, each.kind.replace("_", " "), standing(each), f"{each.count}×", each.text)
        for each in by_urgency(alarms)
    )
    heads = ("alarm", "kind", "stands", "came", "")
    return Table("Alarms", heads, rows, left=frozenset({0, 1, 2, 4}))


def tables(status: "pb.Status") -> list[Table]:
    """Return the status as tables."""
    outputs = tuple(
        (each.name, each.value.text, each.cause, reason(each), timers(each))
        for each in status.outputs
    )
    facts = tuple(
        (each.name, each.value.text or "–", each.quality, age(each), each.reason)
        for each in status.facts
    )
    devices = tuple(
        (each.name, each.state, str(each.failures), each.last_error) for each in status.devices
    )
    words = frozenset({0, 2, 3, 4})
    return [
        alarm_table(status.alarms),
        Table("Outputs", ("output", "value", "cause", "why", "timers"), outputs, left=words),
        Table("Facts", ("fact", "value", "quality", "age", ""), facts, left=frozenset({0, 2, 4})),
        Table("Devices", ("device", "state", "failures", "last error"), devices, left=words - {2}),
    ]


def as_text(status: "pb.Status") -> str:
    """Return the status for a pipe."""
    drawn = [plain(table) for table in tables(status) if table.rows]
    top = "\n".join([headline(status), *(each.text for each in notices(status.standing))])
    return "\n\n".join([top, *drawn, counted(status), running(status.standing)])


def screen(status: "pb.Status") -> "Group":
    """Return the status for a terminal."""
    from rich.console import Group  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.rule import Rule  # noqa: PLC0415 - same
    from rich.text import Text  # noqa: PLC0415 - same

    parts: list[RenderableType] = [
        Rule(Text(headline(status), style="bold"), style="red" if _is_wrong(status) else "cyan"),
        *(Text(each.text, style=each.style) for each in notices(status.standing)),
        _alarms(status),
        _outputs(status),
        Text("facts", style="dim"),
        _facts(status),
        Text("devices", style="dim"),
        _devices(status),
        Text(f"{counted(status)}  ·  {running(status.standing)}", style="dim"),
    ]
    return Group(*parts)


def _is_wrong(status: "pb.Status") -> bool:
    return any(each.active for each in status.alarms)


def _alarms(status: "pb.Status") -> "RenderableType":
    from rich.panel import Panel  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.text import Text  # noqa: PLC0415 - same

    if not status.alarms:
        return Text("✓ no alarm", style="green")
    lines = Text()
    for each in by_urgency(status.alarms):
        sign = ("✗ ", "bold red") if each.active else ("○ ", "yellow")
        count = f", {each.count} times" if each.count > 1 else ""
        lines.append_text(Text.assemble(sign, (each.subject, "bold"), f"  {each.text}  "))
        lines.append(f"{each.kind.replace('_', ' ')}, {standing(each)}{count}\n", style="dim")
    lines.rstrip()
    return Panel(lines, title="Alarms", title_align="left", border_style="red")


def _outputs(status: "pb.Status") -> "RenderableType":
    from rich.table import Table as RichTable  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415 - same

    table = RichTable(box=None, header_style="dim", padding=(0, 2, 0, 0), expand=True)
    table.add_column("output", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("cause", no_wrap=True)
    table.add_column("why", ratio=1)
    for each in status.outputs:
        lamp = ("● ", "bold green") if each.on else ("○ ", "dim")
        why = Text(brief(reason(each)), style="dim" if each.cause == "default" else "")
        running = timers(each)
        if running:
            why.append(f"\n⏲ {running}", style="cyan")
        table.add_row(
            Text.assemble(lamp, each.name),
            Text(each.value.text, style="bold" if each.on else ""),
            Text(each.cause, style=_CAUSES.get(each.cause, "")),
            why,
        )
    return table


def _facts(status: "pb.Status") -> "RenderableType":
    from rich.columns import Columns  # noqa: PLC0415 - slow to import, and only for terminals

    cells = [_fact(each) for each in status.facts]
    return Columns(cells, padding=(0, 3), equal=True)


def _fact(fact: "pb.Fact") -> "Text":
    from rich.text import Text  # noqa: PLC0415 - slow to import, and only for terminals

    style = _QUALITIES.get(fact.quality, "")
    if fact.quality == "good":
        return Text.assemble(
            (fact.name, "dim"), "  ", (fact.value.text, "bold"), ("  " + age(fact), "dim")
        )
    told = f"{fact.quality}  {age(fact)}" + (f": {fact.reason}" if fact.reason else "")
    return Text.assemble((fact.name, style), "  ", (told, style))


def _devices(status: "pb.Status") -> "RenderableType":
    from rich.columns import Columns  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.console import Group  # noqa: PLC0415 - same

    well = [each for each in status.devices if each.state == "running"]
    ailing = [each for each in status.devices if each.state != "running"]
    return Group(Columns(map(_device, well), padding=(0, 3)), *map(_device, ailing))


def _device(device: "pb.Device") -> "Text":
    from rich.text import Text  # noqa: PLC0415 - slow to import, and only for terminals

    style = _STATES.get(device.state, "")
    told = "" if device.state == "running" else f" {device.state}: {device.last_error}"
    return Text.assemble(("● ", style), device.name, (told, style))
