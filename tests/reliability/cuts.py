"""P4: power cuts of an ext4 file system, and nothing that was acknowledged is lost.

A cut is FS_IOC_SHUTDOWN without a flush: from one moment to the next nothing reaches the medium,
neither data nor the file system's own log. The next mount recovers as after a power cut. Only what
was acknowledged before the cut counts. The control arm, without flushes, must lose records; else
the cuts are none.
"""

import argparse
import ctypes
import fcntl
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.reliability.children import Child
from tests.reliability.kills import PATIENCE_S, listen
from tests.reliability.outcome import Outcome
from tests.reliability.writer import SABOTAGES, Found, look, program_in, work

CLONE_NEWNS = 0x20000
FS_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSH = (2).to_bytes(4, "little")
IMAGE_BYTES = 48 * 1024 * 1024
STARTING_S, WRITING_S = 0.05, 0.06
MEMORY = Path("/dev/shm")  # noqa: S108 - a medium, not a place for secrets
NEEDS = (
    "power cuts need root, loop devices and e2fsprogs: run this with `sudo`, or allow the "
    "container to mount (`--privileged`)"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    parser.add_argument("--folder", type=Path, help="for the image; in memory otherwise")


def run(options: argparse.Namespace) -> Outcome:
    """Cut the power so many times, and compare what each start finds."""
    alone()
    folder = Path(tempfile.mkdtemp(prefix="thermiq-cuts-", dir=options.folder or _quick()))
    try:
        return cut_power(folder, options.count, options.seed, options.sabotage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quick() -> Path | None:
    """Return where an image is written quickly; what a cut takes away is the same there."""
    if not MEMORY.is_dir():
        return None
    memory = os.statvfs(MEMORY)
    return MEMORY if memory.f_bavail * memory.f_frsize > 2 * IMAGE_BYTES else None


def cut_power(folder: Path, count: int, seed: int, sabotage: str) -> Outcome:
    """Cut `count` times, with writers that follow one another in one state folder."""
    program = program_in(folder / "rules")
    found = Found()
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    system("mkfs.ext4", "-q", "-F", "-b", "4096", str(image))
    state = place / "state"
    begun_s = time.monotonic()
    for number in range(seed, seed + count):
        chance = random.Random(number)  # noqa: S311 - a moment is drawn, not a secret
        with mounted(image, place):
            child = Child(work(state, program, number, sabotage))
            if chance.random() < 1 / 3:
                listen(child, found, chance.random() * STARTING_S)
            else:
                listen(child, found, PATIENCE_S, "= rules")
                listen(child, found, chance.random() * WRITING_S)
            for line in child.heard():
                found.hear(line)
            cut(place)
            for line in child.kill():
                found.hear(line, counts=False)
        if sabotage and found.lost:
            break
    done = number - seed + 1
    with mounted(image, place):
        for line in Child(look(state, program, sabotage)).wait():
            found.hear(line)
    took_s = time.monotonic() - begun_s
    figure = (
        f"{done} power cuts on ext4 ({done / took_s:.0f} a second), "
        f"{found.count} acknowledgements before a cut, {len(found.lost)} lost"
    )
    if found.lost:
        figure += f"; first {found.lost[0]}"
    kept = not found.lost and found.count > 0
    return Outcome("P4 power cuts", figure, kept, (seed, seed + done))


def alone() -> None:
    """See mounts of one's own from now on.

    Whoever else copies the machine's mounts meanwhile would keep a disk alive that was cut and
    taken down here, and the next mount would find it as it is: cut.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise SystemExit(f"unshare: {os.strerror(ctypes.get_errno())}\n{NEEDS}")
    system("mount", "--make-rprivate", "/")


def cut(place: Path) -> None:
    """Let nothing more reach the medium of a mounted file system."""
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(handle, FS_IOC_SHUTDOWN, WITHOUT_FLUSH)
    finally:
        os.close(handle)


@contextmanager
def mounted(image: Path, place: Path, options: str = "loop", kind: str = "ext4") -> Iterator[None]:
    """Mount an image for the length of a block."""
    system("mount", "-t", kind, "-o", options, str(image), str(place))
    try:
        yield
    finally:
        system("umount", str(place))


def system(*words: str) -> None:
    """Run a command of the system. Raises SystemExit, with what is needed, if it is refused."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    why = "it is not installed"
    with suppress(FileNotFoundError):
        env = {**os.environ, "PATH": path}
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=env)
        if done.returncode == 0:
            return
        why = done.stderr.strip()
    raise SystemExit(f"{words[0]}: {why}\n{NEEDS}")
