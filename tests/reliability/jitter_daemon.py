"""The daemon of `jitter`, a process of its own, on the machine's clock.

    python -m tests.reliability.jitter_daemon SITE SCANS

It is `thermiq run`, which says of each scan when it began and how long it has waited for a core so
far, in seconds, and ends after SCANS of them.
"""

import asyncio
import json
import logging
import sys
from pathlib import Path

from adapters.cli.faces import show
from adapters.runtime.loading import load_all
from adapters.runtime.service import Service
from adapters.runtime.system_clock import SystemClock
from engine.control.scan import Scan

WAITED = Path("/proc/self/schedstat")


def main(site: Path, scans: int) -> int:
    """Run so many scans; returns the daemon's exit code."""
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr)
    clock = SystemClock()
    loading = load_all(site, clock, shadow=False)
    if loading.loaded is None:
        raise SystemExit(str(loading.problems))
    service = Service(loading.loaded, clock)
    hide = show(service, loading.loaded, clock, shadow=False)

    def say(scan: Scan) -> None:
        waited_s = int(WAITED.read_text("ascii").split()[1]) / 1e9
        sys.stdout.write(json.dumps([scan.trace.moment.monotonic_s, waited_s]) + "\n")
        sys.stdout.flush()

    service.daemon.listen("jitter", say)
    try:
        return asyncio.run(service.daemon.run(scans))
    finally:
        hide()
        service.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
