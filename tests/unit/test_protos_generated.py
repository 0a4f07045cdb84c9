"""What stands in `adapters/pb/` is what the sources give, with the generator of the lock."""

import runpy
from pathlib import Path

from tests.house.source import ROOT

COMMITTED = ROOT / "adapters" / "pb"


def _texts(folder: Path) -> dict[str, str]:
    return {
        each.relative_to(folder).as_posix(): each.read_text("utf-8")
        for each in sorted(folder.rglob("*.py*"))
        if each.suffix in {".py", ".pyi"}
    }


def test_the_generated_code_is_that_of_the_sources(tmp_path: Path) -> None:
    generate = runpy.run_path(str(ROOT / "protos" / "generate.py"))["generate"]
    written = generate(tmp_path / "pb")
    assert written
    fresh, committed = _texts(tmp_path / "pb"), _texts(COMMITTED)
    again = "run .venv/bin/python protos/generate.py"
    assert fresh.keys() == committed.keys(), again
    different = [name for name in fresh if fresh[name] != committed[name]]
    assert not different, again


def test_nothing_of_the_vendors_text_stands_in_the_sources() -> None:
    for source in sorted((ROOT / "protos" / "braiins").rglob("*.proto")):
        text = source.read_text("utf-8")
        assert text.startswith("// Own, minimal, wire-compatible")
        assert "GNU" not in text
