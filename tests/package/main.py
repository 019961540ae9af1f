#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the Debian package, has lintian look at it, and installs, upgrades, replaces and removes it in a Debian of its own.

    tests/package/main.py [--jobs N] [NAME...]     NAME: tests to run, as unittest names them

The last line is `N passed, N failed, N skipped`. Nothing of it touches this machine: what is installed goes to a directory,
in namespaces of its own, and processes there lack the right to load a kernel, to start one and to reboot."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import archive  # noqa: E402
import debian  # noqa: E402

WORK = debian.WORK

TOOLS = ("dpkg-buildpackage", "dh", "lintian", "mmdebstrap", "setpriv", "unshare")
CAP_SYS_BOOT = 1 << 22

# Files that change with every use of dpkg, and say nothing about a package.
VOLATILE = ("var/lib/dpkg/", "var/log/", "var/cache/", "var/lib/apt/", "var/lib/systemd/deb-systemd-helper",
            "var/lib/systemd/catalog", "etc/ld.so.cache", "root/", "run/", "tmp/")


def without_reboot(command):
    """The command, without the right to reboot and in namespaces of its own."""
    return [*debian.WITHOUT_REBOOT, "unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--ipc", *map(str, command)]


def what_is_missing():
    """Why the package cannot be tested here; empty where it can."""
    lacking = [tool for tool in TOOLS if not shutil.which(tool)]
    if lacking:
        return f"{', '.join(lacking)} not installed"
    if os.geteuid() != 0:
        return "only root can enter another root directory"
    if archive.host_codename() != debian.SUITE:
        return f"this is not Debian {debian.SUITE}"
    allowed = subprocess.run(without_reboot(["true"]), capture_output=True, check=False).returncode == 0
    return "" if allowed else "this machine does not let root make namespaces"


# --- a Debian to install in -----------------------------------------------------------------------------------

def unpacked_root():
    """A directory with a Debian that the tests take copies of."""
    directory = Path(tempfile.mkdtemp(prefix="root-", dir=WORK))
    subprocess.run(["tar", "--zstd", "-xpf", debian.stored_root(), "-C", directory], check=True)
    policy = directory / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    policy.chmod(0o755)
    (directory / "etc/dpkg/dpkg.cfg.d/fast").write_text("force-unsafe-io\n", encoding="ascii")
    return directory


class Debian:
    """A root directory with a Debian in it, thrown away in the end."""

    def __init__(self, base):
        self.directory = Path(tempfile.mkdtemp(prefix="root-", dir=WORK))
        for entry in base.iterdir():
            # dpkg never writes into a file of /usr, it puts another in its place: these may be links.
            subprocess.run(["cp", "-al" if entry.name == "usr" else "-a", entry, self.directory], check=True)

    def ended(self, *command, **more):
        """How a command ended, with what it printed; `more` is of the environment."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "HOME": "/root"}
        return subprocess.run(without_reboot(["chroot", self.directory, *command]), env=environment | more, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def run(self, *command, check=True):
        done = self.ended(*command)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def install(self, *packages, options=()):
        """Installs package files of this machine."""
        for package in packages:
            shutil.copy(package, self.directory / "root" / package.name)
        return self.run("dpkg", *options, "-i", *(f"/root/{package.name}" for package in packages))

    def status(self, name):
        return self.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", name, check=False).strip()

    def files(self):
        """Every file and link that counts, as paths from the root."""
        found = subprocess.run(["find", ".", "-not", "-type", "d", "-printf", "%P\\n"], cwd=self.directory, capture_output=True,
                               text=True, check=True).stdout.splitlines()
        return {path for path in found if not path.startswith(VOLATILE)}

    def path(self, name):
        return self.directory / name.lstrip("/")

    def remove(self):
        shutil.rmtree(self.directory)


# --- the package ----------------------------------------------------------------------------------------------

def newer_package(name="kexec-toolkit"):
    """The same package with a higher version."""
    tree = WORK / "newer"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", debian.built_package(name), tree], check=True)
    control = tree / "DEBIAN/control"
    text = control.read_text(encoding="utf-8").replace("\nVersion: ", "\nVersion: 9:")
    control.write_text(text.replace("kexec-toolkit (= ", "kexec-toolkit (= 9:"), encoding="utf-8")
    newer = WORK / f"{name}-newer.deb"
    subprocess.run(["dpkg-deb", "-b", "--root-owner-group", tree, newer], check=True, capture_output=True)
    shutil.rmtree(tree)
    return newer


class PackageTest(unittest.TestCase):
    def test_lintian_finds_nothing_that_is_not_listed(self):
        done = subprocess.run(["lintian", "--allow-root", "--display-info", *WORK.glob("kexec-toolkit_*.changes")],
                              capture_output=True, text=True, check=False)
        # A compiler puts pieces of a text into instructions or beside other pieces, and lintian reads what stands together as words.
        findings = [line for line in done.stdout.splitlines() if not self.is_misspelt_by_no_source(line)]
        self.assertEqual((done.stderr, findings), ("", []))

    @staticmethod
    def is_misspelt_by_no_source(finding):
        word = re.search(r": spelling-error-in-binary (\S+) ", finding)
        folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in ("build", ".git")]
        return word and not any(word[1].encode() in path.read_bytes() for folder in folders for path in folder.rglob("*.[ch]*")
                                if path.is_file())

    def test_what_is_overridden_is_there(self):
        done = subprocess.run(["lintian", "--allow-root", "--tags=unused-override,mismatched-override",
                               *WORK.glob("kexec-toolkit_*.changes")], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_a_process_in_the_other_root_cannot_reboot(self):
        status = subprocess.run(without_reboot(["cat", "/proc/self/status"]), capture_output=True, text=True, check=True).stdout
        sets = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Cap"))
        for name in ("CapPrm", "CapEff", "CapBnd"):
            self.assertEqual(int(sets[name], 16) & CAP_SYS_BOOT, 0, name)


class InstalledBase(unittest.TestCase):
    """Each test is one history of a system."""

    @classmethod
    def setUpClass(cls):
        cls.base = unpacked_root()
        cls.addClassCleanup(shutil.rmtree, cls.base)

    def setUp(self):
        self.debian = Debian(self.base)
        self.addCleanup(self.debian.remove)


class InstalledTest(InstalledBase):
    """The first package, in the place of kexec-tools."""

    def assert_works(self):
        """Our programs are in place, every package is whole, what needs kexec-tools still has it, and systemd knows what to do."""
        self.assertEqual(self.debian.run("dpkg", "--audit"), "")
        self.assertEqual(self.debian.status("kexec-toolkit"), "ii")
        self.assertEqual(self.debian.status("kdump-tools"), "ii")
        self.debian.run("apt-get", "check")
        self.assertIn("+toolkit.", self.debian.run("/sbin/kexec", "-v"))
        self.assertIn("usage: vmcore-dmesg", self.debian.run("/sbin/vmcore-dmesg", "--help"))
        listed = self.debian.run("dpkg", "-L", "kexec-toolkit").split()
        self.assertEqual([path for path in listed if not os.path.lexists(self.debian.path(path))], [])
        self.assertEqual(self.debian.run("systemctl", "is-enabled", "kexec-load.service", check=False).strip(), "disabled")
        self.assertEqual(self.debian.run("systemd-analyze", "--man=no", "verify", "kexec-load.service"), "")
        self.assertEqual(os.readlink(self.debian.path("usr/lib/systemd/system/kexec.service")), "/dev/null")

    def assert_init_scripts_work(self):
        for level, name in (("6", "K01kexec"), ("6", "K01kexec-load"), ("2", "S01kexec")):
            self.assertTrue(self.debian.path(f"etc/rc{level}.d/{name}").is_symlink(), f"{level} {name}")
        for name in ("kexec", "kexec-load"):
            self.assertTrue(os.access(self.debian.path(f"etc/init.d/{name}"), os.X_OK), name)

    def purge_kexec_tools(self):
        self.debian.run("dpkg", "--purge", "--force-depends", "kexec-tools")

    def test_replaces_kexec_tools_and_keeps_what_was_configured(self):
        configuration = self.debian.path("etc/default/kexec")
        mine = configuration.read_text(encoding="utf-8") + "APPEND='mine'\n"
        configuration.write_text(mine, encoding="utf-8")
        self.debian.install(debian.built_package())
        self.assert_works()
        self.assert_init_scripts_work()
        self.assertEqual(self.debian.status("kexec-tools")[1], "c")
        self.assertEqual(configuration.read_text(encoding="utf-8"), mine)
        self.assertIn("kexec-toolkit", self.debian.path("etc/init.d/kexec").read_text(encoding="utf-8"))
        self.assertFalse(self.debian.path("etc/init.d/kexec.dpkg-new").exists())

    def test_survives_the_purge_of_what_it_replaced(self):
        self.debian.install(debian.built_package())
        self.purge_kexec_tools()
        self.assert_works()
        # The links and the file that kexec-tools' scripts take away come back, as README.Debian says.
        self.debian.run("dpkg-reconfigure", "kexec-toolkit")
        self.assert_init_scripts_work()
        self.assertIn("LOAD_KEXEC=false\n", self.debian.path("etc/default/kexec").read_text(encoding="utf-8"))

    def test_upgrades(self):
        self.debian.install(debian.built_package())
        before = self.debian.files()
        self.debian.install(newer_package())
        self.assert_works()
        self.assertEqual(self.debian.files(), before)

    def test_a_file_of_the_administrator_outlives_an_upgrade(self):
        self.debian.install(debian.built_package())
        script = self.debian.path("etc/init.d/kexec-load")
        script.write_text("#!/bin/sh\n# mine\n", encoding="utf-8")
        self.debian.install(newer_package(), options=["--force-confold"])
        self.assertIn("mine", script.read_text(encoding="utf-8"))

    def test_removal_and_purge_leave_nothing(self):
        self.purge_kexec_tools()
        before = self.debian.files()
        self.debian.install(debian.built_package())
        self.assert_works()
        self.assert_init_scripts_work()
        text = self.debian.path("etc/default/kexec").read_text(encoding="utf-8")
        self.assertIn("LOAD_KEXEC=false\n", text)
        self.debian.run("dpkg", "--remove", "--force-depends", "kexec-toolkit")
        left = self.debian.files() - before
        self.assertEqual({path for path in left if not path.startswith("etc/")}, set())
        self.assertIn("etc/default/kexec", left)
        self.debian.run("dpkg", "--purge", "--force-depends", "kexec-toolkit")
        self.assertEqual(self.debian.files(), before)

    def test_goes_back_to_kexec_tools(self):
        before = self.debian.files()
        self.debian.install(debian.built_package())
        self.debian.run("apt-get", "install", "-y", "/root/kexec-tools.deb")
        self.assertEqual(self.debian.status("kexec-tools"), "ii")
        self.assertNotIn("+toolkit.", self.debian.run("/sbin/kexec", "-v"))
        self.debian.run("dpkg", "--purge", "kexec-toolkit")
        self.assertEqual(self.debian.run("dpkg", "--audit"), "")
        self.assertEqual(self.debian.files(), before)
        script = self.debian.path("etc/init.d/kexec")
        self.assertNotIn("kexec-toolkit", script.read_text(encoding="utf-8"))
        self.assertTrue(os.access(script, os.X_OK))


KDUMP = "kexec-toolkit-kdump"


class KdumpTest(InstalledBase):
    """The second package, in the place of kdump-tools."""

    def install_both(self, make=debian.built_package):
        return self.debian.install(make(), make(KDUMP), options=["--auto-deconfigure"])

    def assert_works(self, enabled="disabled"):
        self.assertEqual(self.debian.run("dpkg", "--audit"), "")
        self.assertEqual(self.debian.status(KDUMP), "ii")
        self.assertNotEqual(self.debian.status("kdump-tools"), "ii")
        self.debian.run("apt-get", "check")
        listed = self.debian.run("dpkg", "-L", KDUMP).split()
        self.assertEqual([path for path in listed if not os.path.lexists(self.debian.path(path))], [])
        self.assertEqual(self.debian.run("kdumpctl", "check-config"), "")
        self.assertIn("Kdump is not operational", self.debian.run("kdumpctl", "status", check=False))
        self.assertIn("Stores the memory", self.debian.run("/usr/libexec/kexec-toolkit/kdump-capture", "--help"))
        self.assertEqual(self.debian.run("systemctl", "is-enabled", "kdump.service", check=False).strip(), enabled)
        for unit in ("kdump.service", "kdump-early.service", "kdump-hotplug.service", "kdump-hotplug.timer"):
            self.assertEqual(self.debian.run("systemd-analyze", "--man=no", "verify", unit), "", unit)

    def test_takes_the_place_of_kdump_tools(self):
        self.install_both()
        self.assert_works()
        self.debian.run("systemctl", "enable", "kdump.service")
        self.assert_works("enabled")
        self.assertEqual(self.debian.path("var/lib/kdump").stat().st_mode & 0o777, 0o700)

    def test_its_init_script_passes_every_verb_on(self):
        self.install_both()
        for shell in ("dash", "bash"):
            script = (shell, "/etc/init.d/kdump")
            for verb, status, words in (("status", 3, "Kdump is not operational"), ("start", 1, "boot one with CONFIG_CRASH_DUMP"),
                                        ("showmem", 1, "how much memory"), ("check-config", 0, ""), ("no-verb", 1, "no-verb"),
                                        ("force-reload", 1, "boot one with CONFIG_CRASH_DUMP")):
                done = self.debian.ended(*script, verb)
                self.assertEqual(done.returncode, status, f"{shell} {verb}: {done.stdout}")
                self.assertIn(words, done.stdout)
            done = self.debian.ended(*script, "stop", RUNLEVEL="6")
            self.assertEqual((done.returncode, done.stdout), (0, ""))
        for level in "2345":
            self.assertEqual([path.name[3:] for path in self.debian.path(f"etc/rc{level}.d").glob("*kdump")], ["kdump"], level)

    def test_an_upgrade_keeps_what_was_configured(self):
        self.install_both()
        self.debian.run("systemctl", "enable", "kdump.service")
        configuration = self.debian.path("etc/kdump.conf")
        configuration.write_text("path /mine\n", encoding="utf-8")
        self.debian.install(newer_package(), newer_package(KDUMP), options=["--force-confold"])
        self.assert_works("enabled")
        self.assertEqual(configuration.read_text(encoding="utf-8"), "path /mine\n")

    def test_removal_and_purge_leave_nothing(self):
        self.debian.run("dpkg", "--purge", "kdump-tools")
        self.debian.install(debian.built_package())
        before = self.debian.files()
        self.debian.install(debian.built_package(KDUMP))
        self.assert_works()
        self.debian.path("var/lib/kdump/last-capture").write_text("", encoding="utf-8")
        self.debian.run("dpkg", "--purge", KDUMP)
        self.assertEqual(self.debian.files(), before)
        self.assertFalse(self.debian.path("var/lib/kdump").exists())

    def test_dumps_outlive_the_purge(self):
        self.install_both()
        dump = self.debian.path("var/crash/one")
        dump.write_text("dump", encoding="utf-8")
        self.debian.run("dpkg", "--purge", KDUMP)
        self.assertEqual(dump.read_text(encoding="utf-8"), "dump")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-build", action="store_true", help="test the package of the last run")
    options, names = parser.parse_known_args()
    if lack := what_is_missing():
        print(f"skipped: the package: {lack}\n0 passed, 0 failed, 1 skipped")
        return 0
    if not options.no_build:
        debian.build_package(options.jobs)
    program = unittest.main(argv=[sys.argv[0], "-v", *names], exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    skipped = len(program.result.skipped)
    print(f"{program.result.testsRun - bad - skipped} passed, {bad} failed, {skipped} skipped")
    return 1 if bad or not program.result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
