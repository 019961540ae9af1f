#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program itself on made-up dumps: against the distribution's vmcore-dmesg, through pipes, with little memory, options.

Usage: program_test.py VMCORE_DMESG MAKE_DUMPS MAN_PAGE"""

import json
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "support"), str(TESTS.parent / "tools")]

import archive  # noqa: E402  (folders of helpers, not packages)
import counted  # noqa: E402
import fetch  # noqa: E402
import little_memory  # noqa: E402

PROGRAM, MAKE_DUMPS, MAN_PAGE = sys.argv[1:4]


def of_the_distribution():
    """vmcore-dmesg out of Debian's package; None where that cannot be had."""
    try:
        package = fetch.package("bookworm", archive.debian_name(platform.machine()), "kexec-tools")
    except (archive.ArchiveError, OSError) as error:
        print(f"{error}\nDebian's kexec-tools cannot be had; going on without", file=sys.stderr)
        return None
    return Path(package) / "sbin/vmcore-dmesg"


THEIRS = of_the_distribution()
MIB = 1 << 20


def run(program, *words, **more):
    return subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False, **more)


def with_gap(dump, gap):
    """The same dump, a little-endian ELF64 one, with `gap` bytes before the memory of its last program header."""
    table, = struct.unpack_from("<Q", dump, 32)
    count, = struct.unpack_from("<H", dump, 56)
    at = table + 56 * (count - 1)
    offset, = struct.unpack_from("<Q", dump, at + 8)
    head = bytearray(dump[:offset])
    struct.pack_into("<Q", head, at + 8, offset + gap)
    return bytes(head), dump[offset:]


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp()
        subprocess.run([MAKE_DUMPS, cls.directory], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def dump(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def log(self, *words):
        done = run(PROGRAM, *words)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    @unittest.skipUnless(THEIRS, "there is no vmcore-dmesg of the distribution")
    def test_prints_what_kexec_tools_prints(self):
        for name in sorted(os.listdir(self.directory)):
            if name.startswith(("lockless", "records", "bytes")):
                with self.subTest(name):
                    theirs = run(THEIRS, self.path(name))
                    self.assertEqual(theirs.returncode, 0, theirs.stderr)
                    self.assertTrue(theirs.stdout)
                    self.assertEqual(self.log(self.path(name)), theirs.stdout)

    @unittest.skipUnless(THEIRS, "there is no vmcore-dmesg of the distribution")
    def test_exits_as_kexec_tools_does(self):
        empty = self.path("empty")
        open(empty, "wb").close()
        short = self.path("short")
        with open(short, "wb") as file:
            file.write(self.dump("lockless-le64")[:40])
        for words in ([], ["a", "b"], ["/nonexistent"], [empty], [short], ["/etc/passwd"], [self.path("damaged-class")],
                      [self.path("damaged-order")], [self.path("damaged-version")], [self.path("damaged-info")], ["/tmp"]):
            with self.subTest(words):
                ours, theirs = run(PROGRAM, *words), run(THEIRS, *words)
                self.assertEqual(ours.returncode, theirs.returncode, ours.stderr + theirs.stderr)
                self.assertNotEqual(ours.returncode, 0)
                self.assertEqual(ours.stdout, b"")
                self.assertTrue(ours.stderr)

    def test_an_error_names_the_file_from_the_root_on(self):
        for name in ("nothing-here", "damaged-class"):
            done = run(os.path.abspath(PROGRAM), name, cwd=self.directory)
            self.assertNotEqual(done.returncode, 0)
            self.assertTrue(done.stderr.startswith(f"vmcore-dmesg: {os.path.realpath(self.path(name))}: ".encode()), done.stderr)

    def test_reads_every_format_and_every_way_in(self):
        expected = self.log(self.path("lockless-le64"))
        for name in ("lockless-le64", "compressed", "flattened"):
            with self.subTest(name):
                self.assertEqual(self.log(self.path(name)), expected)
                piped = run(PROGRAM, "-", input=self.dump(name))
                self.assertEqual((piped.returncode, piped.stderr, piped.stdout), (0, b"", expected))
                with open(self.path(name), "rb") as file:
                    redirected = run(PROGRAM, "-", stdin=file)
                self.assertEqual((redirected.returncode, redirected.stdout), (0, expected))
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        with subprocess.Popen([PROGRAM, fifo], stdout=subprocess.PIPE) as reader:
            with open(fifo, "wb") as writer:
                writer.write(self.dump("lockless-le64"))
            self.assertEqual(reader.stdout.read(), expected)

    @little_memory.can_be_limited(PROGRAM)
    def test_memory_does_not_grow_with_the_dump(self):
        expected = self.log(self.path("lockless-le64"))
        large = self.path("large")
        head, memory = with_gap(self.dump("lockless-le64"), 1 << 40)
        with open(large, "wb") as file:
            file.write(head)
            file.seek((1 << 40) + len(head))
            file.write(memory)
        done = run(PROGRAM, large, preexec_fn=little_memory.limited(4 * MIB))
        self.assertEqual((done.returncode, done.stdout), (0, expected), done.stderr)

    @little_memory.can_be_limited(PROGRAM)
    def test_memory_does_not_grow_with_what_comes_through_a_pipe(self):
        expected = self.log(self.path("lockless-le64"))
        head, memory = with_gap(self.dump("lockless-le64"), 512 * MIB)
        with subprocess.Popen([PROGRAM, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              preexec_fn=little_memory.limited(24 * MIB)) as reader:
            reader.stdin.write(head)
            for _ in range(512):
                reader.stdin.write(bytes(MIB))
            reader.stdin.write(memory)
            reader.stdin.close()
            self.assertEqual(reader.stdout.read(), expected)
            self.assertEqual(reader.stderr.read(), b"")

    def test_options(self):
        name = self.path("lockless-le64")
        lines = self.log(name).decode("ascii").split("\n")
        self.assertIn("[    0.061000] escape \\x1b[1m, \\x7f and \\xc3\\xa9", lines)
        self.assertEqual(lines[lines.index("[    0.060000] two") + 1], "lines")
        records = [json.loads(line) for line in self.log("--json", name).decode().splitlines()]
        self.assertEqual(len(records), 70)
        self.assertEqual(records[65], {"seq": 65, "time": 100.0, "facility": 0, "level": 1, "caller": "T77",
                                       "text": "BUG: kernel NULL pointer dereference, address: 0"})
        self.assertEqual(records[61]["text"], "escape \x1b[1m, \x7f and \xe9")
        self.assertEqual(records[66]["caller"], "C2")
        self.assertIn(b"[  100.000001][    C2] Oops", self.log("--caller", name))
        panic = self.log("--since-panic", name).splitlines()
        self.assertEqual((len(panic), panic[0][:20]), (5, b"[  100.000000] BUG: "))
        urgent = [json.loads(line)["level"] for line in self.log("--json", "--level=err+", name).splitlines()]
        self.assertEqual(set(urgent), {0, 1, 2, 3})
        self.assertEqual(len(urgent), sum(record["level"] <= 3 for record in records))

    def test_says_what_was_lost(self):
        done = run(PROGRAM, self.path("damaged-info"))
        self.assertIn(b"VMCOREINFO has no SYMBOL(log_buf)", done.stderr)
        cut = self.path("cut")
        with open(cut, "wb") as file:
            file.write(self.dump("lockless-le64")[:-3000])
        done = run(PROGRAM, cut)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr.decode(), r"\d+ of the log's records are not in the dump or cannot be read; going on without\n$")

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, self.path("lockless-le64")], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 54)
        self.assertIn(b"cannot be written", done.stderr)

    def test_help_and_version(self):
        self.assertIn(b"usage: vmcore-dmesg", self.log("--help"))
        self.assertIn(b"kexec-tools 2.0.32+toolkit.", self.log("--version"))

    def test_the_manual_page_has_the_options_that_there_are(self):
        told = set(re.findall(r"^  --([\w-]+(?:=\w+)?)", self.log("--help").decode(), re.MULTILINE))
        with open(MAN_PAGE, encoding="utf-8") as file:
            page = re.sub(r"\\f[BIR]", "", file.read()).replace("\\-", "-")
        described = set(re.findall(r"^\.TP\n(?:\.B )?(?:-h, )?--([\w-]+(?:=\w+)?)$", page, re.MULTILINE))
        self.assertEqual(described, told)
        self.assertIn("since-panic", told)


if __name__ == "__main__":
    counted.run()
