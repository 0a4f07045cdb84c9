"""What holds for every test: no test asserts a time, so a slow machine fails none."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Hypothesis brings a profile of its own for build servers: no deadline, the same examples each run.
settings.register_profile("house", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")

# What is told does not depend on the language of the machine that runs the tests.
os.environ["LC_ALL"] = "C.UTF-8"

HERE = Path(__file__).parent
COUNTED = (
    "unit",
    "test_cases_engine.py",
    "adapters/test_invariants.py",
    "reliability/test_disks.py",
)
"""In which tests branches are counted: those that ask for one thing each.

Days, storms, wires and random rulebooks reach a branch by chance, and to be counted costs them more
than they cost themselves. What their fixtures do is counted all the same: dear things belong into
the tests.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what is not counted run at its full speed."""
    counted = [HERE / each for each in COUNTED]
    for item in items:
        if not any(item.path.is_relative_to(each) for each in counted):
            item.add_marker("no_cover")
