"""Taking from this very process the means to write anywhere but into the pipes that it has.

After `seal` the kernel gives it no further file, socket, pipe or device (no handle is free), lets
no file grow, and starts nothing in its name. So candidate rules cannot reach the plant, whatever a
mistake in them or in us may do: the limits can be lowered, but not raised again without privileges,
and raising them is not in this program.
"""

import os
import resource
from contextlib import suppress

MEMORY_BYTES_MAX = 1_073_741_824
IDLE = 19


def seal() -> None:
    """Close every handle but the standard ones, and let none be opened."""
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    # The last: nothing can be opened any more, not even by us.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def step_back() -> None:
    """Let everything else on the machine go first, where a sandbox does not forbid even that."""
    with suppress(PermissionError):
        os.nice(IDLE)
