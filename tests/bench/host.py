# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures of a load on this machine, x86_64: CPU time, memory, system calls, instructions of a start."""
import json
import re
import subprocess

import contenders
import hashing
from contenders import busy_cpu, load, run
from figure import Figure, NotMeasured, ratio

ROUNDS = 11
DATA_PRECISION = 64     # KiB
LARGEST_DATA = 1 << 20  # KiB
GROWTH = (16, 64, 256, 512, 1024, 2048)   # MiB


class Host:
    """The two contenders on this machine; figures are taken one after the other."""

    def __init__(self, theirs, ours):
        self.theirs, self.ours = theirs, ours
        self.shim = contenders.shim()
        self.overhead = min(run([*self.shim, "true"]) for _ in range(ROUNDS))

    def cpu_time(self, mebibytes, rounds=ROUNDS, who=None):
        """The least CPU time of each, less what the shim takes, the two taking turns; {contender: seconds}."""
        who = who or (self.theirs, self.ours)
        times = {each: [] for each in who}
        for _ in range(rounds):
            for each in who:
                with busy_cpu():
                    seconds = run(load(each, self.shim, mebibytes))
                if seconds is None:
                    raise NotMeasured(f"{each.name} could not load: " + " ".join(load(each, self.shim, mebibytes)))
                times[each].append(seconds - self.overhead)
        return {each: min(values) for each, values in times.items()}

    def cpu_figure(self, number, mebibytes, target):
        times = self.cpu_time(mebibytes)
        theirs, ours = times[self.theirs], times[self.ours]
        what = f"-l -c, {mebibytes} MiB initrd: user and system CPU time"
        return Figure(number, what, f"{theirs * 1000:.1f} ms", f"{ours * 1000:.1f} ms", ratio(ours, theirs), f"≤ {target}",
                      ours <= target * theirs)

    def least_data(self, contender, mebibytes):
        """The smallest RLIMIT_DATA with which the load succeeds, in KiB."""
        low, high = 0, LARGEST_DATA
        while high - low > DATA_PRECISION:
            middle = (low + high) // 2
            limit = ("prlimit", f"--data={middle << 10}")
            if run(load(contender, self.shim, mebibytes, before=limit)) is None:
                low = middle
            else:
                high = middle
        return high

    def data_figures(self):
        sizes = (16, 256)
        ours = [self.least_data(self.ours, size) for size in sizes]
        theirs = [self.least_data(self.theirs, size) for size in sizes]
        same = abs(ours[0] - ours[1]) <= DATA_PRECISION
        for size, their, our in zip(sizes, theirs, ours):
            yield Figure("4", f"smallest RLIMIT_DATA for a load with a {size} MiB initrd", f"{their} KiB", f"{our} KiB", ratio(our, their),
                         "≤ 4096 KiB, the same for both", our <= 4096 and same)

    def calls(self, contender, call):
        """(system calls, opens of the kernel file, bytes of it that read(2) returned) of a load."""
        log = contenders.WORK / "strace"
        tracer = ("strace", "-y", "-f", "-o", str(log))
        run(load(contender, self.shim, 16, call, before=tracer))
        lines = [line for line in log.read_text(errors="replace").splitlines() if "/sys/firmware/memmap" not in line]
        kernel = re.escape(str(contenders.kernel()))
        opens = sum(bool(re.search(rf'open(?:at)?\(.*"{kernel}".*\) = \d', line)) for line in lines)
        reads = [re.search(rf"read(?:64)?\(\d+<{kernel}>.*= (\d+)$", line) for line in lines]
        return sum("(" in line for line in lines), opens, sum(int(match[1]) for match in reads if match)

    def call_figures(self):
        for call in ("-c", "-s"):
            (their_calls, their_opens, their_bytes), (calls, opens, read) = self.calls(self.theirs, call), self.calls(self.ours, call)
            yield Figure("11", f"-l {call}: system calls, without those on /sys/firmware/memmap", str(their_calls), str(calls),
                         ratio(calls, their_calls), "≤ 60", calls <= 60)
            yield Figure("11", f"-l {call}: opens of the kernel file", str(their_opens), str(opens), ratio(opens, their_opens), "1",
                         opens == 1)
            yield Figure("11", f"-l {call}: bytes of it that are read", str(their_bytes), str(read), ratio(read, their_bytes), "≤ 65536",
                         read <= 65536)

    def hashed(self, contender):
        """(bytes that are hashed, bytes of data) of a load: kexec-tools hashes the zeros behind the data too, and neither its own code."""
        log = contenders.WORK / "strace"
        run(load(contender, self.shim, 16, before=("strace", "-f", "-e", "abbrev=none", "-e", "trace=kexec_load", "-o", str(log))))
        call = next(line for line in log.read_text(errors="replace").splitlines() if "kexec_load(" in line)
        entry = int(re.search(r"kexec_load\((0x[0-9a-f]+)", call)[1], 16)
        segments = [tuple(int(number, 0) for number in found) for found in
                    re.findall(r"bufsz=(\d+), mem=(0x[0-9a-f]+|NULL), memsz=(\d+)", call.replace("mem=NULL", "mem=0x0"))]
        verified = [(data, size) for data, place, size in segments if not place <= entry < place + size]
        return sum(size for _, size in verified), sum(data for data, _ in verified)

    def hash_figure(self):
        their_hashed, their_data = self.hashed(self.theirs)
        plan = subprocess.run([self.ours.program, "--plan=json", "-l", "-c", contenders.kernel(), f"--initrd={contenders.initrd(16)}"],
                              capture_output=True, check=True)
        attempt = json.loads(plan.stdout)["attempts"][0]
        data = sum(each["file_bytes"] for each in attempt["segments"] if each["verified"])
        hashed = attempt["purgatory"]["verified_bytes"]
        return Figure("3", "bytes hashed beside bytes of data, 16 MiB initrd", f"{their_hashed / their_data:.2f}", f"{hashed / data:.2f}",
                      ratio(hashed, their_hashed), "1.00", hashed == data)

    def growth_figures(self):
        """What each further MiB costs, and the memory for it. The sizes take turns: one that was just read may lie in the CPU's caches."""
        rounds = [[self.cpu_time(size, 1, (self.ours,))[self.ours] for size in GROWTH] for _ in range(ROUNDS)]
        times = [(size, min(each)) for size, each in zip(GROWTH, zip(*rounds))]
        slopes = [(after - before) / (large - small) for (small, before), (large, after) in zip(times, times[1:])]
        spread = max(slopes) / min(slopes) - 1
        yield Figure("17", f"CPU time for each further MiB, {GROWTH[0]} to {GROWTH[-1]} MiB", "",
                     " ".join(f"{slope * 1000:.2f}" for slope in slopes) + " ms", f"{spread:.0%} apart", "≤ 10 % apart", spread <= 0.1)
        data = [self.least_data(self.ours, size) for size in (GROWTH[0], GROWTH[-1])]
        yield Figure("17", f"smallest RLIMIT_DATA, {GROWTH[0]} and {GROWTH[-1]} MiB", "", f"{data[0]}, {data[1]} KiB", "", "the same",
                     abs(data[0] - data[1]) <= DATA_PRECISION)

    def start_figure(self):
        counts = [hashing.instructions("qemu-x86_64", (each.program, "-v")) for each in (self.theirs, self.ours)]
        return Figure("15", "-v: user instructions (kexec-tools: with the dynamic loader)", str(counts[0]), str(counts[1]),
                      ratio(counts[1], counts[0]), "≤ 60000", counts[1] <= 60000)

    def purgatory_figure(self):
        return hashing.time_figure(self.theirs.program)
