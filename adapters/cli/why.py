"""`thermiq why` and `thermiq why-not`: what decided an output, and what a rule is waiting for."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.language import Form, FormOption, LanguageOption, form_of, words_for
from adapters.cli.live import DEFAULT, SocketAlone

if TYPE_CHECKING:
    from adapters.control.place import Place
    from adapters.pb.thermiq.v1 import control_pb2 as pb
    from engine.control.program import Program
    from engine.language.plant import Output
    from engine.values.fact import Value
    from engine.workshop.outline import Line
    from engine.workshop.words import Words

_At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When; without an offset the site's local time."),
]
_Facts = Annotated[
    Path | None,
    typer.Option(
        "--facts",
        exists=True,
        dir_okay=False,
        metavar="RECORDING",
        help="What was measured; without it the running daemon is asked.",
    ),
]
_Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        exists=True,
        metavar="RULES",
        help="A folder of rule files, beside --facts; rules/asp1 unless told.",
    ),
]
_Since = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="TIME", help="Start here rather than at the recording's beginning."
    ),
]
_Step = Annotated[str, typer.Option("--step", help="The time from scan to scan.")]
_Json = Annotated[bool, typer.Option("--json", help="Short for `--format json`.")]
_Colour = Annotated[bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")]

_RULES = Path("rules/asp1")
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(\S*)")


@dataclass(frozen=True, slots=True)
class _Told:
    """How an answer is written: in which form (None: sentence and tree), and whether in colour."""

    form: Form | None
    colour: bool

    def write(self, sentence: str, tree: "Line", seen: object) -> None:
        """Write what was worked out here."""
        if self.form is Form.JSON:
            from engine.workshop.plain import plain  # noqa: PLC0415 - only for programs

            document = {"sentence": sentence, "explanation": plain(seen)}
            typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))
        else:
            self._show(sentence, tree)

    def pass_on(self, answer: "pb.Answer") -> None:
        """Write what the daemon answered."""
        if self.form is Form.JSON:
            typer.echo(answer.json)
            return
        from adapters.codec.control import line_of  # noqa: PLC0415 - grpc is slow to import

        self._show(answer.sentence, line_of(answer.tree))

    def _show(self, sentence: str, tree: "Line") -> None:
        if self.form is Form.TEXT:
            typer.echo(sentence)
            return
        from adapters.cli.tree import show  # noqa: PLC0415 - `--help` needs none of this

        show("" if self.form is Form.TREE else sentence, tree, colour=self.colour)


def why(
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="As in miner1.power_target.")],
    at: _At = None,
    facts: _Facts = None,
    rules: _Rules = None,
    since: _Since = None,
    step: _Step = "10 s",
    socket: SocketAlone = DEFAULT,
    language: LanguageOption = None,
    form: FormOption = None,
    as_json: _Json = False,
    colour: _Colour = True,
) -> None:
    """Tell why an output has its value: in one sentence, then as a tree.

    Asks the running daemon. With a recording plays it up to TIME into the rules, as the controller
    would have. Exits with 1 if no daemon answers or it knows no such output, or if the rules are
    wrong or the recording does not reach; with 2 for an output that is not in the rules.
    """
    words, told = words_for(language), _Told(form_of(form, as_json), colour)
    if facts is None or at is None:
        _both_or_none(facts, at)
        _ask_why(output, socket, words, told)
        return
    from adapters.cli.looking_back import Question, look_back, read_program  # noqa: PLC0415 - only when needed
    from engine.workshop.explain import explain  # noqa: PLC0415 - only when needed
    from engine.workshop.outline import outline_why  # noqa: PLC0415 - only when needed
    from engine.workshop.wording import tell_why  # noqa: PLC0415 - only when needed

    rules = rules or _default_rules()
    program, digest = read_program(rules)
    _known(output, [each.name for each in program.rulebook.plant.outputs], "OUTPUT", "an output")
    scan = look_back(Question(facts, rules, at, since, step), program, digest)
    seen = explain(program, scan, output)
    told.write(tell_why(words, seen), outline_why(words, seen), seen)


def why_not(
    asked: Annotated[
        str,
        typer.Argument(metavar="RULE|OUTPUT[=VALUE]", help="A rule's id, or an output's value."),
    ],
    at: _At = None,
    facts: _Facts = None,
    rules: _Rules = None,
    since: _Since = None,
    step: _Step = "10 s",
    socket: SocketAlone = DEFAULT,
    language: LanguageOption = None,
    form: FormOption = None,
    as_json: _Json = False,
    colour: _Colour = True,
) -> None:
    """Tell what a rule lacks to fire, and by how much; or why an output has no such value.

    An output without a value is asked why it is not on. Asks and exits as `why` does.
    """
    words, told = words_for(language), _Told(form_of(form, as_json), colour)
    if facts is None or at is None:
        _both_or_none(facts, at)
        _ask_why_not(asked, socket, words, told)
        return
    from adapters.cli.looking_back import Question, look_back, read_program  # noqa: PLC0415 - only when needed
    from engine.workshop import outline, why_not, wording  # noqa: PLC0415 - only when needed

    rules = rules or _default_rules()
    program, digest = read_program(rules)
    outputs = {output.name: output for output in program.rulebook.plant.outputs}
    name, equals, text = (part.strip() for part in asked.partition("="))
    _known(name, [*_rules_of(program), *outputs], "RULE", "a rule or an output")
    value = _value(text, outputs[name]) if equals and name in outputs else None
    if equals and name not in outputs:
        raise typer.BadParameter(f"`{name}` is a rule; it has no value", param_hint="RULE")
    scan = look_back(Question(facts, rules, at, since, step), program, digest)
    if name in outputs:
        wish = why_not.why_not_value(program, scan, name, value)
        tree = outline.outline_why_not_value(words, wish)
        told.write(wording.tell_why_not_value(words, wish), tree, wish)
    else:
        seen = why_not.why_not(program, scan, name)
        tree = outline.outline_why_not(words, seen)
        told.write(wording.tell_why_not(words, seen), tree, seen)


def _default_rules() -> Path:
    """Return the rules of a checkout; who asks a daemon on a PLC has none, and needs none."""
    if not _RULES.exists():
        raise typer.BadParameter(f"which rules? There is no `{_RULES}` here", param_hint="--rules")
    return _RULES


def _both_or_none(facts: Path | None, at: str | None) -> None:
    if facts is not None:
        raise typer.BadParameter("is missing: which moment of the recording?", param_hint="--at")
    if at is not None:
        raise typer.BadParameter("needs `--facts`: the daemon knows the present", param_hint="--at")


def _ask_why(output: str, socket: "Place", words: "Words", told: "_Told") -> None:
    from adapters.cli.live import ask  # noqa: PLC0415 - grpc is slow to import
    from adapters.codec.control_methods import WHY  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    request = pb.WhyRequest(output=output, language=words.code)
    told.pass_on(ask(socket, WHY, request))


def _ask_why_not(asked: str, socket: "Place", words: "Words", told: "_Told") -> None:
    from adapters.cli.live import ask  # noqa: PLC0415 - grpc is slow to import
    from adapters.codec.control_methods import WHY_NOT  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    subject, equals, value = (part.strip() for part in asked.partition("="))
    if equals and not value:
        raise typer.BadParameter(f"which value of `{subject}`?", param_hint="OUTPUT=VALUE")
    request = pb.WhyNotRequest(subject=subject, value=value, language=words.code)
    told.pass_on(ask(socket, WHY_NOT, request))


def _rules_of(program: "Program") -> list[str]:
    return [rule.id for rule in program.rulebook.rules]


def _known(name: str, names: list[str], argument: str, what: str) -> None:
    """Refuse a name that is not among the known ones."""
    if name in names:
        return
    from engine.language.suggest import advise  # noqa: PLC0415 - only for a misspelt name

    advice = advise(name, names)
    message = f"`{name}` is not {what}" + (f"; {advice}" if advice else "")
    raise typer.BadParameter(message, param_hint=argument)


def _value(text: str, output: "Output") -> "Value":
    """Return what was written as a value of the output, in its unit."""
    from engine.language.types import BoolType, EnumType, NumberType  # noqa: PLC0415 - only when needed
    from engine.language.words import FALSE_WORDS, TRUE_WORDS  # noqa: PLC0415 - only when needed
    from engine.values.units import NUMBER, parse_unit  # noqa: PLC0415 - only when needed

    match output.type:
        case BoolType() if text in TRUE_WORDS | FALSE_WORDS:
            return text in TRUE_WORDS
        case EnumType() if text in output.type.values:
            return text
        case NumberType() if found := _NUMBER.fullmatch(text):
            own = output.unit or NUMBER
            unit = parse_unit(found[2]) if found[2] else own
            if unit is not None and (unit.dimension, unit.absolute) == (
                own.dimension,
                own.absolute,
            ):
                return float(found[1]) * unit.factor / own.factor
    message = f"`{text}` is no value of `{output.name}`, which is {_article(output)}"
    raise typer.BadParameter(message, param_hint="OUTPUT=VALUE")


def _article(output: "Output") -> str:
    kind = str(output.type)
    if kind.startswith("one of"):
        return kind
    unit = f" in {output.unit.symbol}" if output.unit and output.unit.symbol else ""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}{unit}"
