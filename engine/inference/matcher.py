"""durable-rules behind one small door: symbols in, fired rules out.

One Matcher is one durable ruleset. It is driven through the library's C module, one action at a
time in the calling thread: the library's Host would start timer threads, its Python action loop
reads the wall clock, and both would make a scan depend on time. What durable-rules does here is its
own work: match every rule's patterns and chain through the facts that rules assert.

Limits measured on 2.0.28: 64 rules per fact, so a busy symbol is asserted in several copies.

Two faults of 2.0.28, found with valgrind, decide how an evaluation ends. To retract a fact that
took part in a firing reads and writes beyond an array, so nothing is ever retracted: the whole
state is thrown away. To throw away a state in which no action ever ran frees memory at random, so
one rule always fires.
"""

import json
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import durable_rules_engine as durable

MAX_READERS = 60
"""How many rules read one copy of a fact; durable-rules refuses more than 64."""


class MatcherError(RuntimeError):
    """durable-rules did not take a fact that its own ruleset reads."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One durable rule: the symbols it needs, and the symbol that it asserts ("" for none)."""

    needs: tuple[str, ...]
    asserts: str = ""


class Matcher:
    """A durable ruleset over symbols. `fired` leaves nothing behind, so it is a function."""

    def __init__(self, name: str, patterns: Sequence[Pattern]) -> None:
        """Build the ruleset. Raises Exception from the library if it refuses the definition."""
        readers: Counter[str] = Counter()
        definition: dict[str, object] = {}
        for index, pattern in enumerate(patterns):
            matches = []
            for place, symbol in enumerate(pattern.needs):
                copy = readers[symbol] // MAX_READERS
                readers[symbol] += 1
                matches.append({f"m{place}": {"s": f"{symbol}.{copy}"}})
            definition[str(index)] = {"all": matches}
        definition[_WAKING] = {"all": [{"m0": {"s": _AWAKE["s"]}}]}
        self._patterns = patterns
        self._facts = {
            symbol: [
                json.dumps(_fact(f"{symbol}.{copy}"))
                for copy in range((count - 1) // MAX_READERS + 1)
            ]
            for symbol, count in readers.items()
        }
        """The texts of the facts that stand for a symbol."""
        self._handle = durable.create_ruleset(name, json.dumps(definition))
        weakref.finalize(self, durable.delete_ruleset, self._handle)

    def fired(self, symbols: Iterable[str]) -> frozenset[int]:
        """Return the numbers of the patterns that fire when these symbols hold.

        Raises MatcherError if durable-rules refuses a fact, which no checked ruleset can cause.
        """
        known = {symbol for symbol in symbols if symbol in self._facts}
        if not known:
            return frozenset()
        facts = [fact for symbol in sorted(known) for fact in self._facts[symbol]]
        code, state = durable.assert_facts(self._handle, f"[{','.join([_AWAKE_TEXT, *facts])}]")
        if code != 0:
            raise MatcherError(f"assert_facts answered {code}")
        fired = self._run_actions(state, known)
        durable.delete_state(self._handle, None)
        return fired

    def _run_actions(self, state: int, known: set[str]) -> frozenset[int]:
        fired: set[int] = set()
        _, message = durable.start_action_for_state(self._handle, state)
        while message:
            name = next(iter(json.loads(message)))
            if name != _WAKING:
                index = int(name)
                fired.add(index)
                symbol = self._patterns[index].asserts
                if symbol in self._facts and symbol not in known:
                    known.add(symbol)
                    for fact in self._facts[symbol]:
                        durable.assert_fact(self._handle, fact)
            message = durable.complete_and_start_action(self._handle, state)
        return frozenset(fired)


def _fact(symbol: str) -> dict[str, str]:
    return {"id": symbol, "s": symbol}


_AWAKE = _fact("awake")
_AWAKE_TEXT = json.dumps(_AWAKE)
_WAKING = "waking"
"""The rule that always fires, see above."""
