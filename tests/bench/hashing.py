# SPDX-License-Identifier: GPL-2.0-or-later
"""The SHA-256 of both purgatories in an ordinary process: that of kexec-tools is the very object in its program. CPU time on this machine;
instructions, counted one by one by qemu-user, for another."""
import struct
import subprocess

import contenders
from figure import Figure, NotMeasured, ratio

KIBIBYTES, ROUNDS, TURNS = 64 << 10, 3, 5
COUNTED = (8, 24)       # KiB; the difference leaves out what starts and ends the process
FLAGS = ("-std=c++20", "-O2", "-fno-tree-vectorize", "-I", str(contenders.ROOT))
# As purgatory/meson.build compiles them.
SHARED = ("tests/bench/hash_harness.cc", "purgatory/sha256.cc", "purgatory/stripes.cc")
SOURCES = {"x86_64": ("purgatory/x86_64/sha256_avx2.cc", "purgatory/x86_64/sha256_ni.cc", "purgatory/x86_64/sha256_sse2.cc"),
           "s390x": ("purgatory/s390x/sha256_kimd.cc",)}
OURS = {"x86_64": ("purgatory/verify.cc", "purgatory/hash_stripes.cc"), "s390x": ("purgatory/verify.cc", "purgatory/no_stripes.cc")}
MACHINE_FLAGS = {"x86_64": (), "s390x": ("-march=z196", "-msoft-float", "-fno-tree-reassoc")}
PREFIX = {"x86_64": "", "s390x": "s390x-linux-gnu-"}
ORDER = {"x86_64": "<", "s390x": ">"}
FUNCTIONS = ("sha256_starts", "sha256_update", "sha256_finish")


def instructions(emulator, command):
    """User instructions of a command, counted one by one."""
    log = contenders.WORK / "instructions"
    emulated = [emulator, "-singlestep", "-d", "nochain,exec", "-D", str(log), *map(str, command)]
    subprocess.run(emulated, check=True, stdout=subprocess.DEVNULL)
    with open(log, encoding="ascii", errors="replace") as lines:
        count = sum(line.startswith("Trace") for line in lines)
    log.unlink()
    return count


def embedded_object(program, order):
    """The purgatory that lies in kexec-tools' program: an ELF64 of type REL."""
    start, magic = 0, b"\x7fELF\2" + {"<": b"\1", ">": b"\2"}[order] + b"\1"
    while (start := program.find(magic, start + 1)) > 0:
        if struct.unpack_from(f"{order}H", program, start + 16) == (1,):
            table, = struct.unpack_from(f"{order}Q", program, start + 40)
            size, count = struct.unpack_from(f"{order}HH", program, start + 58)
            return program[start:start + table + size * count]
    raise NotMeasured("there is no purgatory in kexec-tools' program")


def harness(machine, name, flags, sources):
    path = contenders.WORK / f"hash-{name}-{machine}"
    everything = [contenders.ROOT / source for source in (*SHARED, *SOURCES[machine], *sources)]
    compiler = (f"{PREFIX[machine]}g++", *FLAGS, *MACHINE_FLAGS[machine], "-static")
    subprocess.run([*compiler, *flags, "-o", path, *everything], check=True, stderr=subprocess.DEVNULL)
    return path


def their_harness(machine, program):
    whole, shown = contenders.WORK / "their-purgatory.o", contenders.WORK / "their-sha256.o"
    whole.write_bytes(embedded_object(program.read_bytes(), ORDER[machine]))
    keep = [f"--keep-global-symbol={name}" for name in FUNCTIONS]
    subprocess.run([f"{PREFIX[machine]}objcopy", *keep, whole, shown], check=True)
    return harness(machine, "theirs", ("-DTHEIRS", "-no-pie"), (shown,))


def our_harness(machine):
    """Without the entry of the blob, whose parameters no process has."""
    return harness(machine, "ours", ("-ffunction-sections", "-Wl,--gc-sections"), OURS[machine])


def time_figure(program):
    """On this machine, by the instructions that it has."""
    least, harnesses = {}, (their_harness("x86_64", program), our_harness("x86_64"))
    for each in harnesses * TURNS:
        spent = int(subprocess.run([each, str(KIBIBYTES), str(ROUNDS)], check=True, capture_output=True, text=True).stdout)
        least[each] = min(spent, least.get(each, spent))
    their, our = (least[each] / 1e6 / (KIBIBYTES >> 10) for each in harnesses)
    return Figure("8", "x86_64: SHA-256 of the purgatory, CPU time for each MiB", f"{their:.3f} ms", f"{our:.3f} ms", ratio(our, their),
                  "≤ 0.25", our <= 0.25 * their)


def count_figure(program):
    """On an s390x that has no KIMD for SHA-256, as emulated ones: where it has, one KIMD takes all of a region."""
    def for_each_mebibyte(path):
        small, large = (instructions("qemu-s390x", (path, size, 1)) for size in COUNTED)
        # Twice as much is hashed as is measured: what is expected is computed first, by our scalar code.
        return (large - small) * 1024 / (COUNTED[1] - COUNTED[0])
    both, ours = (for_each_mebibyte(path) for path in (their_harness("s390x", program), our_harness("s390x")))
    their, our = both - ours / 2, ours / 2
    return Figure("10", "s390x: SHA-256 of the purgatory without KIMD, instructions for each MiB", f"{their / 1e6:.2f} M",
                  f"{our / 1e6:.2f} M", ratio(our, their), "≤ 1", our <= their)
