"""The versions of the rules that ever ran here, and which of them runs.

    versions/0007/version.json     whose it is, when it went live and why
    versions/0007/*.yaml           the files, as they were then: rules, plant, scenarios
    versions/running               the number of the version that runs
    versions/staged/*.yaml         what may become the next version

A version is staged whole and then renamed; `running` is replaced in one step, last. So a power cut
leaves the old version running or the new one, never a mix. What `running` names also runs after a
restart, whatever has become of the operator's folder meanwhile.

Numbers only grow; going back to an older version makes a new one with its files.
"""

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from adapters.files import read_rules
from adapters.runtime.slots import force_folder
from adapters.scribe import digest_of

FOLDER = "versions"
RUNNING = "running"
STAGED = "staged"
ABOUT = "version.json"
SCENARIOS = (".test.yaml", ".test.yml")
KEPT = 50
"""How many versions are kept; the one that runs is never dropped."""
FILES_MAX = 500
FILE_BYTES_MAX = 262_144
_ABOUT_BYTES_MAX = 4_096
_DIGITS_MAX = 9


class VersionError(Exception):
    """A version that is not there, or no longer what went live. Says which and why."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Who lets rules run and why; `evidence` says in a line each what was tried before."""

    author: str
    reason: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One set of files that went live. `digest` is that of the rule files, `at_s` Unix seconds."""

    number: int
    digest: str
    author: str
    reason: str
    evidence: tuple[str, ...]
    at_s: float

    @property
    def name(self) -> str:
        """Its folder's name."""
        return f"{self.number:04}"


class Versions:
    """The folder of versions in a daemon's state folder."""

    def __init__(self, state: Path) -> None:
        """Name the folder; nothing is made before `stage`."""
        self.folder = state / FOLDER
        self.staged = self.folder / STAGED
        """Where files lie that may become the next version."""

    def path(self, version: Version) -> Path:
        """Return the folder in which the files of a version lie."""
        return self.folder / version.name

    def all(self) -> tuple[Version, ...]:
        """Return the versions that can be read, the oldest first."""
        try:
            names = sorted(entry.name for entry in self.folder.iterdir() if entry.name.isdecimal())
        except OSError:
            return ()
        return tuple(self._readable(names))

    def _readable(self, names: list[str]) -> Iterator[Version]:
        for name in names:
            with suppress(VersionError):
                yield self._about(name)

    def version(self, number: int) -> Version:
        """Return one version, its files proved whole. Raises VersionError."""
        found = self._about(f"{number:04}")
        read = read_rules(self.path(found))
        if read.problems or digest_of(read.files) != found.digest:
            raise VersionError(f"the files of version {number} are not those that went live")
        return found

    def running(self) -> Version | None:
        """Return the version that runs, None if none ever did. Raises VersionError: it is lost."""
        try:
            text = (self.folder / RUNNING).read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise VersionError(f"what runs cannot be read: {error}") from error
        if not text.isdecimal() or len(text) > _DIGITS_MAX:
            raise VersionError("the note of the version that runs is damaged")
        return self.version(int(text))

    def stage(self, files: Mapping[str, bytes]) -> str:
        """Lay files down, whole, where they can be looked at; returns the rules' digest.

        `files` are contents by name, without folders. What was staged before is gone. Raises
        OSError.
        """
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            force_folder(self.folder.parent)
        shutil.rmtree(self.staged, ignore_errors=True)
        self.staged.mkdir(mode=0o700)
        for name, content in files.items():
            _write(self.staged / name, content)
        return digest_of(read_rules(self.staged).files)

    def keep(self, digest: str, saying: Saying, at_s: float) -> Version:
        """Make what is staged the newest version; it does not run yet.

        Raises VersionError if what is staged is not what `digest` tells of, OSError.
        """
        read = read_rules(self.staged)
        if read.problems or digest_of(read.files) != digest:
            raise VersionError("other rules were staged meanwhile: begin again")
        number = self._next()
        version = Version(number, digest, saying.author, saying.reason, saying.evidence, at_s)
        _write(self.staged / ABOUT, json.dumps(asdict(version), ensure_ascii=False).encode())
        force_folder(self.staged)
        self.staged.rename(self.path(version))
        force_folder(self.folder)
        return version

    def run(self, version: Version) -> None:
        """Note that `version` runs from now on, and drop the oldest ones. Raises OSError."""
        beside = self.folder / f"{RUNNING}.new"
        _write(beside, f"{version.number}\n".encode())
        beside.replace(self.folder / RUNNING)
        force_folder(self.folder)
        others = [each for each in self.all() if each.number != version.number]
        for old in others[: max(0, len(others) - (KEPT - 1))]:
            shutil.rmtree(self.path(old), ignore_errors=True)

    def before(self, version: Version) -> Version:
        """Return what ran before `version` and differs from it. Raises VersionError: nothing."""
        for each in reversed(self.all()):
            if each.number < version.number and each.digest != version.digest:
                return self.version(each.number)
        raise VersionError(f"nothing else is kept from before version {version.number}")

    def files(self, version: Version) -> dict[str, bytes]:
        """Return the files of a version by name. Raises VersionError."""
        try:
            return folder_files(self.path(version))
        except OSError as error:
            raise VersionError(f"version {version.number} cannot be read: {error}") from error

    def _next(self) -> int:
        names = [entry.name for entry in self.folder.iterdir() if entry.name.isdecimal()]
        return max(map(int, names), default=0) + 1

    def _about(self, name: str) -> Version:
        try:
            with (self.folder / name / ABOUT).open("rb") as file:
                known = json.loads(file.read(_ABOUT_BYTES_MAX))
            version = Version(
                int(known["number"]),
                str(known["digest"]),
                str(known["author"]),
                str(known["reason"]),
                tuple(map(str, known["evidence"])),
                float(known["at_s"]),
            )
        except (
            OSError,
            ValueError,
            TypeError,
            LookupError,
            ArithmeticError,
            RecursionError,
        ) as error:
            raise VersionError(f"there is no version {int(name)} that can be read") from error
        if version.name != name or not math.isfinite(version.at_s):
            raise VersionError(f"the note of version {int(name)} is damaged")
        return version


def folder_files(folder: Path) -> dict[str, bytes]:
    """Return every YAML file of a folder by name, scenarios too. Raises OSError.

    The site file stays out: addresses and devices are the machine's, and need a restart.
    """
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".")
        if hidden or path.suffix not in (".yaml", ".yml") or path.stem == "site":
            continue
        if not path.is_file() or len(found) == FILES_MAX:
            raise OSError(f"{path} is no ordinary file, or one of more than {FILES_MAX}")
        with path.open("rb") as file:
            found[path.name] = file.read(FILE_BYTES_MAX + 1)
    return found


def rule_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what of a version's files is rules, without the scenarios."""
    return {name: each for name, each in files.items() if not name.endswith(SCENARIOS)}


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
