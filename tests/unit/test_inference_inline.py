from engine.inference.inline import inlined_interlocks, outputs_concerned
from engine.language.expression import NameKind, names
from tests.unit.engine_rig import rulebook

RULES = """
let:
  both: m + n
  doubled: both * 2
  measured: x * 2
conditions:
  busy: doubled > 4 kW
  calm: measured > 1 kW
  lasting: {when: both > 1 kW, for: 5 s}
rules:
  - {id: r, when: calm, then: {m: 1 kW, n: 1 kW}, because: x}
interlocks:
  - {id: now, never: [busy, calm], else: {m: 0 W, n: 0 kW}, because: x}
  - {id: then, while: lasting, limit: {m: {at_most: both}}, because: x}
"""


def test_what_depends_on_outputs_of_now_is_written_out() -> None:
    now, _ = inlined_interlocks(rulebook(RULES))
    assert names(now.condition, NameKind.OUTPUT) == ("m", "n")
    assert names(now.condition, NameKind.CONDITION) == ("calm",)


def test_what_remembers_goes_on_reading_the_last_scan() -> None:
    _, then = inlined_interlocks(rulebook(RULES))
    assert names(then.condition, NameKind.CONDITION) == ("lasting",)
    assert names(then.limits[0].value, NameKind.OUTPUT) == ("m", "n")


def test_an_interlock_is_about_outputs_that_it_reads_by_any_name() -> None:
    book = rulebook(RULES)
    assert [outputs_concerned(book, lock.condition) for lock in book.interlocks] == [
        ("m", "n"), ("m", "n"),
    ]  # fmt: skip
