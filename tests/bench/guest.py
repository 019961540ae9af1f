# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated machines that count instructions, in which the distribution's kexec-tools and ours load and start kernels.

QEMU runs with -icount shift=0,sleep=off: a nanosecond of the machine's time is an instruction, so its clocks count them, and a run that
is repeated gives the same number to about 0.02 %. Everything that tests/boot makes machines of is used here too. What is started is a
payload of a few instructions (tests/bench/payload) that prints the counter as the first thing it does, or a kernel.
"""
import dataclasses
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "boot"), str(ROOT / "tools")]

import contenders  # noqa: E402  (folders of programs, not packages)
import fetch  # noqa: E402
import initramfs  # noqa: E402
import machine as machines  # noqa: E402
import supplies  # noqa: E402
from figure import NotMeasured  # noqa: E402

# kexec-tools of Debian 12, as on the host; for arm64 the newer one, which knows zboot images.
PACKAGES = ("kexec-tools", "libc6", "zlib1g", "liblzma5", "libzstd1", "libuuid1", "libfdt1", "libbz2-1.0")
XEN_MACHINES = ("x86_64", "arm64")
# The kernels that run; those that are loaded are the same.
VERSIONS = {"x86_64": "6.12", "arm64": "6.12", "ppc64": "6.1", "s390x": "6.1"}
LIMIT = 900         # seconds on an idle host, for a whole measurement

# Instructions for each step of the counter that a payload prints: the time stamp counter counts them, the generic timer of arm64 runs
# at 62.5 MHz, the time base of ppc64 at 512 MHz, the clock of s390x at 4096 MHz.
INSTRUCTIONS = {"x86_64": 1.0, "arm64": 16.0, "ppc64": 1000 / 512, "s390x": 1000 / 4096}


@dataclasses.dataclass(frozen=True)
class CountedSetup(machines.Setup):
    """A machine whose clock is its count of instructions."""

    def command(self):
        words = [re.sub(r"tsc_early_khz=\d+", "tsc_early_khz=1000000", word) for word in super().command()]
        words[words.index("tcg,thread=multi")] = "tcg,thread=single"
        return [*words, "-icount", "shift=0,sleep=off"]


@dataclasses.dataclass(frozen=True)
class Program:
    """One of the two kexecs inside a machine."""
    name: str
    files: dict         # {path in the machine: path here}
    words: str          # that start it


def kernel(name):
    """Debian's, for that machine."""
    return supplies.kernel(machines.MACHINES[name], VERSIONS[name])


def needed_by(path):
    """The libraries that a program or library names."""
    listed = subprocess.run(["readelf", "-d", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", listed)


def theirs(machine):
    """kexec-tools as Debian has it for that machine, with its loader and libraries."""
    suite = "trixie" if machine.name == "arm64" else contenders.SUITE
    packages = PACKAGES + (contenders.XEN_OF_SUITE[suite] if machine.name in XEN_MACHINES else ())
    directory = pathlib.Path(fetch.package(suite, machine.name, *packages))
    program = next(directory.glob("**/sbin/kexec"))
    files = {"theirs/kexec": program, "theirs/loader": next(directory.glob(f"**/{machine.loader}")).resolve()}
    waiting = needed_by(program)
    while waiting:
        name = waiting.pop()
        if name != machine.loader and f"theirs/{name}" not in files:
            files[f"theirs/{name}"] = next(directory.glob(f"**/{name}")).resolve()
            waiting += needed_by(files[f"theirs/{name}"])
    return Program("kexec-tools", files, "/theirs/loader --library-path /theirs /theirs/kexec")


def ours(machine, programs):
    return Program("toolkit", {"ours/kexec": programs / machine.name / "kexec"}, "/ours/kexec")


def compiler(machine, language):
    return machine.compiler if language == "c++" else machine.compiler.replace("g++", "gcc")


def meter(machine, directory):
    """tests/bench/meter.cc, built for the machine."""
    program = directory / f"meter-{machine.name}"
    subprocess.run([compiler(machine, "c++"), "-std=c++20", "-O1", "-static", "-s", "-o", program, HERE / "meter.cc"], check=True)
    return program


def payload(machine, directory):
    """The second kernel that prints the counter, in the form that this machine's kernels have."""
    linked, flat = directory / f"payload-{machine.name}.elf", directory / f"payload-{machine.name}"
    prefix = machine.compiler.removesuffix("g++")
    # -n: no header of the file in what is loaded, so that the entry comes first.
    subprocess.run([compiler(machine, "assembler"), "-nostdlib", "-static", "-Wl,-n,-Ttext=0,--build-id=none", "-o", linked,
                    HERE / "payload" / f"{machine.name}.S"], check=True)
    if machine.name == "ppc64":
        return linked
    subprocess.run([f"{prefix}objcopy", "-O", "binary", "-j", ".text", linked, flat], check=True)
    return inside_bzimage(flat, directory) if machine.name == "x86_64" else flat


def inside_bzimage(code, directory):
    """Debian's bzImage, entered at the payload: what is hashed and copied is that of a real kernel (boot.rst: the 64-bit entry stands
    0x200 behind the start of the protected-mode kernel, which follows the setup sectors)."""
    image = bytearray(kernel("x86_64").read_bytes())
    entry = (image[0x1F1] + 1) * 512 + 0x200
    image[entry:entry + code.stat().st_size] = code.read_bytes()
    path = directory / "payload-bzImage"
    path.write_bytes(image)
    return path


class Laboratory:
    """Where machines are started and their consoles kept."""

    def __init__(self, programs, directory):
        self.programs, self.directory = programs, directory
        directory.mkdir(parents=True, exist_ok=True)

    def contenders(self, name):
        machine = machines.MACHINES[name]
        return theirs(machine), ours(machine, self.programs)

    def run(self, name, script, ending, files=None, **setup):
        """What the machine printed when a line of its console matched `ending`: the match, and all lines. `files` as in initramfs.build."""
        machine = machines.MACHINES[name]
        everything = {"sbin/meter": meter(machine, self.directory), **(files or {})}
        for program in self.contenders(name):
            everything.update(program.files)
        initrd = self.directory / f"{name}.cpio"
        initrd.write_bytes(initramfs.build(machine, "measure", script, everything))
        setup = {"firmware": machine.plain_firmware(), "kernel": kernel(name), "memory": 1536, **setup}
        guest = machines.Guest(CountedSetup(machine=machine, initrd=initrd, **setup), self.directory / f"{name}.log")
        try:
            match = guest.wait(ending, LIMIT)
            return match, guest.lines()
        finally:
            guest.stop()
            initrd.unlink()


def measured(lines):
    """What meter said: {key: [{"counter": …, "user": …, "system": …, "status": …}, in order]}; times in microseconds."""
    found = {}
    for line in lines:
        if said := re.search(r"@@ (\S+) counter (\d+) user (\d+) system (\d+) status (-?\d+)", line):
            numbers = dict(zip(("counter", "user", "system", "status"), map(int, said.groups()[1:])))
            found.setdefault(said[1], []).append(numbers)
    return found


def hand_over(laboratory, name, program, mebibytes, options="", **setup):
    """Instructions from `kexec -e` to the first one of the payload, with an initrd of that many MiB of zeros."""
    machine = machines.MACHINES[name]
    kernel = payload(machine, laboratory.directory)
    script = f"""dd if=/dev/zero of=/initrd bs=1M count={mebibytes} 2>/dev/null
{program.words} -l -c {options} --initrd=/initrd --append=payload /payload >/tmp/output 2>&1 || say load_failed
say_lines load_said </tmp/output
meter leave {program.words} -e -x -y"""
    entered, lines = laboratory.run(name, script, r"@@ entered ([0-9a-f]{16})|@@ end", {"payload": kernel}, **setup)
    left = next((found for line in lines if (found := re.search(r"@@ left ([0-9a-f]+)", line))), None)
    if not entered[1] or not left:
        raise NotMeasured(f"{name}: {program.name} did not reach the payload: {lines[-12:]}")
    return (int(entered[1], 16) - int(left[1], 16)) * INSTRUCTIONS[name]
