# SPDX-License-Identifier: GPL-2.0-or-later
"""Reaches into a running machine from outside: QEMU's monitor copies physical memory out, its gdb stub changes a byte of it. A machine is
kept as it is at one moment, and goes on from there as often as wanted.

The stub speaks GDB's remote serial protocol (GDB manual, appendix E); `Qqemu.PhyMemMode:1` makes its addresses physical ones.
"""
import json
import pathlib
import socket
import time

from machine import patience

ANSWER_LIMIT = 60   # seconds on an idle host


class Monitor:
    """QEMU's, by its own protocol (QMP); for a `with` block."""

    def __init__(self, path):
        self._path = path

    def options(self):
        return "-qmp", f"unix:{self._path},server=on,wait=off"

    def __enter__(self):
        self._connection = connect(self._path)
        self._answers = self._connection.makefile("r")
        self._answers.readline()
        self.ask("qmp_capabilities")
        return self

    def __exit__(self, *_):
        self._connection.close()

    def ask(self, command, **arguments):
        self._connection.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            answer = json.loads(self._answers.readline())
            if "error" in answer:
                raise OSError(f"QEMU's monitor refused {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def keep(self, path):
        """The whole machine goes into a file and stands still here; kept() has it go on."""
        self.ask("migrate", uri=f"exec:cat > {path}")
        deadline = time.monotonic() + ANSWER_LIMIT * patience()
        while (status := self.ask("query-migrate").get("status")) != "completed":
            if status in ("failed", "cancelled") or time.monotonic() > deadline:
                raise OSError(f"QEMU did not keep the machine: {status}")
            time.sleep(0.1)


def kept(path):
    """Options for a machine that goes on from what keep() wrote; the others are to be the same."""
    return "-incoming", f"exec:cat {path}"


class Outside:
    """The machine is stopped while this is open (its `with` block) and goes on afterwards."""

    def __init__(self, directory):
        self._gdb_path = directory / "gdb.socket"
        self._monitor = Monitor(directory / "monitor.socket")
        self._copy = directory / "memory.bin"

    def options(self):
        """What QEMU must be started with."""
        return ("-chardev", f"socket,id=gdb,path={self._gdb_path},server=on,wait=off", "-gdb", "chardev:gdb",
                *self._monitor.options())

    def __enter__(self):
        self._gdb = connect(self._gdb_path)
        self._received = b""
        self._ask_stub("?")
        if self._ask_stub("Qqemu.PhyMemMode:1") != "OK":
            raise OSError("QEMU's gdb stub does not offer physical addresses")
        self._monitor.__enter__()
        return self

    def __exit__(self, *_):
        self._ask_stub("D")
        self._gdb.close()
        self._monitor.__exit__()
        self._copy.unlink(missing_ok=True)

    def find(self, sample, ranges):
        """Every physical address within the (first, last) ranges at which these bytes lie."""
        found = []
        for first, last in ranges:
            self._monitor.ask("pmemsave", val=first, size=last - first + 1, filename=str(self._copy))
            data = self._copy.read_bytes()
            at = data.find(sample)
            while at >= 0:
                found.append(first + at)
                at = data.find(sample, at + 1)
        return found

    def read(self, address, size):
        return bytes.fromhex(self._ask_stub(f"m{address:x},{size:x}"))

    def flip(self, address):
        """Inverts one byte, and looks whether it took."""
        before = self.read(address, 1)[0]
        if self._ask_stub(f"M{address:x},1:{before ^ 0xFF:02x}") != "OK" or self.read(address, 1)[0] != before ^ 0xFF:
            raise OSError(f"QEMU's gdb stub did not change the byte at {address:#x}")

    def _ask_stub(self, text):
        packet = text.encode()
        self._gdb.sendall(b"$" + packet + b"#%02x" % (sum(packet) % 256))
        answer = self._receive_packet()
        self._gdb.sendall(b"+")
        return answer

    def _receive_packet(self):
        while True:
            _, dollar, rest = self._received.partition(b"$")
            body, hash_sign, checksum = rest.partition(b"#")
            if dollar and hash_sign and len(checksum) >= 2:
                self._received = checksum[2:]
                return body.decode("ascii")
            chunk = self._gdb.recv(65536)
            if not chunk:
                raise OSError("QEMU's gdb stub closed the connection")
            self._received += chunk


def connect(path):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_LIMIT * patience())
    connection.connect(str(path))
    return connection


def sample_of(image: pathlib.Path):
    """64 bytes out of the middle of a kernel file that lie nowhere else: compressed data, or in an ELF file what follows its zeros."""
    data = image.read_bytes()
    samples = (data[at:at + 64] for at in range(len(data) // 2, len(data), 64))
    return next(sample for sample in samples if len(set(sample)) > 32 and data.count(sample) == 1)
