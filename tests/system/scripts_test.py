# SPDX-License-Identifier: GPL-2.0-or-later
"""What is run on the way down: which kernel is loaded and started, and when none is. The scripts are given a root of
their own, and programs that write down how they were called."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SYSTEM = Path(__file__).resolve().parent.parent.parent / "system"

# The loaded kernel is a file, so that loading and unloading can be seen.
KEXEC = """#!/bin/sh
for word; do printf '%s|' "$word"; done >> "$ROOT/calls"
echo >> "$ROOT/calls"
case $1 in
    -S) [ ! -e "$ROOT/loaded" ] || exit 1 ;;
    -l) [ ! -e "$ROOT/refused" ] || exit 255; touch "$ROOT/loaded" ;;
    -u) rm "$ROOT/loaded" ;;
esac
"""
SYSTEMCTL = '#!/bin/sh\n[ "$*" = "list-jobs --no-legend" ] || exit 9\ncat "$ROOT/jobs" 2> /dev/null\n'
RUNLEVEL = '#!/bin/sh\ncat "$ROOT/runlevel"\n'
REBOOT = '#!/bin/sh\necho "reboot $*" >> "$ROOT/calls"\n'
MOUNTPOINT = '#!/bin/sh\n[ -e "$ROOT/boot-is-mounted" ]\n'
PROGRAMS = {"kexec": KEXEC, "systemctl": SYSTEMCTL, "runlevel": RUNLEVEL, "reboot": REBOOT, "mountpoint": MOUNTPOINT}

REBOOTING = " 90 reboot.target                   start waiting\n 91 systemd-reboot.service start waiting\n"
HALTING = " 90 poweroff.target start waiting\n 91 shutdown.target start waiting\n"

GRUB = """
set default="0"
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
else
   set default="%s"
fi
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  fi
}
menuentry 'Debian GNU/Linux' --class gnu-linux $menuentry_id_option 'gnulinux-simple-abc' {
\tload_video
\tlinux\t/boot/vmlinuz-6.2 root=UUID=abc ro $vt_handoff quiet
\tinitrd\t/boot/initrd.img-6.2
}
submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced-abc' {
\tmenuentry 'Linux 6.2' --class gnu $menuentry_id_option 'gnulinux-6.2-abc' {
\t\tlinux\t/boot/vmlinuz-6.2 root=UUID=abc ro
\t\tinitrd\t/boot/initrd.img-6.2
\t}
\tmenuentry "Linux 6.1" --class gnu $menuentry_id_option 'gnulinux-6.1-abc' {
\t\tlinux\t/boot/vmlinuz-6.1 root=UUID=abc ro single
\t}
}
menuentry 'Two ramdisks' {
\tlinux\t/vmlinuz a=b
\tinitrd\t/early.img /initrd.img
}
menuentry 'Firmware' $menuentry_id_option 'uefi-firmware' {
\tfwsetup
}
"""


class ScriptTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        for folder in ("bin", "etc/default/kexec.d", "boot/grub", "run/systemd/system"):
            (self.root / folder).mkdir(parents=True)
        for name, text in PROGRAMS.items():
            self.write(f"bin/{name}", text).chmod(0o755)
        self.write("jobs", REBOOTING)
        self.write("runlevel", "N 6\n")
        self.configure(LOAD_KEXEC="true", KERNEL_IMAGE="/vmlinuz", INITRD="/initrd.img", APPEND="")

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")
        return self.root / name

    def configure(self, **names):
        self.write("etc/default/kexec", "".join(f'{name}="{value}"\n' for name, value in names.items()))

    def run_script(self, name, *arguments):
        """The exit status; every absolute path that the script sets at its top is taken below the root."""
        text = (SYSTEM / f"{name}.in").read_text(encoding="utf-8")
        for place, path in {"@SBINDIR@": "/bin", "@SYSCONFDIR@": "/etc", "@DATADIR@": "/data"}.items():
            text = text.replace(place, path)
        text, count = re.subn(r"^(\w+)=/", rf"\1={self.root}/", text, flags=re.MULTILINE)
        self.assertGreater(count, 1)
        text = text.replace(f"{self.root}/data", str(SYSTEM))
        environment = {"PATH": f"{self.root}/bin:/usr/bin:/bin", "ROOT": str(self.root)}
        done = subprocess.run(["sh", "-c", text, name, *arguments], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        self.said = done.stderr
        return done.returncode

    def calls(self):
        """How kexec and reboot were called, but for the questions whether a kernel is loaded."""
        file = self.root / "calls"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [line for line in lines if line != "-S|-l|"]


class LoadTest(ScriptTest):
    def test_a_reboot_loads_what_the_file_names(self):
        self.configure(LOAD_KEXEC="true", KERNEL_IMAGE="/boot/my kernel", INITRD="/boot/ini", APPEND="root=/dev/a quiet")
        self.assertEqual(self.run_script("kexec-load"), 0)
        self.assertEqual(self.calls(), ["-l|/boot/my kernel|--initrd=/boot/ini|--append=root=/dev/a quiet|"])

    def test_no_command_line_means_the_running_one(self):
        self.run_script("kexec-load")
        self.assertEqual(self.calls(), ["-l|/vmlinuz|--initrd=/initrd.img|--reuse-cmdline|"])

    def test_no_initrd_means_none(self):
        self.configure(LOAD_KEXEC="true", KERNEL_IMAGE="/vmlinuz", INITRD="")
        self.run_script("kexec-load")
        self.assertEqual(self.calls(), ["-l|/vmlinuz|--reuse-cmdline|"])

    def test_a_boot_entry_stands_in_the_place_of_a_kernel(self):
        names = {"LOAD_KEXEC": "true", "KERNEL_IMAGE": "/vmlinuz", "INITRD": "/initrd.img", "BOOT_ENTRY": "linux 6.1"}
        self.configure(**names)
        self.run_script("kexec-load")
        (self.root / "loaded").unlink()
        self.configure(**names, APPEND="a b")
        self.run_script("kexec-load")
        self.assertEqual(self.calls(), ["-l|--load-entry=linux 6.1|", "-l|--load-entry=linux 6.1|--append=a b|"])

    def test_nothing_is_loaded_unless_asked_for(self):
        for value in ("false", "", "1"):
            self.configure(LOAD_KEXEC=value, KERNEL_IMAGE="/vmlinuz")
            self.assertEqual(self.run_script("kexec-load"), 0)
        (self.root / "etc/default/kexec").unlink()
        self.assertEqual(self.run_script("kexec-load"), 0)
        self.assertEqual(self.calls(), [])

    def test_the_caller_s_variables_mean_nothing(self):
        (self.root / "etc/default/kexec").unlink()
        (self.root / "etc").chmod(0o755)
        os.environ["LOAD_KEXEC"] = "true"
        self.addCleanup(os.environ.pop, "LOAD_KEXEC")
        self.run_script("kexec-load")
        self.assertEqual(self.calls(), [])

    def test_files_beside_it_override_and_leftovers_do_not(self):
        self.write("etc/default/kexec.d/50-mine", "INITRD=/other\n")
        self.write("etc/default/kexec.d/60-mine.dpkg-old", "INITRD=/wrong\n")
        self.run_script("kexec-load")
        self.assertEqual(self.calls(), ["-l|/vmlinuz|--initrd=/other|--reuse-cmdline|"])

    def test_a_machine_that_stays_off_loads_nothing(self):
        self.write("jobs", HALTING)
        self.assertEqual(self.run_script("kexec-load"), 0)
        self.write("jobs", "")
        self.assertEqual(self.run_script("kexec-load"), 0)
        self.assertEqual(self.calls(), [])

    def test_systemctl_kexec_counts_as_a_reboot(self):
        self.write("jobs", " 7 kexec.target start waiting\n")
        self.run_script("kexec-load")
        self.assertEqual(len(self.calls()), 1)

    def test_without_systemd_the_runlevel_tells(self):
        shutil.rmtree(self.root / "run/systemd")
        self.write("runlevel", "2 0\n")
        self.run_script("kexec-load")
        self.assertEqual(self.calls(), [])
        self.write("runlevel", "2 6\n")
        self.run_script("kexec-load")
        self.assertEqual(len(self.calls()), 1)

    def test_a_kernel_that_is_loaded_stays(self):
        self.write("loaded", "")
        self.assertEqual(self.run_script("kexec-load"), 0)
        self.assertEqual(self.calls(), [])

    def test_the_mark_holds_for_one_reboot(self):
        self.write("no-kexec-reboot", "")
        self.assertEqual(self.run_script("kexec-load"), 0)
        self.assertEqual(self.calls(), [])
        self.assertFalse((self.root / "no-kexec-reboot").exists())
        self.run_script("kexec-load")
        self.assertEqual(len(self.calls()), 1)

    def test_a_refusal_is_reported(self):
        self.write("refused", "")
        self.assertEqual(self.run_script("kexec-load"), 255)


class GrubTest(ScriptTest):
    def load_default(self, default, saved="", mounted=False):
        self.configure(LOAD_KEXEC="true", USE_GRUB_CONFIG="true", KERNEL_IMAGE="/wrong")
        self.write("boot/grub/grub.cfg", GRUB % default)
        self.write("boot/grub/grubenv", f"# GRUB Environment Block\nsaved_entry={saved}\n####\n")
        if mounted:
            self.write("boot-is-mounted", "")
        status = self.run_script("kexec-load")
        calls = self.calls()
        (self.root / "calls").unlink(missing_ok=True)
        (self.root / "loaded").unlink(missing_ok=True)
        return status, calls

    def test_an_entry_is_found_by_number_title_and_identifier(self):
        simple = (0, ["-l|/boot/vmlinuz-6.2|--initrd=/boot/initrd.img-6.2|--append=root=UUID=abc ro quiet|"])
        for default in ("0", "Debian GNU/Linux", "gnulinux-simple-abc"):
            self.assertEqual(self.load_default(default), simple, default)

    def test_an_entry_of_a_submenu_is_found(self):
        older = (0, ["-l|/boot/vmlinuz-6.1|--append=root=UUID=abc ro single|"])
        for default in ("1>1", "Advanced options>Linux 6.1", "gnulinux-advanced-abc>gnulinux-6.1-abc"):
            self.assertEqual(self.load_default(default), older, default)

    def test_a_submenu_stands_for_its_first_entry(self):
        first = (0, ["-l|/boot/vmlinuz-6.2|--initrd=/boot/initrd.img-6.2|--append=root=UUID=abc ro|"])
        self.assertEqual(self.load_default("1"), first)

    def test_the_saved_entry_is_looked_up(self):
        self.assertEqual(self.load_default("${saved_entry}", "1>1")[1], ["-l|/boot/vmlinuz-6.1|--append=root=UUID=abc ro single|"])
        self.assertEqual(self.load_default("${saved_entry}", "")[0], 0)

    def test_paths_count_from_the_file_system_of_boot(self):
        self.assertEqual(self.load_default("1>1", mounted=True)[1],
                         [f"-l|{self.root}/boot/boot/vmlinuz-6.1|--append=root=UUID=abc ro single|"])

    def test_an_entry_may_have_several_ramdisks(self):
        for default in ("2", "Two ramdisks"):
            self.assertEqual(self.load_default(default),
                             (0, ["-l|/vmlinuz|--initrd=/early.img|--add-initrd=/initrd.img|--append=a=b|"]))
        boot = self.root / "boot"
        self.assertEqual(self.load_default("2", mounted=True)[1],
                         [f"-l|{boot}/vmlinuz|--initrd={boot}/early.img|--add-initrd={boot}/initrd.img|--append=a=b|"])

    def test_an_entry_that_cannot_be_used_loads_nothing(self):
        for default in ("3", "4", "no such entry", "uefi-firmware", "1>7"):
            self.assertEqual(self.load_default(default), (1, []), default)
            self.assertIn("grub.cfg can be used", self.said)

    def test_a_missing_file_loads_nothing(self):
        self.configure(LOAD_KEXEC="true", USE_GRUB_CONFIG="true", KERNEL_IMAGE="/wrong")
        self.assertEqual(self.run_script("kexec-load"), 1)
        self.assertEqual(self.calls(), [])


class RebootTest(ScriptTest):
    def test_a_loaded_kernel_is_started_by_a_reboot_only(self):
        self.write("loaded", "")
        for verb in ("poweroff", "halt", "kexec"):
            self.assertEqual(self.run_script("kexec-reboot", verb), 0)
        self.assertEqual(self.calls(), [])
        self.run_script("kexec-reboot", "reboot")
        self.assertEqual(self.calls(), ["-e|"])

    def test_without_one_the_firmware_does_it(self):
        self.assertEqual(self.run_script("kexec-reboot", "reboot"), 0)
        self.assertEqual(self.calls(), [])

    def test_a_container_leaves_the_machine_alone(self):
        self.write("loaded", "")
        self.write("run/systemd/container", "lxc\n")
        self.assertEqual(self.run_script("kexec-reboot", "reboot"), 0)
        self.assertEqual(self.calls(), [])

    def test_coldreboot_unloads_marks_and_passes_its_arguments_on(self):
        self.write("loaded", "")
        self.assertEqual(self.run_script("coldreboot", "--no-wall"), 0)
        self.assertEqual(self.calls(), ["-u|", "reboot --no-wall"])
        self.assertTrue((self.root / "no-kexec-reboot").exists())

    def test_after_coldreboot_nothing_is_loaded_or_started(self):
        self.write("loaded", "")
        self.run_script("coldreboot")
        (self.root / "calls").unlink()
        self.run_script("kexec-load")
        self.run_script("kexec-reboot", "reboot")
        self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    unittest.main()
