# SPDX-License-Identifier: GPL-2.0-or-later
"""The shells complete every option of the option tables, and the files, types and boot entries that belong to them.

Usage: completions_test.py LIST_TABLES KEXEC VMCORE_DMESG FADUMP. bash must be there; what needs zsh or fish is skipped without.
The completions are told another place for /boot and the like, which holds samples."""

import os
import platform
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent.parent / "completions"
MACHINES = {"aarch64": "arm64", "ppc64le": "ppc64"}
SAMPLES = ["boot/vmlinuz-6.1", "boot/vmlinux-6.2", "boot/System.map-6.1", "boot/initrd.img-6.1", "boot/notes.txt",
           "lib/modules/6.3/vmlinuz", "boot/loader/entries/linux-6.1+3-1.conf", "efi/EFI/Linux/unified.efi",
           "var/crash/202611/vmcore", "var/crash/202611/dump.202611"]

BASH = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_kexec "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""

ZSH = """
PS1='ready>' PS2=''
fpath=({directory} $fpath)
autoload -U compinit && compinit -u -d {directory}/dump
zstyle ':completion:*' list-prompt ''
LISTMAX=1000
setopt nobeep
unsetopt auto_menu
bindkey '^D' list-choices
print started
"""


class Zsh:
    """An interactive zsh on a terminal of its own."""

    def __init__(self, directory, environment):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
        script = directory / "start.zsh"
        script.write_text(ZSH.replace("{directory}", str(directory)), encoding="utf-8")
        self.send(f"stty rows 200 columns 250; source {script}\r")
        self.read_until(r"\nstarted.*ready>")

    def send(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, pattern, patience=30):
        seen, end = "", time.monotonic() + patience
        while not re.search(pattern, seen, re.DOTALL):
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"zsh did not write {pattern}, but {seen!r}")
            seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", os.read(self.terminal, 4096).decode(errors="replace"))
        return seen

    def offers(self, line):
        """What a key lists for `line`; ^U empties the line again and the sentence printed then ends the wait."""
        self.send(line + "\x04\x15print fin''ished\r")
        listed = self.read_until(r"\nfinished.*ready>")
        return listed.replace("\r", "").partition("finished")[0]

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.child, 0)


class Completions(unittest.TestCase):
    """What every shell must offer; a class for each shell says how to ask it."""
    programs = {}
    options = []

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        for name in SAMPLES:
            file = self.directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        self.bin = self.directory / "bin"
        self.bin.mkdir()
        for name, program in self.programs.items():
            (self.bin / name).symlink_to(program)
        # A program that is not found must not be replaced by one of this machine.
        self.environment = dict(os.environ, PATH=f"{self.bin}:/usr/bin:/bin", HOME=str(self.directory), LC_ALL="C.UTF-8", TERM="xterm")

    def source(self, name):
        """The completion, with the places of the samples for those of the machine."""
        text = (SOURCES / name).read_text(encoding="utf-8")
        text = re.sub(r"(?<=[\s'\"({,])/(boot|efi|lib/modules|var/crash)\b", rf"{self.directory}/\1", text)
        copy = self.directory / name
        copy.write_text(text, encoding="utf-8")
        return copy

    def assert_offered(self, line, expected, unwanted=()):
        offered = self.offers(line)
        for word in expected:
            self.assertIn(word, offered, line)
        for word in unwanted:
            self.assertNotIn(word, offered, line)


class Questions:
    """The questions that each shell is asked."""

    def test_every_option_of_the_table_is_offered(self):
        offered = re.findall(r"(?<![\w-])--([a-z0-9-]+)", str(self.offers("kexec --")))
        self.assertGreater(len(self.options), 30)
        self.assertEqual(sorted(set(offered)), sorted(self.options))

    def test_types_are_those_of_the_help_text(self):
        listed = subprocess.run([self.programs["kexec"], "--help"], capture_output=True, text=True, check=True).stdout
        types = re.findall(r"^([^\s:]+)$", listed, re.MULTILINE)
        self.assertTrue(types)
        self.assert_offered("kexec --type=", types, ["vmlinuz-6.1", "initrd"])
        self.assert_offered("kexec -t ", types)

    def test_kernels_are_offered_where_no_option_stands(self):
        self.assert_offered(f"kexec -l {self.directory}/boot/v", ["vmlinuz-6.1", "vmlinux-6.2"])
        self.assert_offered(f"kexec -l {self.directory}/lib/modules/6.3/", ["vmlinuz"])

    def test_initrds_are_offered(self):
        self.assert_offered(f"kexec --initrd={self.directory}/boot/ini", ["initrd.img-6.1"], ["vmlinux", "notes.txt"])

    def test_any_other_file_can_be_named(self):
        self.assert_offered(f"kexec --initrd={self.directory}/boot/no", ["notes.txt"])

    def test_boot_entries_are_offered(self):
        self.assert_offered("kexec --load-entry=", ["default", "linux-6.1", "unified"], ["linux-6.1.conf", "unified.efi", "+3"])

    def test_settings_of_a_virtual_machine_are_offered(self):
        self.assert_offered("kexec --test-vm=c", ["crash=", "cpus="], ["memory="])

    def test_forms_of_a_plan_and_architectures_are_offered(self):
        self.assert_offered("kexec --plan=", ["text", "json", "svg"])
        self.assert_offered("kexec --plan=j", ["json"], ["text"])
        self.assert_offered(f"kexec --plan {self.directory}/boot/v", ["vmlinuz-6.1"], ["json"])
        self.assert_offered("kexec --arch=", ["x86_64", "s390x"])

    def test_vmcore_dmesg_has_its_own_options_and_files(self):
        self.assert_offered("vmcore-dmesg --", ["--since-panic", "--level"], ["--load"])
        self.assert_offered("vmcore-dmesg --level=e", ["emerg", "err"], ["info"])
        self.assert_offered(f"vmcore-dmesg {self.directory}/var/crash/202611/", ["dump.202611", "vmcore"])

    def test_fadump_has_its_words_and_options(self):
        self.assert_offered("fadump ", ["status", "register", "save", "release", "recommend"], ["vmlinuz", "WORD"])
        self.assert_offered("fadump --", ["--json", "--dump-level"], ["--load"])
        self.assert_offered(f"fadump save {self.directory}/var/", ["crash"], ["register"])

    def test_a_program_that_is_missing_offers_no_option(self):
        (self.bin / "kexec").unlink()
        (self.bin / "kexec").symlink_to("/bin/false")
        self.assertNotIn("--load", self.offers("kexec --"))


class BashTest(Questions, Completions):
    def offers(self, line):
        words = [word for part in line.split(" ") for word in re.split("(=)", part)] if "=" in line else line.split(" ")
        done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", str(self.source("kexec.bash")), *words],
                              env=self.environment, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_an_equals_sign_may_be_part_of_a_word(self):
        done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", str(self.source("kexec.bash")), "vmcore-dmesg", "--level=warn,e"],
                              env=self.environment, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.split(), ["--level=warn,emerg", "--level=warn,err"])

    def test_nothing_typed_offers_the_kernels_alone(self):
        boot = self.directory / "boot"
        self.assertEqual(sorted(self.offers("kexec ").split()), [f"{boot}/vmlinux-6.2", f"{boot}/vmlinuz-6.1",
                                                                 f"{self.directory}/lib/modules/6.3/vmlinuz"])


@unittest.skipUnless(shutil.which("fish"), "fish is not installed")
class FishTest(Questions, Completions):
    def offers(self, line):
        done = subprocess.run(["fish", "--no-config", "-c", f"source {self.source('kexec.fish')}; complete -C '{line}'"],
                              env=self.environment, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr, "")
        return "\n".join(offer.partition("\t")[0] for offer in done.stdout.splitlines())


@unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
class ZshTest(Questions, Completions):
    def offers(self, line):
        self.source("_kexec")
        zsh = Zsh(self.directory, self.environment)
        try:
            # The line as typed is repeated by the terminal; what is listed begins on the next.
            return zsh.offers(line).partition("\n")[2]
        finally:
            zsh.close()


def options_of_this_machine(list_tables):
    machine = MACHINES.get(platform.machine(), platform.machine())
    rows = subprocess.run([list_tables], capture_output=True, text=True, check=True).stdout.splitlines()
    fields = [row.split("\t") for row in rows]
    return [row[2] for row in fields if row[:2] == ["option", machine]]


if __name__ == "__main__":
    tables, kexec, dmesg, fadump = sys.argv[1:5]
    Completions.options = options_of_this_machine(tables)
    Completions.programs = {"kexec": os.path.abspath(kexec), "vmcore-dmesg": os.path.abspath(dmesg),
                            "fadump": os.path.abspath(fadump)}
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])
