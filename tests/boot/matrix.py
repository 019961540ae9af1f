# SPDX-License-Identifier: GPL-2.0-or-later
"""The one matrix of boots: machine × firmware × kernel × form × call × action × CPU × CPUs × memory, and which of its cells are run.

A form is what the kernel file is: bzImage, vmlinux, bzImage32 (by the 32-bit entry), Image, zboot, uImage, or one of these compressed. A
default run takes a pairwise cover: every two values of two dimensions that can go together occur in some boot. A full run takes every cell.
"""
import dataclasses
import itertools
import random

COVERS_TRIED = 300


@dataclasses.dataclass(frozen=True)
class Cell:
    machine: str
    action: str         # reboot or crash
    firmware: str
    kernel: str
    form: str
    call: str           # -c kexec_load, -s kexec_file_load, -a whichever serves
    processors: int = 1
    memory: int = 1024  # MiB
    cpu: str = ""       # which CPU is emulated; empty where the machine has one kind

    def name(self):
        words = [self.machine, self.action, self.firmware, self.kernel, self.form, self.call]
        if self.cpu:
            words.append(self.cpu)
        if self.action == "crash":
            words += [f"{self.processors}cpu", f"{self.memory // 1024}GiB"]
        return " ".join(words)


DIMENSIONS = {
    ("x86_64", "reboot"): {
        "firmware": ("bios", "uefi"), "kernel": ("6.1", "6.12"), "form": ("bzImage", "vmlinux", "bzImage32"),
        "call": ("-c", "-s", "-a")},
    ("x86_64", "crash"): {
        "firmware": ("bios", "uefi"), "kernel": ("6.1", "6.12"), "form": ("bzImage", "vmlinux"), "call": ("-c", "-s", "-a"),
        "processors": (1, 4), "memory": (1024, 6144)},
    ("arm64", "reboot"): {
        "firmware": ("dt", "uefi"), "kernel": ("6.1", "6.12", "small"), "form": ("Image", "zboot", "uImage", "vmlinux"),
        "call": ("-c", "-s", "-a"), "cpu": ("a57", "a57-el2", "max-el2")},
    ("arm64", "crash"): {
        "firmware": ("dt", "uefi"), "kernel": ("6.1", "6.12", "small"), "form": ("Image", "vmlinux"),
        "call": ("-c", "-s", "-a"), "processors": (1, 4), "memory": (1024, 6144), "cpu": ("a57", "a57-el2", "max-el2")},
    # Debian's kernels have no kexec_file_load; what -a does with them is in the hops.
    ("ppc64", "reboot"): {
        "firmware": ("vof", "slof"), "kernel": ("6.1", "6.12", "small"), "form": ("vmlinux", "zImage"), "call": ("-c", "-s"),
        "cpu": ("radix", "hash")},
    ("ppc64", "crash"): {
        "firmware": ("vof",), "kernel": ("6.1", "6.12", "small"), "form": ("vmlinux",), "call": ("-c", "-s"),
        "processors": (1, 4), "memory": (2048, 6144), "cpu": ("radix", "hash")},
    # Debian's 6.1 has neither kexec_file_load nor crash dumps, and its 6.12 no kexec at all: scenarios of their own have them. What -a
    # does with a kernel that has but one call is in these.
    ("s390x", "reboot"): {"firmware": ("ipl",), "kernel": ("small",), "form": ("bzImage", "vmlinux"), "call": ("-c", "-s")},
    ("s390x", "crash"): {
        "firmware": ("ipl",), "kernel": ("small",), "form": ("bzImage",), "call": ("-c", "-s"),
        "processors": (1, 4), "memory": (1024, 6144)},
}

# Compression is taken off by one loop before anything else looks at the file, so each wrapper needs to occur once, not in pairs:
# the reboot cells of a form carry its wrappers in turn.
WRAPPERS = {"bzImage": ("xz", "", "gz", "zst", "lzma", ""), "vmlinux": ("zst", "gz", "", "xz", "lzma"), "bzImage32": ("",),
            "Image": ("", "gz", "lzma", "", "xz", "zst"), "uImage": ("", "gz"), "zboot": ("",), "zImage": ("",)}

EXCLUSIONS = (
    ("the 32-bit entry is our own doing: the kernel's file call always uses the 64-bit one",
     lambda cell: cell.form == "bzImage32" and cell.call != "-c"),
    ("kexec_file_load on x86_64 takes bzImage alone",
     lambda cell: cell.machine == "x86_64" and cell.form.startswith("vmlinux") and cell.call == "-s"),
    ("kexec_file_load on arm64 takes Image alone, packed or not",
     lambda cell: cell.machine == "arm64" and cell.form in ("vmlinux", "uImage") and cell.call == "-s"),
    ("Debian's kernels for arm64 have no kexec_file_load",
     lambda cell: cell.machine == "arm64" and cell.kernel != "small" and cell.call == "-s"),
    ("Debian offers no vmlinux and no zboot image for arm64",
     lambda cell: cell.machine == "arm64" and cell.kernel != "small" and cell.form in ("vmlinux", "zboot")),
    ("kexec_file_load on s390x places and verifies by itself: one size of machine shows that it was called rightly",
     lambda cell: cell.machine == "s390x" and cell.action == "crash" and cell.call == "-s" and cell.memory + cell.processors != 1025),
    ("the ELF file of an uncompressed kernel has a gap, and kexec_file_load of 6.1 puts the initrd over what follows it (EINVAL)",
     lambda cell: cell.machine == "s390x" and cell.form == "vmlinux" and cell.call == "-s"),
    ("Debian's kernels for ppc64 have no kexec_file_load",
     lambda cell: cell.machine == "ppc64" and cell.kernel != "small" and cell.call == "-s"),
    ("Debian offers no zImage for ppc64",
     lambda cell: cell.machine == "ppc64" and cell.kernel != "small" and cell.form == "zImage"),
    ("on ppc64 a machine with more memory has more processors too, which spin while the crash kernel runs: with a small one that is short",
     lambda cell: cell.machine == "ppc64" and cell.action == "crash" and (
         (cell.memory > 2048) != (cell.processors > 1) or (cell.processors > 1 and cell.kernel != "small"))),
    ("processors that a crash kernel leaves out go on spinning, which with a hash table takes an emulator minutes",
     lambda cell: cell.machine == "ppc64" and cell.action == "crash" and cell.processors > 1 and cell.cpu == "hash"),
    ("Debian's kernels on ppc64 crash with the other MMU",
     lambda cell: cell.machine == "ppc64" and cell.action == "crash" and cell.kernel != "small" and cell.cpu == "hash"),
    ("Open Firmware's large implementation takes an emulator longer than the rest: once",
     lambda cell: cell.machine == "ppc64" and cell.firmware == "slof" and (cell.kernel, cell.form, cell.call, cell.cpu) != (
         "small", "vmlinux", "-c", "hash")),
    ("Debian's newer kernel comes up slowly with a hash table, and the others do so too",
     lambda cell: cell.machine == "ppc64" and (cell.kernel, cell.cpu) == ("6.12", "hash")),
    ("kexec_file_load on ppc64 places and verifies by itself: one crash shows that it was called rightly",
     lambda cell: cell.machine == "ppc64" and cell.action == "crash" and cell.call == "-s" and (cell.cpu, cell.processors) != ("radix", 1)),
    ("on s390x a machine with more memory has more processors too",
     lambda cell: cell.machine == "s390x" and cell.action == "crash" and (cell.memory > 1024) != (cell.processors > 1)),
)


def exclusion(cell):
    """Why this combination makes no sense; None when it does."""
    return next((reason for reason, applies in EXCLUSIONS if applies(cell)), None)


def product(machine, action):
    """Every cell of one table, excluded ones included."""
    dimensions = DIMENSIONS[machine, action]
    for values in itertools.product(*dimensions.values()):
        yield Cell(machine, action, **dict(zip(dimensions, values)))


def pairs_of(cell, names):
    values = [(name, getattr(cell, name)) for name in names]
    return frozenset(itertools.combinations(values, 2))


def cost(cell):
    """About how many core-seconds a boot takes."""
    by_file = cell.machine == "x86_64" and cell.call != "-c" and not cell.form.startswith("vmlinux")
    return (10 + 6 * (cell.firmware == "uefi") + 3 * (cell.kernel == "6.12") + 5 * (cell.memory > 4096) + 2 * (cell.processors > 1) +
            8 * by_file + 3 * cell.cpu.startswith("max"))  # x86_64's purgatory of the kernel itself hashes slowly


def cover(cells, pairs):
    """A cover found greedily: of the cells that hold most of what is missing, the first; then without those that proved needless."""
    missing, chosen = set().union(*pairs.values()), []
    while missing:
        best = max(cells, key=lambda cell: len(pairs[cell] & missing))
        chosen.append(best)
        missing -= pairs[best]
    for cell in sorted(chosen, key=cost, reverse=True):
        others = [pairs[other] for other in chosen if other != cell]
        if pairs[cell] <= frozenset().union(*others):
            chosen.remove(cell)
    return chosen


def pairwise(cells, names, proven):
    """Few and cheap cells that hold every pair which occurs in `cells` and in none of `proven`: the best of many covers, always the
    same one."""
    done = frozenset().union(*(pairs_of(cell, names) for cell in proven))
    pairs = {cell: pairs_of(cell, names) - done for cell in cells}
    shuffled, shuffle = list(cells), random.Random(1)
    best = cover(shuffled, pairs)
    for _ in range(COVERS_TRIED):
        shuffle.shuffle(shuffled)
        best = min(best, cover(shuffled, pairs), key=lambda chosen: sum(map(cost, chosen)))
    return [cell for cell in cells if cell in best]


def wrapped(cells):
    """Hands the wrappers of their form to the cells in turn."""
    turn, result = {}, []
    for cell in cells:
        wrappers = WRAPPERS[cell.form]
        number = turn[cell.form] = turn.get(cell.form, -1) + 1
        form = ".".join(filter(None, (cell.form, wrappers[number % len(wrappers)])))
        result.append(dataclasses.replace(cell, form=form))
    return result


def cells(machine, action, proven=()):
    """(cells of a default run, the further cells of a full run, [(excluded cell, reason)]). What `proven` cells hold, which other cases
    boot in every run, needs no cell of its own."""
    every = list(product(machine, action))
    excluded = [(cell, exclusion(cell)) for cell in every if exclusion(cell)]
    possible = [cell for cell in every if not exclusion(cell)]
    cover = pairwise(possible, list(DIMENSIONS[machine, action]), proven)
    rest = [cell for cell in possible if cell not in cover]
    if action == "reboot":
        cover, rest = wrapped(cover), wrapped(rest)
    return cover, rest, excluded
