"""Other users of this machine at the door of the control interface: real processes, real ids.

The kernel tells who connects, so nobody can be played: a child process becomes the user.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRANGER, MEMBER_OF = 61_001, 61_002
"""Numbers that no user or group of a Debian has."""

_ASK = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from adapters.codec import control_methods as methods
from adapters.control.client import Client, RefusedByDaemonError, UnreachableError
from adapters.pb.thermiq.v1 import control_pb2 as pb
uid, gid = int(sys.argv[2]), int(sys.argv[3])
if uid != os.geteuid():
    os.setgroups([gid])
    os.setgid(uid)
    os.setuid(uid)
asked = {{
    "status": (methods.STATUS, pb.StatusRequest()),
    "mode": (methods.MODE, pb.ModeRequest(mode="manual", author="otto")),
    "stage": (methods.STAGE, pb.StageRequest(author="otto")),
    "arm": (methods.ARM_RESET, pb.ArmResetRequest(trip="too_hot", author="otto")),
}}
with Client(Path(sys.argv[1])) as client:
    for word in sys.argv[4:]:
        try:
            answer = client.ask(*asked[word])
            print("done", getattr(answer, "author", ""))
        except (RefusedByDaemonError, UnreachableError) as error:
            print(error)
"""


@contextmanager
def walkable() -> Iterator[Path]:
    """Give a folder that every user may walk into: pytest's own are for its user alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def ask_as(uid: int, gid: int, socket: Path, *words: str) -> list[str]:
    """Return what a process of user `uid`, in group `gid` too, is told: a line for each word."""
    code = _ASK.format(root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", code, str(socket), str(uid), str(gid), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.stdout.splitlines()
