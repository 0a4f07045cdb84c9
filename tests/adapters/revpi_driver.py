"""A controller in a process of its own: drives until it is ended, and says when it does.

Arguments: the folder of the image, the fingerprint of its layout.
"""

import sys
from pathlib import Path

from adapters.devices.output_watchdog import OutputWatchdog
from adapters.devices.revpi import RevPi
from adapters.devices.revpi_options import settings_from
from adapters.port import Command

OUTPUTS = {
    "p4_run": {"io": "p4_relay", "kind": "relay"},
    "rv2": {"io": "rv2_mv", "kind": "voltage"},
}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def ioctl(_: int, request: int, argument: bytes) -> None:
    say(f"ioctl {request:#x} {argument.hex()}")


def main(folder: Path, layout: str) -> None:
    image, config = str(folder / "image"), str(folder / "config.rsc")
    options = {"image": image, "config": config, "layout": layout, "outputs": OUTPUTS}
    plc = RevPi("plc", settings_from(options), OutputWatchdog(image, 3000, ioctl))
    for now_s in (0.0, 0.5):
        plc.read(now_s)
        plc.command(Command("p4_run", True, 10.0))
        plc.command(Command("rv2", 40.0, 10.0))
        plc.write(now_s)
        plc.feed()
    say("driving")
    sys.stdin.read()
    plc.write_safe()
    plc.close()
    say("safe")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
