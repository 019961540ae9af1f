#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What changes under a load that is going on: the kernel file, the memory map, another load, and an end by a signal at any of its calls.

Usage: time_of_use_test.py SHIM KEXEC. Ends with 77 (skipped) where this machine lets no shim be built."""
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tools")]

import counted  # noqa: E402  (folders of helpers, not packages)
import signed_kernels  # noqa: E402

import calls as system_calls
import pretended

SHIM, KEXEC = sys.argv[1:3]
LOADS = ("kexec_load", "kexec_file_load")
LEASE = "fcntl"  # what keeps writers out, where the file system knows it
ENDED_BY = 128   # and the signal


class Changing(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="kexec-shim-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.machine = pretended.Machine(SHIM, KEXEC, str(self.directory / "machine"))
        self.record = Path(self.machine.records, "kexec", "reboot")
        self.kernel = self.directory / "bzImage"
        self.content = signed_kernels.small_bzimage()
        self.kernel.write_bytes(self.content)

    def words(self, call):
        return ("-l", call, "-y", str(self.kernel), "--append=a")

    def calls(self, *words):
        path = self.directory / "calls"
        path.unlink(missing_ok=True)
        done = self.machine.run(*words, meddling=["--calls", path])
        self.assertEqual(done.returncode, 0, done.stderr)
        return system_calls.read_calls(path.read_text(encoding="utf-8"))

    @staticmethod
    def first(calls, name, path=""):
        return next(call.count for call in calls if call.name() == name and path in call.path)

    def from_open_to_load(self, calls):
        opened = self.first(calls, "openat", str(self.kernel))
        loaded = next(call.count for call in calls if call.name() in LOADS)
        return range(opened + 1, loaded + 1)

    def without_lease(self, calls):
        return [word for call in calls if call.name() == LEASE for word in ("--fail", f"{call.count}=11")]

    @staticmethod
    def holds_an_image(done):
        loads = [line for line in done.calls if line.startswith("kexec_") and line.endswith(" = 0")]
        return bool(loads) and not re.search("segments 0 |kernel none", loads[-1])

    def changed_at(self, call, count, calls, command):
        self.kernel.write_bytes(self.content)
        return self.machine.run(*self.words(call), meddling=[*self.without_lease(calls), "--before", f"{count}={command}"])

    def test_a_file_that_is_rewritten_is_refused_and_nothing_stays_loaded(self):
        for call in ("-c", "-s"):
            calls = self.calls(*self.words(call))
            commands = (f"truncate -s 4096 {self.kernel}", f"truncate -s 0 {self.kernel}",
                        f"printf x | dd of={self.kernel} bs=1 seek=9000 conv=notrunc status=none", f"touch {self.kernel}")
            for count in self.from_open_to_load(calls):
                for command in commands:
                    done = self.changed_at(call, count, calls, command)
                    with self.subTest(call=call, count=count, command=command, said=done.stderr):
                        self.assertIn(done.returncode, (0, 1, 255))  # 1: an empty file is of no known kind
                        self.assertEqual(self.holds_an_image(done), done.returncode == 0)
                        if done.returncode != 0:
                            self.assertRegex(done.stderr, "^kexec: ")
                        if count == self.from_open_to_load(calls)[-1]:
                            self.assertIn("changed while it was being read", done.stderr)

    def test_a_file_that_is_replaced_by_another_is_loaded_as_it_was(self):
        calls = self.calls(*self.words("-s"))
        kept = self.directory / "kept"
        other = self.directory / "other"
        for count in self.from_open_to_load(calls):
            self.kernel.write_bytes(self.content)
            other.write_bytes(b"another kernel")
            done = self.machine.run(*self.words("-s"), keep=str(kept), meddling=["--before", f"{count}=mv {other} {self.kernel}"])
            self.assertEqual((done.returncode, kept.read_bytes() == self.content), (0, True), done.stderr)

    def test_a_file_that_is_held_keeps_writers_out_until_the_load_is_over(self):
        calls = self.calls(*self.words("-s"))
        count, kept, written = self.from_open_to_load(calls)[-1], self.directory / "kept", self.directory / "written"
        write = f"printf x | dd of={self.kernel} bs=1 conv=notrunc status=none; touch {written}"
        writer = f"{{ {write}; }} > /dev/null 2>&1 & sleep 0.2; test ! -e {written}"
        done = self.machine.run(*self.words("-s"), keep=str(kept), meddling=["--before", f"{count}={writer}"])
        self.assertEqual((done.returncode, kept.read_bytes() == self.content), (0, True), done.stderr)
        deadline = time.monotonic() + 30
        while not written.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(written.exists(), "the writer was not let in when the load was over")

    def test_a_memory_map_that_changes_while_it_is_read_gives_a_plan_or_an_error(self):
        self.machine.reserve_crash_memory()
        path = Path(self.machine.over["/proc/iomem"])
        before = path.read_text(encoding="ascii")
        reads = [call.count for call in self.calls(*self.words("-c")) if call.path == "/proc/iomem"]
        texts = (before.replace("System RAM", "Persistent Memory"), before[:len(before) // 2], before * 2, "",
                 "00000000-ffffffffffffffff : System RAM\n")
        for count in reads:
            for number, text in enumerate(texts):
                path.write_text(before, encoding="ascii")
                changed = self.directory / f"iomem-{number}"
                changed.write_text(text, encoding="ascii")
                done = self.machine.run(*self.words("-c"), meddling=["--before", f"{count}=cat {changed} > {path}"])
                with self.subTest(count=count, text=number, said=done.stderr):
                    self.assertIn(done.returncode, (0, 1, 255))
                    self.assertEqual(self.holds_an_image(done), done.returncode == 0)

    def test_memory_and_a_cpu_that_are_plugged_in_before_the_load_have_it_made_again(self):
        """From the first look at the machine on, until the call that loads: the crash kernel that stays knows them."""
        self.machine.reserve_crash_memory()
        self.machine.pretend_crash_notes()
        iomem, cpus = Path(self.machine.over["/proc/iomem"]), Path(self.machine.over["/sys/devices/system/cpu"])
        before, grown = iomem.read_text(encoding="ascii"), self.directory / "grown"
        grown.write_text(before + "10000000000-1000fffffff : System RAM\n", encoding="ascii")
        words = ("-p", "-c", str(self.kernel), "--append=a")
        calls = self.calls(*words)
        load = self.first(calls, "kexec_load")
        seen = max(call.count for call in calls[:load] if re.match("/proc/iomem|/sys/devices/system/cpu", call.path))
        steps = [*range(seen + 1, load, 5), load]
        plug = f"mkdir -p {cpus}/cpu9 && echo 3000000 > {cpus}/cpu9/crash_notes && echo 368 > {cpus}/cpu9/crash_notes_size"
        for command in (f"cat {grown} > {iomem}", plug):
            for step in steps:
                iomem.write_text(before, encoding="ascii")
                shutil.rmtree(cpus / "cpu9", ignore_errors=True)
                done = self.machine.run(*words, meddling=["--before", f"{step}={command}"])
                with self.subTest(command=command, step=step, said=done.stderr):
                    self.assertEqual((done.returncode, len([line for line in done.calls if line.startswith("kexec_load ")])), (0, 2))
                    self.assertIn("memory or CPUs came or went during the load; loading again", done.stderr)

    def shimmed(self, *words):
        """A whole run as shell text, on the same machine and with the same log of calls; what it says goes to a file."""
        over = [word for path, file in self.machine.over.items() for word in ("--over", f"{path}={file}")]
        return shlex.join([SHIM, "--log", self.machine.log, *over, "--", KEXEC, *words]) + f" 2> {self.directory}/said"

    def beside(self, *words):
        """The same, begun and then left alone where it says that it waits."""
        over, said = f"{self.directory}/over", f"{self.directory}/said"
        return f"rm -f {over} {said}; {{ {self.shimmed(*words)}; touch {over}; }} & " \
               f"for i in $(seq 200); do test -e {over} && break; grep -qs waiting {said} && break; sleep 0.02; done"

    def check_two(self):
        """The record is that of the load which the kernel has served last; what the other one said."""
        deadline = time.monotonic() + 30
        while not (self.directory / "over").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        log = Path(self.machine.log).read_text(encoding="utf-8")
        loads = re.findall(r'^kexec_file_load .* command line "(.*?)" = 0$', log, re.MULTILINE)
        lines = self.record.read_text(encoding="utf-8").splitlines()
        self.assertEqual([line.split(" ")[0] for line in lines], ["kexec", "boot", "time", "call", "command-line", "file"])
        self.assertEqual((len(loads), lines[4]), (2, f"command-line {loads[-1]}"), log)
        self.assertEqual(os.listdir(self.record.parent), ["reboot"])
        return (self.directory / "said").read_text(encoding="utf-8")

    def test_of_two_loads_at_once_the_kernels_last_is_the_one_recorded(self):
        longer, shorter = self.words("-s") + ("--add-arg=" + "b" * 500,), self.words("-s")
        for mine, others in ((longer, shorter), (shorter, longer)):
            self.machine.run(*mine)  # each of the others, too, finds a record
            calls = self.calls(*mine)
            said = []
            for call in calls[next(i for i, call in enumerate(calls) if str(call.path).endswith("-incomplete")) - 1:]:
                done = self.machine.run(*mine, meddling=["--before", f"{call.count}={self.beside(*others)}"])
                with self.subTest(call=call):
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    said.append(self.check_two())
            self.assertGreater(len([each for each in said if "another load or unload is in progress; waiting for it" in each]), 5)
            self.assertIn("", said, "before the record is begun and when it is there nobody waits")

    def test_a_load_that_stands_still_keeps_another_out_for_ten_seconds_and_no_longer(self):
        served = self.first(self.calls(*self.words("-s")), "kexec_file_load")
        start = time.monotonic()
        done = self.machine.run(*self.words("-s"), meddling=["--before", f"{served + 1}={self.shimmed(*self.words('-s'))}"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(time.monotonic() - start, 9.9)
        self.assertIn("still in progress after 10 seconds; going on", (self.directory / "said").read_text(encoding="utf-8"))
        self.assertIn("cannot be recorded", done.stderr)
        self.assertEqual(os.listdir(self.record.parent), [], "nobody can tell which of the two the kernel has served last")

    def test_a_load_that_is_ended_leaves_nothing_half_done_and_no_wrong_record(self):
        older = ("-l", "-c", "-y", str(self.kernel), "--append=older")
        for number in (signal.SIGKILL, signal.SIGINT):
            self.machine.run(*older)
            for call in self.calls(*self.words("-c")):
                self.assertEqual(self.machine.run(*older).stderr, "")
                done = self.machine.run(*self.words("-c"), meddling=["--signal", f"{call.count}={number}"])
                with self.subTest(number=number, call=call):
                    self.assertEqual(done.returncode, ENDED_BY + number)
                    holds = "a" if any(line.startswith("kexec_load") and line.endswith(" = 0") for line in done.calls) else "older"
                    doubtful = Path(f"{self.record}-incomplete").exists()  # kexec goes by none then
                    if self.record.exists() and not doubtful:
                        text = self.record.read_text(encoding="utf-8")
                        self.assertRegex(text, r"\Akexec record 1\n(?:[a-z-]+ .*\n)+\Z")
                        self.assertIn(f"\ncommand-line {holds}\n", text)
            self.assertEqual(self.machine.run(*older).stderr, "")
            self.assertEqual(os.listdir(self.record.parent), ["reboot"])


if __name__ == "__main__":
    REASON = pretended.why_no_shim(SHIM, ["--calls", "/dev/null"])
    if REASON:
        print(f"skipped: {REASON}")
        sys.exit(counted.SKIPPED)
    counted.run()
