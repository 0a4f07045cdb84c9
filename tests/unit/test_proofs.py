"""Many proofs stand in their places; what a copy of the process finds of cycles is believed."""

from adapters.proofs import prove_all
from engine.workshop.prove_properties import properties
from engine.workshop.prove_property import Verdict
from engine.workshop.prove_run import Limits, prover
from tests.making.proving import moment_at, proof_of, rulebook_of

CHASE = """
rules:
  - {id: on_if_off, when: not lamp, then: {lamp: on}, because: It chases itself.}
"""


def test_every_property_has_its_own_proof_in_its_place() -> None:
    rulebook = rulebook_of(CHASE)
    wanted = [each for each in properties(rulebook, ()) if each.subject in {"lamp", "heater"}]
    proofs = prove_all(prover(rulebook, Limits(), moment_at), wanted)
    assert [proof.property for proof in proofs] == wanted
    for proof in proofs:
        alone = proof_of(rulebook, proof.property.name)
        assert (proof.verdict, proof.scans) == (alone.verdict, alone.scans)


def test_cycles_that_were_found_to_stand_still_are_not_asked_again() -> None:
    rulebook = rulebook_of(CHASE)
    wanted = [each for each in properties(rulebook, ()) if each.name == "steady:lamp"]
    ready = prover(rulebook, Limits(), moment_at)
    assert [proof.verdict for proof in prove_all(ready, wanted)] == [Verdict.REFUTED]
    assert ready.still == {2: False, 3: True}
    told = prover(rulebook, Limits(), moment_at)
    told.still.update({2: True, 3: True})
    assert [proof.verdict for proof in prove_all(told, wanted)] == [Verdict.PROVED]
