# SPDX-License-Identifier: GPL-2.0-or-later
"""Firmware-assisted dump, with firmware: a kernel that is registered crashes, the machine is reset, and the same kernel boots with the
crashed one's memory beside it. `fadump` sees it, stores it, gives the memory back and registers anew, and at every moment says what the
kernel says."""
import json
import re

import supplies
from cases import crash
from machine import MACHINES, Setup
from proof import require

LIMIT = 180     # seconds; it takes 20 on an idle machine
MEMORY = 4096   # MiB
BOOT_MEMORY = 512 << 20
SEGMENT = re.compile(r" [0-9a-f]+-([0-9a-f]+) +\d+ of +\d+ bytes")   # of a plan, as -d prints it

SCRIPT = """\
mount -t debugfs debugfs /sys/kernel/debug
# look MOMENT: the status, and what the kernel's own files hold.
look() {
    fadump status --json >/tmp/output 2>&1
    say status:$1 $?
    say_lines json:$1 </tmp/output
    say kernel:$1 "$(cat /sys/kernel/fadump/enabled) $(cat /sys/kernel/fadump/registered) $(cat /sys/kernel/fadump/mem_reserved)"
    say vmcore:$1 "$(ls /proc/vmcore 2>/dev/null)"
    say memory:$1 "$(sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
}
# attempt NAME ARGUMENTS...: runs fadump, shows what it said and how it ended.
attempt() {
    name=$1
    shift
    fadump "$@" >/tmp/output 2>&1
    say exit:$name $?
    say_lines said:$name </tmp/output
}
if [ ! -e /sys/kernel/fadump/release_mem ]; then
    look booted
    attempt regions regions
    attempt unregister unregister
    look unregistered
    attempt nothing-to-save save /saved
    attempt nothing-to-release release
    attempt register register
    attempt register-twice register
    look registered
    echo c >/proc/sysrq-trigger
fi
say stage waiting
look waiting
attempt register-early register
attempt release-early release
mkdir /small
mount -t tmpfs -o size=8m small /small
attempt small save {how} /small/dump
say small "$(ls /small/dump | tr '\\n' ' ')"
umount /small
look kept
attempt save save {how} /saved
say saved "$(ls -A /saved | tr '\\n' ' ')"
say used "$(du -k /saved/vmcore | cut -f1)"
say size "$(stat -c %s /saved/vmcore)"
attempt twice save /saved
look saved
vmcore-dmesg /saved/vmcore >/tmp/ours
cmp /tmp/ours /saved/vmcore-dmesg.txt && say dmesg same
makedumpfile --dump-dmesg /saved/vmcore /tmp/log >/tmp/output 2>&1
say makedumpfile_exit $?
say_lines makedumpfile_said </tmp/output
say_differences dmesg_differs /tmp/log /tmp/ours
tail -n 60 /saved/vmcore-dmesg.txt | say_lines log
rm -r /saved
attempt release release
look released
attempt release-twice release
attempt register-anew register
look anew
"""

# The kernel that finds a dump loads another one, which is to find it too: what a boot loader that is a kernel does.
RELAY = """\
if [ ! -e /sys/kernel/fadump/release_mem ]; then
    echo c >/proc/sysrq-trigger
fi
say stage relay
load -l -c -d /kernel --initrd=/second.cpio --append="{append}"
kexec -e
"""
AFTER_RELAY = """\
fadump save --plain /saved >/tmp/output 2>&1
say save_exit $?
say_lines save_said </tmp/output
tail -n 60 /saved/vmcore-dmesg.txt | say_lines log
"""

WRAPPER = b'#!/bin/sh\nexec /dump/loader --library-path /dump /dump/makedumpfile "$@"\n'


def run_filtered(bench, firmware="vof"):
    """Radix MMU, the reservation lent to user pages, a dump that makedumpfile filters."""
    return run(bench, firmware, "radix", "on", "")


def run_plain(bench):
    """Hash MMU, the reservation kept free, a dump of all that is not zero."""
    return run(bench, "vof", "hash", "nocma", "--plain")


def run(bench, firmware, cpu, mode, how):
    machine = MACHINES["ppc64"]
    wrapper = bench.write("makedumpfile", WRAPPER)
    wrapper.chmod(0o755)
    files = {**bench.program("fadump"), **bench.program("vmcore-dmesg"), **supplies.makedumpfile(machine), "sbin/makedumpfile": wrapper}
    initrd = bench.initramfs(machine, "first", SCRIPT.replace("{how}", how), files)
    setup = Setup(machine, firmware, supplies.kernel(machine, "small"), initrd, MEMORY,
                  append=f"fadump={mode} crashkernel={BOOT_MEMORY >> 20}M", cpu=cpu, resets=True)
    said = bench.run(setup, LIMIT)
    require("waiting" in said.stages, "the machine did not come back after the crash")
    judge_moments(said, mode)
    judge_attempts(said)
    judge_dump(said, plain=bool(how))
    crash.judge_log(said.all("waiting", "log"), machine)
    freed = memory(said, "released") - memory(said, "saved")
    require(freed > (MEMORY << 10) // 2, f"release gave {freed >> 10} MiB back, of {MEMORY}")
    return [f"dump of {int(said.one('waiting', 'size')) >> 20} MiB stored in {int(said.one('waiting', 'used')) >> 10}",
            "panic and trace end its log", "a full disk loses nothing", f"{freed >> 10} MiB released", "registered again"]


def run_relayed(bench):
    """While a dump waits nothing is placed outside of the memory that the running kernel was given, so the next kernel finds all of it."""
    machine = MACHINES["ppc64"]
    kernel = supplies.kernel(machine, "small")
    append = f"{machine.command_line()} fadump=on crashkernel={BOOT_MEMORY >> 20}M"
    second = bench.packed_initramfs(machine, "second", AFTER_RELAY, bench.program("fadump"))
    first = bench.initramfs(machine, "first", RELAY.replace("{append}", append),
                            {**bench.program(), "kernel": kernel, "second.cpio": second})
    setup = Setup(machine, "vof", kernel, first, MEMORY, append=f"fadump=on crashkernel={BOOT_MEMORY >> 20}M", resets=True)
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    plan = said.all("relay", "load_said")
    require(said.one("relay", "load_exit") == "0", "the load while a dump waits: " + " / ".join(plan[-3:]))
    require(any("a dump waits" in line for line in plan), "the plan does not say that a dump waits")
    last = [int(match[1], 16) for line in plan if (match := SEGMENT.search(line))]
    require(last and max(last) < BOOT_MEMORY, f"segments end at {[hex(end) for end in last]}, boot memory at {BOOT_MEMORY:#x}")
    require("second" in said.stages, "the second kernel never reached its initramfs")
    require(said.one("second", "save_exit") == "0", "the second kernel's save: " + " / ".join(said.all("second", "save_said")))
    crash.judge_log(said.all("second", "log"), machine)
    return [f"{len(last)} segments inside boot memory", "the next kernel stored the dump", "panic and trace end its log"]


# What `status` has to say at each moment: its exit status, its state, whether /proc/vmcore is there.
MOMENTS = {
    "first": {"booted": (0, "registered", False), "unregistered": (3, "unregistered", False), "registered": (0, "registered", False)},
    "waiting": {"waiting": (4, "dump-waiting", True), "kept": (4, "dump-waiting", True), "saved": (4, "dump-waiting", True),
                "released": (3, "unregistered", False), "anew": (0, "registered", False)},
}


def judge_moments(said, mode):
    for stage, moments in MOMENTS.items():
        for moment, (status, state, has_vmcore) in moments.items():
            text = " ".join(said.all(stage, f"json:{moment}"))
            require(said.one(stage, f"status:{moment}") == str(status), f"{moment}: status exits otherwise, and says {text}")
            told = json.loads(text)
            require(told["state"] == state and told["mode"] == mode and told["platform"] == "powervm", f"{moment}: status says {text}")
            kernel = f"{told['enabled']:d} {told['registered']:d} {told['reserved']}"
            really = said.one(stage, f"kernel:{moment}")
            require(kernel == really, f"{moment}: the kernel says {really}: {text}")
            require(bool(said.one(stage, f"vmcore:{moment}")) == has_vmcore == told["dump_waiting"], f"{moment}: a dump or none: {text}")
            require(told["boot_memory"] == BOOT_MEMORY and told["memory"] == MEMORY << 20, f"{moment}: sizes: {text}")
            require((told["saved"] is not None) == (moment in ("saved", "released", "anew")), f"{moment}: saved or not: {text}")


# Exit status of each attempt, and words of what it says.
ATTEMPTS = {
    "first": {"regions": (0, "DUMP"), "unregister": (0, ""), "nothing-to-save": (1, "no dump is waiting"),
              "nothing-to-release": (1, "no dump is waiting"), "register": (0, ""), "register-twice": (0, "")},
    "waiting": {"register-early": (1, "a dump is waiting"), "release-early": (1, "has not been saved"),
                "small": (1, "no more space is free"), "save": (0, "the dump is stored"), "twice": (1, "name another directory"),
                "release": (0, ""), "release-twice": (1, "no dump is waiting"), "register-anew": (0, "")},
}


def judge_attempts(said):
    for stage, attempts in ATTEMPTS.items():
        for name, (status, words) in attempts.items():
            text = " / ".join(said.all(stage, f"said:{name}"))
            require(said.one(stage, f"exit:{name}") == str(status), f"{name}: exit status {said.one(stage, f'exit:{name}')}: {text}")
            require(words in text if words else not text, f"{name}: says {text!r}")


def judge_dump(said, plain):
    require("vmcore" not in said.one("waiting", "small").replace("vmcore-dmesg.txt", ""),
            f"on a full disk there is {said.one('waiting', 'small')}")
    require(said.one("waiting", "saved").split() == ["vmcore", "vmcore-dmesg.txt"], f"save left {said.one('waiting', 'saved')}")
    used, size = int(said.one("waiting", "used")) << 10, int(said.one("waiting", "size"))
    expected = MEMORY - (BOOT_MEMORY >> 20) << 20
    require((size >= expected and used < size // 8) if plain else used < 64 << 20, f"the dump has {size} bytes and takes {used}")
    require(said.one("waiting", "dmesg") == "same", "vmcore-dmesg reads another log out of the stored dump than was stored with it")
    words = " / ".join(said.all("waiting", "makedumpfile_said"))
    require(said.one("waiting", "makedumpfile_exit") == "0", f"makedumpfile does not read the stored dump: {words}")
    differs = said.all("waiting", "dmesg_differs")
    require(not differs, "makedumpfile reads another log out of the stored dump: " + " / ".join(differs))


def memory(said, moment):
    """MemTotal in KiB."""
    return int(said.one("waiting", f"memory:{moment}"))
