#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The purgatories are the same to the byte whatever flags the rest is built with, and wherever: what a machine's owner may verify does not
depend on a distribution's taste.

Usage: flags_test.py SOURCE PURGATORY-NAME.bin..."""
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = {"CXXFLAGS": "-O0 -march=x86-64-v3 -fstack-protector-all -D_FORTIFY_SOURCE=2 -fno-omit-frame-pointer -fcf-protection=full",
         "CFLAGS": "-O3", "CPPFLAGS": "-DNDEBUG", "LDFLAGS": "-Wl,-z,now -Wl,--build-id=sha1"}
OPTIONS = ("-Dtests=false", "-Doptimization=3", "-Ddebug=true", "-Db_lto=true", "-Db_pie=false", "-Db_ndebug=true")


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def main():
    source, blobs = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="kexec-test-") as directory:
        environment = {**os.environ, **FLAGS}
        subprocess.run(["meson", "setup", directory, source, *OPTIONS], env=environment, check=True, stdout=subprocess.DEVNULL)
        names = [f"purgatory/{Path(blob).name}" for blob in blobs]
        subprocess.run(["ninja", "-C", directory, *names], env=environment, check=True, stdout=subprocess.DEVNULL)
        different = [blob for blob, name in zip(blobs, names) if digest(blob) != digest(Path(directory, name))]
    for blob in different:
        print(f"{blob} is another one when the rest is built with other flags")
    print(f"{len(blobs) - len(different)} purgatories are the same with other flags in another directory")
    return 1 if different or not blobs else 0


if __name__ == "__main__":
    sys.exit(main())
