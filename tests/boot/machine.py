# SPDX-License-Identifier: GPL-2.0-or-later
"""Emulated machines: one table of what differs between them, and a running one with its console and its gdb stub."""
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import supplies
import emulator  # in tools/, which supplies makes importable


@dataclasses.dataclass(frozen=True)
class Machine:
    """What the harness has to know about one kind of machine; a new one is a row of MACHINES."""
    name: str             # ours, as ./run build takes it
    console: str          # the kernel's name of the serial console
    arguments: str        # of every kernel, because it runs emulated
    firmware: dict        # name: options of QEMU
    cpus: dict            # name: options of QEMU; an empty name is the only one there is
    kernel_pattern: str   # in /boot of the package
    loader: str           # file name of the dynamic loader
    compiler: str         # for the programs that run inside
    crash_low: str        # crashkernel= for a small machine
    crash_high: str       # and for one with memory above 4 GiB
    small_image: str      # what tools/build-kernel.py leaves to boot
    other_call: str       # what asks for a call other than kexec_load, of Debian's kernels
    purgatory_console: str  # options of kexec that let the purgatory speak
    trace: str            # how the kernel heads the trace of a panic
    last_words: str       # a pattern of the last line in a crashed kernel's log
    small_vmlinux: str = "vmlinux"  # the ELF file of that image
    dies_aloud: bool = True  # its console shows a panic before the capture kernel takes over

    def plain_firmware(self):
        """The one that most scenarios use."""
        return next(iter(self.firmware))

    def command_line(self):
        """What every kernel on this machine is told: where to speak, to end when it dies, and not to do what emulation makes slow."""
        clock = supplies.clock_arguments() if self.name == "x86_64" else ""
        return " ".join(filter(None, (f"console={self.console}", COMMON_ARGUMENTS, self.arguments, clock)))


CORTEX_A57 = ("-cpu", "cortex-a57")
# Pointer authentication by the emulator's own quick function; the architected one costs half of all time. With
# LPA2 Linux 6.12 faults while it prepares a kexec of its own accord (trans_pgd_create_copy).
CPU_MAX = ("-cpu", "max,pauth-impdef=on,lpa2=off", "-machine", "gic-version=3")
WITH_EL2 = ("-machine", "virtualization=on")
# Without the mitigations that the machine offers by default: emulation has none, and says so each time.
PSERIES = ("-machine", "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off")

MACHINES = {
    "x86_64": Machine(
        name="x86_64", console="ttyS0",
        # A busy host delays the timers that the kernel checks and measures, and its watchdog takes the delay for a hang.
        # Its function tracer and one congestion control take half a second to register under emulation, and no part in any proof.
        arguments="no_timer_check nolapic_timer nowatchdog initcall_blacklist=init_kprobe_trace,cubictcp_register",
        # Page tables of five levels, which UEFI's machine has, cost an emulator a fifth of its time.
        firmware={"bios": ("-machine", "pc", "-cpu", "max,-monitor,la57=off"),
                  "uefi": ("-machine", "q35", "-cpu", "max,-monitor", "-bios", "/usr/share/ovmf/OVMF.fd")},
        kernel_pattern="vmlinuz-*", loader="ld-linux-x86-64.so.2", compiler="g++",
        cpus={"": ()}, crash_low="256M", crash_high="512M,high", small_image="bzImage", other_call="-s",
        purgatory_console="--console-serial --serial=ttyS0", trace="Call Trace", last_words="</TASK>"),
    "arm64": Machine(
        name="arm64", console="ttyAMA0", arguments="nowatchdog",
        # No ITS without UEFI: a GICv3 goes on using the tables that it has been given, and only EFI hands on where they are.
        firmware={"dt": ("-machine", "virt,its=off"), "uefi": ("-machine", "virt", "-bios", "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd")},
        # At EL2 a cortex-a57's kernel steps down to EL1 and leaves a stub there; with VHE, which max has, it stays.
        cpus={"a57": CORTEX_A57, "a57-el2": (*CORTEX_A57, *WITH_EL2), "max-el2": (*CPU_MAX, *WITH_EL2)},
        kernel_pattern="vmlinuz-*", loader="ld-linux-aarch64.so.1", compiler="aarch64-linux-gnu-g++",
        crash_low="256M", crash_high="512M,high", small_image="Image", other_call="-a",
        purgatory_console="--serial=ttyAMA0", trace="Call trace", last_words=r"\] Bye!$"),
    "ppc64": Machine(
        name="ppc64", console="hvc0", arguments="nowatchdog",
        # The emulator's own small Open Firmware comes up in no time; SLOF, the usual one, takes 9 core-seconds of every boot.
        # Bare metal is another machine altogether, with OPAL for its firmware.
        firmware={"vof": (*PSERIES, "-machine", "x-vof=on"), "slof": PSERIES, "opal": ("-machine", "powernv9")},
        # The first CPU that translates addresses by a radix tree, and the last that has nothing but the hash table.
        cpus={"radix": ("-cpu", "power9"), "hash": ("-cpu", "power8")},
        kernel_pattern="vmlinux-*", loader="ld64.so.2", compiler="powerpc64le-linux-gnu-g++", crash_low="256M", crash_high="512M",
        small_image="vmlinux", other_call="-a", purgatory_console="", trace="Call Trace",
        # The second is what the kernel says on its way to a crash kernel.
        last_words=r"--- interrupt: (?:c00|3000)$|kexec: Starting switchover sequence\.$"),
    "s390x": Machine(
        name="s390x", console="ttysclp0", arguments="nowatchdog", firmware={"ipl": ("-machine", "s390-ccw-virtio")}, cpus={"": ()},
        kernel_pattern="vmlinuz-*", loader="ld64.so.1", compiler="s390x-linux-gnu-g++", crash_low="128M", crash_high="128M",
        small_image="bzImage", small_vmlinux="vmlinux-boot", other_call="-s",
        # There the running kernel hears the purgatory's answer, and says what it says.
        purgatory_console="", trace="Call Trace", last_words=r"system_call\+0x", dies_aloud=False),
}

# A program started behind these words ends when this one is killed, however that comes.
WITH_US = ("setpriv", "--pdeathsig", "KILL")
COMMON_OPTIONS = ("-nographic", "-nodefaults", "-serial", "stdio", "-accel", "tcg,thread=multi")
# Two parts of the crypto code test or time themselves for a third of a second each, notests or not.
COMMON_ARGUMENTS = "quiet panic=-1 mitigations=off cryptomgr.notests initcall_blacklist=crypto_kdf108_init,jent_mod_init"


@dataclasses.dataclass(frozen=True)
class Setup:
    """One machine to start."""
    machine: Machine
    firmware: str
    kernel: pathlib.Path
    initrd: pathlib.Path
    memory: int = 1024      # MiB
    processors: int = 1
    append: str = ""
    cpu: str = ""           # one of machine.cpus; empty: the first
    extra: tuple = ()       # further options of QEMU
    resets: bool = False    # a reset boots it again, where others end: what firmware-assisted dump needs

    def command(self):
        cpu = self.cpu or next(iter(self.machine.cpus))
        return [*emulator.command(self.machine.name), *self.machine.firmware[self.firmware], *self.machine.cpus[cpu],
                *COMMON_OPTIONS, *(() if self.resets else ("-no-reboot",)),
                "-m", str(self.memory), "-smp", str(self.processors), "-kernel", str(self.kernel), "-initrd", str(self.initrd),
                "-append", f"{self.machine.command_line()} {self.append}", *self.extra]


def patience():
    """By how much time limits grow because this host has more to do than it has processors."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class TimeLimit(Exception):
    """What was waited for did not appear."""


class Guest:
    """A running machine; after stop() `seconds` and `core_seconds` say what it cost."""

    def __init__(self, setup, log):
        self.seconds = self.core_seconds = 0.0
        self._lines, self._partial = [], b""
        self._changed = threading.Condition()
        self._ended = False
        self._log = open(log, "wb")
        self._log.write((" ".join(setup.command()) + "\n").encode())
        self._started = time.monotonic()
        command = [*WITH_US, *setup.command()]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, text):
        """Types at the console."""
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def transcript(self):
        return Transcript(self.lines())

    def has_ended(self):
        with self._changed:
            return self._ended

    def lines(self):
        """Everything on the console so far; the last line may be unfinished."""
        with self._changed:
            return self._lines + ([clean(self._partial)] if self._partial else [])

    def _unfinished(self):
        """The last line, where it may be judged: it comes in pieces, and what `say` says is whole only behind its end."""
        text = clean(self._partial)
        return [text] if self._ended or "@@ " not in text else []

    def wait(self, pattern, limit, exact=False):
        """Wait until a console line matches (one that is not from `say` may be unfinished); the match.

        `limit` is in seconds on an idle host unless `exact`. Raises TimeLimit, also when the machine ends."""
        expression, position = re.compile(pattern), 0
        limit *= 1.0 if exact else patience()
        deadline = time.monotonic() + limit
        with self._changed:
            while True:
                for line in self._lines[position:] + self._unfinished():
                    if match := expression.search(line):
                        return match
                position = len(self._lines)
                left = deadline - time.monotonic()
                if self._ended:
                    raise TimeLimit(f"the machine ended without showing {pattern!r}")
                if left <= 0:
                    raise TimeLimit(f"{pattern!r} did not appear within {limit:.0f} s")
                self._changed.wait(left)

    def _read(self):
        while chunk := os.read(self._process.stdout.fileno(), 65536):
            self._log.write(chunk)
            self._log.flush()
            with self._changed:
                *whole, self._partial = (self._partial + chunk).split(b"\n")
                self._lines += map(clean, whole)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def stop(self):
        try:
            os.kill(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()
        self._log.close()
        self.seconds = time.monotonic() - self._started
        self.core_seconds = usage.ru_utime + usage.ru_stime


def clean(line):
    """A console line as text, without control sequences and carriage returns."""
    text = line.decode("ascii", "replace")
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\x00]", "", text)


class Transcript:
    """What the stages inside a machine said: {stage: {key: [rest of each line, in order]}}."""

    def __init__(self, lines):
        self.stages, self.order = {}, []
        current = None
        for line in lines:
            said = re.search(r"@@ (\S+) ?(.*)", line)
            if said and said[1] == "stage":
                current = self.stages.setdefault(said[2].strip(), {})
                self.order.append(said[2].strip())
            elif said and current is not None:
                current.setdefault(said[1], []).append(said[2])

    def all(self, stage, key):
        return self.stages.get(stage, {}).get(key, [])

    def one(self, stage, key):
        """The last value; an empty text when it was never said."""
        return (self.all(stage, key) or [""])[-1]
