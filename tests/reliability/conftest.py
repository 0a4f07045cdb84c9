"""Runs that take minutes begin first: the other workers have the rest of the tests meanwhile."""

import pytest

LONG = ("test_soak.py", "test_trips.py", "test_wire.py")
"""Files whose first test mostly waits for scans and answers, the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the first test of each be among the first of all."""
    first: dict[str, pytest.Item] = {}
    for item in items:
        if item.path.parent.name == "reliability" and item.path.name in LONG:
            first.setdefault(item.path.name, item)
    ahead = [first[name] for name in LONG if name in first]
    items[:] = ahead + [item for item in items if item not in ahead]
