"""Random series of facts: jumps, gaps, bad values, irregular steps, overrides and resets."""

import math
from dataclasses import dataclass
from random import Random

from engine.inference.image import Override, ProcessImage, Reset, empty_image, freeze
from engine.language.plant import Output, Plant, Point
from engine.language.rulebook import Rulebook
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import DAY_S, Moment
from tests.making.plants import a_value

_STEPS_S = (0.0, 0.5, 1.0, 1.0, 1.0, 2.0, 5.0, 10.0, 10.0, 30.0, 61.7, 300.0, 5_000.0)
_SPREAD = {"W": (-500, 0, 500, 1_500, 2_000, 4_000), "kW": (0, 0.1, 1.5, 2, 5)}
_NUMBERS = {"°C": (20, 45.5, 59.9, 60, 90), "%": (0, 10, 50, 51, 100), **_SPREAD}


@dataclass(frozen=True)
class Step:
    """What one scan is given."""

    image: ProcessImage
    moment: Moment


def make_series(random: Random, book: Rulebook, scans: int) -> list[Step]:
    """Return what that many scans are given."""
    plant, now_s = book.plant, float(random.choice((0, 1_000_003)))
    wall_s = float(random.randrange(0, 3_000_000_000, 7))
    sun = random.random() < 0.7
    image, overrides, steps = empty_image(plant), list[Override](), list[Step]()
    calm, trust = random.random() < 0.5, random.choice((1.0, 1.0, 0.7, 0.0))
    for number in range(scans):
        facts = [
            _fact(random, point, now_s)
            for point in plant.points
            if number == 0 or random.random() < (0.2 if calm else 0.6)
        ]
        if random.random() < 0.08:
            overrides.append(_override(random, random.choice(plant.outputs), number, now_s))
        resets = tuple(Reset(t.id, "someone") for t in book.trips if random.random() < 0.2)
        image = freeze(plant, image, facts, now_s, tuple(overrides), resets)
        rise, set_ = (21_600.0, 68_400.0) if sun else (None, None)
        trusted = random.random() < trust
        steps.append(Step(image, Moment(now_s, wall_s, 3_600, rise, set_, trusted)))
        step_s = random.choice(_STEPS_S)
        now_s, wall_s = now_s + step_s, wall_s + step_s + random.choice((0.0, 0.0, DAY_S / 5))
    return steps


def _fact(random: Random, point: Point, now_s: float) -> Fact:
    chance = random.random()
    measured_s = now_s - random.choice((0.0, 0.0, 0.0, 3.0, 30.0))
    if chance < 0.06:
        return Fact(point.name, None, Quality.MISSING, measured_s)
    if chance < 0.1:
        return Fact(point.name, None, Quality.BAD, measured_s)
    if chance < 0.14:
        odd: tuple[Value, ...] = (math.nan, math.inf, 1e300, "nonsense", True, -1e9)
        return Fact(point.name, random.choice(odd), Quality.GOOD, measured_s)
    return Fact(point.name, _value(random, point), Quality.GOOD, measured_s)


def _value(random: Random, point: Point) -> Value:
    match point.type:
        case NumberType():
            assert point.unit is not None
            return float(random.choice(_NUMBERS[point.unit.symbol]))
        case BoolType():
            return random.random() < 0.5
        case EnumType(values=states):
            return random.choice(states)


def _override(random: Random, output: Output, number: int, now_s: float) -> Override:
    value = a_value(random, output) if random.random() < 0.9 else 1e9
    until_s = now_s + random.choice((1.0, 20.0, 400.0))
    return Override(f"override{number}", output.name, value, "someone", until_s)


def without_facts(random: Random, plant: Plant, image: ProcessImage) -> ProcessImage:
    """Return the image with some facts BAD that were GOOD; times stay."""
    gone = [random.random() < 0.4 for _ in plant.points]
    values = tuple(None if lost else value for lost, value in zip(gone, image.values, strict=True))
    qualities = tuple(
        Quality.BAD if lost and quality is Quality.GOOD else quality
        for lost, quality in zip(gone, image.qualities, strict=True)
    )
    rest = (image.measured_at_s, image.overrides, image.resets)
    return ProcessImage(values, qualities, *rest)
