# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures that are counted in instructions, in emulated machines: hand-overs, and what loads cost a processor and a kernel."""
import dataclasses
import gzip
import statistics
import struct

import downtime
import guest
import hashing
from figure import Figure, NotMeasured, ratio
from guest import INSTRUCTIONS, hand_over, measured

MILLION = 1e6
SAMPLES = 16            # addresses that a placement is compared with
CRASH_LOADS = 16
MEMORY = 1536           # MiB
ZBOOT_OFFSET = 0x400    # of the payload in the kernel that is made here
PLACEMENTS = {"arm64": 200, "ppc64": None, "s390x": None, "x86_64": None}   # million instructions at most


@dataclasses.dataclass(frozen=True)
class Cpu:
    """One that a hand-over is measured on."""
    lacking: str
    without: str        # for QEMU
    target: float


CPUS = (Cpu("", "", 0.06), Cpu(", no SHA-NI", ",-sha-ni", 0.35), Cpu(", nor AVX2", ",-sha-ni,-avx2", 0.5))


def millions(value):
    return f"{value / MILLION:.1f} M"


def at_most(number, what, theirs, ours, target):
    return Figure(number, what, millions(theirs), millions(ours), ratio(ours, theirs), f"≤ {target:.3g}", ours <= target * theirs)


class Emulated:
    """The figures; each starts the machines it needs."""

    def __init__(self, programs, directory):
        self.laboratory = guest.Laboratory(programs, directory)

    def hand_over_figure(self, number, what, name, mebibytes, target, **setup):
        """From `kexec -e` to the second kernel's first instruction."""
        theirs, ours = (hand_over(self.laboratory, name, program, mebibytes, **setup) for program in self.laboratory.contenders(name))
        return at_most(number, f"{name}: {what}", theirs, ours, target)

    def hand_over_without_sha(self):
        """A CPU without instructions for SHA-256; the last -cpu counts."""
        return self.hand_over_figure("8", "kexec -e to the entry of a bzImage with a 16 MiB initrd, no SHA-NI", "x86_64", 16, 0.40,
                                     extra=("-cpu", "max,-monitor,la57=off,-sha-ni"))

    def loads(self, name, script, files, append="", memory=MEMORY):
        """What meter said of the commands in the script, by key."""
        _, lines = self.laboratory.run(name, script, "@@ end", files, append=append, memory=memory)
        return measured(lines)

    def arm64_load_figures(self):
        """-l -c with all checks, and of a zboot kernel without; both programs in one machine."""
        image = guest.kernel("arm64")
        zboot = self.laboratory.directory / "zboot"
        zboot.write_bytes(zboot_of(image.read_bytes()))
        script = "dd if=/dev/zero of=/initrd bs=1M count=64 2>/dev/null\n"
        for program in self.laboratory.contenders("arm64"):
            script += f"""meter run image_{program.name} {program.words} -l -c --initrd=/initrd --append=x /Image
meter run zboot_{program.name} {program.words} -l -c -i --append=x /zboot || cat /tmp/output
"""
        # A file of more than 4 MiB cannot be written there: whoever writes one is ended by a signal.
        script += "".join(f"(ulimit -f 8192; meter run unwritten_{program.name} {program.words} -l -c -i --append=x /zboot)\n"
                          for program in self.laboratory.contenders("arm64"))
        said = self.loads("arm64", script, {"Image": image, "zboot": zboot})
        user = [instructions(said, f"image_{name}", "user") for name in ("kexec-tools", "toolkit")]
        yield at_most("5", "arm64: -l -c, Image and 64 MiB initrd: user instructions", *user, 1 / 12)
        whole = [instructions(said, f"zboot_{name}") for name in ("kexec-tools", "toolkit")]
        yield at_most("14", "arm64: -l -i of a zboot kernel: user and kernel instructions", *whole, 0.5)
        wrote = ["none" if said[f"unwritten_{name}"][0]["status"] == 0 else "some" for name in ("kexec-tools", "toolkit")]
        yield Figure("14", "arm64: files of the kernel's size written by that", *wrote, "", "none", wrote[1] == "none")

    def arm64_crash_figure(self):
        """-p: kexec-tools looks for symbols in /proc/kallsyms again and again. What of a run is the program's own time the kernel finds out
        by looking 250 times a second, which is too seldom for a single one."""
        image = guest.kernel("arm64")
        script = "dd if=/dev/zero of=/initrd bs=1M count=4 2>/dev/null\n"
        for program in self.laboratory.contenders("arm64"):
            script += f"meter run {program.name} {program.words} -p -c -i --initrd=/initrd --append=x /Image\n" * CRASH_LOADS
        said = self.loads("arm64", script, {"Image": image}, "crashkernel=256M")
        user = [instructions(said, name, "user") for name in ("kexec-tools", "toolkit")]
        return at_most("12", "arm64: -p -i with a 4 MiB initrd: user instructions", *user, 1 / 20)

    def placement_figures(self, name):
        """What the kernel does with the segments where we put them, and where sampled lower bounds of memory put them."""
        theirs, ours = self.laboratory.contenders(name)
        command = "-l -c -i --initrd=/initrd --append=x"
        script = "dd if=/dev/zero of=/initrd bs=1M count=64 2>/dev/null\n"
        script += f"meter run theirs {theirs.words} {command} /kernel\nmeter run ours {ours.words} {command} /kernel\n"
        first = {"arm64": 0x40000000}.get(name, 0)
        for number in range(SAMPLES):
            address = first + number * ((MEMORY - 192) << 20) // SAMPLES
            script += f"meter run sample {ours.words} {command} --mem-min={address:#x} /kernel\n"
        said = self.loads(name, script, {"kernel": guest.kernel(name)})
        counts = [instructions(said, key, step=INSTRUCTIONS[name]) for key in ("theirs", "ours")]
        samples = [each["counter"] * INSTRUCTIONS[name] for each in said["sample"] if each["status"] == 0]
        best, target = min(samples), PLACEMENTS[name]
        if target:
            yield Figure("13", f"{name}: -l -i with a 64 MiB initrd: instructions", *map(millions, counts), ratio(counts[1], counts[0]),
                         f"≤ {target} M", counts[1] <= target * MILLION)
        yield Figure("13", f"{name}: the same beside the best of {len(samples)} other places", "",
                     f"{millions(counts[1])}, {millions(best)}", ratio(counts[1], best), "≤ 1.1", counts[1] <= 1.1 * best)

    def s390x_hash_figure(self):
        return hashing.count_figure(self.laboratory.contenders("s390x")[0].files["theirs/kexec"])

    def first_line_figure(self, cpu):
        """From `kexec -e` to "Linux version"."""
        (theirs, _), (ours, _) = self.downtimes(downtime.with_noise(self.laboratory), downtime.CPU + cpu.without)
        return at_most("18", f"x86_64: kexec -e to the next kernel's first line, --fast{cpu.lacking}", theirs, ours, cpu.target)

    def first_process_figure(self):
        """To /init, with 64 MiB of gzip to be unpacked by whoever does it."""
        (_, theirs), (_, ours) = self.downtimes(downtime.packed(self.laboratory), downtime.CPU)
        return at_most("19", "x86_64: kexec -e to /init, 64 MiB of compressed initrd, --fast", theirs, ours, 0.7)

    def downtimes(self, initrd, cpu):
        theirs, ours = self.laboratory.contenders("x86_64")
        return [downtime.downtime(self.laboratory, program, initrd, options, cpu) for program, options in ((theirs, ""), (ours, "--fast"))]


def instructions(said, key, part="counter", step=INSTRUCTIONS["arm64"]):
    """Of a command that ended well, on average of its runs; user time in microseconds is thousands of instructions."""
    for each in said[key]:
        if each["status"] != 0:
            raise NotMeasured(f"{key} failed with status {each['status']}")
    return statistics.mean(each[part] for each in said[key]) * (step if part == "counter" else 1000)


def zboot_of(image):
    """A zboot kernel (drivers/firmware/efi/libstub/zboot-header.S) around an Image: what the header says, as little PE as is looked at."""
    payload = gzip.compress(image, 9, mtime=0)
    header = struct.pack("<4s4sIIQ32sII", b"MZ\0\0", b"zimg", ZBOOT_OFFSET, len(payload), 0, b"gzip", 0x818223CD, 0x40)
    size = ZBOOT_OFFSET + len(payload)
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20B, 2, 0, size, 0, 0, 0x1000, 0x1000, 0, 0x1000, 0x200, 0, 0, 1, 1, 0, 0,
                           0, 0x1000 + size, ZBOOT_OFFSET, 0, 10, 0, 0, 0, 0, 0, 0, 6) + bytes(6 * 8)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 1, 0, 0, 0, len(optional), 0x206)
    section = struct.pack("<8sIIIIIIHHI", b".text", len(payload), 0x1000, len(payload), ZBOOT_OFFSET, 0, 0, 0, 0, 0x60000020)
    headers = header + coff + optional + section
    return headers.ljust(ZBOOT_OFFSET, b"\0") + payload
