"""What a shadow refuses, and that the real daemon is all that the control interface asks for."""

import asyncio
from pathlib import Path

import pytest

from adapters.control.candidate_service import CandidateService
from adapters.control.house import House
from adapters.control.rules_service import RulesService
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.daemon import Daemon
from adapters.runtime.refusal import RefusedError
from engine.control.scan import initial
from engine.values.moment import Moment
from tests.making.daemons import Site


@pytest.fixture
def shadow(tmp_path: Path) -> House:
    site = Site(tmp_path / "site")
    loaded = site.load(shadow=True)
    return Daemon(loaded, initial(loaded.program), site.clock, shadow=True)


def test_a_shadow_lets_no_rules_run(shadow: House) -> None:
    service = RulesService(shadow, None, lambda: Moment(0.0, 1e9), dict)
    for asking in (
        service.stage(pb.StageRequest(author="anna")),
        service.activate(pb.ActivateRequest(author="anna", rules="ab")),
        service.rollback(pb.RollbackRequest(author="anna")),
        service.list_versions(pb.ListVersionsRequest()),
    ):
        with pytest.raises(RefusedError, match="a shadow runs the rules of its folder"):
            asyncio.run(asking)


def test_a_shadow_tries_no_candidate(shadow: House) -> None:
    service = CandidateService(shadow, None)
    with pytest.raises(RefusedError, match="a shadow tries no candidate"):
        asyncio.run(service.start_candidate(pb.StartCandidateRequest(author="anna")))
    for asking in (
        service.get_candidate(pb.GetCandidateRequest()),
        service.drop_candidate(pb.DropCandidateRequest(author="anna")),
    ):
        with pytest.raises(RefusedError, match="no candidate is tried"):
            asyncio.run(asking)
    with pytest.raises(RefusedError, match="no candidate is tried"):
        service.files()
