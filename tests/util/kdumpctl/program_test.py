#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program itself, on this machine, which it only looks at.

Usage: program_test.py KDUMPCTL"""

import json
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]


def run(*words, **more):
    return subprocess.run([PROGRAM, *words], stderr=subprocess.PIPE, timeout=60, check=False, **{"stdout": subprocess.PIPE, **more})


class Program(unittest.TestCase):
    def test_says_what_it_is(self):
        self.assertTrue(run("--version").stdout.startswith(b"kdumpctl of kexec-tools 2.0.32+toolkit."))

    def test_status_is_an_object_and_an_exit_status(self):
        done = run("status", "--json")
        status = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if status["operational"] else 3)
        self.assertIn(status["mode"], ("kdump", "fadump"))

    def test_a_mistake_has_a_place(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
            conf.write("path /var/crash\nfinal_action shell\n")
            conf.flush()
            done = run("check-config", conf.name)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.decode().startswith(f"{conf.name}:2:14: error: "), done.stdout)

    def test_wrong_usage_exits_with_1(self):
        for words in ([], ["begin"], ["showmem", "--json"]):
            with self.subTest(words):
                done = run(*words)
                self.assertEqual((done.returncode, done.stdout), (1, b""))
                self.assertEqual(len(done.stderr.splitlines()), 2)

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = run("--help", stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot be written", done.stderr)


if __name__ == "__main__":
    del sys.argv[1:]
    unittest.main()
