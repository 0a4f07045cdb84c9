"""Scans are counted once, in the run that they belong to, however often something changes."""

from hypothesis import given
from hypothesis import strategies as st

from engine.workshop.coverage_ledger import KEYS_MAX, Ledger, Stretch


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=40))
def test_a_stretch_counts_what_counting_every_scan_would(scans: list[tuple[str, int]]) -> None:
    ledger = Ledger(4)
    stretch: Stretch[int] = Stretch(ledger, lambda key: (key,))
    expected: dict[tuple[int, str], int] = {}
    for number, (run, key) in enumerate(scans):
        if run != ledger.run:
            stretch.end(number)
            ledger.run = run
        stretch.stand(key, number)
        expected[key, run] = expected.get((key, run), 0) + 1
    stretch.end(len(scans))
    found = {(key, run): count for key in range(4) for run, count in ledger.seen(key)}
    assert found == expected


def test_more_than_it_keeps_apart_is_counted_all_the_same() -> None:
    ledger = Ledger(1)
    ledger.run = "all"
    stretch: Stretch[int] = Stretch(ledger, lambda _: (0,))
    for number in range(3 * KEYS_MAX):
        stretch.stand(number, number)
        assert len(stretch._counts) <= KEYS_MAX
    stretch.end(3 * KEYS_MAX)
    assert ledger.seen(0) == (("all", 3 * KEYS_MAX),)
