"""Writes `adapters/pb/` anew from the `.proto` files here: `.venv/bin/python protos/generate.py`.

protoc imports by the path of the source (`from braiins.bos.v1 import …`), which cannot work inside
a package, so that one prefix is rewritten. grpcio-tools comes with the `dev` extra; its version is
in the lock, hence the same code on every machine.
"""

import re
import sys
from pathlib import Path

from grpc_tools import protoc

SOURCES = Path(__file__).resolve().parent
TARGET = SOURCES.parent / "adapters" / "pb"
PACKAGE = "adapters.pb"

WITH_STUBS = ("thermiq/",)
"""Whose services get generated clients and servers too. The miners' are called by method path."""

_IMPORT = re.compile(r"^from (?=(?:braiins|thermiq)[. ])", re.MULTILINE)
_PLAIN_IMPORT = re.compile(r"^import (?=(?:braiins|thermiq)\.)", re.MULTILINE)


def generate(target: Path) -> list[Path]:
    """Write the code of every source below `target` and return the written files, in order."""
    target.mkdir(parents=True, exist_ok=True)
    sources = sorted(each.relative_to(SOURCES).as_posix() for each in SOURCES.rglob("*.proto"))
    with_stubs = [each for each in sources if each.startswith(WITH_STUBS)]
    _protoc(target, ["--python_out", "--pyi_out"], sources)
    if with_stubs:
        _protoc(target, ["--grpc_python_out"], with_stubs)
    for file in sorted(target.rglob("*_pb2*.py*")):
        if file.suffix in {".py", ".pyi"}:
            text = file.read_text("utf-8")
            text = _IMPORT.sub(f"from {PACKAGE}.", text)
            file.write_text(_PLAIN_IMPORT.sub(f"import {PACKAGE}.", text), "utf-8")
    for folder in [target, *sorted(each for each in target.rglob("*") if each.is_dir())]:
        if folder.name != "__pycache__":
            (folder / "__init__.py").write_text('"""Generated from protos/; never edited."""\n')
    return sorted(each for each in target.rglob("*.py*") if each.suffix in {".py", ".pyi"})


def _protoc(target: Path, outputs: list[str], sources: list[str]) -> None:
    wanted = [f"{each}={target}" for each in outputs]
    if protoc.main(["protoc", f"--proto_path={SOURCES}", *wanted, *sources]) != 0:
        raise SystemExit("protoc found a mistake; its message is above")


if __name__ == "__main__":
    print(f"{len(generate(TARGET))} files in {TARGET.relative_to(SOURCES.parent)}", file=sys.stderr)
