# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case has to show, and the helpers that all cases judge with."""
import dataclasses
import gzip
import pathlib
import re
import secrets

import machine as machines
import initramfs
import supplies


class Failed(Exception):
    """A case did not prove what it had to: one sentence."""


def require(condition, sentence):
    if not condition:
        raise Failed(sentence)


@dataclasses.dataclass
class Bench:
    """What a case works with: where the programs under test are, where logs go; and what its boots cost."""
    programs: pathlib.Path      # of the case's machine
    directory: pathlib.Path     # of this case alone: images, logs
    marker: pathlib.Path        # the guest program
    seconds: float = 0.0
    core_seconds: float = 0.0
    boots: int = 0
    usual: float = 0.0          # seconds that something took in a control, for the boot that follows it
    ended: bool = False         # whether a machine that was waited for ended by itself
    console: list = dataclasses.field(default_factory=list)     # of the last machine

    def program(self, name="kexec"):
        return supplies.program_files(self.programs / name, name)

    def write(self, name, data):
        path = self.directory / name
        path.write_bytes(data)
        return path

    def initramfs(self, machine, name, script, files=None, data=None):
        return self.write(f"{name}.cpio", initramfs.build(machine, name, script, files, data))

    def packed_initramfs(self, *arguments):
        """One for a kernel that kexec starts: the fewer bytes, the fewer are hashed under emulation."""
        path = self.initramfs(*arguments)
        path.write_bytes(gzip.compress(path.read_bytes(), 1))
        return path

    def start(self, setup):
        """A machine to be used in a `with` block; its cost is added up and its console kept."""
        self.boots += 1
        return Running(self, setup, self.directory / f"console-{self.boots}.log")

    def run(self, setup, limit, ending="@@ end"):
        """Starts a machine, waits for the ending, and returns what the stages said."""
        with self.start(setup) as guest:
            guest.wait(ending, limit)
            return guest.transcript()


class Running:
    """Context manager around machine.Guest that reports to the bench."""

    def __init__(self, bench, setup, log):
        self._bench, self._setup, self._log = bench, setup, log

    def __enter__(self):
        self._guest = machines.Guest(self._setup, self._log)
        return self._guest

    def __exit__(self, *_):
        self._guest.stop()
        self._bench.console = self._guest.lines()
        self._bench.seconds += self._guest.seconds
        self._bench.core_seconds += self._guest.core_seconds


def nonce():
    """A word that nobody can know beforehand, for a kernel's command line."""
    return secrets.token_hex(8)


def ram_ranges(lines, name="System RAM"):
    """(first, last) of the lines of /proc/iomem with that name."""
    found = []
    for line in lines:
        if match := re.match(r"\s*([0-9a-f]+)-([0-9a-f]+) : (.*)", line):
            if match[3].strip() == name:
                found.append((int(match[1], 16), int(match[2], 16)))
    return found


def ram_size(lines):
    return sum(last - first + 1 for first, last in ram_ranges(lines))


def wait_quietly(guest, pattern, seconds):
    """True when the pattern does not appear within that time, or the machine ends without it."""
    try:
        guest.wait(pattern, seconds, exact=True)
    except machines.TimeLimit:
        return True
    return False


def require_loaded(said, stage, which):
    """The load inside `stage` ended well and the kernel says that it holds an image; `which` is "loaded" or "crash"."""
    output = " / ".join(said.all(stage, "load_said")) or "nothing"
    require(said.one(stage, "load_exit") == "0", f"loading exited {said.one(stage, 'load_exit') or 'never'} and said: {output}")
    state = re.match(r"(\d) crash (\d)", said.one(stage, "loaded"))
    require(state and state[1 if which == "loaded" else 2] == "1", f"the kernel holds no image after loading: {said.one(stage, 'loaded')}")


def require_firmware(said, first, second):
    """The second kernel sees the ACPI tables, and on UEFI can call the firmware, as the first one did."""
    require(int(said.one(second, "acpi") or 0) == int(said.one(first, "acpi")),
            f"ACPI tables: {said.one(first, 'acpi')} before, {said.one(second, 'acpi')} after")
    if said.all(first, "efi_variables"):
        require(said.one(second, "efi_runtime_map") == said.one(first, "efi_runtime_map"),
                f"the EFI runtime map has {said.one(first, 'efi_runtime_map')} entries before, {said.one(second, 'efi_runtime_map')} after")
        before, after = said.one(first, "efi_variables"), said.one(second, "efi_variables")
        require(int(after or 0) > 0, f"EFI runtime services: {before} variables before, {after or 'none'} after")
