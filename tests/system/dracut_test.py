#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dracut makes an initramfs with our module: what is in there, and that it is the module's and not dracut's habit.

    dracut_test.py KDUMP_CAPTURE"""
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MODULES = Path(__file__).resolve().parents[2] / "system" / "dracut"
DRACUT = Path("/usr/lib/dracut")
HOOKS = {"cmdline/00-no-root.sh": "no-root.sh", "pre-mount/99-capture.sh": "capture.sh", "emergency/00-capture.sh": "capture.sh"}
CAPTURE = None


@unittest.skipUnless(shutil.which("dracut"), "dracut is not installed")
@unittest.skipUnless(os.geteuid() == 0, "only root's dracut makes an initramfs")
class DracutTest(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        self.base = self.directory / "base"
        # dracut as it is installed here, and our module beside its own.
        (self.base / "modules.d").mkdir(parents=True)
        for path in DRACUT.iterdir():
            if path.name != "modules.d":
                (self.base / path.name).symlink_to(path)
        for path in (*(DRACUT / "modules.d").iterdir(), *MODULES.iterdir()):
            (self.base / "modules.d" / path.name).symlink_to(path)
        (self.directory / "settings").write_text("kdump-capture 1\n", encoding="utf-8")

    def made(self, *words):
        """The files of an initramfs that dracut makes of these words, unpacked."""
        image, files = self.directory / "image", self.directory / "files"
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir()
        command = ["dracut", "--force", "--no-kernel", "--no-hostonly", "--no-compress", "--no-early-microcode", "--nostrip",
                   "--tmpdir", self.directory, *words, image, "6.1.0"]
        done = subprocess.run(list(map(str, command)), env=dict(os.environ, dracutbasedir=str(self.base)), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        with open(image, "rb") as archive:
            subprocess.run(["cpio", "-i", "-d", "--quiet", "--no-absolute-filenames"], stdin=archive, cwd=files, check=True)
        return files

    def test_an_initramfs_with_it_starts_the_capture_program(self):
        files = self.made("-m", "base kdump-toolkit", "--include", CAPTURE, "/usr/libexec/kdump-capture",
                          "--include", self.directory / "settings", "/kdump/settings")
        for hook, source in HOOKS.items():
            path = files / "usr/lib/dracut/hooks" / hook
            self.assertEqual(path.read_bytes(), (MODULES / "99kdump-toolkit" / source).read_bytes())
            self.assertTrue(os.access(path, os.X_OK), hook)
            # By the shell that is in there.
            subprocess.run(["chroot", files, "/bin/sh", "-n", Path("/usr/lib/dracut/hooks") / hook], check=True)
        self.assertEqual((files / "usr/libexec/kdump-capture").read_bytes(), Path(CAPTURE).read_bytes())
        self.assertEqual((files / "kdump/settings").read_text(encoding="utf-8"), "kdump-capture 1\n")
        for program in ("mount", "sync"):
            self.assertTrue(any((files / place / program).exists() for place in ("usr/bin", "usr/sbin", "bin", "sbin")), program)
        version = subprocess.run(["chroot", files, "/usr/libexec/kdump-capture", "--version"], check=True, capture_output=True, text=True)
        self.assertIn("kdump-capture of kexec-tools", version.stdout)

    def test_the_program_starts_behind_a_mount_that_succeeds_fails_or_hangs(self):
        files = self.made("-m", "base kdump-toolkit")
        os.mknod(files / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        (files / "kdump").mkdir()
        (files / "kdump/mount").write_text("server:/crash /kdumproot nfs timeo=9\n", encoding="utf-8")
        self.assertEqual(self.run_with(files, 'echo "$*" >/mounted'), "stores below -t nfs -o timeo=9 server:/crash /kdumproot\n")
        said = self.run_with(files, "echo 'mount.nfs: access denied' >&2; exit 32")
        self.assertRegex(said, r"^mount\.nfs: access denied\nstores below")
        said = self.run_with(files, "while :; do :; done")
        self.assertRegex(said, r"mount did not end by itself\nstores below")

    @staticmethod
    def run_with(files, mount):
        """What is printed in such an initramfs, where that is how the target is mounted; time goes by at once there."""
        scripts = {"usr/bin/mount": mount, "usr/bin/sleep": "", "usr/libexec/kdump-capture": 'echo "stores below $(cat /mounted)"'}
        for path, text in scripts.items():
            (files / path).parent.mkdir(parents=True, exist_ok=True)
            (files / path).unlink(missing_ok=True)
            (files / path).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            (files / path).chmod(0o755)
        command = ["chroot", files, "/bin/sh", "/usr/lib/dracut/hooks/pre-mount/99-capture.sh"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                              check=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}).stdout  # there are no locales in there

    def test_one_that_does_not_ask_for_it_has_nothing_of_it(self):
        files = self.made("-m", "base")
        self.assertFalse((files / "usr/libexec/kdump-capture").exists())
        self.assertEqual([hook for hook in HOOKS if (files / "usr/lib/dracut/hooks" / hook).exists()], [])


if __name__ == "__main__":
    CAPTURE = sys.argv.pop(1)
    unittest.main()
