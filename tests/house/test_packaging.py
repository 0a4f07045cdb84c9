"""What is installed is what is declared, pinned, and no more than a machine needs."""

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.source import PACKAGES, ROOT, Offence, Source, files, imports, report, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")

ADDRESS = re.compile(r"://| @ |^\s*-|^\s*--(index|extra|find|trusted)", re.MULTILINE)
HASH_LINE = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")

IMPORTED_AS = {"durable": "durable-rules", "durable_rules_engine": "durable-rules"}
"""Top-level modules whose distribution does not name them."""


LOADED_UNASKED = {"grpcio-tools": "grpc itself imports grpc_tools where it is installed"}
"""What a library loads by its own choice on a workstation, and a PLC does without."""


def declared() -> list[Requirement]:
    """Return every requirement of pyproject.toml: to build, to run, and of each extra."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    lines = [*PROJECT["build-system"]["requires"], *project["dependencies"]]
    return [Requirement(line) for line in (*lines, *(each for extra in extras for each in extra))]


def lock_offences(lock: str, requirements: Iterable[Requirement]) -> Iterator[Offence]:
    """Yield what keeps a lock from being complete, pinned by hash, and free of addresses."""
    pinned: dict[str, list[str]] = {}
    name = ""
    hashed = True
    for number, line in enumerate([*lock.splitlines(), "end==0"], 1):
        if HASH_LINE.match(line):
            hashed = True
        elif entry := re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line):
            if not hashed:
                yield Offence("requirements.lock", number - 1, f"`{name}` has no hash")
            name, hashed = canonicalize_name(entry[1]), False
            pinned.setdefault(name, []).append(entry[2])
        elif line.strip():
            yield Offence("requirements.lock", number, f"neither a pin nor a hash: `{line}`")
    for wanted in requirements:
        versions = pinned.get(canonicalize_name(wanted.name), [])
        if not versions:
            yield Offence("requirements.lock", 1, f"`{wanted.name}` is missing: make lock")
        for version in versions:
            if version not in wanted.specifier:
                yield Offence("requirements.lock", 1, f"{version} does not satisfy `{wanted}`")


@functools.cache
def _owners() -> Mapping[str, list[str]]:
    """Return which distributions bring each top-level name."""
    return metadata.packages_distributions()


def undeclared(source: Source, known: set[str]) -> Iterator[Offence]:
    """Yield the libraries that a file imports and pyproject.toml does not name."""
    owners = _owners()
    for item in imports(source):
        top = item.target.partition(".")[0]
        if top in sys.stdlib_module_names or top in PACKAGES:
            continue
        names = {canonicalize_name(each) for each in owners.get(top, [IMPORTED_AS.get(top, top)])}
        if not names & known:
            yield source.offence(item.line, f"imports `{top}`, which pyproject.toml does not name")


def relative_imports(source: Source) -> Iterator[Offence]:
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield source.offence(node.lineno, "imports are absolute")


def closure(roots: Iterable[str]) -> set[str]:
    """Return the distributions that come with these, by their installed metadata."""
    found: set[str] = set()
    waiting = [canonicalize_name(root) for root in roots]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another platform or Python
            continue
        waiting.extend(
            canonicalize_name(each.name)
            for each in map(Requirement, lines)
            if each.marker is None or each.marker.evaluate({"extra": ""})
        )
    return found


def loaded_distributions(statements: str) -> set[str]:
    """Return the distributions that a fresh interpreter has loaded after these statements."""
    script = f"import sys\nalone = set(sys.modules)\n{statements}\nprint(*set(sys.modules) - alone)"
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    tops = {name.partition(".")[0] for name in ran.stdout.split()}
    owners = _owners()
    return {
        canonicalize_name(owner)
        for top in tops - set(sys.stdlib_module_names) - set(PACKAGES)
        for owner in owners.get(top, [])
    }


def test_the_lock_is_complete_hashed_and_names_no_address() -> None:
    offences = list(lock_offences(LOCK, declared()))
    assert not offences, report(offences)
    assert ADDRESS.search(re.sub(r"^    --hash=.*$", "", LOCK, flags=re.MULTILINE)) is None


def test_every_library_that_is_imported_is_declared() -> None:
    known = {canonicalize_name(each.name) for each in declared()}
    watched = files(*PACKAGES, "tests", "benchmarks")
    offences = [
        each
        for source in watched
        for each in undeclared(source, known)
        if not any(f"imports `{own}`" in each.why for own in ("tests", "benchmarks"))
    ]
    assert not offences, report(offences)


def test_the_command_starts_with_what_the_plc_installs() -> None:
    core = closure(Requirement(each).name for each in PROJECT["project"]["dependencies"])
    everything = (
        "import importlib, adapters.cli.main as main\n"
        "for command in main.COMMANDS: importlib.import_module(command.module)"
    )
    extra = loaded_distributions(everything) - core - {"thermiq"} - LOADED_UNASKED.keys()
    assert not extra, f"imported without being asked for: {', '.join(sorted(extra))}"


def test_no_import_is_relative() -> None:
    offences = [each for source in files(*PACKAGES) for each in relative_imports(source)]
    assert not offences, report(offences)


def test_packages_are_flat_and_found_by_their_names() -> None:
    setuptools = PROJECT["tool"]["setuptools"]
    assert setuptools["packages"] == {"find": {"include": ["engine*", "adapters*"]}}
    assert "package-dir" not in setuptools
    for package in PACKAGES:
        assert (ROOT / package / "py.typed").is_file()


def test_every_folder_of_modules_is_a_package_or_a_wheel_would_leave_it_out() -> None:
    folders = {(ROOT / source.path).parent for source in files(*PACKAGES)}
    missing = sorted(str(each) for each in folders if not (each / "__init__.py").is_file())
    assert not missing


def test_the_project_names_no_machine_and_no_registry() -> None:
    texts = [
        *(
            Source(name, (ROOT / name).read_text("utf-8"))
            for name in ("Makefile", "pyproject.toml")
        ),
        *(
            Source(f".ci/{name}", (ROOT / ".ci" / name).read_text("utf-8"))
            for name in ("run", "setup")
        ),
    ]
    pattern = re.compile(
        r"https?://|--(extra-)?index-url|--find-links|--trusted-host|\bsudo (?!apt)"
    )
    offences = [
        source.offence(number, line.strip())
        for source in texts
        for number, line in enumerate(source.text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not offences, report(offences)


HASH = "    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("lock", "why"),
    [
        (f"lark==1.2.2 \\\n{HASH}\n", None),
        (f"Lark==1.2.2 ; python_version < '4' \\\n{HASH} \\\n{HASH}\n", None),
        ("", "is missing"),
        ("lark==1.2.2\n", "has no hash"),
        (f"lark==0.9 \\\n{HASH}\n", "does not satisfy"),
        (f"lark>=1.2 \\\n{HASH}\n", "neither a pin nor a hash"),
        (f"--index-url https://example.org\nlark==1.2.2 \\\n{HASH}\n", "neither a pin nor a hash"),
        (f"lark @ https://example.org/lark.whl\nlark==1.2.2 \\\n{HASH}\n", "neither a pin"),
    ],
)
def test_a_lock_that_pins_too_little_is_found(lock: str, why: str | None) -> None:
    found = list(lock_offences(lock, [Requirement("lark>=1.2,<2")]))
    assert bool(found) == (why is not None), report(found)
    assert why is None or any(why in each.why for each in found), report(found)


def test_an_undeclared_library_and_a_relative_import_are_found() -> None:
    planted = Source("engine/language/planted.py", "import lark, yaml\nfrom . import position\n")
    assert [each.line for each in undeclared(planted, {"lark"})] == [1]
    assert [each.line for each in relative_imports(planted)] == [2]


def test_a_library_that_only_an_extra_installs_is_noticed_when_it_is_loaded() -> None:
    assert "pytest" in loaded_distributions("import pytest")
    assert "pytest" not in closure(["typer", "lark"])
    assert "click" not in closure(["lark"])
