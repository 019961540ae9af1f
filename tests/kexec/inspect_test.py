# SPDX-License-Identifier: GPL-2.0-or-later
"""What --inspect says of real files: inspect_test.py KEXEC.

Kernels that sbsign and openssl signed, and Debian's where they are in the cache, with what sbverify says of them. The program runs without
privileges where it can. What is missing is skipped and counted."""
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tools")]

import cache  # noqa: E402  (folders of helpers, not packages)
import counted  # noqa: E402
import little_memory  # noqa: E402
import signed_kernels  # noqa: E402

KEXEC = sys.argv[1]
NOBODY = 65534
DEBIAN = {"amd64": ("x86_64", "bzImage64"), "arm64": ("arm64", "Image"), "ppc64el": ("ppc64", "elf-ppc64"), "s390x": ("s390x", "image"),
          "i386": ("x86_64", "bzImage")}
SUBJECT, ISSUER = "Kernel signing key", "Kernel signing key"


def appended_signature(directory, signer, content, *options):
    """As sign-file of the kernel does it for modules: PKCS#7 behind the file, its header, and a marker."""
    (directory / "content").write_bytes(content)
    message = subprocess.run(["openssl", "cms", "-sign", "-binary", "-noattr", "-outform", "DER", "-in", directory / "content",
                              "-signer", signer.certificate, "-inkey", signer.key, *options],
                             stdout=subprocess.PIPE, check=True).stdout
    return content + message + struct.pack(">BBBBB3xI", 0, 0, 2, 0, 0, len(message)) + b"~Module signature appended~\n"


class Inspections(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="kexec-inspect-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.directory.chmod(0o755)

    def inspect(self, content):
        path = self.directory / "kernel"
        path.write_bytes(content)
        path.chmod(0o444)
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        with open(KEXEC, "rb") as program:  # the build may lie where nobody may look
            done = subprocess.run([f"/proc/self/fd/{program.fileno()}", "--inspect", "--json", path], pass_fds=[program.fileno()],
                                  capture_output=True, text=True, check=False, **identity)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    @little_memory.can_be_limited(KEXEC)
    def test_says_that_there_is_not_enough_memory(self):
        path = self.directory / "kernel"
        path.write_bytes(gzip.compress(bytes(64 << 20), 1))
        done = subprocess.run([KEXEC, "--inspect", path], capture_output=True, text=True, check=False,
                              preexec_fn=little_memory.limited(8 << 20))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("kexec: there is not enough memory\n", done.stderr)

    def signer(self):
        if missing := signed_kernels.missing_programs():
            self.skipTest(f"there is no program {missing[0]} (package sbsigntool)")
        return signed_kernels.Signer(self.directory)

    def test_signer_of_an_efi_program(self):
        signer, expected = self.signer(), [{"subject": SUBJECT, "issuer": ISSUER}]
        for image, machine, name in ((signed_kernels.small_bzimage(), signed_kernels.X86_64, "x86_64"),
                                     (signed_kernels.small_arm64_image(), signed_kernels.ARM64, "arm64")):
            kernel = signer.signed(signed_kernels.as_efi_program(image, machine))
            told = self.inspect(kernel)
            self.assertEqual((told["architecture"], told["signatures"], told["kernel_signatures"]), (name, expected, None))
            self.assertEqual((told["kexec_load"]["takes"], told["kexec_file_load"]["takes"]), (True, True))
            told = self.inspect(gzip.compress(kernel))
            self.assertEqual((told["wrappers"], told["signatures"], told["kernel_signatures"]), (["gzip"], [], expected))
            twice = signer.signed(kernel)
            self.assertEqual(self.inspect(twice)["signatures"], expected * 2)

    def test_names_as_the_certificate_spells_them(self):
        for subject, told in (("/CN=Prüfstelle für Kerne", "Prüfstelle für Kerne"), ("/O=Example/OU=Kernels", "Example, Kernels"),
                              ("/CN=" + "x" * 64, "x" * 64)):
            self.signer()
            signer = signed_kernels.Signer(self.directory, subject)
            kernel = signer.signed(signed_kernels.as_efi_program(signed_kernels.small_bzimage(), signed_kernels.X86_64))
            self.assertEqual(self.inspect(kernel)["signatures"], [{"subject": told, "issuer": told}])

    def test_signature_behind_the_file(self):
        signer, kernel = self.signer(), signed_kernels.small_bzimage()
        self.assertEqual(self.inspect(kernel)["signatures"], [])
        for options, expected in (((), {"subject": SUBJECT, "issuer": ISSUER}), (("-nocerts",), {"subject": None, "issuer": ISSUER}),
                                  (("-keyid",), {"subject": SUBJECT, "issuer": ISSUER}),
                                  (("-keyid", "-nocerts"), {"subject": None, "issuer": None})):
            content = appended_signature(self.directory, signer, kernel, *options)
            self.assertEqual(self.inspect(content)["signatures"], [expected])

    def test_kernels_of_debian(self):
        found = sorted(path for path in Path(cache.root()).glob("kernels/*/boot/vmlinu*"))
        if not found:
            self.skipTest("no kernel of Debian is in the cache: tools/fetch.py brings them")
        for path in found:
            with self.subTest(path.name):
                told = self.inspect(path.read_bytes())
                port, _, version = path.parent.parent.name.rpartition("-")
                self.assertEqual((told["architecture"], told["type"]), DEBIAN[port])
                self.assertEqual(told["version"], path.name.partition("-")[2])
                self.assertRegex(told["build"], rf"#1 SMP .*Debian {re.escape(version)}[.]")
                self.assertEqual((told["size"], told["wrappers"]), (path.stat().st_size, []))
                self.check_signer(path, told["signatures"])

    def check_signer(self, path, signatures):
        if signed_kernels.missing_programs():
            return
        listed = subprocess.run(["sbverify", "--list", path], capture_output=True, text=True, check=False).stdout
        subjects = re.findall(r"subject: /CN=(.*)", listed)
        issuers = re.findall(r"issuer: +/CN=(.*)", listed)
        self.assertEqual(signatures, [{"subject": subject, "issuer": issuer} for subject, issuer in zip(subjects, issuers)])


if __name__ == "__main__":
    counted.run()
