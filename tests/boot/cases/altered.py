# SPDX-License-Identifier: GPL-2.0-or-later
"""A loaded kernel of which one byte changes in memory is never entered: the purgatory's digest check stands in the way.

The byte is changed from outside by QEMU's gdb stub. The control does the same and changes it back, so that what keeps the second
kernel out is the byte and nothing else.
"""
import pathlib
import re
import tempfile
import time

import outside
import proof
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 120     # seconds; a boot takes 10 on an idle machine
SCRIPT = """\
say_memory
load {load} {serial} --append="{command_line}"
say ready
read -r go
say go
{trigger}
"""
ACTIONS = {"reboot": ("-l -c /kernel --initrd=/second.cpio", "kexec -e"),
           "crash": ("-p -c /kernel --initrd=/second.cpio", "echo c >/proc/sysrq-trigger")}


def run(bench, machine_name, kernel, action):
    machine = MACHINES[machine_name]
    load, trigger = ACTIONS[action]
    script = SCRIPT.format(load=load, serial=machine.purgatory_console, command_line=machine.command_line(), trigger=trigger)
    second = bench.packed_initramfs(machine, "second", "")
    image = supplies.kernel(machine, kernel)
    first = bench.initramfs(machine, "first", script, {**bench.program(), "kernel": image, "second.cpio": second})
    setup = dict(machine=machine, firmware=machine.plain_firmware(), kernel=image, initrd=first, memory=768,
                 append=f"crashkernel={machine.crash_low}")
    usual = boot(bench, setup, image, action, put_back=True)
    require(usual is not None, "the control, with the byte put back, did not enter the second kernel either")
    late = boot(bench, setup, image, action, put_back=False)
    require(late is None, "a kernel with an altered byte was entered")
    if asks_first(machine):
        require(bench.ended, "the first kernel, told that the second is altered, did not go on with its panic")
        return [f"unaltered: entered after {usual:.1f} s", "one byte altered: never entered, the first panics on"]
    require(any(re.search("differ|digest|sha256", line) for line in bench.console),
            "the purgatory stopped an altered kernel but said nothing on the serial console that it was given")
    return [f"unaltered: entered after {usual:.1f} s", "one byte altered: never entered, and the purgatory says so"]


def asks_first(machine):
    """The running kernel asks the purgatory before it gives up, and ends by itself (panic=-1) when the answer is no."""
    return machine.name == "s390x"


def boot(bench, setup, image, action, put_back):
    """How long the second kernel took to appear; None when it did not."""
    with tempfile.TemporaryDirectory() as sockets:
        stub = outside.Outside(pathlib.Path(sockets))
        with bench.start(Setup(**setup, extra=stub.options())) as guest:
            guest.wait("@@ ready", LIMIT)
            said = guest.transcript()
            proof.require_loaded(said, "first", "crash" if action == "crash" else "loaded")
            alter(stub, image, said, action, put_back)
            guest.send("go\n")
            guest.wait("@@ go", LIMIT)
            triggered = time.monotonic()
            if put_back:
                guest.wait("@@ stage second", LIMIT)
                bench.usual = time.monotonic() - triggered
                return bench.usual
            entered = not proof.wait_quietly(guest, "@@ stage second|Linux version", bench.usual + 3)
            bench.ended = guest.has_ended()
            return 0.0 if entered else None


def alter(stub, image, said, action, put_back):
    """Inverts a byte in the middle of the kernel: for a crash where it will run from, otherwise in every copy in memory."""
    lines = said.all("first", "iomem")
    ranges = proof.ram_ranges(lines, "Crash kernel" if action == "crash" else "System RAM")
    with stub:
        copies = stub.find(outside.sample_of(image), ranges)
        require(copies, "the loaded kernel was not found in memory")
        for address in copies:
            stub.flip(address)
            if put_back:
                stub.flip(address)
