"""What other languages, keyboards and countries write is caught before it means something else."""

import pytest

from engine.language.document import Ruler
from engine.language.traps import find_trap
from tests.unit.language_samples import scalar


def _trap(text: str) -> str:
    problem = find_trap(text, Ruler(scalar(text)).at)
    return "" if problem is None else f"{problem.position.column}: {problem.help}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("min(x, 3,6)", "8: write numbers with a point"),
        ("x > 010", "5: leave the zero out"),
        ("x > 00", "5: leave the zero out"),
        ("x > 1e-3 W", "5: write it out"),
        ("x > 2.5E6", "5: write it out"),
        ("x > 1_000", "5: leave it out"),
        ("x > 0b1", "5: write it in decimals"),
        ("x > 1.000.000", "5: write thousands without"),
        ("x > 5. W", "5: leave the point out"),
        ("x <> 5", "3: write `!=`"),
        ("x => 5", "3: write `>=`"),
        ("x =< 5", "3: write `<=`"),
        ("x === 5", "3: write `==`"),
        ("x ** 2", "3: multiply instead"),
        ("x × 2", "3: write `*`"),
        ("x ÷ 2", "3: write `/`"),
        ("x – 2", "3: write `-`"),
        ("x is „hold“", "6: states and names stand without quotes"),
        ("x Or y", ""),
        ("x OR y", "3: words of the language"),
    ],
)
def test_a_trap_is_found_where_it_stands(text: str, found: str) -> None:
    assert _trap(text).startswith(found)
    assert bool(_trap(text)) == bool(found)


@pytest.mark.parametrize(
    "text",
    [
        "between 06:00 and 22:05",
        "x >= 0.5 and y <= 0 and z != 3 and a == b",
        "min(a, 3, 6) + rv1.2 - a_1.b_2",
        "x > 5 W/m**2",
        "x > 10 m³/h and e1e3 > 1",
        "-5 °C < x",
    ],
)
def test_what_is_right_is_no_trap(text: str) -> None:
    assert _trap(text) == ""
