"""Transcripts of the command line: files in, command, output, exit code.

The format is described in `tests/transcripts/README.md`. Run as a program, this module writes the
output of every transcript anew.
"""

import contextlib
import io
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.cli.main import run

FOLDER = Path(__file__).parent / "transcripts"
_HEADER = re.compile(r"--- (?P<name>\S+)(?: \((?P<how>.+)\))?")


@dataclass(frozen=True, slots=True)
class File:
    """A file that a transcript wants; `how` is what stands in brackets behind its name."""

    name: str
    how: str
    text: str

    def create(self, folder: Path) -> None:
        """Make the file, or the folder."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.how == "folder":
            path.mkdir()
        else:
            path.write_bytes(self._content())

    def _content(self) -> bytes:
        words = self.how.split()
        match words:
            case []:
                return self.text.encode()
            case ["usual"]:
                return (FOLDER / "plant.yaml").read_bytes()
            case ["escapes"]:
                return self.text.encode().decode("unicode_escape").encode("latin-1")
            case [number, "MB"]:
                return b"# nothing\n" * (int(number) * 100_000)
            case ["nested", depth]:
                return ("[" * int(depth) + "]" * int(depth)).encode()
            case _:
                message = f"{self.name}: what is ({self.how})?"
                raise ValueError(message)


def transcripts() -> list[Path]:
    """Return every transcript."""
    return sorted(FOLDER.glob("*.txt"))


def rerun(text: str) -> str:
    """Return the transcript with the output that its commands have now."""
    head, files, commands = _parse(text)
    with tempfile.TemporaryDirectory() as name, _inside(Path(name)):
        for file in files:
            file.create(Path(name))
        outputs = [_output_of(command) for command in commands]
    return head + "".join(f"$ {c}\n{out}\n" for c, out in zip(commands, outputs, strict=True))


def _parse(text: str) -> tuple[str, list[File], list[str]]:
    """Return what stands before the first command, the files in it, and the commands."""
    head, _, rest = text.partition("\n$ ")
    files: list[File] = []
    name, how, lines = "", "", list[str]()
    for line in [*head.split("\n"), "--- end"]:
        header = _HEADER.fullmatch(line)
        if header is None:
            lines.append(line)
            continue
        if name:
            files.append(File(name, how, "".join(f"{each}\n" for each in lines)))
        name, how, lines = header["name"], header["how"] or "", []
    commands = [rest.partition("\n")[0], *re.findall(r"^\$ (.*)$", rest, re.MULTILINE)]
    return f"{head}\n", files, commands


def _output_of(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program == "cat":
        return Path(arguments[0]).read_text("utf-8")
    assert program == "thermiq", command
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        code = run(arguments)
    return f"{shown.getvalue()}[exit {code}]\n"


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder, on a terminal of 80 columns, without what the caller's shell has set."""
    told = ("COLUMNS", "THERMIQ_DEBUG", "LC_ALL", "LC_MESSAGES", "LANG")
    kept = {name: os.environ.pop(name) for name in told if name in os.environ}
    os.environ["COLUMNS"] = "80"
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        del os.environ["COLUMNS"]
        os.environ.update(kept)


def main() -> None:
    """Write every transcript anew."""
    for path in transcripts():
        path.write_text(rerun(path.read_text("utf-8")), "utf-8")
    shutil.rmtree(FOLDER / "__pycache__", ignore_errors=True)


if __name__ == "__main__":
    main()
