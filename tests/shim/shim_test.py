#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The real program on this machine, behind the shim: what reaches the kernel's door, and what is said.

Usage: shim_test.py SHIM KEXEC. Ends with 77 (skipped) where this machine lets no shim be built."""

import bz2
import gzip
import hashlib
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tools")]

import cache  # noqa: E402  (folders of helpers, not packages)
import counted  # noqa: E402
import signed_kernels  # noqa: E402

import pretended

SHIM, KEXEC = sys.argv[1:3]
EPERM, EBUSY, EINVAL, ENOSYS, EADDRNOTAVAIL, EKEYREJECTED = 1, 16, 22, 38, 99, 129


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class Behind(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="kexec-shim-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.machine = pretended.Machine(SHIM, KEXEC, self.directory)
        self.kernel = self.file("bzImage", signed_kernels.small_bzimage())
        self.initrd = self.file("initrd", b"initial ramdisk" * 1000)

    def file(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_file_call_gets_the_named_files(self):
        done = self.machine.run("-l", self.kernel, "--initrd", self.initrd, "--append", "root=/dev/vda quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.calls, [f"kexec_file_load flags 0 kernel {self.kernel} initrd {self.initrd} "
                                      'command line "root=/dev/vda quiet" = 0', "sync = 0"])
        self.assertEqual(done.stdout, "")

    def handed_over(self, content):
        """(the path behind the descriptor of the kernel file, the bytes that the kernel would have read from it)"""
        kernel, kept = self.file("handed", content), os.path.join(self.directory, "kept")
        done = self.machine.run("-l", "-s", "-y", kernel, keep=kept)
        self.assertEqual((done.returncode, len(done.calls)), (0, 1), done.stderr)
        return done.calls[0].partition(" kernel ")[2].partition(" initrd ")[0], Path(kept).read_bytes()

    def test_file_that_is_not_wrapped_is_handed_over_itself(self):
        kernel = signed_kernels.small_bzimage()
        for content in (kernel, kernel + b"a signature, or anything else", kernel + bytes(4096)):
            self.assertEqual(self.handed_over(content), (os.path.join(self.directory, "handed"), content))

    def test_wrapped_kernel_is_handed_over_as_it_was_put_in(self):
        kernel = signed_kernels.small_bzimage() + b"what follows"
        for content in (gzip.compress(kernel), lzma.compress(kernel), bz2.compress(gzip.compress(kernel))):
            self.assertEqual(self.handed_over(content), ("/memfd:kernel (deleted)", kernel))

    def test_signature_holds_for_what_is_handed_over(self):
        if missing := signed_kernels.missing_programs():
            self.skipTest(f"there is no program {missing[0]} (package sbsigntool)")
        signer = signed_kernels.Signer(self.directory)
        kernel = signer.signed(signed_kernels.as_efi_program(signed_kernels.small_bzimage(), signed_kernels.X86_64))
        self.assertTrue(signer.verifies(kernel))
        path, content = self.handed_over(kernel)
        self.assertEqual(path, os.path.join(self.directory, "handed"))
        self.assertTrue(signer.verifies(content))
        padded = kernel + bytes(512)
        self.assertFalse(signer.verifies(padded))
        for wrapped in (gzip.compress(kernel), lzma.compress(kernel), gzip.compress(padded)):
            path, content = self.handed_over(wrapped)
            self.assertEqual((path, content), ("/memfd:kernel (deleted)", kernel))
            self.assertTrue(signer.verifies(content))

    def test_vmlinux_of_a_bzimage_is_loaded_where_it_is_asked_for(self):
        found = sorted(Path(cache.root()).glob("kernels/amd64-*/boot/vmlinuz-*"))
        if not found:
            self.skipTest("no kernel of Debian for x86_64 is in the cache: tools/fetch.py brings it")
        for kernel in map(str, found[-1:]):
            done = self.machine.run("-l", "-d", "-y", "-t", "vmlinux", kernel)
            self.assertEqual((done.returncode, len(done.calls)), (0, 1), done.stderr)
            self.assertRegex(done.calls[0], r"^kexec_load entry 0x[0-9a-f]+ segments [5-9] ")
            self.assertIn("kernel.1", done.stderr)

    def test_load_call_gets_segments_of_a_real_plan(self):
        done = self.machine.run("-l", "-c", "-d", "-y", self.kernel, "--initrd=" + self.initrd, "--reuse-cmdline")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.calls[0], r"^kexec_load entry 0x[0-9a-f]+ segments [4-9] flags 0x3e0010 = 0$")
        self.assertEqual(len(done.calls), 1)
        self.assertIn("kernel", done.stderr)
        with open("/proc/cmdline", encoding="utf-8") as file:
            self.assertIn(file.read().split()[-1], done.stderr)

    def test_fallback_and_its_end(self):
        done = self.machine.run("-l", "-y", self.kernel, file_load=ENOSYS)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([call.split()[0] for call in done.calls], ["kexec_file_load", "kexec_load"])
        done = self.machine.run("-l", "-s", self.kernel, file_load=ENOSYS)
        self.assertEqual(done.returncode, 253)
        self.assertTrue(done.stderr.startswith("kexec_file_load failed: Function not implemented"), done.stderr)
        done = self.machine.run("-l", "-y", self.kernel, file_load=EKEYREJECTED)
        self.assertEqual((done.returncode, len(done.calls)), (0, 2), done.stderr)
        self.assertIn("verifies no signature", done.stderr)
        os.makedirs(os.path.join(self.machine.sysfs, "security"))
        self.machine.write("security/lockdown", "none [integrity] confidentiality\n")
        done = self.machine.run("-l", self.kernel, file_load=EPERM)
        self.assertEqual((done.returncode, len(done.calls)), (255, 1))
        self.assertIn("the kernel is locked down", done.stderr)
        done = self.machine.run("-l", "-c", self.kernel, load=EADDRNOTAVAIL)
        self.assertEqual(done.returncode, 255)
        self.assertTrue(done.stderr.startswith("kexec_load failed: Cannot assign requested address"), done.stderr)

    def test_busy_kernel_is_waited_for(self):
        done = self.machine.run("-l", "-y", self.kernel, file_load=f"{EBUSY},{EBUSY},0")
        self.assertEqual((done.returncode, len(done.calls)), (0, 3), done.stderr)

    def test_debug_changes_nothing(self):
        done = self.machine.run("-d", "-l", "-s", "-y", self.kernel, file_load=f"{EINVAL},0")
        self.assertEqual((done.returncode, len(done.calls)), (0, 2), done.stderr)
        self.assertIn("flags 0xc", done.calls[0])
        self.assertIn("flags 0x4", done.calls[1])

    def test_crash_kernel(self):
        done = self.machine.run("-p", self.kernel)
        self.assertEqual((done.returncode, done.calls), (1, []))
        self.assertTrue(done.stderr.startswith("kexec: no memory is reserved for a crash kernel\n"), done.stderr)
        self.machine.reserve_crash_memory()
        done = self.machine.run("-p", "-s", self.kernel)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("flags 0x6", done.calls[0])
        self.assertEqual(len(done.calls), 1)

    def test_what_was_loaded_is_recorded(self):
        done = self.machine.run("-l", "-y", self.kernel, "--initrd", self.initrd, "--append", "a luks.key=sesame")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        record = os.path.join(self.machine.records, "kexec", "reboot")
        self.assertEqual([os.stat(path).st_mode & 0o7777 for path in (os.path.dirname(record), record)], [0o700, 0o600])
        with open(record, encoding="utf-8") as file:
            self.assertNotIn("sesame", file.read())
        self.machine.write("kexec_loaded", "1\n")
        done = self.machine.run("--loaded", "--json")
        self.assertEqual((done.returncode, done.calls, done.stderr), (0, [], ""))
        told = json.loads(done.stdout)["reboot"]
        self.assertEqual((told["loaded"], told["agrees"]), (True, True))
        self.assertEqual(told["record"]["command_line"], "a luks.key=(hidden)")
        files = {each["role"]: (each["path"], each["sha256"]) for each in told["record"]["files"]}
        self.assertEqual(files, {"kernel": (self.kernel, sha256_of(self.kernel)),
                                 "initrd": (self.initrd, sha256_of(self.initrd))})
        self.machine.run("-u")
        self.assertFalse(os.path.exists(record))

    def test_unload(self):
        done = self.machine.run("-u", "-p")
        self.assertEqual((done.returncode, done.calls),
                         (0, ["kexec_file_load flags 0x3 kernel none initrd none command line (null) = 0"]))
        done = self.machine.run("-c", "-u")
        self.assertEqual((done.returncode, done.calls), (0, ["kexec_load entry 0 segments 0 flags 0x3e0000 = 0"]))

    def test_status(self):
        self.machine.write("kexec_loaded", "1\n")
        for words, status in ((("-S",), 0), (("-l", "-S"), 1), (("-S", "-d"), 0)):
            done = self.machine.run(*words)
            self.assertEqual((done.returncode, done.stdout, done.stderr, done.calls), (status, "", "", []))

    def test_execute(self):
        done = self.machine.run("-e", "-x")
        self.assertEqual((done.returncode, done.calls), (1, []))
        self.assertTrue(done.stderr.startswith("kexec: Nothing has been loaded!\n"), done.stderr)
        self.machine.write("kexec_loaded", "1\n")
        done = self.machine.run("-e", "-x", reboot=EBUSY)
        self.assertEqual((done.returncode, done.calls), (255, ["sync = 0", "reboot 0x45584543 = 16"]))
        self.assertIn("kexec failed: Device or resource busy", done.stderr)

    def test_links_are_taken_down_and_brought_up(self):
        self.machine.write("kexec_loaded", "1\n")
        done = self.machine.run("-e", "-y")
        reboots = [i for i, call in enumerate(done.calls) if call.startswith("reboot")]
        self.assertEqual(len(reboots), 1, done.calls)
        down, up = done.calls[:reboots[0]], done.calls[reboots[0] + 1:]
        self.assertEqual(set(down + up) - {"set_link = 0"}, set())
        self.assertEqual(len(down), len(up))
        self.assertEqual(bool(down), "routes and addresses may be lost" in done.stderr)

    def test_bad_files_reach_no_call(self):
        truncated = self.file("truncated", signed_kernels.small_bzimage()[:4096])
        text = self.file("text", b"hello\n")
        missing = os.path.join(self.directory, "missing")
        for words, status in ((("-l", "-c", truncated), 255), (("-l", text), 255), (("-l", "-c", missing), 1),
                              (("-l", "-s", missing), 255), (("-l", "-c", self.kernel, "--initrd", missing), 1),
                              (("-l", "-c", self.kernel, "--append=" + "x" * 3000), 255), (("-l",), 255)):
            done = self.machine.run(*words)
            self.assertEqual((done.returncode, done.calls), (status, []), done.stderr)
            self.assertTrue(done.stderr.startswith("kexec: "), done.stderr)
        done = self.machine.run("-l", "-c", "no-such-kernel")
        self.assertTrue(done.stderr.startswith(f"kexec: {os.getcwd()}/no-such-kernel: "), done.stderr)

    def test_plans_reach_no_call_whatever_else_is_asked(self):
        self.machine.reserve_crash_memory()
        self.machine.write("kexec_loaded", "1\n")
        for words in (("-l",), ("-p", "-c"), ("-f", "-x"), ("-e",), ("-u",), ("-d", "-s")):
            for form in ("text", "json", "svg"):
                done = self.machine.run(*words, f"--plan={form}", self.kernel, "--initrd", self.initrd)
                self.assertEqual((done.returncode, done.calls, done.stderr), (0, [], ""), words)
        self.assertEqual(json.loads(self.machine.run("--plan=json", self.kernel).stdout)["version"], 1)

    def test_a_recording_of_this_machine_gives_its_plan(self):
        recording = os.path.join(self.directory, "recording")
        done = self.machine.run(f"--record={recording}")
        self.assertEqual((done.returncode, done.calls, done.stderr), (0, [], ""))
        self.assertIn("/proc/iomem\n", done.stdout)
        self.assertLess(os.path.getsize(recording), 100 << 10)
        self.assertEqual(os.stat(recording).st_mode & 0o777, 0o600)
        for words in ((), ("-c",), ("--plan=json",)):
            live = self.machine.run("--plan", self.kernel, "--reuse-cmdline", *words)
            replayed = self.machine.run("--plan", self.kernel, "--reuse-cmdline", *words, f"--root={recording}")
            self.assertEqual((live.returncode, live.stdout), (0, replayed.stdout), live.stderr)

    def test_no_key_of_a_command_line_is_in_a_recording_or_a_plan(self):
        planted = "root=/dev/vda rd.luks.key=planted1 ro password=planted2 iscsi.chap_secret=planted3 api_token=planted4"
        self.machine.over["/proc/cmdline"] = self.file("cmdline", f"BOOT_IMAGE=/vmlinuz {planted}\n".encode())
        recording = os.path.join(self.directory, "recording")
        told = [self.machine.run(f"--record={recording}")]
        for form in ("text", "json", "svg"):
            told.append(self.machine.run(f"--plan={form}", self.kernel, "--reuse-cmdline", f"--append={planted}"))
        told.append(self.machine.run("-d", "-l", "-y", self.kernel, "--reuse-cmdline"))
        for done in told:
            self.assertEqual((done.returncode, "planted" in done.stdout + done.stderr), (0, False), done.stderr)
        self.assertIn("rd.luks.key=", told[1].stdout)
        self.assertNotIn(b"planted", Path(recording).read_bytes())
        self.assertIn("planted1", told[-1].calls[0], "what the kernel is given holds the key")

    def traced(self, *words):
        """The system calls of a load, from its first look at the machine on: each line of strace with the files behind descriptors."""
        log = os.path.join(self.directory, "strace")
        done = self.machine.run(*words, tracer=["strace", "-f", "-y", "-s", "0", "-o", log])
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split(" ", 1)[1].strip() for line in Path(log).read_text(encoding="utf-8").splitlines()]
        first = next(i for i, line in enumerate(lines) if '"/proc/iomem"' in line)
        return lines[first:]

    def test_a_load_makes_no_more_calls_than_it_needs(self):
        for call, name in (("-c", "kexec_load"), ("-s", "kexec_file_load")):
            self.traced("-l", "-y", call, self.kernel, "--initrd", self.initrd)  # makes the directory of the record
            lines = self.traced("-l", "-y", call, self.kernel, "--initrd", self.initrd)
            looking = re.compile(r'"/(?:proc|sys)/(?!self)|</(?:proc|sys)/')
            opened = [re.search(r'"(.*?)"', line)[1] for line in lines if line.startswith("openat") and looking.search(line)]
            self.assertEqual([path for path in set(opened) if opened.count(path) > 1], [])
            seen = {path for path in opened if "crash" in path or "notes" in path or "/config" in path or "lockdown" in path}
            self.assertEqual(seen, set(), "what a kernel for a reboot by a named call does not need")
            memory = re.compile(r"(?:brk|mmap|munmap|mremap|mprotect)\(.*(?:-1, 0\)|\)) += (?:0x)?[0-9a-f]+$")
            others = [line.partition("(")[0] for line in lines if not looking.search(line) and not (memory.match(line) and "</" not in line)
                      and not line.startswith("+++")]
            self.assertEqual(sorted(others), sorted([
                "capget", "getrandom",
                "openat", "rt_sigaction", "fcntl", "newfstatat", "rt_sigaction", "mmap",   # the kernel file, and whoever changes it
                "openat", "fcntl", "newfstatat", "mmap",                                   # the initial ramdisk
                "openat", "lseek", name,                                                   # the kernel's log before the call
                "newfstatat", "openat", "write", "rename", "close",                        # the record below /run
                "readlink", "readlink", "exit_group"]), "\n".join(lines))

    def test_an_attribute_is_read_by_three_calls(self):
        lines = self.traced("-l", "-y", "-c", self.kernel)
        about = [line.partition("(")[0] for line in lines if "kexec_loaded" in line]
        self.assertEqual(about, ["openat", "read", "close"])

    def test_no_byte_of_the_kernel_file_is_read_and_it_is_opened_once(self):
        for call in ("-c", "-s"):
            lines = [line for line in self.traced("-l", "-y", call, self.kernel, "--initrd", self.initrd) if self.kernel in line]
            self.assertEqual([line.partition("(")[0] for line in lines if line.startswith(("open", "read(", "pread"))], ["openat"])

    def test_every_byte_of_data_is_hashed_and_no_other(self):
        """What the purgatory verifies is what was handed over, but for the purgatory itself."""
        report = self.machine.run("--plan=json", "-l", "-c", self.kernel, "--initrd", self.initrd)
        self.assertEqual(report.returncode, 0, report.stderr)
        attempt = json.loads(report.stdout)["attempts"][0]
        data = {each["name"]: each["file_bytes"] for each in attempt["segments"] if each["name"] != "purgatory"}
        self.assertEqual(attempt["purgatory"]["verified_bytes"], sum(data.values()))
        self.assertEqual((data["kernel"], data["initrd"]), (0x10000, 15000))

    def test_nothing_is_left_in_tmp(self):
        def names():
            ours = ("kexec-test-", "kexec-shim-")  # of tests that run at the same time
            return {name for name in os.listdir("/tmp") if "kexec" in name and not name.startswith(ours)}

        before = names()
        self.machine.run("-l", "-s", "-y", self.kernel)
        self.machine.run("-l", "-c", "-y", self.kernel, load=EINVAL)
        self.assertEqual(names() - before, set())


if __name__ == "__main__":
    REASON = pretended.why_no_shim(SHIM)
    if REASON:
        print(f"skipped: {REASON}")
        sys.exit(counted.SKIPPED)
    counted.run()
