"""What is left behind by a controller in another process, by whatever way it ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.codec.revpi_layout import fingerprint
from tests.adapters.revpi_bench import Bench
from tests.house.source import ROOT


@contextmanager
def driver(bench: Bench) -> Iterator[subprocess.Popen[str]]:
    command = [
        *(sys.executable, "-m", "tests.adapters.revpi_driver"),
        *(str(bench.house.image_path.parent), fingerprint(bench.house.layout)),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if said[-1] == "driving":
                break
        assert said == ["ioctl 0x4b1a b80b000000000000", "driving"]
        yield process
        process.kill()


def outputs(bench: Bench) -> tuple[int, int]:
    bench.house.exchange()
    return bench.house.get("p4_relay"), bench.house.get("rv2_mv")


def test_kill_9_leaves_the_outputs_and_the_next_first_image_ends_that(tmp_path: Path) -> None:
    # On the PLC the kernel closes the armed handle and sets the outputs to 0; a file has no kernel.
    bench = Bench(tmp_path)
    with driver(bench) as process:
        process.kill()
        assert process.wait() == -9
    assert outputs(bench) == (1, 4000)
    bench.command("p4_run", True)
    bench.scan()
    assert outputs(bench) == (0, 0)
    bench.plc.close()


def test_an_orderly_stop_leaves_the_safe_image(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with driver(bench) as process:
        out, _ = process.communicate("", timeout=60)
        assert (process.returncode, out.strip()) == (0, "safe")
    assert outputs(bench) == (0, 0)


def test_two_controllers_at_once_see_each_other(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.scan()
    bench.command("rv2", 100.0)
    bench.scan()
    with driver(bench):
        assert "p4_relay" in bench.look()["foreign_writer"].reason
        assert bench.look()["foreign_writer"].value is True
    bench.plc.close()
