"""`thermiq schema`: JSON Schema of a folder's files, for completion and hover in any editor."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Kind(Enum):
    """Which files a schema is for."""

    RULES = "rules"
    PLANT = "plant"
    TESTS = "tests"
    SITE = "site"


def schema(
    rules: Annotated[
        Path, typer.Argument(exists=True, metavar="RULES", help="A folder of rule files.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write all schemas into this folder.")
    ] = None,
    kind: Annotated[
        Kind, typer.Option("--for", help="Which files the printed schema is for.")
    ] = Kind.RULES,
) -> None:
    """Write JSON Schema made from the plant: what may stand where, with unit and meaning.

    Prints one schema, or writes all into a folder and prints the settings that tie them to the
    files in an editor with the YAML language server. Rules with errors are no obstacle, as far as
    they can be read; without a plant there is no schema and the exit code is 1.
    """
    from adapters.editor.schemas import schemas, written  # noqa: PLC0415 - `--help` needs none
    from adapters.files import read_rules  # noqa: PLC0415 - same
    from engine.language.load import load  # noqa: PLC0415 - same
    from engine.language.render.as_text import as_text  # noqa: PLC0415 - same
    from engine.workshop.editor.sheet import sheet_of  # noqa: PLC0415 - same

    read = read_rules(rules)
    loaded = load(read.files)
    plant = loaded.rulebook.plant
    if not plant.points and not plant.outputs:
        problems = (*read.problems, *loaded.problems)
        typer.echo(as_text(problems, loaded.sources, len(read.files)), nl=False, err=True)
        raise typer.Exit(1)
    if read.problems or not loaded.ok:
        typer.echo("there are errors; what is wrong is left out: thermiq check tells", err=True)
    found = schemas(sheet_of(loaded.rulebook))
    if out is None:
        typer.echo(written(found[kind.value]), nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, each in found.items():
        path = out / f"{name}.schema.json"
        path.write_text(written(each), encoding="utf-8", newline="\n")
    typer.echo(json.dumps({"yaml.schemas": _settings(out, rules)}, indent=2, ensure_ascii=False))


def _settings(out: Path, rules: Path) -> dict[str, list[str]]:
    """Return which schema is for which files, as the YAML language server wants it."""
    folder = rules if rules.is_dir() else rules.parent
    files = sorted(each.name for each in folder.iterdir() if each.suffix in (".yaml", ".yml"))
    from adapters.editor.schemas import kind_of  # noqa: PLC0415 - only when needed

    by_kind: dict[str, list[str]] = {kind.value: [] for kind in Kind}
    for name in files:
        by_kind[kind_of(name)].append((folder / name).as_posix())
    by_kind["tests"] = [(folder / "*.test.yaml").as_posix()]
    return {
        (out / f"{kind}.schema.json").as_posix(): listed
        for kind, listed in by_kind.items()
        if listed
    }
