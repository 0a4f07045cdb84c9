"""The control interface as a task of the real daemon, with its folder, threads and clock."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import control_methods as methods
from adapters.control.build import Control, control_of, shadow_socket
from adapters.control.client import Client
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.port import DeviceError
from adapters.runtime.service import Service, state_folder
from adapters.runtime.system_clock import SystemClock
from tests.adapters.control_bench import PATIENCE_S
from tests.making.daemons import Site


class Running:
    """A daemon that scans, and a client of it."""

    def __init__(self, site: Site, control: Control, client: Client) -> None:
        self.site, self.control, self.client = site, control, client

    async def ask(self, method: methods.Method[Any, Any], request: Any) -> Any:
        return await asyncio.to_thread(self.client.ask, method, request)

    async def until(self, output: str, text: str) -> pb.Status:
        """Look until an output has a value."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                status: pb.Status = await self.ask(methods.STATUS, pb.StatusRequest())
                if any(each.value.text == text for each in status.outputs if each.name == output):
                    return status


@asynccontextmanager
async def running(folder: Path, *, shadow: bool = False) -> AsyncIterator[Running]:
    site = Site(folder / "site")
    site.clock = SystemClock()  # type: ignore[assignment] # requests live in real time
    site.file.write_text(site.file.read_text("utf-8").replace("500 ms", "10 ms"), "utf-8")
    loaded = site.load(shadow=shadow)
    service = Service(loaded, site.clock, shadow=shadow)
    path = folder / "c.sock"
    state = state_folder(loaded, shadow=shadow)
    options = {"socket": str(path)}
    control = control_of(service.daemon, site.clock, options, loaded.folder, state, service.live)
    daemon = asyncio.create_task(service.daemon.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await control.server.listening.wait()
        with Client(shadow_socket(path) if shadow else path) as client:
            yield Running(site, control, client)
    finally:
        service.daemon.stop()
        assert await daemon == 0
        control.operations.close()
        service.close()


def test_from_a_person_to_the_relay_and_back(tmp_path: Path) -> None:
    on = pb.OverrideRequest(output="pump.run", value="on", lasts_s=600, author="anna")

    async def test() -> None:
        async with running(tmp_path) as house:
            status = await house.until("pump.run", "on")
            assert {each.name for each in status.devices} == {"miner", "plc", "control"}
            house.site.plc.safe = False
            await house.until("pump.run", "off")
            await house.ask(methods.OVERRIDE, on)
            house.site.plc.safe = True
            arm = pb.ArmResetRequest(trip="safety_relay", author="anna")
            confirm = pb.ConfirmResetRequest(trip="safety_relay", author="anna")
            async with asyncio.timeout(PATIENCE_S):
                while house.control.operations.trip("safety_relay").cause is not False:  # noqa: ASYNC110 - scans have no event
                    await asyncio.sleep(0.001)
            confirm.nonce = (await house.ask(methods.ARM_RESET, arm)).nonce
            assert house.site.plc.written[-1] == "off"
            assert (await house.ask(methods.CONFIRM_RESET, confirm)).released
            # Neither the rule nor the override that stood at the reset starts anything.
            status = await house.until("pump.run", "off")
            assert "after the reset" in status.outputs[0].sentence
            await house.ask(methods.MODE, pb.ModeRequest(mode="off", author="anna"))
            staged = await house.ask(methods.STAGE, pb.StageRequest(author="anna"))
            request = pb.ActivateRequest(rules=staged.rules, author="anna", reason="again")
            told = await house.ask(methods.ACTIVATE, request)
            assert (told.version.number, list(told.starts_anew)) == (2, [])
        assert house.site.plc.written[-1] == "safe"
        assert not (tmp_path / "c.sock").exists()

    asyncio.run(test())


def test_a_shadow_listens_beside_the_daemon_that_controls(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path, shadow=True) as house:
            assert (await house.ask(methods.STATUS, pb.StatusRequest())).shadow
            assert not (tmp_path / "c.sock").exists()
            assert house.site.plc.written == []

    asyncio.run(test())


def test_a_second_server_takes_no_socket_away_and_a_dead_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "c.sock"

    async def test() -> None:
        async with running(tmp_path) as house:
            with pytest.raises(DeviceError, match="somebody listens at"):
                await house.control.server.run(lambda _: None)
            assert (await house.ask(methods.STATUS, pb.StatusRequest())).site == "test"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        assert path.exists()
        async with running(tmp_path) as house:
            assert (await house.ask(methods.STATUS, pb.StatusRequest())).site == "test"

    asyncio.run(test())
