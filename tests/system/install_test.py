# SPDX-License-Identifier: GPL-2.0-or-later
"""meson install puts everything where distributions expect it, and nothing else.

Usage: install_test.py BUILD, a build directory whose programs have been built."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = ["{sbindir}/coldreboot", "{libexecdir}/kexec-toolkit/kexec-load", "{libexecdir}/kexec-toolkit/kexec-reboot"]
PROGRAMS = ["{sbindir}/kexec", "{sbindir}/vmcore-dmesg", "{sbindir}/fadump", "{sbindir}/kdumpctl", *SCRIPTS]
DRACUT = [f"{{prefix}}/lib/dracut/modules.d/99kdump-toolkit/{name}.sh" for name in ("module-setup", "no-root", "capture")]
PROGRAMS += ["{libexecdir}/kexec-toolkit/kdump-capture", *DRACUT]
UNITS = ["kexec-load.service", "kdump.service", "kdump-early.service", "kdump-hotplug.service", "kdump-hotplug.timer"]
FILES = ["{mandir}/man5/kexec-plan.5", "{mandir}/man5/kdump.conf.5", "{mandir}/man8/kdumpctl.8",
         "{mandir}/man8/fadump.8", "{mandir}/man8/kdump-capture.8", "{mandir}/man8/kexec.8", "{mandir}/man8/kexec-doctor.8",
         "{mandir}/man8/kexec-load.8", "{mandir}/man8/vmcore-dmesg.8",
         "{datadir}/kexec-toolkit/grub-entry.awk", "{datadir}/kexec-toolkit/kexec.default",
         "{datadir}/kexec-toolkit/kdump.conf", "{tmpfilesdir}/kdump-toolkit.conf", "{udevrulesdir}/98-kdump-toolkit.rules",
         "{bashcompletiondir}/kexec", "{fishcompletiondir}/kexec.fish", "{zshcompletiondir}/_kexec",
         *("{systemdsystemunitdir}/" + unit for unit in UNITS)]
LINKS = {"{mandir}/man8/coldreboot.8": "kexec-load.8",
         "{bashcompletiondir}/fadump": "kexec", "{bashcompletiondir}/kdumpctl": "kexec", "{bashcompletiondir}/vmcore-dmesg": "kexec",
         "{fishcompletiondir}/fadump.fish": "kexec.fish", "{fishcompletiondir}/kdumpctl.fish": "kexec.fish",
         "{fishcompletiondir}/vmcore-dmesg.fish": "kexec.fish",
         "{systemdshutdowndir}/kexec.shutdown": "{libexecdir}/kexec-toolkit/kexec-reboot"}

# Where an empty option leads when pkg-config knows of no place.
PLACES = {"bashcompletiondir": ("bash-completion", "completionsdir", "{datadir}/bash-completion/completions"),
          "fishcompletiondir": ("fish", "completionsdir", "{datadir}/fish/vendor_completions.d"),
          "zshcompletiondir": (None, None, "{datadir}/zsh/site-functions"),
          "systemdsystemunitdir": ("systemd", "systemdsystemunitdir", "{prefix}/lib/systemd/system"),
          "systemdshutdowndir": ("systemd", "systemdshutdowndir", "{prefix}/lib/systemd/system-shutdown"),
          "tmpfilesdir": ("systemd", "tmpfilesdir", "{prefix}/lib/tmpfiles.d"),
          "udevrulesdir": (None, None, "{prefix}/lib/udev/rules.d")}
SHELL_PACKAGES = ("bash-completion", "fish")


def place_by_pkg_config(package, variable, prefix):
    moved = [f"--define-variable=prefix={prefix}"] if package in SHELL_PACKAGES else []
    asked = subprocess.run(["pkg-config", *moved, f"--variable={variable}", package], capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def directories(build):
    """The directories of a build as absolute paths."""
    rows = json.loads(subprocess.run(["meson", "introspect", "--buildoptions", build], capture_output=True, text=True, check=True).stdout)
    options = {row["name"]: row["value"] for row in rows}
    prefix = options["prefix"]
    found = {name: str(Path(prefix) / options[name]) for name in ("sbindir", "mandir", "datadir", "libexecdir", "sysconfdir")}
    found["prefix"] = prefix
    for name, (package, variable, usual) in PLACES.items():
        by_package = place_by_pkg_config(package, variable, prefix) if package else ""
        found[name] = options[name] or by_package or usual.format(**found)
    return found


class InstallTest(unittest.TestCase):
    build = None

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.root = Path(holder.name)
        cls.places = directories(cls.build)
        done = subprocess.run(["meson", "install", "-C", cls.build, "--no-rebuild", "--destdir", holder.name],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def at(self, path):
        """Where a path of the installed system lies, below the temporary root."""
        return self.root / path.format(**self.places).lstrip("/")

    def test_just_these_files_are_installed(self):
        expected = {self.at(path) for path in PROGRAMS + FILES + list(LINKS)}
        found = {path for path in self.root.rglob("*") if path.is_symlink() or not path.is_dir()}
        self.assertEqual(sorted(found), sorted(expected))

    def test_programs_can_be_run_and_files_cannot(self):
        for path in PROGRAMS:
            self.assertEqual(self.at(path).stat().st_mode & 0o777, 0o755, path)
        for path in FILES:
            self.assertEqual(self.at(path).stat().st_mode & 0o777, 0o644, path)

    def test_links_lead_to_what_is_installed(self):
        for path, target in LINKS.items():
            link = self.at(path)
            self.assertEqual(str(link.readlink()), target.format(**self.places))
            self.assertTrue(self.at(target).is_file() if target.startswith("{") else link.is_file(), path)

    def test_scripts_name_the_places_of_this_build(self):
        for path in SCRIPTS + ["{systemdsystemunitdir}/" + unit for unit in UNITS]:
            text = self.at(path).read_text(encoding="utf-8")
            self.assertNotRegex(text, r"@[A-Z]+@", path)
            for named in re.findall(rf"(?<==){re.escape(self.places['prefix'])}/\S+(?:sbin/kexec|kexec-load|awk)$", text, re.MULTILINE):
                self.assertTrue(self.at(named).is_file(), named)
        self.assertIn(f"ExecStop={self.places['libexecdir']}/kexec-toolkit/kexec-load\n",
                      self.at("{systemdsystemunitdir}/kexec-load.service").read_text(encoding="utf-8"))

    def test_the_installed_program_is_the_one_that_was_built(self):
        version = subprocess.run([self.at("{sbindir}/kexec"), "-v"], capture_output=True, text=True, check=True).stdout
        self.assertRegex(version, r"^kexec-tools 2\.0\.32\+toolkit\.")


if __name__ == "__main__":
    InstallTest.build = sys.argv[1]
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
