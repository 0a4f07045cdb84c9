"""Between the engine's data and the messages of `thermiq/v1/control.proto`. Pure."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from adapters.pb.thermiq.v1 import control_pb2 as pb
from engine.control.decision import Decision
from engine.control.program import Program
from engine.control.scan import Scan
from engine.inference.image import Override
from engine.language.plant import Output, Point
from engine.language.problem import Problem
from engine.language.types import BoolType, EnumType, NumberType
from engine.language.words import FALSE_WORDS, TRUE_WORDS
from engine.values.fact import Quality, Value
from engine.values.units import NUMBER, Unit, parse_unit
from engine.workshop.english import ENGLISH
from engine.workshop.explain import explain
from engine.workshop.figures import figure
from engine.workshop.outline import Line, Mark
from engine.workshop.plain import plain
from engine.workshop.quantity import declared
from engine.workshop.wording import tell_why

VALUE_LETTERS_MAX = 80
_NUMBER = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s*(\S*)", re.ASCII)
_UNIT_LETTERS_MAX = 12


def value_message(value: Value, unit: Unit | None) -> pb.Value:
    """Return a value in its declared unit, with the text that a person reads."""
    text = figure(declared(value, unit))
    symbol = "" if unit is None or isinstance(value, bool | str) else unit.symbol
    match value:
        case bool():
            return pb.Value(flag=value, text=text)
        case str():
            return pb.Value(state=value, text=text)
        case _:
            return pb.Value(number=value, unit=symbol, text=text)


def read_value(text: str, output: Output) -> Value | None:
    """Return what a person wrote as a value of the output, in its unit; None if it is none."""
    text = text.strip()
    if len(text) > VALUE_LETTERS_MAX:
        return None
    match output.type:
        case BoolType():
            return text in TRUE_WORDS if text in TRUE_WORDS | FALSE_WORDS else None
        case EnumType():
            return text if text in output.type.values else None
        case NumberType():
            return _number(text, output.unit or NUMBER)


def _number(text: str, own: Unit) -> float | None:
    found = _NUMBER.fullmatch(text)
    if found is None or len(found[2]) > _UNIT_LETTERS_MAX:
        return None
    unit = parse_unit(found[2]) if found[2] else own
    if unit is None or (unit.dimension, unit.absolute) != (own.dimension, own.absolute):
        return None
    value = float(found[1]) * unit.factor / own.factor
    return round(value, 9) if math.isfinite(value) else None


def kind_of(output: Output) -> str:
    """Return what values an output has, in a few words."""
    unit = f" in {output.unit.symbol}" if output.unit and output.unit.symbol else ""
    return f"{output.type}{unit}"


def override_message(override: Override, output: Output, now_s: float) -> pb.Override:
    """Return an override as of monotonic `now_s`."""
    return pb.Override(
        id=override.id,
        output=override.output,
        value=value_message(override.value, output.unit),
        author=override.by,
        remaining_s=max(0.0, override.until_s - now_s),
    )


def output_message(program: Program, scan: Scan, output: Output) -> pb.Output:
    """Return an output as decided, with its sentence, its timers and its override."""
    seen = explain(program, scan, output.name)
    message = pb.Output(
        name=output.name,
        about=output.about,
        value=value_message(_decision(scan, output.name).value, output.unit),
        on=output.is_on(_decision(scan, output.name).value),
        cause=seen.cause.value,
        by=seen.by,
        sentence=tell_why(ENGLISH, seen),
        timers=[
            pb.Timer(kind=timer.kind.value, remaining_s=timer.remaining_s)
            for timer in seen.countdowns
        ],
    )
    now_s = scan.trace.moment.monotonic_s
    for override in scan.trace.image.overrides:  # of several the last one counts
        if override.output == output.name:
            message.override.CopyFrom(override_message(override, output, now_s))
    return message


def _decision(scan: Scan, output: str) -> Decision:
    return next(each for each in scan.decisions if each.output == output)


def fact_message(scan: Scan, place: int, point: Point, reasons: Mapping[str, str]) -> pb.Fact:
    """Return a fact as the scan saw it; `reasons` say why points are not GOOD."""
    image = scan.trace.image
    quality, value = image.qualities[place], image.values[place]
    message = pb.Fact(name=point.name, about=point.about, quality=quality.value)
    age_s = scan.trace.moment.monotonic_s - image.measured_at_s[place]
    if math.isfinite(age_s):
        message.age_s = max(0.0, age_s)
    if value is not None:
        message.value.CopyFrom(value_message(value, point.unit))
    if quality is not Quality.GOOD:
        message.reason = reasons.get(point.name, "")
    return message


def fact_messages(
    program: Program, scan: Scan, reasons: Mapping[str, str], names: Iterable[str] | None = None
) -> Iterator[pb.Fact]:
    """Yield the facts of a scan, all of them or those of these names, in the plant's order."""
    wanted = None if names is None else set(names)
    for place, point in enumerate(program.rulebook.plant.points):
        if wanted is None or point.name in wanted:
            yield fact_message(scan, place, point, reasons)


def changed_qualities(before: Scan, now: Scan) -> list[int]:
    """Return the places of the facts whose quality is another than in an earlier scan."""
    old, new = before.trace.image.qualities, now.trace.image.qualities
    if old == new:
        return []
    return [place for place, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]


def line_message(line: Line) -> pb.Line:
    """Return a tree of lines."""
    return pb.Line(
        text=line.text, mark=line.mark.value, below=[line_message(each) for each in line.below]
    )


def line_of(message: pb.Line) -> Line:
    """Return the tree of lines that a message holds; a mark of a newer daemon is none."""
    marks = {mark.value: mark for mark in Mark}
    mark = marks.get(message.mark, Mark.NONE)
    return Line(message.text, mark, tuple(line_of(each) for each in message.below))


def answer_message(sentence: str, tree: Line, seen: object) -> pb.Answer:
    """Return why, or why not: a sentence, the tree below it, and the same for programs."""
    document = {"sentence": sentence, "explanation": plain(seen)}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    return pb.Answer(sentence=sentence, tree=line_message(tree), json=text)


def problem_message(problem: Problem) -> pb.Problem:
    """Return a problem of a rule file."""
    return pb.Problem(
        code=problem.code,
        severity=problem.severity.value,
        file=problem.position.file,
        line=problem.position.line,
        column=problem.position.column,
        message=problem.message,
        help=problem.help,
    )
