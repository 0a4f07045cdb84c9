"""F37 to F40 on the wire: the small figure of `wire`."""

from pathlib import Path

from tests.reliability.running import ran

COUNT = 50_000


def test_f37_to_f40_scans_go_on_while_a_broker_is_flooded(tmp_path: Path) -> None:
    code, told = ran("wire", "--count", str(COUNT), "--folder", str(tmp_path))
    assert code == 0, told
    assert f"| {COUNT:,} messages while " in told
