"""Equal identity means equal meaning, and different meanings differ."""

import pytest

from engine.language.identity import identity
from tests.unit.feasible_plant import read, timed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pv > 3 kW", "pv > 3000 W"),
        ("pv > 3 kW", "3 kW < pv"),
        ("pv >= load", "load <= pv"),
        ("pump and sunny", "sunny and pump"),
        ("pump or sunny or pump", "sunny or pump"),
        ("min(pv, load) > 1 W", "min(load, pv) > 1 W"),
        ("pv + load > 1 W", "load + pv > 1 W"),
        ("soc > 50 %", "soc > 50.0 %"),
    ],
)
def test_the_same_said_differently(one: str, other: str) -> None:
    assert identity(read(one)) == identity(read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pv > 3 kW", "pv >= 3 kW"),
        ("pv > load", "load > pv"),
        ("pv - load > 1 W", "load - pv > 1 W"),
        ("pump and sunny", "pump or sunny"),
        ("not pump", "pump"),
        ("mode == locked", "mode == normal"),
        ("age(top) > 1 min", "age(pv) > 1 min"),
        ("rate(top, 5 min) > 1 K/min", "rate(top, 6 min) > 1 K/min"),
        ("between 22:00 and 06:00", "between 22:00 and 06:01"),
        ("between sunrise and 12:00", "between sunset and 12:00"),
        ("top is known", "pv is known"),
        ("-pv > 1 W", "pv > 1 W"),
        ("true", "false"),
    ],
)
def test_the_different_differs(one: str, other: str) -> None:
    assert identity(read(one)) != identity(read(other))


def test_a_timed_part_is_itself_by_its_memory_or_by_its_words() -> None:
    one = timed("top > 60 °C", "top < 50 °C", for_s=60)
    other = timed("top > 60 °C", "top < 50 °C", for_s=60)
    assert identity(one) == identity(other)
    renamed = type(one)(one.when, one.until, 60, 0, 0, "elsewhere", one.position, one.type)
    assert identity(one) != identity(renamed)
    assert identity(one, shared_memory=False) == identity(renamed, shared_memory=False)
    assert identity(one) != identity(timed("top > 60 °C", for_s=60))
