# SPDX-License-Identifier: GPL-2.0-or-later
"""A load that is ended: by a signal at its system calls, or by a panic of the machine. Afterwards the old image, the new one or none is
loaded, never a mixture; what the tool says of it is true; and a new load works."""
import dataclasses
import pathlib
import re
import tempfile

import outside
import proof
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 600      # seconds, of which each load takes one
SHORT = 12       # so many calls are struck in a default run
SIGKILL, SIGINT = 9, 2

PREPARE = """\
mkdir -p /run
old="-l -c /small --initrd=/tiny --append=old"
new="-l -c /small --initrd=/tiny --append=new"
kexec $old
shim --let-through yes --log /tmp/log --calls /tmp/calls -- /sbin/kexec $new
say calls "$(wc -l </tmp/calls)"
at=$(grep -n '^[0-9]* 246 ' /tmp/calls | cut -d: -f1)
say load_call "$at"
count=$(wc -l </tmp/calls)
"""

# Those around the call that loads, and some of each stretch before it.
CHOSEN = """\
steps="1 $((at / 5)) $((at * 2 / 5)) $((at * 3 / 5)) $((at * 4 / 5)) $((at - 1))"
steps="$steps $at $((at + 1)) $((at + 3)) $((count - 4)) $((count - 1)) $count"
"""
ALL = """\
steps=$(seq 1 "$count")
"""

STRIKE = """\
for signal in 9 2; do
    for step in $steps; do
        kexec $old >/tmp/said 2>&1
        before=$?
        shim --let-through yes --log /tmp/log --signal "$step=$signal" -- /sbin/kexec $new >/dev/null 2>&1
        status=$?
        told=$(kexec --loaded | sed -n 's/.*command line: //p' | head -n 1)
        say struck "$signal" "$step" "$status" before "$before" loaded "$(cat /sys/kernel/kexec_loaded)" told "$told"
    done
done
kexec -l -c /kernel --initrd=/second.cpio --append="{append}" >/tmp/said 2>&1
say last_load $?
say left "$(ls /run/kexec | tr '\\n' ' ')"
kexec -e
"""


def run(bench, every_call=False):
    """SIGKILL and SIGINT at the calls of a load; the last of many loads is started."""
    machine = MACHINES["x86_64"]
    word = proof.nonce()
    script = PREPARE + (ALL if every_call else CHOSEN) + STRIKE.replace("{append}", f"{machine.command_line()} nonce={word}")
    small = supplies.kernel(machine, "small")
    files = {**bench.program(), "sbin/shim": supplies.shim(bench.directory, machine), "small": small, "kernel": small,
             "tiny": bench.write("tiny", b"tiny"), "second.cpio": bench.packed_initramfs(machine, "second", "")}
    first = bench.initramfs(machine, "first", script, files)
    setup = Setup(machine, machine.plain_firmware(), supplies.kernel(machine, "6.1"), first, memory=1024)
    said = bench.run(setup, LIMIT * (10 if every_call else 1))
    return judge(said, word)


def judge(said, word):
    load_call, lines = int(said.one("first", "load_call") or 0), said.all("first", "struck")
    require(load_call > 0 and len(lines) >= 2 * SHORT, f"{len(lines)} runs were ended; the calls: {said.all('first', 'calls')}")
    problems = [problem for line in lines for problem in judge_step(line, load_call)]
    require(not problems, f"{len(problems)} of {len(lines)} runs that were ended: {'; '.join(problems[:5])}")
    require(said.one("first", "last_load") == "0" and said.one("first", "left").split() == ["reboot"],
            f"after all that a load exits {said.one('first', 'last_load')}, and /run/kexec has {said.one('first', 'left')}")
    require(f"nonce={word}" in said.one("second", "cmdline"), "the last kernel that was loaded did not come up")
    return [f"{len(lines)} loads ended by SIGKILL and SIGINT at their system calls: an image is loaded, what is told of it is true, the "
            "next load works and starts"]


def judge_step(line, load_call):
    """The image is the new one once the call has been made; before it, the old one. What is told may be nothing."""
    fields = re.fullmatch(r"(\d+) (\d+) (\d+) before (\d+) loaded (\d) told (.*)", line)
    if not fields:
        yield f"cannot be read: {line}"
        return
    signal, step, status, before, loaded = map(int, fields.groups()[:5])
    held = "new" if step > load_call else "old"
    ended_before = status == 0 and step > load_call  # a run may make a call fewer than another
    if (status != 128 + signal and not ended_before) or before != 0 or loaded != 1:
        yield f"signal {signal} at call {step}: {line}"
    elif fields[6] not in ("", held):
        yield f"signal {signal} at call {step}: the kernel holds the {held} image, and told is {fields[6]!r}"


CAPTURE = """\
say vmcore_size "$(stat -c %s /proc/vmcore)"
"""

PANIC = """\
mkdir -p /run
# crash_load WORD PROGRAM...: PROGRAM is kexec, or what runs it.
crash_load() {
    word=$1
    shift
    "$@" -p -c /kernel --initrd=/capture.cpio --append="nr_cpus=1 reset_devices {append} which=$word"
}
crash_load old kexec
say crash_loaded "$(cat /sys/kernel/kexec_crash_loaded)"
crash_load old shim --let-through yes --log /tmp/log --calls /tmp/calls -- /sbin/kexec
say ready "$(grep -n '^[0-9]* 246 ' /tmp/calls | cut -d: -f1)" of "$(wc -l </tmp/calls)"
while ! read -r -t 1 step; do say waiting; done
say stage again
crash_load new shim --let-through yes --log /tmp/log --before "$step=echo c >/proc/sysrq-trigger" -- /sbin/kexec
"""


def run_panics(bench, every_call=False):
    """The machine panics while another crash kernel is being loaded: the one that the kernel holds at that moment comes up. It is booted
    once, and goes on from one moment before each of these loads."""
    setup, moment = machine_to_panic(bench), bench.directory / "moment"
    try:
        load_call, count = keep_before_load(bench, setup, moment)
        steps = range(1, count + 1) if every_call else (1, load_call // 2, load_call, load_call + 1, count)
        for step in steps:
            panic_at(bench, dataclasses.replace(setup, extra=outside.kept(moment)), step, load_call)
    finally:
        moment.unlink(missing_ok=True)
    return [f"panics at {'each' if every_call else len(steps)} of {count} calls of a load: the old or the new crash kernel has the dump"]


def machine_to_panic(bench):
    machine = MACHINES["x86_64"]
    capture = bench.packed_initramfs(machine, "capture", CAPTURE)
    files = {**bench.program(), "sbin/shim": supplies.shim(bench.directory, machine), "kernel": supplies.kernel(machine, "small"),
             "capture.cpio": capture}
    first = bench.initramfs(machine, "first", PANIC.replace("{append}", machine.command_line()), files)
    return Setup(machine, machine.plain_firmware(), supplies.kernel(machine, "6.1"), first, memory=768,
                 append=f"crashkernel={machine.crash_low}")


def keep_before_load(bench, setup, moment):
    """(the number of the call that loads, how many calls there are)."""
    with tempfile.TemporaryDirectory() as sockets:
        monitor = outside.Monitor(pathlib.Path(sockets) / "monitor")
        with bench.start(dataclasses.replace(setup, extra=monitor.options())) as guest:
            guest.wait("@@ ready .*\\d$", LIMIT)
            said = guest.transcript()
            with monitor:
                monitor.keep(moment)
    counts = re.fullmatch(r"(\d+) of (\d+)", said.one("first", "ready"))
    require(counts and said.one("first", "crash_loaded") == "1", f"no crash kernel was loaded at first: {said.one('first', 'ready')}")
    return int(counts[1]), int(counts[2])


def panic_at(bench, setup, step, load_call):
    with bench.start(setup) as guest:
        guest.wait("@@ waiting", LIMIT)
        guest.send(f"{step}\n")
        guest.wait("@@ end", LIMIT)
        said = guest.transcript()
    require("again" in said.stages and "capture" in said.stages, f"after a panic at call {step} no capture kernel came up")
    held = "new" if step > load_call else "old"
    require(f"which={held}" in said.one("capture", "cmdline"), f"panic at call {step}, the load is {load_call}: not the {held} one came up")
    require(int(said.one("capture", "vmcore_size") or 0) > 0, f"after a panic at call {step} there is no dump")
