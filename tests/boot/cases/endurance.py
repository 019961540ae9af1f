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
SLACK = 1024         # KiB: what the kernel's own caches come and go by; one image that stays is many times that
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


def run_cycles(bench, cycles=CYCLES):
    """Loads and unloads by both calls, for a reboot and for a crash."""
    machine = MACHINES["x86_64"]
    require(cycles % 4 == WARM_UP % 4, "both measurements stand behind the same kind of load")
    kernel = supplies.kernel(machine, "6.1")
    files = {**bench.program(), "kernel": kernel, "initrd": bench.write("initrd", bytes(range(256)) * 4096)}
    first = bench.initramfs(machine, "first", CYCLE.format(cycles=cycles, warm_up=WARM_UP), files)
    setup = Setup(machine, machine.plain_firmware(), kernel, first, memory=768, append=f"crashkernel={machine.crash_low}")
    said = bench.run(setup, LIMIT + LOAD_SECONDS * cycles)
    failed = said.all("first", "failed")
    require(not failed, f"{len(failed)} of {cycles} cycles failed: {failed[:3]}")
    measured = [list(map(int, line.split())) for line in said.all("first", "memory")]
    require([line[0] for line in measured] == [WARM_UP, cycles + 1], f"memory was measured in cycles {measured}")
    (_, free, slab, peak), (_, free_then, slab_then, peak_then) = measured
    require(free - free_then < SLACK, f"the kernel has {free} KiB free after {WARM_UP} cycles, {free_then} after {cycles}")
    require(slab_then - slab < SLACK, f"the kernel's own objects take {slab} KiB after {WARM_UP} cycles, {slab_then} after {cycles}")
    require(peak_then - peak < PEAK_SLACK, f"kexec takes {peak} KiB in cycle {WARM_UP}, {peak_then} in cycle {cycles}")
    return [f"{cycles} loads and unloads: {free - free_then} KiB fewer are free, {slab_then - slab} KiB more of kernel objects, "
            f"kexec takes {peak} KiB, then {peak_then}"]


def run_crash(bench, cycles=3):
    """A crash after so many loads of a crash kernel, each in place of the one before."""
    machine = MACHINES["x86_64"]
    capture = bench.packed_initramfs(machine, "capture", 'say vmcore_size "$(stat -c %s /proc/vmcore)"')
    kernel = supplies.kernel(machine, "6.1")
    files = {**bench.program(), "kernel": kernel, "capture.cpio": capture}
    first = bench.initramfs(machine, "first", CRASH.format(cycles=cycles, append=machine.command_line()), files)
    setup = Setup(machine, machine.plain_firmware(), kernel, first, memory=768, append=f"crashkernel={machine.crash_low}")
    said = bench.run(setup, LIMIT + LOAD_SECONDS * cycles)
    require(said.one("first", "loaded") == "1" and not said.all("first", "failed"), f"loads failed: {said.all('first', 'failed')}")
    require("capture" in said.stages, f"no capture kernel came up after {cycles} loads")
    require(f"cycle={cycles}" in said.one("capture", "cmdline").split(), f"another crash kernel came up: {said.one('capture', 'cmdline')}")
    require(int(said.one("capture", "vmcore_size") or 0) > 0, f"there is no dump after {cycles} loads")
    return [f"a dump after {cycles} loads of a crash kernel"]


def run_crashes(bench, most):
    """One machine for each number of loads."""
    for cycles in range(1, most + 1):
        run_crash(bench, cycles)
    return [f"a dump after each of 1 to {most} loads of a crash kernel"]
