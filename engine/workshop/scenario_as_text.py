"""Results of scenarios for people: what failed, where it stands, what was decided and why.

rules/miners.test.yaml:25:9: failed: a good hour of sun starts the miner, at 9 min (10:09:00)
   25 |         miner.power_target: 3.3 kW by mine_on_surplus
      |         ^^^^^^^^^^^^^^^^^^
      - 3.3 kW by mine_on_surplus
      + 0 W by default
      miner.power_target is 0 W, its default, because no rule asks for anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from engine.language.render.as_text import Piece, Style, excerpt
from engine.language.render.glyphs import visible
from engine.workshop.figures import duration

if TYPE_CHECKING:
    from engine.workshop.scenario_finding import Finding  # slow: only where one failed

_INDENT = " " * 7


def finding_pieces(found: "Finding", sources: Mapping[str, str]) -> Iterator[Piece]:
    """Yield one failed claim piece by piece."""
    lines = {file: text.split("\n") for file, text in sources.items()}
    yield f"{visible(str(found.position))}: ", Style.PLACE
    yield "failed", Style.ERROR
    yield f": {visible(found.scenario)}, at {duration(found.at_s)} ({found.clock})\n", Style.PLAIN
    yield from excerpt(found.position, lines, Style.ERROR)
    yield f"{_INDENT}- {visible(found.expected)}\n", Style.ERROR
    yield f"{_INDENT}+ {visible(found.decided)}\n", Style.HELP
    for sentence in found.why:
        yield f"{_INDENT}{visible(sentence)}\n", Style.PLAIN
    if found.lasting:
        yield f"{_INDENT}in {found.lasting}\n", Style.PLAIN
    yield "\n", Style.PLAIN


def summary(passed: int, failed: int, scans: int, files: int) -> str:
    """Return the last line: `1 of 14 scenarios failed; 5,040 scans, 3 files`."""
    total = _count(passed + failed, "scenario")
    told = f"{failed} of {total} failed" if failed else f"{total} passed"
    return f"{told}; {_count(scans, 'scan')}, {_count(files, 'file')}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def as_line(scenario: str, *, passed: bool) -> Iterable[Piece]:
    """Return the line of one scenario, for those who want to see them all."""
    yield ("passed" if passed else "failed"), (Style.HELP if passed else Style.ERROR)
    yield f" {visible(scenario)}\n", Style.PLAIN
