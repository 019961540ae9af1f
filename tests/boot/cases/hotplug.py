# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that is plugged in while the service is armed: the rule of udev has the crash kernel told, once for all of its blocks, and the
dump of the next crash has that memory too."""
import re
import socket
import subprocess

import disks
import installed
from proof import require

LIMIT = 300
PLUGGED = 256 << 20
# QEMU puts it where the memory above 4 GiB would begin.
FIRST = 4 << 30

SCRIPT = """\
armed() {
    next finished
    try service systemctl is-active kdump
    before=$(ls -d /sys/devices/system/memory/memory* | wc -l)
    say plug
    for _ in $(seq 120); do
        [ "$(ls -d /sys/devices/system/memory/memory* | wc -l)" -gt "$before" ] && break
        sleep 1
    done
    sleep 1
    for state in /sys/devices/system/memory/memory*/state; do
        grep -q offline "$state" && echo online >"$state"
    done
    say blocks $(($(ls -d /sys/devices/system/memory/memory* | wc -l) - before))
    for _ in $(seq 120); do
        journalctl --no-pager -b -u kdump-hotplug -o cat | grep -q 'Starting kdump' && break
        sleep 1
    done
    # As long as a second reload would need to begin.
    sleep 10
    try reloads journalctl --no-pager -b -u kdump-hotplug -o cat
    try status kdumpctl status
    next finished
    say crash
    echo c >/proc/sysrq-trigger
}

finished() {
    say end
    systemctl poweroff
}
"""

EXPECTED = {"service": (0, "^active$"), "reloads": (0, r"Starting kdump: \[OK\]"), "status": (0, "operational")}


def plug(port):
    """Tells QEMU's monitor."""
    with socket.create_connection(("127.0.0.1", port), 10) as monitor:
        for command in (f"object_add memory-backend-ram,id=more,size={PLUGGED}", "device_add pc-dimm,id=plugged,memdev=more"):
            monitor.sendall(command.encode() + b"\n")
        monitor.settimeout(2)
        try:
            while monitor.recv(4096):
                pass
        except TimeoutError:
            pass


def run(bench):
    port = installed.free_port()
    system = installed.System(bench, "armed", SCRIPT, installed=True, words="crashkernel=256M",
                              texts={"etc/kdump.conf": "path /var/crash\ncore_collector makedumpfile -E -d 31\n"})
    more = ("-m", f"{installed.MEMORY}M,slots=1,maxmem=8G", "-monitor", f"tcp:127.0.0.1:{port},server=on,wait=off")
    with bench.start(system.setup(more, resets=True)) as guest:
        guest.wait("@@ plug", LIMIT)
        plug(port)
        guest.wait("@@ crash", LIMIT)
        said = guest.transcript()
        for name, (status, words) in EXPECTED.items():
            installed.require_said(said, "armed", name, status, words)
        guest.wait("reboot: Power down", LIMIT)   # whose disk can be read
    blocks = int(said.one("armed", "blocks"))
    reloads = sum("Starting kdump: [OK]" in line for line in said.all("armed", "said:reloads"))
    require(blocks >= 2, f"{blocks} blocks of memory have come")
    require(reloads == 1, f"{blocks} blocks of memory led to {reloads} reloads")
    return [f"a boot with none, {blocks} blocks of memory with one reload", judge_dump(bench, system)]


def judge_dump(bench, system):
    files = disks.extract(system.disk, "ext4", bench.directory / "files", "/var/crash")
    vmcore = next((files / "crash").glob("*/vmcore"))
    headers = subprocess.run(["readelf", "-lW", vmcore], check=True, stdout=subprocess.PIPE, text=True).stdout
    ranges = [(int(address, 16), int(size, 16))
              for address, size in re.findall(r"^ +LOAD +\S+ \S+ (0x[0-9a-f]+) \S+ (0x[0-9a-f]+)", headers, re.MULTILINE)]
    # Pages that were left out part it into many.
    there = sum(size for first, size in ranges if FIRST <= first < FIRST + PLUGGED)
    require(there == PLUGGED, f"of the memory at {FIRST:#x} the dump has {there:#x} bytes: {headers}")
    return "the dump has the memory that came"
