"""Any text is read or refused: what people mistype in a file of tests never ends in a traceback."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.workshop.scenario_run import run
from tests.making.scenarios import load, moment_at, program

_WHOLE = """\
about: All there is.
at: 2026-06-21 10:00
every: 10 s
before: 1 h
given: {pv.power: 0 W x3 +500 W x4 -> 6 kW in 5 min, buffer.top: 45 °C, safety.channel: on}
state:
  outputs: {miner.power_target: {value: 3 kW, switched: 4 min, starts: [4 min]}}
  latched: [relay]
  conditions: {sunny: {phase: on, side: off, since: 2 min}}
  windows: {"average(buffer.top, 10 min)": 4 °C, "rate(buffer.top, 5 min)": 6 K/min}
never: [{id: both, when: [miner.power_target > 3 kW, p3.run_target is off], because: No.}]
scenarios:
  - name: one
    lasts: 3 min 10 s
    facts:
      grid.power: 1 kW = -1 kW x2 by -5 W x2
      battery.mode: hold x2 stale _ bad
      p3.running: on
    do:
      - {at: 1 min, reset: relay}
      - {at: 10:02, override: {p3.run_target: off}, lasts: 20 s}
      - {at: 2 min, restart: on}
    expect:
      - {at: 0 s, miner.power_target: 0 W by latch and relay, fires: force, alarms: [relay]}
      - {from: 10 s, to: end, holds: [sunny, both_run, not season.summer], unknown: cold}
  - name: two
    like: one
    expect: [{silent: [force, rest], p3.run_target: by default}]
"""
_PIECES = st.sampled_from(
    [
        *("", " ", "\n", ":", "- ", "{", "}", "[", "]", ",", "'", '"', "#", "\t", "0", "9", "-"),
        *("->", "x", "for", "in", "by", "_", "stale", "on", "end", "99:99", "24:00", "99999"),
        *("h", "ms", "kW", "°C", "%", "~", "é", "\x07", "is", "miner.power_target", "a: b"),
    ]
)  # fmt: skip
_EDITS = st.lists(
    st.tuples(st.integers(0, len(_WHOLE)), st.integers(0, 12), _PIECES), min_size=1, max_size=4
)


def test_the_whole_file_is_right_before_it_is_mangled() -> None:
    loaded = load(_WHOLE)
    assert not loaded.problems, loaded.problems
    assert len(loaded.scenarios) == 2


@settings(deadline=None)
@given(_EDITS)
def test_a_mangled_file_is_played_or_refused_with_a_place(
    edits: list[tuple[int, int, str]],
) -> None:
    text = _WHOLE
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    loaded = load(text)
    lines = text.count("\n") + 2
    for problem in loaded.problems:
        assert 1 <= problem.position.line <= lines, problem
        assert problem.message
    if loaded.ok:
        for scenario in loaded.scenarios:
            if scenario.lasts_ms // scenario.every_ms < 1000:
                run(program(), scenario, moment_at)
