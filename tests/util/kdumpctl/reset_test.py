#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program itself on copies of recorded trees: power cuts at every step, programs run inside of a tree.

Usage: reset_test.py KDUMPCTL CUT_POWER STAND_IN TREES"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

import counted  # noqa: E402  (a folder of helpers, not a package)

PROGRAM, CUT_POWER, STAND_IN, TREES = sys.argv[1:5]
CUT = 137
BACKUPS = "var/lib/kdump/boot-configuration"


class Tree:
    """A copy that goes away."""

    def __init__(self, name):
        self.directory = tempfile.TemporaryDirectory()
        self.root = Path(self.directory.name) / "root"
        shutil.copytree(Path(TREES) / name, self.root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()

    def files(self):
        """What boots: without backups, and without what no boot loader looks at."""
        found = {path.relative_to(self.root): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}
        return {name: content for name, content in found.items()
                if not str(name).startswith("var/") and not name.name.endswith("-incomplete")}

    def reset(self, *words, cut_at=None, renames="kept"):
        environment = dict(os.environ)
        if cut_at:
            environment |= {"LD_PRELOAD": CUT_POWER, "CUT_AT": str(cut_at), "CUT_RENAMES": renames}
        return subprocess.run([PROGRAM, "reset-crashkernel", f"--root={self.root}", *words], capture_output=True, timeout=60,
                              check=False, env=environment)

    def undo_everything(self):
        while (self.root / BACKUPS).is_dir() and any(path.name.isdigit() for path in (self.root / BACKUPS).iterdir()):
            done = self.reset("--undo")
            if done.returncode != 0:
                raise AssertionError(done.stderr)


def result_of(name):
    with Tree(name) as tree:
        before = tree.files()
        done = tree.reset("--kernel=ALL")
        assert done.returncode == 0, done.stderr
        return before, tree.files()


@unittest.skipUnless(CUT_POWER, "a static program has no library put before its own, which cuts the power")
class PowerCuts(unittest.TestCase):
    def each_is_whole(self, tree, before, after):
        now = tree.files()
        self.assertEqual(now.keys(), before.keys())
        for name, content in now.items():
            self.assertIn(content, (before[name], after[name]), name)

    def cut_everywhere(self, name, renames, step=1):
        """At each step of a change; then the change is made again, and all is undone."""
        before, after = result_of(name)
        self.assertNotEqual(before, after)
        cut_at = 1
        while True:
            with self.subTest(cut_at=cut_at), Tree(name) as tree:
                done = tree.reset("--kernel=ALL", cut_at=cut_at, renames=renames)
                if done.returncode != CUT:
                    self.assertEqual((done.returncode, tree.files()), (0, after))
                    break
                self.each_is_whole(tree, before, after)
                self.assertEqual(tree.reset("--kernel=ALL").returncode, 0)
                self.assertEqual(tree.files(), after)
                tree.undo_everything()
                self.assertEqual(tree.files(), before)
            cut_at += step
        self.assertGreater(cut_at, 20)

    def test_names_are_there_at_once(self):
        self.cut_everywhere("board", "kept")

    def test_names_are_lost(self):
        self.cut_everywhere("board", "lost")

    def test_many_files(self):
        self.cut_everywhere("fedora", "lost", step=7)

    def test_an_undo(self):
        before, after = result_of("board")
        cut_at = 1
        while True:
            with self.subTest(cut_at=cut_at), Tree("board") as tree:
                self.assertEqual(tree.reset("--kernel=ALL").returncode, 0)
                done = tree.reset("--undo", cut_at=cut_at, renames="lost")
                if done.returncode != CUT:
                    self.assertEqual((done.returncode, tree.files()), (0, before))
                    break
                self.each_is_whole(tree, before, after)
                tree.undo_everything()
                self.assertEqual(tree.files(), before)
            cut_at += 2
        self.assertGreater(cut_at, 10)


class ProgramsOfATree(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "chroot(2) is for root")
    def test_run_inside_of_it_with_an_environment_of_their_own(self):
        with Tree("debian") as tree:
            (tree.root / "usr/sbin").mkdir(parents=True)
            shutil.copy(STAND_IN, tree.root / "usr/sbin/update-grub")
            done = tree.reset("--kernel=ALL")
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertEqual((tree.root / "ran").read_text(),
                             "/usr/sbin/update-grub PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root\n")

    def test_one_that_cannot_be_run_leaves_everything(self):
        with Tree("debian") as tree:
            (tree.root / "usr/sbin").mkdir(parents=True)
            (tree.root / "usr/sbin/update-grub").write_text("no program\n")
            before = tree.files()
            done = tree.reset("--kernel=ALL")
            self.assertEqual((done.returncode, tree.files()), (1, before))
            self.assertIn(b"the files are as they were", done.stderr)


@unittest.skipUnless(platform.machine() in ("x86_64", "s390x"), "other machines have other defaults")
class WhatIsPrinted(unittest.TestCase):
    def test_a_difference(self):
        with Tree("board") as tree:
            done = tree.reset("--print", "--kernel=DEFAULT")
            self.assertEqual(done.stdout.decode().splitlines(), [
                "/boot/extlinux/extlinux.conf:",
                "-\tappend root=/dev/mmcblk0p2 ro quiet crashkernel=128M@1G -- emergency",
                "+\tappend root=/dev/mmcblk0p2 ro quiet crashkernel=2G-64G:256M,64G-:512M -- emergency"])


if __name__ == "__main__":
    counted.run()
