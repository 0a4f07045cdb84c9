"""The unit under a real systemd: started, stopped by its watchdog, zeroed, started again (F99).

Needs root, and boots in namespaces of its own only: private mounts, a read-only root, nothing but
memory where systemd would write, and a target whose units have no default dependencies, so that
nothing of the machine is cleaned, set or started.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from adapters.codec.revpi_layout import fingerprint
from adapters.simulated.revpi_config import config_rsc
from adapters.simulated.revpi_image import SimulatedRevPi
from tests.adapters.revpi_bench import NAMES
from tests.house.source import ROOT
from tests.making.daemons import INTERLOCKS, PLANT
from tests.reliability.outcome import Outcome

RULES = """\
ruleset: pump
rules:
  - {id: circulate, when: tank.top < 50 °C, then: {pump.run: on}, because: The tank is cold.}
"""
IMAGE = "/var/lib/thermiq/image"
RELAYS = 81
"""The byte of the image with the pump's relay."""
BOOT = """\
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
umount -R /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/keep
cp -r {folder}/. /run/keep
cp -r {folder}/units/. /run/systemd/system
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /run/keep/passwd /etc/passwd
mount --bind /run/keep/group /etc/group
for each in /var/lib /var/log /tmp; do mount -t tmpfs tmpfs $each; done
mkdir -p /var/lib/systemd
mount -o remount,bind,ro /
export container=thermiq
(until grep -q '^DONE' /run/told 2>/dev/null; do sleep 0.2; done; cat /run/told) &
exec /usr/lib/systemd/systemd --system --unit=bench.target --log-target=null --show-status=no
"""
DROP_IN = """\
[Unit]
DefaultDependencies=no
After=
[Service]
Environment=PYTHONPATH={root}:{packages}
ExecStartPre=/bin/sh -c 'test -e {image} || cp /run/keep/image {image}'
ExecStart=
ExecStart=/usr/bin/python3 -m adapters.cli.main run --site /run/keep/site.yaml
ExecStopPost=
ExecStopPost=/run/keep/outputs-zero --image {image} --config /run/keep/config.rsc
ExecStopPost=/bin/sh -c 'od -An -tu1 -j{relays} -N1 {image} >>/var/lib/thermiq/after'
StandardOutput=null
StandardError=append:/run/err
"""
TARGET = "[Unit]\nDefaultDependencies=no\nWants=bench.service\n"
BENCH = """\
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/bash /run/keep/bench.sh
StandardOutput=append:/run/told
StandardError=append:/run/told
"""
SCRIPT = """\
get() { systemctl show thermiq -p $1 --value; }
relays() { od -An -tu1 -j{relays} -N1 {image} | tr -d ' '; }
until_is() { for _ in $(seq 200); do [ "$($1 $2)" = "$3" ] && return; sleep 0.1; done; return 1; }
alive() { /usr/bin/python3 -c "
import os, time
image, count = os.open('{image}', os.O_RDWR), 0
while True:
    count = (count + 1) % 256
    os.pwrite(image, bytes([count]), 1)
    time.sleep(0.05)
"; }
systemctl start thermiq; echo "started $?"
alive &
until_is relays "" 8; echo "pump $(relays)"
main=$(get MainPID)
grep Seccomp: /proc/$main/status
kill -STOP $main
until_is get NRestarts 1; echo "restarts $(get NRestarts)"
echo "zeroed $(head -1 /var/lib/thermiq/after)"
until_is get ActiveState active; until_is relays "" 8; echo "pump $(relays)"
systemctl stop thermiq; echo "stopped $?"; echo "result $(get Result)"; echo "end $(relays)"
echo DONE
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take how long to wait, and whether the defence is left out, which must be seen."""
    parser.add_argument("--patience", type=float, default=120.0, help="seconds")
    parser.add_argument("--sabotage", action="store_true", help="without outputs-zero")


def run(options: argparse.Namespace) -> Outcome:
    """Boot once and judge from what the bench inside tells."""
    with tempfile.TemporaryDirectory() as name:
        folder = prepare(Path(name))
        if options.sabotage:
            (folder / "outputs-zero").write_text("#!/bin/true\n")
        told = boot(folder, options.patience)
    wanted = ["started 0", "pump 8", "Seccomp:\t2", "restarts 1", "zeroed    0", "pump 8"]
    wanted += ["stopped 0", "result success", "end 0"]
    kept = told == wanted
    figure = "stopped by SIGSTOP: killed by the watchdog, outputs zeroed, started again"
    return Outcome("F99 the unit under systemd", figure if kept else "; ".join(told), kept)


def prepare(folder: Path) -> Path:
    """Lay down a site, its PLC, the unit and who looks at it."""
    (folder / "plc").mkdir()
    plc = SimulatedRevPi(folder / "plc", config_rsc(NAMES))
    plc.set("safety_a", 1)
    plc.set("t_supply", 400)
    plc.exchange()
    shutil.copy(plc.image_path, folder / "image")
    shutil.copy(plc.config_path, folder / "config.rsc")
    shutil.copy(ROOT / "deploy" / "outputs-zero", folder)
    device = {
        "driver": "revpi", "image": IMAGE, "config": "/run/keep/config.rsc",
        "layout": fingerprint(plc.layout),
        "inputs": {"rtd1": {"io": "t_supply", "kind": "rtd"},
                   "relay_ok": {"io": "safety_a", "kind": "contact"}},
        "outputs": {"relay1": {"io": "p4_relay", "kind": "relay"}, "pump.run": "relay1"},
        "facts": {"tank.top": "rtd1", "safety.ok": "relay_ok"},
    }  # fmt: skip
    site = {"scan_period": "100 ms", "state": "/var/lib/thermiq", "devices": {"plc": device}}
    own = {
        "site.yaml": json.dumps(site), "plant.yaml": PLANT, "pump.yaml": RULES,
        "interlocks.yaml": INTERLOCKS, "bench.sh": _filled(SCRIPT),
        "passwd": Path("/etc/passwd").read_text() + "thermiq:x:990:990::/:/bin/false\n",
        "group": Path("/etc/group").read_text() + "thermiq:x:990:\npicontrol:x:991:\n",
        "units/thermiq.service": (ROOT / "deploy" / "thermiq.service").read_text("utf-8"),
        "units/thermiq.service.d/bench.conf": _filled(DROP_IN),
        "units/bench.target": TARGET, "units/bench.service": BENCH,
    }  # fmt: skip
    for name, text in own.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def _filled(text: str) -> str:
    packages = next(each for each in sys.path if each.endswith("site-packages"))
    known = {"image": IMAGE, "relays": str(RELAYS), "root": str(ROOT), "packages": packages}
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def boot(folder: Path, patience_s: float) -> list[str]:
    """Boot, and return what the bench told until it was done."""
    apart = ["--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup", "--net", "--kill-child"]
    command = ["/usr/bin/env", "unshare", *apart, "/bin/bash", "-c", BOOT]
    command[-1] = BOOT.replace("{folder}", str(folder))
    machine = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert machine.stdout is not None
    timer = threading.Timer(patience_s, machine.kill)
    timer.start()
    told: list[str] = []
    try:
        for line in machine.stdout:
            if line.startswith("DONE"):
                break
            told.append(line.rstrip("\n"))
    finally:
        machine.kill()  # and the kernel everything inside with it
        machine.wait()
        timer.cancel()
    return told
