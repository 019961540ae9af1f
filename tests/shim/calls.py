# SPDX-License-Identifier: GPL-2.0-or-later
"""System calls of x86_64 by their numbers, and with which errnos each can fail: those of its man page, and those of a device in trouble."""
import errno
import re
from typing import NamedTuple

CUT = "one byte only"  # instead of an errno: the call moves one byte

DISK = (errno.EIO,)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
FORBIDDEN = (errno.EACCES, errno.EPERM)
LOAD = (errno.EBUSY, errno.EINTR, errno.ENOMEM, errno.EPERM, errno.EINVAL, errno.EADDRNOTAVAIL, errno.ENOSYS, errno.EIO)

CALLS = {
    0: ("read", (errno.EIO, errno.EINTR, errno.ENOMEM, errno.EAGAIN, CUT)),
    1: ("write", (errno.ENOSPC, errno.EIO, errno.EINTR, errno.EPIPE, CUT)),
    3: ("close", (errno.EIO, errno.EINTR)),
    8: ("lseek", (errno.EINVAL, errno.ESPIPE)),
    9: ("mmap", (errno.ENOMEM, errno.ENODEV, errno.EPERM)),
    10: ("mprotect", (errno.ENOMEM,)),
    11: ("munmap", (errno.ENOMEM,)),
    12: ("brk", (errno.ENOMEM,)),
    13: ("rt_sigaction", (errno.EINVAL,)),
    16: ("ioctl", (errno.EPERM, errno.ENODEV, errno.ENOTTY)),
    17: ("pread64", (errno.EIO, errno.EINTR, errno.ENOMEM, CUT)),
    18: ("pwrite64", (errno.ENOSPC, errno.EIO, errno.EINTR, CUT)),
    21: ("access", (errno.EACCES, errno.EIO)),
    25: ("mremap", (errno.ENOMEM,)),
    33: ("dup2", (errno.EBUSY, errno.EINTR)),
    41: ("socket", (errno.EMFILE, errno.EAFNOSUPPORT, errno.EPERM)),
    44: ("sendto", (errno.ENOBUFS, errno.EINTR)),
    56: ("clone", (errno.EAGAIN, errno.ENOMEM)),
    59: ("execve", (errno.ENOENT, errno.EACCES, errno.ENOMEM, errno.EIO)),
    61: ("wait4", (errno.ECHILD, errno.EINTR)),
    72: ("fcntl", (errno.EAGAIN, errno.EINVAL, errno.EACCES)),
    74: ("fsync", (errno.EIO, errno.ENOSPC, errno.EINVAL)),
    77: ("ftruncate", (errno.EFBIG, errno.ENOSPC, errno.EIO)),
    82: ("rename", FULL + FORBIDDEN),
    83: ("mkdir", FULL + FORBIDDEN),
    87: ("unlink", (errno.EROFS, errno.EBUSY, *FORBIDDEN)),
    89: ("readlink", (errno.EACCES, errno.EIO)),
    109: ("setpgid", (errno.EPERM,)),
    125: ("capget", (errno.EPERM, errno.EINVAL)),
    137: ("statfs", (errno.ENOSYS, errno.EIO)),
    162: ("sync", ()),
    169: ("reboot", (errno.EBUSY, errno.EINVAL, errno.EPERM)),
    217: ("getdents64", (errno.EIO, errno.ENOENT)),
    246: ("kexec_load", LOAD),
    257: ("openat", (errno.ENOENT, errno.EACCES, errno.EMFILE, errno.ENOMEM, errno.EIO, errno.EINTR, errno.EBUSY)),
    262: ("newfstatat", (errno.EIO, errno.ENOMEM, errno.EACCES)),
    316: ("renameat2", FULL + FORBIDDEN + (errno.EINVAL,)),
    318: ("getrandom", (errno.EAGAIN, errno.ENOSYS, errno.EINTR)),
    320: ("kexec_file_load", LOAD + (errno.ENOEXEC, errno.EKEYREJECTED, errno.EBADF)),
    435: ("clone3", (errno.EAGAIN, errno.ENOMEM)),
}
# The kernel gives these whole to whoever has room for all of it, which is what the programs rely on.
COMES_WHOLE = re.compile(r"(?:.*/crashed)?/(?:sys|proc)/(?!iomem|vmcore$)")
OTHERS = (errno.EIO, errno.ENOMEM, errno.EPERM)


class Call(NamedTuple):
    """One call of a run: its count, its number, and the path that it is about."""
    count: int
    number: int
    path: str

    def name(self):
        return CALLS.get(self.number, (f"call {self.number}",))[0]

    def faults(self):
        faults = CALLS.get(self.number, ("", OTHERS))[1]
        return [fault for fault in faults if fault != CUT or not COMES_WHOLE.match(self.path)]

    def kind(self):
        """Files that differ in a number only are read by the same code."""
        return self.number, re.sub(r"\d+", "N", self.path)


def read_calls(text):
    """Of what the shim's --calls has written."""
    lines = (line.split(" ", 2) for line in text.splitlines())
    return [Call(int(count), int(number), path.strip('"')) for count, number, path in lines]


def one_of_each_kind(calls):
    """The first and the last of each kind, in their order."""
    first, last = {}, {}
    for call in calls:
        first.setdefault(call.kind(), call)
        last[call.kind()] = call
    return sorted({*first.values(), *last.values()})


def words_for(call, fault):
    """For the shim."""
    return ["--cut", f"{call.count}=1"] if fault == CUT else ["--fail", f"{call.count}={fault}"]
