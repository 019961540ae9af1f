# SPDX-License-Identifier: GPL-2.0-or-later
"""What ./run's helpers promise: counts that lose no failure, cache entries that are whole or absent."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/bench")]

import archive  # noqa: E402
import cache  # noqa: E402
import search  # noqa: E402
import tally  # noqa: E402


def entry(name, result, stdout="", stderr=""):
    return {"name": name, "result": result, "stdout": stdout, "stderr": stderr}


class SearchTest(unittest.TestCase):
    def test_the_smallest_is_found_from_wherever_the_search_begins(self):
        for smallest in range(40, 257, 8):
            for start in range(40, 257, 8):
                tried = []
                found = search.smallest(lambda size: tried.append(size) or size >= smallest, start, 8, 32, 256)
                self.assertEqual((found, sorted(set(tried))), (smallest, sorted(tried)))
                self.assertLessEqual(max(tried), 256)
                if start == smallest:
                    self.assertLessEqual(len(tried), 2)

    def test_a_size_between_two_steps_is_rounded_up(self):
        self.assertEqual(search.smallest(lambda size: size >= 75, 56, 8, 32, 256), 80)

    def test_that_nothing_is_enough_is_no_number(self):
        self.assertIsNone(search.smallest(lambda size: False, 64, 8, 32, 256))


class CountTest(unittest.TestCase):
    def test_catch2_cases_are_counted_when_all_pass(self):
        output = "All tests passed (7 assertions in 3 test cases)\n"
        self.assertEqual(tally.count_test(entry("a", "OK", output)), (3, 0, 0))

    def test_catch2_cases_are_counted_when_some_fail(self):
        output = "test cases:  5 |  3 passed | 2 failed\nassertions: 9 | 7 passed | 2 failed\n"
        self.assertEqual(tally.count_test(entry("a", "FAIL", output)), (3, 2, 0))

    def test_unittest_cases_are_counted(self):
        output = "Ran 6 tests in 0.1s\n\nFAILED (failures=1, errors=1, skipped=2)\n"
        self.assertEqual(tally.count_test(entry("a", "FAIL", "", output)), (2, 2, 2))

    def test_a_program_that_dies_after_its_summary_still_fails(self):
        output = "All tests passed (7 assertions in 3 test cases)\n"
        self.assertEqual(tally.count_test(entry("a", "TIMEOUT", output)), (3, 1, 0))

    def test_a_program_that_ran_no_case_fails(self):
        self.assertEqual(tally.count_test(entry("a", "OK", "Ran 0 tests in 0.0s\n\nOK\n")), (0, 1, 0))

    def test_a_plain_test_counts_as_one(self):
        self.assertEqual(tally.count_test(entry("a", "OK")), (1, 0, 0))
        self.assertEqual(tally.count_test(entry("a", "ERROR")), (0, 1, 0))
        self.assertEqual(tally.count_test(entry("a", "SKIP", "no qemu-user\n")), (0, 0, 1))

    def test_the_suite_is_the_first_one_named(self):
        self.assertEqual(tally.suite_of(entry("project:unit+slow / range", "OK")), "unit")
        self.assertEqual(tally.suite_of(entry("range", "OK")), "tests")


class FetchTest(unittest.TestCase):
    FAILED = "E: Failed to fetch http://archive.example/a.deb  {}  [IP: 192.0.2.1 80]\n"

    def tries(self, *failures):
        said = subprocess.CompletedProcess([], 100, "".join(self.FAILED.format(failure) for failure in failures))
        with mock.patch.object(subprocess, "run", return_value=said) as run, mock.patch.object(archive.time, "sleep"), \
                contextlib.redirect_stderr(io.StringIO()), self.assertRaises(archive.ArchiveError):
            archive.attempt(lambda: archive.run_apt(["apt-get"]))
        return run.call_count

    def test_what_the_archive_does_not_have_is_asked_for_once(self):
        self.assertEqual(self.tries("404  Not Found", "404  Not Found"), 1)

    def test_what_is_absent_is_remembered(self):
        with tempfile.TemporaryDirectory() as directory, mock.patch.object(cache, "root", return_value=Path(directory)), \
                mock.patch.object(archive.Archive, "update"), \
                mock.patch.object(archive.Archive, "unpack", side_effect=archive.Absent("404")) as unpack:
            (Path(directory) / "apt/suite-arm64").mkdir(parents=True)
            for _ in range(2):
                self.assertRaises(archive.Absent, archive.unpacked, "suite", "arm64", ["a", "b"])
        self.assertEqual(unpack.call_count, 2)  # before the lists were read again and after, and never again

    def test_a_bad_moment_is_waited_for(self):
        self.assertEqual(self.tries("404  Not Found", "Connection timed out"), archive.ATTEMPTS)
        self.assertEqual(self.tries(), archive.ATTEMPTS)


class SumTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.log, self.sums = Path(holder.name) / "log", Path(holder.name) / "tally"
        self.sums.touch()

    def call(self, *arguments):
        """(exit status, lines printed) of tools/tally.py."""
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            status = tally.main([str(argument) for argument in arguments])
        return status, printed.getvalue().splitlines()

    def test_tiers_add_up_and_the_sum_is_the_last_line(self):
        tests = [entry("p:unit / a", "OK"), entry("p:unit / b", "FAIL"), entry("p:style / c", "SKIP", "no gcc\n")]
        self.log.write_text("".join(json.dumps(test) + "\n" for test in tests), encoding="utf-8")
        _, lines = self.call("meson", self.log, 1, self.sums)
        self.assertEqual(lines, ["failed: p:unit / b (FAIL)", "skipped: p:style / c: no gcc"])
        self.log.write_text("booting\n4 passed, 0 failed, 2 skipped\n", encoding="utf-8")
        self.call("log", "boot", self.log, 0, self.sums)
        status, lines = self.call("sum", self.sums)
        self.assertEqual((status, lines[-1]), (1, "5 passed, 1 failed, 3 skipped"))

    def test_a_log_without_a_summary_is_a_failure(self):
        self.log.write_text("Traceback\n", encoding="utf-8")
        self.call("log", "boot", self.log, 0, self.sums)
        self.assertEqual(self.call("sum", self.sums), (1, [mock.ANY, "0 passed, 1 failed, 0 skipped"]))

    def test_an_exit_status_that_no_failure_explains_is_a_failure(self):
        self.log.write_text("4 passed, 0 failed, 0 skipped\n", encoding="utf-8")
        self.call("log", "boot", self.log, 1, self.sums)
        self.assertEqual(self.call("sum", self.sums)[0], 1)

    def test_a_run_in_which_nothing_passed_is_a_failure(self):
        self.assertEqual(self.call("sum", self.sums), (1, ["0 passed, 0 failed, 0 skipped"]))


class CacheTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        patch = mock.patch.dict(os.environ, {"KEXEC_TOOLKIT_CACHE": holder.name})
        patch.start()
        self.addCleanup(patch.stop)
        self.root = Path(holder.name)

    def test_an_entry_is_filled_once(self):
        fill = mock.Mock(side_effect=lambda directory: (directory / "file").write_text("x", encoding="utf-8"))
        for _ in range(2):
            self.assertEqual((cache.entry("a/b", fill) / "file").read_text(encoding="utf-8"), "x")
        self.assertEqual(fill.call_count, 1)

    def test_a_filling_that_fails_leaves_nothing(self):
        with self.assertRaises(OSError):
            cache.entry("a/b", mock.Mock(side_effect=OSError))
        self.assertEqual(list((self.root / "a").iterdir()), [])


    def test_backports_are_read_together_with_their_release_and_preferred_to_it(self):
        for suite, suites in (("trixie-backports", ["trixie-backports", "trixie"]), ("trixie", ["trixie"])):
            with self.subTest(suite), mock.patch("archive.base_uri", return_value="mirror:"), mock.patch("archive.run_apt"):
                source = archive.Archive(suite, "amd64")
                with contextlib.redirect_stderr(io.StringIO()):
                    source.update()
                lines = (source.directory / "etc/sources.list").read_text(encoding="ascii").splitlines()
                self.assertEqual([line.split("mirror: ")[1] for line in lines], [f"{name} main" for name in suites])
                self.assertIn(f'APT::Default-Release "{suite}";', source.config.read_text(encoding="ascii"))


# Boots with one case, whose machine is a program that only sleeps, and says which process it is.
SLEEPING_BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
import catalogue, main, runner, supplies

class Setup:
    def command(self):
        return ["sh", "-c", "echo machine $$; exec sleep 1000"]

def prove(bench):
    with bench.start(Setup()) as guest:
        print(guest.wait("machine [0-9]+", 60)[0], flush=True)
        guest.wait("never", 1000)

supplies.guest_program = lambda *_: None
catalogue.tables = lambda: ([runner.Case("x86_64", "sleeping", prove)], [], [])
sys.argv = ["main.py", "--logs", sys.argv[2]]
main.main()
"""


# A machine whose console stands still in the middle of a line.
HALTING_CONSOLE = """\
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import machine

class Setup:
    def command(self):
        return ["sh", "-c", "printf 'login: '; sleep 0.5; printf '\\n@@ ready 1'; sleep 0.5; echo '67 of 192'; exec sleep 1000"]

guest = machine.Guest(Setup(), pathlib.Path(sys.argv[2]) / "log")
print(guest.wait("login: ", 60)[0] + guest.wait("@@ ready .*[0-9]$", 60)[0])
guest.stop()
"""


def is_alive(process):
    """It runs: one that has ended and is not waited for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class BootsTest(unittest.TestCase):
    def test_machines_end_with_the_run_that_is_killed(self):
        for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(ending.name), tempfile.TemporaryDirectory() as logs:
                command = [sys.executable, "-B", "-c", SLEEPING_BOOT, str(ROOT / "tests/boot"), logs]
                with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as boots:
                    machine = boots.stdout.readline().split()[-1]
                    self.assertTrue(is_alive(machine))
                    boots.send_signal(ending)
                    self.assertEqual(boots.wait(60), -ending)
                deadline = time.monotonic() + 60
                while is_alive(machine) and time.monotonic() < deadline:
                    time.sleep(0.05)
                self.assertFalse(is_alive(machine))

    def test_what_a_machine_says_is_heard_behind_the_end_of_its_line(self):
        with tempfile.TemporaryDirectory() as logs:
            command = [sys.executable, "-B", "-c", HALTING_CONSOLE, str(ROOT / "tests/boot"), logs]
            heard = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        self.assertEqual(heard, "login: @@ ready 167 of 192\n")

    def test_a_quick_run_boots_nothing_and_counts_every_cell_as_skipped(self):
        boots = [sys.executable, "-B", str(ROOT / "tests/boot/main.py")]
        asked = subprocess.run([*boots, "--list"], capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        to_run, skipped = (int(word) for word in re.findall(r"[0-9]+", asked))
        done = subprocess.run([*boots, "--programs", "/absent", "--jobs", "2", "--quick"], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.splitlines()[-1], f"0 passed, 0 failed, {to_run + skipped} skipped")


if __name__ == "__main__":
    unittest.main()
