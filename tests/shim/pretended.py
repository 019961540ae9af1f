# SPDX-License-Identifier: GPL-2.0-or-later
"""A /sys/kernel that says that the running kernel has kexec and holds nothing: what the shim lays over a machine's own."""
import os
import shutil
import subprocess
import tempfile

COPIED = ("boot_params", "vmcoreinfo", "uevent_seqnum", "notes")
LINE_OF_RESERVATION = "  10000000-1fffffff : Crash kernel\n"
FLAGS = ("kexec_loaded", "kexec_crash_loaded", "kexec_crash_size")


def sysfs(directory):
    """Fills the directory, which must not be there."""
    os.makedirs(directory)
    for name in COPIED:
        copy_from_sysfs(name, directory)
    for name in FLAGS:
        with open(os.path.join(directory, name), "w", encoding="ascii") as file:
            file.write("0\n")


def copy_from_sysfs(name, directory):
    source = os.path.join("/sys/kernel", name)
    for folder, _, files in os.walk(source) if os.path.isdir(source) else [("/sys/kernel", [], [name])]:
        for file in files:
            path = os.path.join(folder, file)
            target = os.path.join(directory, os.path.relpath(path, "/sys/kernel"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            try:
                shutil.copyfile(path, target)
            except OSError:
                pass  # some machines have no such file


def why_no_shim(shim, more=()):
    """Why no program can be run behind the shim here; nothing if one can."""
    if os.geteuid() != 0:
        return "the shim lays files over /sys and needs root"
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run([shim, "--log", "/dev/null", "--over", f"/sys/kernel={directory}", *more, "--", "true"],
                              capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode == 125 else ""


class Machine:
    """This machine, with a /sys/kernel that says that kexec is there."""

    def __init__(self, shim, program, directory):
        self.shim, self.program = shim, program
        self.directory = directory
        self.over = {}
        self.sysfs = os.path.join(directory, "sys-kernel")
        sysfs(self.sysfs)
        self.over["/sys/kernel"] = self.sysfs
        self.records = os.path.join(directory, "run")  # /run, where the program notes what it loaded
        os.makedirs(self.records)
        self.over["/run"] = self.records
        self.log = os.path.join(directory, "log")

    def write(self, name, text):
        with open(os.path.join(self.sysfs, name), "w", encoding="ascii") as file:
            file.write(text)

    def reserve_crash_memory(self):
        with open("/proc/iomem", encoding="ascii") as file:
            lines = file.readlines()
        place = next(i for i, line in enumerate(lines) if holds_reservation(line))
        lines.insert(place + 1, LINE_OF_RESERVATION)
        path = os.path.join(self.directory, "iomem")
        with open(path, "w", encoding="ascii") as file:
            file.writelines(lines)
        self.over["/proc/iomem"] = path
        self.write("kexec_crash_size", f"{0x10000000}\n")

    def pretend_crash_notes(self):
        """Where the CPUs leave their registers, as a kernel with crash dumps tells."""
        folder = os.path.join(self.directory, "cpu")
        for number in (0, 1):
            os.makedirs(os.path.join(folder, f"cpu{number}"))
            for name, text in (("crash_notes", f"{0x2000000 + number * 0x1000:x}\n"), ("crash_notes_size", "368\n")):
                with open(os.path.join(folder, f"cpu{number}", name), "w", encoding="ascii") as file:
                    file.write(text)
        self.over["/sys/devices/system/cpu"] = folder

    def run(self, *words, keep=None, tracer=(), meddling=(), **answers):
        """The program's status and output, and the calls that the shim saw. What the kernel would have read goes to the path `keep`;
        `meddling` is for the shim."""
        if os.path.exists(self.log):
            os.unlink(self.log)
        line = [self.shim, "--log", self.log] + (["--keep", keep] if keep else [])
        for call, numbers in answers.items():
            line += ["--answer", f"{call}={numbers}"]
        for path, file in self.over.items():
            line += ["--over", f"{path}={file}"]
        line += meddling
        done = subprocess.run(line + ["--", *tracer, self.program, *words], capture_output=True, text=True, timeout=60, check=False)
        done.calls = []
        if os.path.exists(self.log):
            with open(self.log, encoding="utf-8") as file:
                done.calls = file.read().splitlines()
        return done


def holds_reservation(line):
    addresses, _, name = line.partition(" : ")
    first, last = (int(text, 16) for text in addresses.strip().split("-"))
    return not line.startswith(" ") and name == "System RAM\n" and first <= 0x10000000 and last >= 0x1FFFFFFF
