#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Power cuts at every step of writing a capture initramfs, of putting the capture program into the normal boot's, and of taking it out.

    cut_test.py MAKE_INITRAMFS CUT_POWER"""
import gzip
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import counted  # noqa: E402  (a folder of helpers, not a package)

MAKER, CUT_POWER = sys.argv[1:3]
CUT = 137
SETTINGS = "kdump-capture 1\ntarget virtiofs\nsource dumps\npath /\n"


def archive(name, content):
    """A cpio archive, as cpio(5) has its new ASCII form, with a program in it."""
    def entry(path, mode, data):
        fields = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path) + 1, 0]
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + path.encode() + b"\0"
        return head.ljust(-(-len(head) // 4) * 4, b"\0") + data.ljust(-(-len(data) // 4) * 4, b"\0")
    return entry(name, 0o100755, content) + entry("TRAILER!!!", 0, b"")


class Machine:
    """Its files, and a boot directory of its own."""

    def __init__(self, content):
        self._directory = tempfile.TemporaryDirectory()
        self.root = Path(self._directory.name)
        texts = {"lib/modules/6.1/modules.dep": "", "lib/modules/6.1/modules.builtin": "kernel/fs/fuse/virtiofs.ko\n",
                 "program": "the program", "settings": SETTINGS, "sys/devices/virtio0/modalias": "virtio:d0000001Av00001AF4\n"}
        for path, text in texts.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="utf-8")
        (self.root / "sys/devices/virtio0/driver").mkdir()
        (self.root / "sys/bus/virtio/devices").mkdir(parents=True)
        (self.root / "sys/bus/virtio/devices/virtio0").symlink_to(self.root / "sys/devices/virtio0")
        (self.root / "boot").mkdir()
        self.path = self.root / "boot/initrd.img"
        self.path.write_bytes(content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._directory.cleanup()

    def run(self, *words, cut_at=None, renames="kept"):
        environment = dict(os.environ)
        if cut_at:
            environment |= {"LD_PRELOAD": CUT_POWER, "CUT_AT": str(cut_at), "CUT_RENAMES": renames}
        return subprocess.run([MAKER, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60,
                              check=False).returncode

    def make(self, **cut):
        return self.run(self.root, "6.1", self.root / "program", "", self.root / "settings", self.path, **cut)

    def install(self, **cut):
        return self.run(self.root, "6.1", self.root / "program", "", self.root / "settings", self.path, self.path, **cut)

    def restore(self, **cut):
        return self.run("--restore", self.path, **cut)

    def names(self):
        """Of what lies in /boot, without what a boot loader and kdumpctl take no notice of."""
        return sorted(path.name for path in self.path.parent.iterdir() if not path.name.endswith("-incomplete"))


@unittest.skipUnless(CUT_POWER, "a static program has no library put before its own, which cuts the power")
class PowerCuts(unittest.TestCase):
    ORIGINAL = gzip.compress(archive("init", b"#!/bin/sh\n"), mtime=0)

    def cut_everywhere(self, prepare, act, after_cut, least):
        """prepare(machine), then act(machine) with a cut at each call of it: either content is there whole, and after_cut holds."""
        for renames in ("kept", "lost"):
            with Machine(self.ORIGINAL) as machine:
                prepare(machine)
                before = machine.path.read_bytes()
                self.assertEqual(act(machine), 0)
                after = machine.path.read_bytes()
            self.assertNotEqual(before, after)
            cut_at, status = 0, CUT
            while status == CUT:
                cut_at += 1
                with self.subTest(renames=renames, cut_at=cut_at), Machine(self.ORIGINAL) as machine:
                    prepare(machine)
                    status = act(machine, cut_at=cut_at, renames=renames)
                    self.assertIn(status, (0, CUT))
                    self.assertIn(machine.path.read_bytes(), (before, after))
                    after_cut(machine, after)
            self.assertGreater(cut_at, least)

    def again(self, act):
        def goes_on(machine, after):
            self.assertEqual(act(machine), 0)
            self.assertEqual(machine.path.read_bytes(), after)
        return goes_on

    def test_an_initramfs_that_is_made(self):
        self.cut_everywhere(lambda machine: None, Machine.make, self.again(Machine.make), least=3)

    def test_the_capture_program_put_into_the_normal_one(self):
        def goes_on(machine, after):
            self.again(Machine.install)(machine, after)
            self.taken_out(machine)
        self.cut_everywhere(lambda machine: None, Machine.install, goes_on, least=12)

    def test_the_capture_program_taken_out_after_a_cut(self):
        self.cut_everywhere(lambda machine: None, Machine.install, lambda machine, after: self.taken_out(machine), least=12)

    def test_the_normal_one_brought_back(self):
        self.cut_everywhere(Machine.install, Machine.restore, lambda machine, after: self.taken_out(machine), least=4)

    def taken_out(self, machine):
        self.assertEqual(machine.restore(), 0)
        self.assertEqual((machine.path.read_bytes(), machine.names()), (self.ORIGINAL, ["initrd.img"]))


if __name__ == "__main__":
    counted.run()
