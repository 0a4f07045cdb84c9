"""The pages lead somewhere: links, commands and the index are true."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from adapters.cli.main import COMMANDS
from tests.house.source import ROOT, Offence, Source, pages, report

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
MAKE = re.compile(r"(?:^|[\s;&|(])make ([a-z][a-z-]*)\b")
THERMIQ = re.compile(r"(?:^\s*(?:\$ )?|[;&|] ?|\.venv/bin/)thermiq ([a-z][a-z-]*)\b", re.MULTILINE)

NOT_YET: dict[str, str] = {}
"""What is promised before it is there, and why. Empty when the house is finished."""

README_SHOWS = {"make demo", "make test", "thermiq check"}


def links(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and the path, from the root, of every link into the project."""
    for number, line in enumerate(source.text.splitlines(), 1):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if "://" not in target and not target.startswith(("#", "mailto:")):
                place = PurePosixPath(source.path).parent / target.partition("#")[0]
                yield number, _without_dots(place)


def _without_dots(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def commands(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and the command, `make test` or `thermiq check`, of every one in code."""
    for code in CODE.finditer(source.text):
        text = re.sub(r"\s#.*", "", code[1] or code[2])  # a comment is prose
        line = source.text.count("\n", 0, code.start()) + 1
        yield from ((line, f"make {target}") for target in MAKE.findall(text))
        yield from ((line, f"thermiq {name}") for name in THERMIQ.findall(text))


def unknown_commands(source: Source, known: set[str]) -> Iterator[Offence]:
    for line, command in commands(source):
        if command not in known:
            yield source.offence(line, f"there is no `{command}`")


def unreached(documents: Iterable[Source], start: str) -> set[str]:
    """Return the pages that no chain of links leads to; a link to a folder reaches all of it."""
    by_path = {each.path: each for each in documents}
    found: set[str] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        inside = {each for each in by_path if each == path or each.startswith(path + "/")}
        for each in inside - found:
            found.add(each)
            waiting.extend(target for _, target in links(by_path[each]))
    return set(by_path) - found


def makefile_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    return {f"make {name}" for name in re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE)}


def known_commands() -> set[str]:
    return makefile_targets() | {f"thermiq {command.name}" for command in COMMANDS}


def test_every_link_leads_to_a_file() -> None:
    offences = [
        source.offence(line, f"`{target}` is not there")
        for source in pages()
        for line, target in links(source)
        if not (ROOT / target).exists()
    ]
    assert not offences, report(offences)


def test_every_command_in_the_pages_exists() -> None:
    known = known_commands() | set(NOT_YET)
    offences = [each for source in pages() for each in unknown_commands(source, known)]
    assert not offences, report(offences)


def test_every_page_is_reached_from_the_index() -> None:
    documents = [each for each in pages() if each.path.startswith("docs/")]
    assert not unreached(documents, "docs/README.md")


def test_everything_the_makefile_calls_exists() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    called = {f"thermiq {name}" for name in re.findall(r"\$\(BIN\)/thermiq ([a-z-]+)", text)}
    assert called - set(NOT_YET) <= known_commands()
    assert "python -m benchmarks" in NOT_YET or (ROOT / "benchmarks/__main__.py").is_file()


def test_the_readme_shows_the_commands_and_a_picture_that_is_there() -> None:
    readme = [each for each in pages() if each.path == "README.md" and each.path not in NOT_YET]
    assert readme or "README.md" in NOT_YET
    for page in readme:
        assert {command for _, command in commands(page)} >= README_SHOWS
        assert any(target.endswith((".png", ".svg")) for _, target in links(page))


def test_what_is_there_by_now_is_no_longer_excused() -> None:
    there = known_commands() | {name for name in ("README.md",) if (ROOT / name).is_file()}
    if (ROOT / "benchmarks/__main__.py").is_file():
        there.add("python -m benchmarks")
    assert not set(NOT_YET) & there, "take these off NOT_YET"


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE))
    assert {f"make {name}" for name in phony} == makefile_targets()
    assert {"make demo", "make test", "make check", "make bench"} <= makefile_targets()


PLANTED = """\
Run `make tset`, or:

```sh
$ thermiq chekc rules/asp1   # make sure it is clean
cd thermiq && make test
```
"""


def test_a_command_that_does_not_exist_is_found_and_prose_is_not() -> None:
    known = {"make test", "thermiq check"}
    found = [each.why for each in unknown_commands(Source("docs/planted.md", PLANTED), known)]
    assert found == ["there is no `make tset`", "there is no `thermiq chekc`"]


@pytest.mark.parametrize(
    ("path", "text", "targets"),
    [
        ("docs/a.md", "[b](b.md#part) and [c](../README.md)", ["docs/b.md", "README.md"]),
        ("README.md", "![chart](docs/chart.png)", ["docs/chart.png"]),
        ("docs/a.md", "[out](https://example.org) [here](#here) `[x](y)`", []),
    ],
)
def test_links_are_read_from_where_the_page_stands(
    path: str, text: str, targets: list[str]
) -> None:
    assert [target for _, target in links(Source(path, text))] == targets


def test_a_page_that_nothing_leads_to_is_found() -> None:
    documents = [
        Source("docs/README.md", "[checks](checks/)"),
        Source("docs/checks/a.md", "[b](../b.md)"),
        Source("docs/b.md", ""),
        Source("docs/lost.md", "[index](README.md)"),
    ]
    assert unreached(documents, "docs/README.md") == {"docs/lost.md"}
