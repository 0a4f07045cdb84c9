"""Engine and oracle decide alike on random rulebooks and series.

More of them: `python -m tests.oracle.run --rulesets 20000 --seed 1`.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.run import differs, made, shown, shrunk

BLOCK = 50


@pytest.mark.parametrize("first", range(0, 600, BLOCK))
def test_engine_and_oracle_decide_alike(first: int) -> None:
    for seed in range(first, first + BLOCK):
        book, steps = made(seed)
        if differs(book, steps):
            smallest, steps = shrunk(book, steps)
            pytest.fail(f"seed {seed}: {differs(smallest, steps)}\n{shown(smallest)}")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(10**6, 10**12))
def test_engine_and_oracle_decide_alike_on_new_rulebooks_in_every_run(seed: int) -> None:
    book, steps = made(seed)
    assert differs(book, steps) == "", shown(book)
