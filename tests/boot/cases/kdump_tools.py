# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's kdump-tools with our kexec in the place of kexec-tools': its kdump-config loads, shows and unloads a crash kernel."""
import pathlib
import re

import fetch
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 120
MEMORY = 768
SUITE = "bookworm"

# As the package's scripts configure it; the administrator names kernel and initial ramdisk, as its documentation has it.
CONFIGURATION = """
KDUMP_KERNEL=/boot/vmlinuz
KDUMP_INITRD=/boot/initrd.img
"""

SCRIPT = """\
mkdir -p /run /var/log
say_state() {
    say state "$1" "$2" "$(cat /sys/kernel/kexec_crash_loaded)"
    say_lines "said:$1" </tmp/output
}
try() {
    name=$1
    shift
    "$@" >/tmp/output 2>&1
    say_state "$name" $?
}
try load kdump-config load
try show kdump-config show
try recorded kexec --loaded
try status kdump-config status
try unload kdump-config unload
try shown-unloaded kdump-config show
echo 'KDUMP_KEXEC_ARGS="-c -d"' >>/etc/default/kdump-tools
try load-with-arguments kdump-config load
try reload kdump-config reload
try unload-again kdump-config unload
"""

# Exit status, and whether a crash kernel is loaded afterwards; what the output has to hold.
EXPECTED = {
    "load": (0, 1, "[Ll]oaded kdump kernel"), "show": (0, 1, "current state: +ready to kdump"),
    "recorded": (0, 1, r"crash kernel: loaded.*kernel /boot/vmlinuz.*initrd /boot/initrd\.img.*nr_cpus=1"),
    "status": (0, 1, "ready to kdump"), "unload": (0, 0, "[Uu]nloaded kdump kernel"),
    "shown-unloaded": (0, 0, "[Nn]ot ready to kdump"), "load-with-arguments": (0, 1, "[Ll]oaded kdump kernel"),
    "reload": (0, 1, "[Ll]oaded kdump kernel"), "unload-again": (0, 0, "[Uu]nloaded kdump kernel"),
}


def package_files(machine):
    """(files of the packages as {path in the guest: path here}, the configuration file)."""
    root = pathlib.Path(fetch.package(SUITE, machine.name, "kdump-tools", "sysvinit-utils"))
    names = ["usr/sbin/kdump-config", "lib/lsb/init-functions", "etc/kdump/sysctl.conf"]
    configuration = (root / "usr/share/kdump-tools/kdump-tools.conf").read_text(encoding="utf-8") + CONFIGURATION
    return {name: root / name for name in names}, configuration.encode()


def run(bench):
    machine = MACHINES["x86_64"]
    image = supplies.kernel(machine, "6.1")
    files, configuration = package_files(machine)
    files |= {**bench.program(), "boot/vmlinuz": image, "boot/initrd.img": bench.initramfs(machine, "second", "")}
    first = bench.initramfs(machine, "first", "PATH=$PATH:/usr/sbin\n" + SCRIPT, files, {"etc/default/kdump-tools": configuration})
    setup = Setup(machine, machine.plain_firmware(), image, first, memory=MEMORY, append=f"crashkernel={machine.crash_low}")
    return judge(bench.run(setup, LIMIT))


def judge(said):
    states = {name: (int(status), int(loaded)) for name, status, loaded in map(str.split, said.all("first", "state"))}
    for name, (status, loaded, words) in EXPECTED.items():
        text = " / ".join(said.all("first", f"said:{name}"))
        require(states.get(name) == (status, loaded),
                f"{name}: exit status and kexec_crash_loaded are {states.get(name)}, not {(status, loaded)}: {text}")
        require(re.search(words, text), f"{name}: the output lacks {words!r}: {text}")
    return ["kdump-config loads, shows, reloads and unloads, by both calls"]
