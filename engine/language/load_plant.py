"""From plant.yaml to the site, its points and its outputs."""

import re
from dataclasses import dataclass, field, replace

from engine.language.check import syntax, value_outside_range
from engine.language.constants import read_duration_s, read_number
from engine.language.document import Mapping, Node, Scalar
from engine.language.expression import NameKind
from engine.language.form import Form, as_mapping, open_form
from engine.language.load_effects import read_effects
from engine.language.load_output import OUTPUT_KEYS, read_output, read_slope
from engine.language.measure import MEASURE_KEYS, read_measure
from engine.language.plant import Output, Plant, Point, Site
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.registry import Registry

PLANT_KEYS = ("site", "facts", "outputs")
POINT_KEYS = (*MEASURE_KEYS, "max_age", "max_rate", "about")
SITE_KEYS = ("name", "about", "time_zone", "latitude", "longitude")
_TIME_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_DEFAULT_MAX_AGE_S = 60.0


@dataclass(slots=True)
class PlantDraft:
    """What was read so far. `broken` are the names whose entry has a problem."""

    site: Site = field(default_factory=Site)
    points: list[Point] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    broken: dict[str, tuple[NameKind, Position]] = field(default_factory=dict)

    def plant(self) -> Plant:
        """Return what is sound."""
        return Plant(self.site, tuple(self.points), tuple(self.outputs))


def load_plant(
    document: Mapping, draft: PlantDraft, registry: Registry, problems: list[Problem]
) -> None:
    """Read a plant file into `draft`."""
    form = open_form(document, "a plant file", PLANT_KEYS, problems)
    if form is None:
        return
    site = form.node("site")
    if site is not None:
        draft.site = _site(site, problems)
    for name, node in _entries(form, "facts"):
        point = _point(name, node, problems) if registry.claim("fact", name) else None
        if point is not None:
            draft.points.append(point)
        else:
            draft.broken.setdefault(name.text, (NameKind.POINT, name.position))
    for name, node in _entries(form, "outputs"):
        output = _output(name, node, draft, problems) if registry.claim("output", name) else None
        if output is not None:
            draft.outputs.append(output)
        else:
            draft.broken.setdefault(name.text, (NameKind.OUTPUT, name.position))


def _entries(form: Form, key: str) -> tuple[tuple[Scalar, Node], ...]:
    node = form.node(key)
    mapping = None if node is None else as_mapping(node, f"`{key}`", form.problems)
    return mapping.items if mapping else ()


def _point(name: Scalar, node: Node, problems: list[Problem]) -> Point | None:
    before = len(problems)
    form = open_form(node, f"the fact `{name.text}`", POINT_KEYS, problems)
    measure = read_measure(form, name.text) if form else None
    if form is None or measure is None:
        return None
    age = form.scalar("max_age") if "max_age" in form.fields else None
    max_age_s = _DEFAULT_MAX_AGE_S if age is None else read_duration_s(age, "max_age", problems)
    if max_age_s == 0:
        message = "`max_age` must be more than 0 s"
        problems.append(value_outside_range.plain(message, form.key("max_age")))
    rate = form.scalar("max_rate") if "max_rate" in form.fields else None
    max_rate = None
    if rate is not None:
        max_rate = read_slope(rate, "max_rate", measure, form)
        if measure.unit is None:
            message = "`max_rate` is for numbers only"
            problems.append(syntax.problem(message, rate.position))
    about = form.text("about")
    if max_age_s is None or len(problems) > before:
        return None
    return Point(
        name.text, measure.type, measure.unit, measure.low, measure.high, max_age_s, max_rate,
        about, name.position,
    )  # fmt: skip


def _output(name: Scalar, node: Node, draft: PlantDraft, problems: list[Problem]) -> Output | None:
    form = open_form(node, f"the output `{name.text}`", OUTPUT_KEYS, problems)
    if form is None:
        return None
    before = len(problems)
    output = read_output(name, form)
    kind = None if output is None else output.type
    acts_on = read_effects(form, draft.points, tuple(draft.broken), kind)
    return output and replace(output, acts_on=acts_on) if len(problems) == before else None


def _site(node: Node, problems: list[Problem]) -> Site:
    form = open_form(node, "the site", SITE_KEYS, problems)
    if form is None:
        return Site()
    zone = form.scalar("time_zone")
    if zone is not None and not _TIME_ZONE.fullmatch(zone.text):
        message = f"`{zone.text}` is not the name of a time zone"
        problems.append(syntax.problem(message, zone.position, "write `Europe/Berlin`"))
        zone = None
    return Site(
        name=form.text("name"),
        about=form.text("about"),
        time_zone="UTC" if zone is None else zone.text,
        latitude=_degrees(form, "latitude", 90),
        longitude=_degrees(form, "longitude", 180),
    )


def _degrees(form: Form, key: str, most: float) -> float | None:
    scalar = form.scalar(key) if key in form.fields else None
    number = None if scalar is None else read_number(scalar, form.problems)
    if number is None:
        return None
    if number.unit.symbol or abs(number.value) > most:
        message = f"`{key}` is a number of degrees from -{most:g} to {most:g}"
        form.problems.append(value_outside_range.plain(message, number.position))
        return None
    return number.value
