"""The firewall that ships, in network namespaces of its own: who reaches which port of the PLC."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

RULES = ROOT / "deploy" / "network" / "nftables.conf"
PLC = {"eth0": "192.0.2.10", "eth1": "198.51.100.10", "wg0": "10.20.0.1"}
FROM = {
    "miner": ("eth0", "192.0.2.21"),
    "panel": ("eth1", "198.51.100.20"),
    "guest": ("eth1", "198.51.100.99"),
    "vpn": ("wg0", "10.20.0.7"),
}
OPEN = {"panel:8883", "vpn:22", "vpn:7443", "vpn:8883"}
PORTS = (22, 53, 502, 1883, 7443, 8883, 50051)
"""Somebody listens on all of them, at every address: only the firewall stands between."""

_WORLD = """
ip link set lo up
unshare -n sleep 60 & outside=$!
trap 'kill $outside' EXIT
until [ "$(readlink /proc/$outside/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
{cables}
nft -f {rules}
{python} {listen} & listeners=$!
trap 'kill $outside $listeners' EXIT
until ss -Hlnt | grep -q ':{last} '; do :; done
nsenter -t $outside -n {python} {ask}
"""
_LISTEN = """
import socket, threading, time
for port in {ports}:
    line = socket.create_server(("0.0.0.0", port))
    threading.Thread(target=lambda line=line: [line.accept() for _ in iter(int, 1)]).start()
"""
_ASK = """
import socket
from concurrent.futures import ThreadPoolExecutor
def tried(each):
    name, own, plc, port = each
    with socket.socket() as line:
        line.settimeout(2.0)
        line.bind((own, 0))
        try:
            line.connect((plc, port))
        except OSError:
            return ""
        return f"{{name}}:{{port}}"
with ThreadPoolExecutor(60) as pool:
    print(*filter(None, pool.map(tried, {wanted})))
"""


def known_to_this_machine(rules: str) -> str:
    """Return the rules with users that every machine has: the PLC's own may be missing here."""
    return rules.replace("skuid thermiq", "skuid 0").replace("_apt", "0")


def reached(folder: Path, rules: str) -> set[str]:
    """Return who gets through to which port of a PLC with these rules, as `who:port`."""
    cables = []
    for card, address in PLC.items():
        cables.append(f"ip link add {card} type veth peer name far_{card}")
        cables.append(f"ip link set far_{card} netns $outside")
        cables += [f"ip addr add {address}/24 dev {card}", f"ip link set {card} up"]
        cables.append(f"nsenter -t $outside -n ip link set far_{card} up")
    for card, address in FROM.values():
        cables.append(f"nsenter -t $outside -n ip addr add {address}/24 dev far_{card}")
    wanted = [(name, own, PLC[card], port) for name, (card, own) in FROM.items() for port in PORTS]
    files = {
        "rules": rules,
        "listen": _LISTEN.format(ports=PORTS),
        "ask": _ASK.format(wanted=wanted),
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    places = {name: folder / name for name in files}
    script = _WORLD.format(
        cables="\n".join(cables), python=sys.executable, last=PORTS[-1], **places
    )
    return set(in_a_world_of_its_own(["/bin/bash", "-euc", script]).split())


def in_a_world_of_its_own(words: list[str]) -> str:
    """Run something as root of a namespace: it changes nothing here and needs no rights."""
    path = "/usr/sbin:/sbin:/usr/bin:/bin"
    unshare = shutil.which("unshare", path=path)
    assert unshare is not None
    done = subprocess.run(
        [unshare, "-rn", *words],
        env={"PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_f76_who_reaches_which_port_of_the_plc(tmp_path: Path) -> None:
    assert reached(tmp_path, known_to_this_machine(RULES.read_text("utf-8"))) == OPEN


def test_f76_sabotage_without_the_policy_everybody_would(tmp_path: Path) -> None:
    rules = known_to_this_machine(RULES.read_text("utf-8")).replace(
        "hook input priority filter; policy drop", "hook input priority filter; policy accept"
    )
    assert {"guest:1883", "miner:22", "vpn:1883"} <= reached(tmp_path, rules)


def test_rules_that_are_not_sound_are_found(tmp_path: Path) -> None:
    wrong = tmp_path / "rules"
    wrong.write_text(
        known_to_this_machine(RULES.read_text("utf-8")).replace("dport 51820", "dprot 1")
    )
    with pytest.raises(AssertionError, match="syntax error"):
        in_a_world_of_its_own(["nft", "-c", "-f", str(wrong)])


def test_the_addresses_are_those_of_the_page_and_the_site_file() -> None:
    page = (ROOT / "docs" / "NETWORK.md").read_text("utf-8")
    site = (ROOT / "rules" / "asp1" / "site.yaml").read_text("utf-8")
    rules = RULES.read_text("utf-8")
    people = FROM["panel"][1], FROM["vpn"][1]
    for address in {*re.findall(r"\d+\.\d+\.\d+\.\d+", rules), *PLC.values(), *people}:
        assert address in page, address
    for address in re.findall(r"host: (192\.\d+\.\d+\.\d+)", site):
        assert address in rules, address
