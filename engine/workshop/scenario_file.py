"""The entry to scenarios: the test files of a folder in, scenarios and all problems out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.control.program import Program
from engine.language import document
from engine.language.check import duplicate_id, missing_key, syntax, unknown_key
from engine.language.document import Node, Scalar, Sequence
from engine.language.form import Form, as_mapping, as_sequence, open_form
from engine.language.parse_yaml import parse_yaml
from engine.language.position import Position
from engine.language.problem import Problem, Severity, by_place
from engine.language.registry import Registry
from engine.language.source import read_text
from engine.language.suggest import advise
from engine.workshop.scenario import Action, Expectation, Never, Scenario, Series, StartState
from engine.workshop.scenario_actions import read_action
from engine.workshop.scenario_claims import (
    Span,
    open_expectation,
    read_claims,
    read_never,
    read_span,
)
from engine.workshop.scenario_scope import Context, context_of
from engine.workshop.scenario_state import read_state
from engine.workshop.scenario_times import (
    DEFAULT_START,
    Start,
    UnixMs,
    fits,
    read_length_ms,
    read_local,
)
from engine.workshop.series import Timeline, read_series

COMMON = "common.test.yaml"
"""What stands here beside scenarios holds for every test file of the folder."""
SUFFIX = ".test.yaml"

_DEFAULTS = ("at", "every", "before", "state")
_FILE_KEYS = ("about", *_DEFAULTS, "given", "never", "scenarios")
_KEYS = (
    "name", "about", "like", *_DEFAULTS, "lasts", "facts", "do", "expect", "never",
)  # fmt: skip
_INHERITED = (*_DEFAULTS, "lasts", "do")
_DEFAULT_EVERY_MS = 10_000
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Scenarios:
    """What was sound, what was not, and the texts for showing it. `never` holds in all of them."""

    scenarios: tuple[Scenario, ...]
    never: tuple[Never, ...]
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Tell whether all of them may be played."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def load_scenarios(files: Mapping[str, bytes], program: Program, to_unix_ms: UnixMs) -> Scenarios:
    """Read the test files of one folder; keys are their names as shown to the operator."""
    problems: list[Problem] = []
    reader = _Reader(context_of(program, problems), to_unix_ms)
    for file in sorted(files, key=lambda name: (not _is_common(name), name)):
        reader.read(file, files[file])
    never = tuple(reader.never)
    return Scenarios(
        tuple(replace(each, never=(*never, *each.never)) for each in reader.scenarios),
        never,
        tuple(sorted(set(problems), key=by_place)),
        reader.sources,
    )


def _is_common(file: str) -> bool:
    return file.replace("\\", "/").rsplit("/", 1)[-1] == COMMON


@dataclass(frozen=True, slots=True)
class _Layer:
    """Values by key and facts by point; what lies above counts first."""

    fields: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    facts: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)

    def over(self, below: "_Layer") -> "_Layer":
        """Return both; of a state that both have, entry by entry."""
        fields = {**below.fields, **self.fields}
        if "state" in below.fields and "state" in self.fields:
            key, own = self.fields["state"]
            fields["state"] = (key, _merged(own, below.fields["state"][1], depth=2))
        return _Layer(fields, {**below.facts, **self.facts})


def _merged(above: Node, below: Node, depth: int) -> Node:
    """Return `above` with the entries that only `below` has, so many levels deep."""
    if not (depth and isinstance(above, document.Mapping) and isinstance(below, document.Mapping)):
        return above
    others = {key.text: value for key, value in below.items}
    items = tuple(
        (key, _merged(value, others[key.text], depth - 1) if key.text in others else value)
        for key, value in above.items
    )
    own = {key.text for key, _ in above.items}
    rest = tuple((key, value) for key, value in below.items if key.text not in own)
    return document.Mapping((*items, *rest), above.position)


@dataclass(slots=True)
class _Reader:
    """Reads file after file, the common one first."""

    context: Context
    to_unix_ms: UnixMs
    common: _Layer = field(default_factory=_Layer)
    scenarios: list[Scenario] = field(default_factory=list)
    never: list[Never] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    names: dict[str, Position] = field(default_factory=dict)
    claims: Registry = field(init=False)

    def __post_init__(self) -> None:
        self.claims = Registry(self.context.problems)

    def read(self, file: str, content: bytes) -> None:
        """Read one file."""
        problems = self.context.problems
        text, found = read_text(file, content)
        self.sources[file] = text
        problems.extend(found)
        top = None if found else parse_yaml(file, text, problems)
        form = None if top is None else open_form(top, "a file of tests", _FILE_KEYS, problems)
        if form is None:
            return
        own = _layer(form, _DEFAULTS, "given")
        if _is_common(file):
            self.common = own
        never = form.node("never")
        if never is not None:
            self.never += read_never(never, self.context, self.claims)
        given = own.over(self.common)
        node = form.node("scenarios")
        listed = None if node is None else as_sequence(node, "`scenarios`", problems)
        layers: dict[str, _Layer] = {}
        for item in listed.items if listed else ():
            self._scenario(item, given, layers)

    def _scenario(self, node: Node, given: _Layer, layers: dict[str, _Layer]) -> None:
        """Read one scenario; `layers` are those of the file before it, by name."""
        problems = self.context.problems
        form = open_form(node, "a scenario", _KEYS, problems)
        name = None if form is None else form.scalar("name", needed=True)
        if form is None or name is None or not self._is_new(name):
            return
        own = _layer(form, _INHERITED, "facts")
        like, model = form.scalar("like"), form.text("like")
        if like is not None and model not in layers:
            message = f"no scenario before this one is called `{model}`"
            advice = advise(model, layers) or "it must stand above, in the same file"
            problems.append(syntax.problem(message, like.position, advice))
        elif like is not None:
            own = own.over(layers[model])
        layers[" ".join(name.text.split())] = own
        before = len(problems)
        found = _One(self, _layered(form, own.over(given)), name).scenario()
        if found is not None and len(problems) == before:
            self.scenarios.append(found)

    def _is_new(self, name: Scalar) -> bool:
        text, problems = " ".join(name.text.split()), self.context.problems
        if not text or len(text) > _LONGEST_NAME:
            message = f"a name has 1 to {_LONGEST_NAME} characters"
            problems.append(syntax.problem(message, name.position))
            return False
        if text in self.names:
            first = self.names[text]
            clash = duplicate_id.problem("scenario", text, name.position, first, "scenario")
            problems.append(clash)
            return False
        self.names[text] = name.position
        return True


def _layer(form: Form, keys: tuple[str, ...], facts: str) -> _Layer:
    node = form.node(facts)
    mapping = None if node is None else as_mapping(node, f"`{facts}`", form.problems)
    entries = {name.text: (name, value) for name, value in (mapping.items if mapping else ())}
    fields = {key: form.fields[key] for key in keys if key in form.fields}
    return _Layer(fields, entries)


def _layered(form: Form, layer: _Layer) -> "_Layered":
    """Return the form with what it has from elsewhere."""
    return _Layered(replace(form, fields={**form.fields, **layer.fields}), layer.facts)


@dataclass(frozen=True, slots=True)
class _Layered:
    """A scenario's form with everything that it inherits, and its facts."""

    form: Form
    facts: dict[str, tuple[Scalar, Node]]


@dataclass(frozen=True, slots=True)
class _One:
    """Reads one scenario."""

    reader: _Reader
    layered: _Layered
    name: Scalar

    @property
    def form(self) -> Form:
        return self.layered.form

    @property
    def context(self) -> Context:
        return self.reader.context

    def scenario(self) -> Scenario | None:
        """Return the scenario, or None and problems."""
        start = self._start()
        if start is None:
            return None
        series, length_ms = self._series(start)
        actions = self._actions(start)
        forms = self._expectation_forms()
        spans = [read_span(form, start) for form in forms]
        never = self.form.node("never")
        own = () if never is None else read_never(never, self.context, Registry(self.form.problems))
        claims = [read_claims(form, self.context) for form in forms]
        lasts_ms = self._lasts(start, [length_ms, *(each.at_ms for each in actions)], spans)
        if lasts_ms is None:
            return None
        if not self._expects() and not own and not self.reader.never:
            advice = "a scenario that expects nothing cannot fail"
            what = f"the scenario `{self.name.text}`"
            problem = missing_key.problem("expect", what, self.name.position, advice)
            self.form.problems.append(problem)
        state = self.form.node("state")
        before = self.form.scalar("before")
        before_ms = (
            0 if before is None else read_length_ms(before, "before", self.form.problems, zero=True)
        )
        return Scenario(
            name=" ".join(self.name.text.split()),
            start_ms=start.unix_ms,
            every_ms=start.every_ms,
            lasts_ms=lasts_ms,
            series=series,
            state=StartState() if state is None else read_state(state, self.context),
            before_ms=before_ms or 0,
            actions=actions,
            expectations=tuple(
                Expectation(*span.within(lasts_ms), found, form.position)
                for span, found, form in zip(spans, claims, forms, strict=True)
            ),
            never=own,
            about=self.form.text("about"),
            position=self.name.position,
        )

    def _start(self) -> Start | None:
        problems = self.form.problems
        written = self.form.scalar("at")
        local: datetime | None = DEFAULT_START
        if written is not None:
            local = read_local(written, problems)
        period = self.form.scalar("every")
        every_ms: int | None = _DEFAULT_EVERY_MS
        if period is not None:
            every_ms = read_length_ms(period, "every", problems)
        if local is None or every_ms is None:
            return None
        to_unix_ms = self.reader.to_unix_ms
        return Start(local, to_unix_ms(local), every_ms, to_unix_ms)

    def _series(self, start: Start) -> tuple[tuple[Series, ...], int]:
        """Return the sound series and the length of the longest."""
        timeline = Timeline(start.every_ms, start.clock_ms)
        found: list[Series] = []
        longest_ms = 0
        for name, node in self.layered.facts.values():
            if name.text in self.context.outputs:
                message = f"`{name.text}` is an output: it is decided, not told"
                advice = "write it under `expect`, or under `state` and `outputs`"
                self.form.problems.append(syntax.problem(message, name.position, advice))
                continue
            if not self.context.known(name, frozenset(self.context.points), "a fact"):
                continue
            scalar = node if isinstance(node, Scalar) else None
            if scalar is None:
                message = f"`{name.text}` is told in one line"
                advice = "write `buffer.top: 60 °C x6 +0.5 K x20`"
                self.form.problems.append(syntax.problem(message, name.position, advice))
                continue
            point = self.context.points[name.text]
            read = read_series(scalar, point, timeline, self.form.problems)
            if read is not None:
                found.append(read[0])
                longest_ms = max(longest_ms, read[1])
        return tuple(found), longest_ms

    def _actions(self, start: Start) -> tuple[Action, ...]:
        node = self.form.node("do")
        listed = None if node is None else as_sequence(node, "`do`", self.form.problems)
        read = [read_action(item, start, self.context) for item in (listed.items if listed else ())]
        return tuple(sorted((each for each in read if each), key=lambda each: each.at_ms))

    def _expects(self) -> bool:
        """Tell whether anything stands under `expect:`, right or wrong."""
        node = self.form.node("expect")
        return not (node is None or (isinstance(node, Sequence) and not node.items))

    def _expectation_forms(self) -> list[Form]:
        node = self.form.node("expect")
        listed = None if node is None else as_sequence(node, "`expect`", self.form.problems)
        forms = [open_expectation(item, self.context) for item in (listed.items if listed else ())]
        return [form for form in forms if form is not None]

    def _lasts(self, start: Start, lengths: list[int], spans: list[Span]) -> int | None:
        """Return how long the scenario lasts; what is expected later is a problem."""
        problems = self.form.problems
        named = [each for span in spans for each in (span.from_ms, span.to_ms) if each is not None]
        written = self.form.scalar("lasts")
        if written is None:
            lasts_ms: int | None = max([*lengths, *named])
        else:
            lasts_ms = read_length_ms(written, "lasts", problems, zero=True)
        scalar = self.name if written is None else written
        if lasts_ms is None or not fits(scalar, lasts_ms, start.every_ms, problems):
            return None
        if written is not None and max(named, default=0) > lasts_ms:
            message = "is shorter than what is expected"
            problems.append(unknown_key.misplaced("lasts", message, written.position))
        return lasts_ms
