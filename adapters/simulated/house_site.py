"""A site file turned to loopback: the wiring of the real one, the addresses of a started house."""

import io
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

_WAYS = ("tty", "host", "port", "transport", "baudrate", "username", "password_file", "ca_file")
"""How a device is reached: what is replaced as a whole."""

Options = Mapping[str, object]


def on_loopback(text: str, devices: Mapping[str, Options], changes: Options) -> str:
    """Return a site file in which `devices` are reached by those options, with `changes` on top.

    Everything else stays: facts, outputs, terminals, limits. A device of which nothing is said is
    left as it is. `changes` replace whole sections, as `mqtt` or `scan_period`.
    """
    yaml = YAML()
    site = yaml.load(text)
    for name, options in devices.items():
        device = site["devices"][name]
        for way in _WAYS:
            device.pop(way, None)
        device.update(options)
    site.update(changes)
    written = io.StringIO()
    yaml.width = 4096
    yaml.dump(site, written)
    return written.getvalue()


def copy_rules(rules: Path, folder: Path) -> None:
    """Copy rules and their tests beside the site file that will stand in `folder`."""
    for file in sorted(rules.glob("*.yaml")):
        if file.name != "site.yaml":
            (folder / file.name).write_bytes(file.read_bytes())
