import subprocess
import sys

import pytest

from engine.values.units import _EVERYDAY, _from_pint, parse_unit


@pytest.mark.parametrize("symbol", sorted(_EVERYDAY))
def test_an_everyday_unit_is_what_pint_says(symbol: str) -> None:
    ours, theirs = parse_unit(symbol), _from_pint(symbol)
    assert ours is not None
    assert theirs is not None
    assert ours.dimension == theirs.dimension
    assert ours.factor == pytest.approx(theirs.factor, rel=1e-15)


def test_everyday_units_do_not_load_pint() -> None:
    program = (
        "import sys; from engine.values.units import parse_unit; "
        "parse_unit('kW'); assert 'pint' not in sys.modules; "
        "parse_unit('mbar'); assert 'pint' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
