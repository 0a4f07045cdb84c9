"""What a mapping means when it says little."""

from datetime import UTC

from adapters.recordings.mapping import ColumnMap, Mapping


def test_the_defaults_are_the_plainest_csv() -> None:
    mapping = Mapping("csv", (ColumnMap("load", "house.load"),))
    assert (mapping.delimiter, mapping.style.decimal, mapping.encoding) == (",", ".", "utf-8")
    assert (mapping.time_format, mapping.zone, mapping.hold_ms) == ("iso", UTC, None)
    assert mapping.columns[0].when_missing is None
