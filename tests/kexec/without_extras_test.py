#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program that was built with -Dextras=false: it says so, refuses by name what is left out, and loads.

Usage: without_extras_test.py SHIM KEXEC. The last line is `N passed, N failed, N skipped`."""
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "shim"))
import pretended  # noqa: E402  (in tests/shim)

SHIM, KEXEC = sys.argv[1:3]
LEFT_OUT = {"--plan": (), "--record=/nowhere/machine": (), "--doctor": (), "--test-vm": ("-l",), "--root=/": ("--plan",),
            "--arch=arm64": ("--plan",),
            "--root=/nowhere": ("--inspect",), "--arch=x86_64": ("--inspect",)}
EI_CLASS_64, ET_EXEC, EM_X86_64, PT_LOAD, LOAD_ADDRESS = 2, 2, 62, 1, 0x1000000


def run(*words):
    return subprocess.run([KEXEC, *words], capture_output=True, text=True, timeout=60, check=False)


def small_kernel(path):
    """An ELF file of one segment, as kexec_load takes it."""
    code = bytes(4096)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF" + bytes([EI_CLASS_64, 1, 1]), ET_EXEC, EM_X86_64, 1, LOAD_ADDRESS, 64, 0, 0, 64,
                         56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", PT_LOAD, 7, 4096, LOAD_ADDRESS, LOAD_ADDRESS, len(code), len(code), 4096)
    path.write_bytes((header + segment).ljust(4096, b"\0") + code)


def says_so():
    said = run("-h").stdout
    assert "Plans, recordings, doctor (--plan, --record, --doctor): not built in." in said, said
    listed = {word.partition("[")[0].partition("=")[0] for word in said.split()}
    assert not listed & {option.partition("=")[0] for option in LEFT_OUT}, listed
    assert "--load-panic" in listed


def refuses_by_name():
    for option, others in LEFT_OUT.items():
        done = run(option, *others, "/nowhere/kernel")
        assert done.returncode == 255, (option, done)
        assert "built without plans, recordings and doctor (-Dextras=false)" in done.stderr, (option, done.stderr)


def load(*answers):
    """What a load ends with, and the calls that the shim saw."""
    with tempfile.TemporaryDirectory() as directory:
        kernel, log, sysfs = Path(directory) / "kernel", Path(directory) / "log", Path(directory) / "sys-kernel"
        small_kernel(kernel)
        pretended.sysfs(sysfs)
        behind = [SHIM, "--log", log, *answers, "--over", f"/sys/kernel={sysfs}", "--"]
        done = subprocess.run([*behind, KEXEC, "-l", "-c", "--args-none", kernel], capture_output=True, text=True, timeout=60, check=False)
        return done, log.read_text(encoding="utf-8")


def loads():
    done, log = load()
    assert done.returncode == 0, done
    assert "load" in log, log


def says_what_numbers_of_errors_mean():
    missing = run("--inspect", "/nowhere/kernel").stderr
    assert "/nowhere/kernel: No such file or directory" in missing, missing
    for number, meaning in ((12, "Cannot allocate memory"), (524, "Unknown error 524")):
        done, _ = load("--answer", f"load={number}")
        assert meaning in done.stderr, (number, done)


def has_neither_streams_nor_locales():
    """Of the C library; they come with a single call that is not kept out (kexec/small.cc)."""
    listed = subprocess.run(["nm", "--defined-only", "--format=just-symbols", KEXEC], capture_output=True, text=True, check=True).stdout
    assert "main" in listed.split()
    found = {"_nl_C_locobj", "__vfprintf_internal", "_IO_new_fopen"} & set(listed.split())
    assert not found, found


def main():
    passed = failed = 0
    for check in (says_so, refuses_by_name, loads, says_what_numbers_of_errors_mean, has_neither_streams_nor_locales):
        try:
            check()
            passed += 1
        except AssertionError as error:
            print(f"FAIL  without extras, {check.__name__}: {error}")
            failed += 1
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
