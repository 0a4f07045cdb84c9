"""What the house tests look at: the project's files, read as text and as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "adapters")
GENERATED = ("adapters/pb/",)  # by protoc, never edited


@dataclass(frozen=True, slots=True, order=True)
class Offence:
    """A place that breaks a house rule, and which."""

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it stands and what it says."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """The dotted name; a package's is that of its folder."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    def offence(self, line: int, why: str) -> Offence:
        return Offence(self.path, line, why)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `from a.b import c` imports `a.b.c`, which may be a module or not."""

    target: str
    line: int


def files(*folders: str, suffix: str = ".py") -> Iterator[Source]:
    """Yield the project's own files below the folders, in order of path."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob(f"*{suffix}")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(GENERATED) and "__pycache__" not in path:
                yield Source(path, file.read_text("utf-8"))


def pages() -> list[Source]:
    """Return every Markdown page that a reader of the project meets."""
    top = [Source(file.name, file.read_text("utf-8")) for file in sorted(ROOT.glob("*.md"))]
    return top + list(
        files("deploy", "docs", "protos", "benchmarks", "rules", "tests", suffix=".md")
    )


@cache
def tree(source: Source) -> ast.Module:
    return ast.parse(source.text, source.path)


def imports(source: Source) -> Iterator[Import]:
    """Yield what a file imports, wherever in the file; relative imports are made absolute."""
    package = source.module if source.is_package else source.module.rpartition(".")[0]
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(name.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")
                base = ".".join([*above[: len(above) - node.level + 1], *filter(None, [base])])
            for name in node.names:
                yield Import(f"{base}.{name.name}", node.lineno)


def report(offences: list[Offence]) -> str:
    """Return the offences as a message, one a line, as editors understand it."""
    return f"{len(offences)} offence(s):\n" + "\n".join(map(str, sorted(offences)))
