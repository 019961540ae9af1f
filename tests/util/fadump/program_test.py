#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program itself, on this machine, which it only looks at.

Usage: program_test.py FADUMP"""

import json
import subprocess
import sys
import unittest

PROGRAM = sys.argv[1]


def run(*words, **more):
    return subprocess.run([PROGRAM, *words], stderr=subprocess.PIPE, timeout=60, check=False, **{"stdout": subprocess.PIPE, **more})


class Program(unittest.TestCase):
    def test_says_what_it_is(self):
        self.assertTrue(run("--version").stdout.startswith(b"fadump of kexec-tools 2.0.32+toolkit."))
        self.assertTrue(run("--help").stdout.startswith(b"usage: fadump"))

    def test_status_is_an_object_and_an_exit_status(self):
        done = run("status", "--json")
        state = json.loads(done.stdout)["state"]
        expected = {"registered": 0, "dump-waiting": 4}.get(state, 3)
        self.assertEqual(done.returncode, expected, state)

    def test_wrong_usage_exits_with_2(self):
        for words in ([], ["stat"], ["status", "--yes"]):
            with self.subTest(words):
                done = run(*words)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertEqual(len(done.stderr.splitlines()), 2)

    def test_a_recommendation_for_another_machine(self):
        self.assertTrue(run("recommend", "--memory=64G").stdout.startswith(b"crashkernel=2G\n"))

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = run("recommend", "--memory=64G", stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot be written", done.stderr)


if __name__ == "__main__":
    del sys.argv[1:]
    unittest.main()
