"""What holds for every test: no test asserts a time, so a slow machine fails none."""

import os

from hypothesis import settings

# Hypothesis brings a profile of its own for build servers: no deadline, the same examples each run.
settings.register_profile("house", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")

# What is told does not depend on the language of the machine that runs the tests.
os.environ["LC_ALL"] = "C.UTF-8"
