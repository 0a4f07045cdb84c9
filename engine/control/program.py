"""A program: a checked rulebook, compiled and ready for scans."""

from dataclasses import dataclass

from engine.control.arbiter import Candidates, candidates
from engine.control.interlocks import Interlocks, interlocks_of
from engine.inference.chain import Picker, reader
from engine.inference.network import Network, build
from engine.inference.slots import Slots
from engine.language.rulebook import Rulebook
from engine.values.fact import Value


@dataclass(frozen=True, slots=True)
class Program:
    """Everything a scan needs, in the order of the rulebook and the plant."""

    rulebook: Rulebook
    network: Network
    candidates: tuple[Candidates, ...]
    interlocks: Interlocks
    asked: dict[int, tuple[int, ...]]
    """For the slot of each rule the outputs that it proposes values for."""
    pick_rules: Picker
    """Picks the truths of all rules out of the slots."""
    pick_trips: Picker
    """The same for the conditions of the trips."""
    permissives: tuple[tuple[tuple[str, int], ...], ...]
    """For each output its permissives: id and the slot of what it needs."""
    failsafe: dict[str, Value]

    @property
    def slots(self) -> Slots:
        """Where each value of a scan lies."""
        return self.network.slots


def compile_program(rulebook: Rulebook) -> Program:
    """Compile a rulebook that `check` accepted.

    Raises NegationCycleError or TooManyAlternativesError for one that it refuses.
    """
    network = build(rulebook)
    index = {output.name: place for place, output in enumerate(rulebook.plant.outputs)}
    return Program(
        rulebook=rulebook,
        network=network,
        candidates=candidates(rulebook, network.rule_slots, network.proposals),
        interlocks=interlocks_of(rulebook, network),
        asked={
            slot: tuple(index[proposal.output] for proposal in rule.proposals)
            for rule, slot in zip(rulebook.rules, network.rule_slots, strict=True)
        },
        pick_rules=reader(network.rule_slots),
        pick_trips=reader(network.trips),
        permissives=tuple(
            tuple(
                (permissive.id, slot)
                for permissive, slot in zip(rulebook.permissives, network.permissives, strict=True)
                if permissive.output == output.name
            )
            for output in rulebook.plant.outputs
        ),
        failsafe={output.name: output.failsafe for output in rulebook.plant.outputs},
    )
