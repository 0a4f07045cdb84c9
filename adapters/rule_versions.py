"""A version of the rules as an operator names it: a folder, a file, or a revision in git.

`main~3:rules/asp1` is that folder as it was three commits before `main`; `HEAD:` alone is the other
version's own folder at that revision. What git keeps is read from its store: the working tree is
neither looked at nor touched.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from adapters.files import RuleFiles, is_rule_file, read_rules
from engine.language.check import unreadable_file
from engine.language.problem import Problem
from engine.language.source import MAX_FILE_BYTES

_PATIENCE_S = 60.0


class VersionError(Exception):
    """A version that is not there: says which and what to do."""


@dataclass(frozen=True, slots=True)
class _Repository:
    """A repository, by a folder in it from which git is asked."""

    folder: Path

    def ask(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run git. Raises VersionError if that is impossible."""
        command = ["git", "-C", str(self.folder), *words]
        environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
        try:
            return subprocess.run(  # noqa: S603 - git itself, and words that are no options
                command, check=False, capture_output=True, env=environment, timeout=_PATIENCE_S
            )
        except FileNotFoundError as error:
            raise VersionError("`git` is not installed; name two folders instead") from error
        except subprocess.TimeoutExpired as error:
            message = f"`git {words[0]}` did not answer in {_PATIENCE_S:g} s"
            raise VersionError(message) from error


def read_version(name: str, other: str) -> RuleFiles:
    """Return the rule files of a version. Raises VersionError if there is no such version.

    `other` is the version it is compared with, which `REVISION:` without a path refers to.
    """
    path = Path(name)
    if path.exists():
        return read_rules(path)
    revision, colon, inside = name.partition(":")
    if not colon:
        advice = "a revision in git is written `REVISION:PATH`, as in `main~3:rules/asp1`"
        raise VersionError(f"`{name}` does not exist; {advice}")
    if not revision or revision.startswith("-"):
        raise VersionError(f"`{name}` names no revision before the colon")
    beside = Path(other)
    if not inside and not beside.exists():
        inside = other.partition(":")[2]
        name = f"{revision}:{inside}"
    if inside:
        return _from_git(name, _Repository(Path()), revision, inside)
    if not beside.exists():
        raise VersionError(f"`{name}` needs a path, for the other version has none either")
    folder = beside if beside.is_dir() else beside.parent
    inside = "./" if beside.is_dir() else f"./{beside.name}"
    return _from_git(f"{revision}:{other}", _Repository(folder), revision, inside)


def _from_git(name: str, repository: _Repository, revision: str, inside: str) -> RuleFiles:
    _find(repository, revision)
    inside = inside.rstrip("/") or "./"
    inside = "./" if inside == "." else inside
    thing = f"{revision}:{inside}"
    kind = repository.ask("cat-file", "-t", thing)
    if kind.returncode:
        raise VersionError(f"`{revision}` holds no `{name.partition(':')[2]}`")
    if kind.stdout.strip() == b"blob":
        shown = _shown(name)
        read = _blob(repository, thing, shown)
        return RuleFiles({}, (read,)) if isinstance(read, Problem) else RuleFiles({shown: read})
    listed = repository.ask("ls-tree", "--full-tree", "-z", thing)
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for entry in sorted(filter(None, listed.stdout.split(b"\0"))):
        about, _, raw = entry.partition(b"\t")
        mode, _, object_id = about.decode("ascii").split()
        file = raw.decode("utf-8", "backslashreplace")
        if not is_rule_file(file):
            continue
        shown = _shown(
            f"{name.rstrip('/')}/{file}" if name.partition(":")[2] else f"{name}./{file}"
        )
        if not mode.startswith("100"):
            message = "this is a link or a folder, though its name is that of a rule file"
            problems.append(unreadable_file.problem(shown, message, "only files can be compared"))
            continue
        read = _blob(repository, object_id, shown)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            files[shown] = read
    if not files and not problems:
        message, advice = "there is no rule file in this folder", "its name ends in `.yaml`"
        problems.append(unreadable_file.problem(name, message, advice))
    return RuleFiles(files, tuple(problems))


def _find(repository: _Repository, revision: str) -> None:
    """Raise VersionError unless there is a repository that knows the revision."""
    inside = repository.ask("rev-parse", "--git-dir")
    if inside.returncode:
        told = inside.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        told = told.removeprefix("fatal: ")
        raise VersionError(f"`{repository.folder.resolve()}` is in no git repository: {told}")
    known = repository.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known.returncode:
        raise VersionError(f"git knows no revision `{revision}`")


def _blob(repository: _Repository, thing: str, shown: str) -> bytes | Problem:
    size = repository.ask("cat-file", "-s", thing)
    if not size.returncode and int(size.stdout) > MAX_FILE_BYTES:
        message = f"the file is larger than {MAX_FILE_BYTES // 1024} KiB"
        return unreadable_file.problem(shown, message)
    content = repository.ask("cat-file", "blob", thing)
    if content.returncode:
        told = content.stderr.decode("utf-8", "replace").strip()
        return unreadable_file.problem(shown, f"git cannot read it: {told}")
    return content.stdout


def _shown(name: str) -> str:
    """Return the name of a file in git with a folder before it: `main:./plant.yaml`."""
    revision, _, inside = name.partition(":")
    place = PurePosixPath(inside)
    return f"{revision}:{inside}" if len(place.parts) > 1 else f"{revision}:./{place}"
