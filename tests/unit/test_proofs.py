"""Many proofs: those of cycles, perhaps from a copy of the process, stand in their places."""

from adapters.proofs import _received, _sent, prove_all
from engine.workshop.prove_properties import properties
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


def test_a_refutation_that_was_sent_shows_what_it_showed() -> None:
    proof = proof_of(rulebook_of(CHASE), "steady:lamp")
    assert proof.example is not None
    came = _received(proof.property, _sent(proof), proof.example.program)
    assert came == proof
