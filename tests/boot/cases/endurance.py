# SPDX-License-Identifier: GPL-2.0-or-later
"""Doing it again and again: memory of the tool and of the kernel stays as it is, and a crash after any number of loads leaves a dump."""
import proof
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 180          # seconds for a boot and a few loads
LOAD_SECONDS = 6     # a load and an unload on a busy host
CYCLES = 20          # of a default run
WARM_UP = 4          # cycles after which memory is measured for the first time
SLACK = 1024         # KiB: what the kernel's own caches come and go by; an image that stays is more, and so are 3 KiB of each of 500 cycles
PEAK_SLACK = 8192    # KiB: pages of the mapped kernel file count, and how many come in at once varies

CYCLE = """\
mkdir -p /run
measure() {{
    echo 3 >/proc/sys/vm/drop_caches
    say memory "$1" "$(sed -n 's/^MemFree: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)" \\
        "$(sed -n 's/^SUnreclaim: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)" "$(cat /tmp/peak)"
}}
cycle=1
while [ $cycle -le {cycles} ]; do
    case $((cycle % 4)) in 0) way="-l -c" ;; 1) way="-l -s" ;; 2) way="-p -c" ;; *) way="-p -s" ;; esac
    busybox time -v kexec $way /kernel --initrd=/initrd --append=a >/tmp/said 2>&1 || say failed "$cycle" $way
    sed -n 's/.*Maximum resident set size (kbytes): //p' /tmp/said >/tmp/peak
    kexec ${{way% *}} -u >/tmp/said 2>&1 || say failed "$cycle" $way -u
    [ $cycle != {warm_up} ] || measure $cycle
    cycle=$((cycle + 1))
done
measure $cycle
kexec -p -c /kernel --initrd=/capture.cpio --append="nr_cpus=1 reset_devices {append} cycle=$cycle" || say failed "$cycle"
echo c >/proc/sysrq-trigger
"""

CRASH = """\
mkdir -p /run
cycle=1
while [ $cycle -le {cycles} ]; do
    kexec -p -c /kernel --initrd=/capture.cpio --append="nr_cpus=1 reset_devices {append} cycle=$cycle" || say failed "$cycle"
    cycle=$((cycle + 1))
done
say loaded "$(cat /sys/kernel/kexec_crash_loaded)"
echo c >/proc/sysrq-trigger
"""


def machine_that_loads(bench, script, words, files=None):
    """Debian's kernel with room for a crash kernel; what it loads is a small one, which emulation hashes in less time."""
    machine = MACHINES["x86_64"]
    capture = bench.packed_initramfs(machine, "capture", 'say vmcore_size "$(stat -c %s /proc/vmcore)"')
    files = {**bench.program(), "kernel": supplies.kernel(machine, "small"), "capture.cpio": capture, **(files or {})}
    first = bench.initramfs(machine, "first", script.format(append=machine.command_line(), **words), files)
    return Setup(machine, machine.plain_firmware(), supplies.kernel(machine, "6.1"), first, memory=768,
                 append=f"crashkernel={machine.crash_low}")


def require_dump(said, cycle):
    """Of the crash kernel that was loaded last."""
    require("capture" in said.stages, f"no capture kernel came up after cycle {cycle}")
    require(f"cycle={cycle}" in said.one("capture", "cmdline").split(), f"another crash kernel came up: {said.one('capture', 'cmdline')}")
    require(int(said.one("capture", "vmcore_size") or 0) > 0, f"there is no dump after cycle {cycle}")


def run_cycles(bench, cycles=CYCLES):
    """Loads and unloads by both calls, for a reboot and for a crash; after all of them a crash still leaves a dump."""
    require(cycles % 4 == WARM_UP % 4, "both measurements stand behind the same kind of load")
    setup = machine_that_loads(bench, CYCLE, {"cycles": cycles, "warm_up": WARM_UP},
                               {"initrd": bench.write("initrd", bytes(range(256)) * 4096)})
    said = bench.run(setup, LIMIT + LOAD_SECONDS * cycles)
    failed = said.all("first", "failed")
    require(not failed, f"{len(failed)} of {cycles} cycles failed: {failed[:3]}")
    measured = [list(map(int, line.split())) for line in said.all("first", "memory")]
    require([line[0] for line in measured] == [WARM_UP, cycles + 1], f"memory was measured in cycles {measured}")
    (_, free, slab, peak), (_, free_then, slab_then, peak_then) = measured
    require(free - free_then < SLACK, f"the kernel has {free} KiB free after {WARM_UP} cycles, {free_then} after {cycles}")
    require(slab_then - slab < SLACK, f"the kernel's own objects take {slab} KiB after {WARM_UP} cycles, {slab_then} after {cycles}")
    require(peak_then - peak < PEAK_SLACK, f"kexec takes {peak} KiB in cycle {WARM_UP}, {peak_then} in cycle {cycles}")
    require_dump(said, cycles + 1)
    return [f"{cycles} loads and unloads: {free - free_then} KiB fewer are free, {slab_then - slab} KiB more of kernel objects, "
            f"kexec takes {peak} KiB, then {peak_then}; then a load and a crash leave a dump"]


def run_crash(bench, cycles):
    """A crash after so many loads of a crash kernel, each in place of the one before."""
    said = bench.run(machine_that_loads(bench, CRASH, {"cycles": cycles}), LIMIT + LOAD_SECONDS * cycles)
    require(said.one("first", "loaded") == "1" and not said.all("first", "failed"), f"loads failed: {said.all('first', 'failed')}")
    require_dump(said, cycles)


def run_crashes(bench, most):
    """One machine for each number of loads."""
    for cycles in range(1, most + 1):
        run_crash(bench, cycles)
    return [f"a dump after each of 1 to {most} loads of a crash kernel"]
