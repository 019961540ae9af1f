# SPDX-License-Identifier: GPL-2.0-or-later
"""The SHA-256 of both purgatories in a process of this machine: that of kexec-tools is the very object in its program."""
import struct
import subprocess

import contenders
from figure import Figure, ratio

MEBIBYTES, ROUNDS, TURNS = 64, 3, 5
FLAGS = ("-std=c++20", "-O2", "-fno-tree-vectorize", "-I", str(contenders.ROOT))
# As purgatory/meson.build compiles them.
OUR_SOURCES = ("purgatory/sha256.cc", "purgatory/x86_64/sha256_ni.cc")
FUNCTIONS = ("sha256_starts", "sha256_update", "sha256_finish")


def embedded_object(program):
    """The purgatory that lies in kexec-tools' program: an ELF64 of type REL."""
    start = 0
    while (start := program.find(b"\x7fELF\2\1\1", start + 1)) > 0:
        if struct.unpack_from("<H", program, start + 16) == (1,):
            table, = struct.unpack_from("<Q", program, start + 40)
            size, count = struct.unpack_from("<HH", program, start + 58)
            return program[start:start + table + size * count]
    raise SystemExit("there is no purgatory in kexec-tools' program")


def their_harness(program):
    whole, shown = contenders.WORK / "their-purgatory.o", contenders.WORK / "their-sha256.o"
    whole.write_bytes(embedded_object(program.read_bytes()))
    keep = [f"--keep-global-symbol={name}" for name in FUNCTIONS]
    subprocess.run(["objcopy", *keep, whole, shown], check=True)
    harness = contenders.WORK / "hash-theirs"
    source = contenders.ROOT / "tests/bench/hash_harness.cc"
    subprocess.run(["g++", *FLAGS, "-DTHEIRS", "-no-pie", "-o", harness, source, shown], check=True, stderr=subprocess.DEVNULL)
    return harness


def our_harness():
    harness = contenders.WORK / "hash-ours"
    sources = [contenders.ROOT / name for name in ("tests/bench/hash_harness.cc", *OUR_SOURCES)]
    subprocess.run(["g++", *FLAGS, "-o", harness, *sources], check=True)
    return harness


def purgatory_figure(theirs):
    least, digests = {}, set()
    harnesses = (their_harness(theirs.program), our_harness())
    for harness in harnesses * TURNS:
        spent, digest = subprocess.run([harness, str(MEBIBYTES), str(ROUNDS)], check=True, capture_output=True, text=True).stdout.split()
        least[harness] = min(int(spent), least.get(harness, int(spent)))
        digests.add(digest)
    if len(digests) != 1:
        raise SystemExit("the two purgatories compute different digests")
    their, our = (least[harness] / MEBIBYTES / 1e6 for harness in harnesses)
    return Figure("8", "SHA-256 of the purgatory, CPU time for each MiB", f"{their:.3f} ms", f"{our:.3f} ms", ratio(our, their), "≤ 0.25",
                  our <= 0.25 * their)
