# SPDX-License-Identifier: GPL-2.0-or-later
"""The two programs that are compared, and how each is run on this machine without reaching its kernel.

Both run under tests/shim, which answers kexec_load and kexec_file_load, with a /sys/kernel that has kexec and a /run in which ours
writes down what it loaded. All of that, and the files that they load, lies in build/bench.
"""
import contextlib
import dataclasses
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "bench"
sys.path += [str(ROOT / "tools"), str(ROOT / "tests" / "shim")]

import fetch  # noqa: E402  (folders of programs, not packages)
import pretended  # noqa: E402

SUITE = "bookworm"
WARMING = 0.05  # seconds
# Where there is Xen, Debian's kexec-tools is linked against its libraries, which few machines have.
XEN_PACKAGES = ("libxentoolcore1", "libxentoollog1", "libxencall1", "libxendevicemodel1", "libxenevtchn1", "libxenforeignmemory1",
                "libxengnttab1", "libxenhypfs1", "libxenstore4", "libyajl2")
XEN_OF_SUITE = {"bookworm": (*XEN_PACKAGES, "libxenmisc4.17"), "trixie": (*XEN_PACKAGES, "libxenmisc4.20")}


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    program: pathlib.Path

    def version(self):
        return subprocess.run([self.program, "-v"], capture_output=True, text=True, check=True).stdout.split("\n")[0].strip()


def both(ours):
    """(kexec-tools as the distribution has it, the program under test)."""
    package = pathlib.Path(fetch.package(SUITE, "amd64", "kexec-tools", *XEN_OF_SUITE[SUITE]))
    os.environ["LD_LIBRARY_PATH"] = str(package / "usr/lib/x86_64-linux-gnu")  # ours is static, and has no part in it
    return Contender("kexec-tools", package / "sbin" / "kexec"), Contender("toolkit", ours.resolve())


def kernel():
    """Debian's 6.12 for x86_64."""
    return next((pathlib.Path(fetch.kernel("x86_64", "6.12")) / "boot").glob("vmlinuz-*"))


def read_anew(path):
    """Puts a file into memory in one go: how large the pieces are that it lies in there is a tenth of what mapping and reading it costs."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while file.read(1 << 22):
            pass


@functools.cache
def initrd(mebibytes):
    """A file of that size that no compression makes smaller."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"initrd-{mebibytes}"
    if not path.exists() or path.stat().st_size != mebibytes << 20:
        with open(path, "wb") as file:
            for _ in range(mebibytes):
                file.write(os.urandom(1 << 20))
    read_anew(path)
    return path


def shim():
    """The words that start a program under tests/shim, which is built for this run."""
    WORK.mkdir(parents=True, exist_ok=True)
    program, sysfs, records = WORK / "shim", WORK / "sys-kernel", WORK / "run"
    sources = [ROOT / "tests" / "shim" / name for name in ("shim.cc", "faults.cc", "foreign.cc")]
    subprocess.run(["g++", "-std=c++20", "-O2", "-I", ROOT, "-o", program, *sources], check=True)
    shutil.rmtree(sysfs, ignore_errors=True)
    pretended.sysfs(sysfs)
    records.mkdir(exist_ok=True)
    return [str(program), "--log", "/dev/null", "--over", f"/sys/kernel={sysfs}", "--over", f"/run={records}", "--"]


def load(contender, shim_words, mebibytes, call="-c", before=()):
    """The command that makes `contender` load the kernel and an initrd of that size. `before` runs the program, under the shim."""
    return [*shim_words, *before, str(contender.program), "-l", call, "-y", str(kernel()), f"--initrd={initrd(mebibytes)}",
            "--append=root=/dev/vda1 ro"]


@contextlib.contextmanager
def busy_cpu():
    """What is run here runs on one CPU that has just been at work: one that was idle is slow for some tens of milliseconds."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    until = time.process_time() + WARMING
    try:
        while time.process_time() < until:
            pass
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def run(command):
    """CPU time of the command and all it started, in seconds; None where it failed."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime if process.returncode == 0 else None
