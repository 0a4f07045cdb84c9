"""The entry of the language: the bytes of a folder of files in, a rulebook and all problems out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from engine.language import document
from engine.language.check import limit_exceeded, missing_key, unknown_key
from engine.language.conditions import read_named
from engine.language.document import Node, Scalar
from engine.language.expression import Expression, NameKind
from engine.language.form import Form, as_mapping, as_scalar, as_sequence, open_form
from engine.language.grammar import parse
from engine.language.load_definitions import Draft, load_conditions, load_signals
from engine.language.load_interlocks import load_interlock, load_permissive, load_trip
from engine.language.load_plant import PLANT_KEYS, PlantDraft, load_plant
from engine.language.load_rules import asserted, load_rule
from engine.language.parse_yaml import parse_yaml
from engine.language.position import Position
from engine.language.problem import Problem, Severity, by_place
from engine.language.reader import Reader
from engine.language.registry import Registry
from engine.language.rulebook import Rulebook
from engine.language.scope import Entry, Scope
from engine.language.source import read_text
from engine.language.types import BOOL

Item = TypeVar("Item")

MAX_PROBLEMS = 500
RULE_FILE_KEYS = (
    "ruleset", "about", "let", "conditions", "rules", "trips", "interlocks", "permissives",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was sound, everything that was not, and the texts of the files for showing it."""

    rulebook: Rulebook
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Tell whether the rules may run: there is no error."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def load(files: Mapping[str, bytes]) -> Loaded:
    """Read a plant and its rules; the keys are file names as shown to the operator.

    The file `plant.yaml` describes the plant; `site.yaml` and `*.test.yaml` are left to others;
    everything else is rules. The order of the files does not matter. Nothing raises.
    """
    return _Loader().load(files)


@dataclass(frozen=True, slots=True)
class _RuleFile:
    """A file of rules whose top-level keys are known."""

    form: Form
    ruleset: str

    def entries(self, key: str) -> tuple[tuple[Scalar, Node], ...]:
        """Return the entries of a mapping such as `let`."""
        node = self.form.node(key)
        mapping = None if node is None else as_mapping(node, f"`{key}`", self.form.problems)
        return mapping.items if mapping else ()

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the entries of a list such as `rules`."""
        node = self.form.node(key)
        listed = None if node is None else as_sequence(node, f"`{key}`", self.form.problems)
        return listed.items if listed else ()


class _Loader:
    """Loads one folder; `problems` grows on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.registry = Registry(self.problems)
        self.scope = Scope()
        self.sources: dict[str, str] = {}

    def load(self, files: Mapping[str, bytes]) -> Loaded:
        """Read everything; what is broken is reported and left out."""
        documents = self._documents(files)
        draft = PlantDraft()
        rule_files: list[_RuleFile] = []
        for file, content in documents.items():
            if _base_name(file) == "plant":
                load_plant(content, draft, self.registry, self.problems)
            else:
                rule_files += self._rule_file(file, content)
        if not any(_base_name(file) == "plant" for file in files):
            self.problems.append(missing_key.plant(Position(min(files, default=""), 1, 1, 2)))
            self.scope.complete = False
        plant = draft.plant()
        self.scope.add_plant(plant)
        for name, (kind, position) in draft.broken.items():
            self.scope.entries.setdefault(name, Entry(kind, None, position))
        outputs = {output.name: output for output in plant.outputs}
        reader = Reader(self.scope, self.registry, outputs, self.problems)
        rulebook = self._rulebook(draft, rule_files, reader)
        return Loaded(rulebook, _in_order(self.problems), self.sources)

    def _documents(self, files: Mapping[str, bytes]) -> dict[str, document.Mapping]:
        found: dict[str, document.Mapping] = {}
        for file in sorted(files):
            if _is_for_others(file):
                continue
            text, problems = read_text(file, files[file])
            self.sources[file] = text
            self.problems.extend(problems)
            content = None if problems else parse_yaml(file, text, self.problems)
            if content is None:
                self.scope.complete = False
            else:
                found[file] = content
        return found

    def _rule_file(self, file: str, content: document.Mapping) -> list[_RuleFile]:
        items = []
        for key, value in content.items:
            if key.text in PLANT_KEYS:
                message, advice = "belongs into `plant.yaml`", ""
                problem = unknown_key.misplaced(key.text, message, key.position, advice)
                self.problems.append(problem)
                self.scope.complete = False
            else:
                items.append((key, value))
        known = document.Mapping(tuple(items), content.position)
        form = open_form(known, "a file of rules", RULE_FILE_KEYS, self.problems)
        if form is None:
            return []
        name = form.scalar("ruleset")
        if name is not None and self.registry.claim("ruleset", name):
            return [_RuleFile(form, name.text)]
        return [_RuleFile(form, _base_name(file))]

    def _rulebook(self, draft: PlantDraft, rule_files: list[_RuleFile], reader: Reader) -> Rulebook:
        signals = [
            Draft(name.text, _tree(node, self.problems), file.ruleset, name.position)
            for file in rule_files
            for name, node in file.entries("let")
            if self.registry.claim("signal", name)
        ]
        conditions = [
            Draft(
                name.text, read_named(name.text, node, self.problems), file.ruleset, name.position
            )
            for file in rule_files
            for name, node in file.entries("conditions")
            if self.registry.claim("condition", name)
        ]
        rules = [(file, node) for file in rule_files for node in file.items("rules")]
        for _, node in rules:
            for name in asserted(node):
                if self.registry.claim("derived fact", name):
                    self.scope.add_derived(name.text)
        for condition in conditions:  # signals are resolved first and may not read them
            entry = Entry(NameKind.CONDITION, BOOL, condition.position)
            self.scope.entries.setdefault(condition.name, entry)
        loaded_signals = load_signals(signals, reader)
        loaded_conditions = load_conditions(conditions, reader)
        loaded_rules = (
            load_rule(node, file.ruleset, reader) for file, node in rules if not reader.is_full
        )
        return Rulebook(
            plant=draft.plant(),
            signals=loaded_signals,
            conditions=loaded_conditions,
            rules=tuple(rule for rule in loaded_rules if rule is not None),
            trips=_each(rule_files, "trips", reader, load_trip),
            interlocks=_each(rule_files, "interlocks", reader, load_interlock),
            permissives=_each(rule_files, "permissives", reader, load_permissive),
        )


def _each(
    rule_files: list[_RuleFile],
    key: str,
    reader: Reader,
    read: Callable[[Node, Reader], Item | None],
) -> tuple[Item, ...]:
    found = (
        read(node, reader) for file in rule_files for node in file.items(key) if not reader.is_full
    )
    return tuple(item for item in found if item is not None)


def _tree(node: Node, problems: list[Problem]) -> Expression | None:
    """Return the tree of a signal."""
    scalar = as_scalar(node, "a signal", problems)
    return None if scalar is None else parse(scalar, problems)


def _last_part(file: str) -> str:
    return file.replace("\\", "/").rsplit("/", 1)[-1]


def _base_name(file: str) -> str:
    """Return the name of a file without folder and ending."""
    return _last_part(file).removesuffix(".yaml").removesuffix(".yml")


def _is_for_others(file: str) -> bool:
    """Tell whether a file is none of the plant and none of rules: devices, tests of rules."""
    base = _base_name(file)
    return base == "site" or base.endswith(".test")


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, by place, and not more than can be read."""
    ordered = sorted(set(problems), key=by_place)
    if len(ordered) <= MAX_PROBLEMS:
        return tuple(ordered)
    kept = ordered[:MAX_PROBLEMS]
    advice = "correct the ones before first"
    last = limit_exceeded.problem(
        "there are more problems", f"{MAX_PROBLEMS}", kept[-1].position, advice
    )
    return (*kept, last)
