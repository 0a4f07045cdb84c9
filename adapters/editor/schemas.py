"""The schemas of all files of one folder, by the name that `thermiq schema --out` gives them."""

import json
from collections.abc import Mapping

from adapters.editor.site_schema import site_schema
from engine.workshop.editor.schema_parts import Schema
from engine.workshop.editor.schema_plant import plant_schema
from engine.workshop.editor.schema_rules import rules_schema
from engine.workshop.editor.schema_scenarios import scenarios_schema
from engine.workshop.editor.sheet import Sheet

PLANT, SITE, TESTS, RULES = "plant", "site", "tests", "rules"


def schemas(sheet: Sheet) -> Mapping[str, Schema]:
    """Return the schema of each kind of file."""
    return {
        PLANT: plant_schema(),
        SITE: site_schema(sheet),
        TESTS: scenarios_schema(sheet),
        RULES: rules_schema(sheet),
    }


def kind_of(file: str) -> str:
    """Return of which kind a file is, by its name alone."""
    base = file.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")[0]
    if base in (PLANT, SITE):
        return base
    return TESTS if base.endswith(".test") else RULES


def written(schema: Schema) -> str:
    """Return a schema as a file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
