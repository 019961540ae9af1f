#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds everything in a dozen ways, each with one change from the default, and has each pass the tests that need no emulated machine.

    tools/builds.py DIR [--only PATTERN] [--jobs N] [--boot] [--purgatories]

The purgatories are the same to the byte wherever their own compiler is; with --purgatories nothing else is built. Two builds of the same
sources in different directories are the same to the byte. With --boot, some builds start a kernel in an emulated machine. The last line
is `N passed, N failed, N skipped`."""
import argparse
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import programs

ROOT = Path(__file__).resolve().parent.parent
HARDENING = ("-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -Wformat -Werror=format-security "
             "-D_GLIBCXX_ASSERTIONS")
MACHINES = ("x86_64", "arm64", "ppc64", "s390x")
BOOT = "x86_64 reboot bios 6.1 bzImage -a"
USUAL = ("-Dwerror=true", "-Doptimization=2", "-Ddebug=false")  # what each is one change from
# Of the sources as text, or of the tools around, the same whatever the build is; and what is counted, for the usual one.
NOT_ABOUT_THE_BUILD = ("style", "tools", "costs")
# Some tests have libraries loaded before all others.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:verify_asan_link_order=0",
              "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


@dataclasses.dataclass(frozen=True)
class Build:
    name: str
    options: tuple = ()
    environment: tuple = ()      # ((name, value), …)
    purgatory: str = "gcc"       # its compiler
    boots: bool = False
    test: tuple = ()             # further words for meson test
    suites: tuple = ()           # all but NOT_ABOUT_THE_BUILD

    def machines(self):
        return (os.uname().machine,) if "-Dbackends=native" in self.options else MACHINES


def flags(text):
    return (("CXXFLAGS", text),)


CLANG = (("CC", "ccache clang"), ("CXX", "ccache clang++"))
BUILDS = (
    Build("nothing", boots=True),
    Build("clang", environment=CLANG, boots=True),
    Build("clang-purgatory", ("-Dpurgatory_compiler=clang",), purgatory="clang"),
    Build("shared", ("-Ddefault_library=shared",)),
    Build("static", ("-Ddefault_library=static", "-Dprefer_static=true", "-Db_pie=false"), (("LDFLAGS", "-static"),), boots=True),
    Build("O0", ("-Doptimization=0",)),
    # Of what it inlines there, lines of the C++ library and of fmt, gcc takes branches for taken that never are, and warns.
    Build("O3", ("-Doptimization=3", "-Dwerror=false")),
    Build("lto", ("-Db_lto=true",)),
    Build("hardened", ("-Doptimization=2",), flags(HARDENING) + (("LDFLAGS", "-Wl,-z,relro,-z,now"),)),
    Build("x86-64-v3", environment=flags("-march=x86-64-v3")),
    Build("lld", environment=CLANG + (("CXX_LD", "lld"),)),
    Build("minimal", ("-Dtests=false", "-Dextras=false", "-Dbackends=native")),
    # Between their checks gcc no longer sees that a value was given.
    Build("sanitizers", ("-Db_sanitize=address,undefined", "-Db_lundef=false"), flags("-Wno-maybe-uninitialized"),
          test=("--timeout-multiplier", "5"), suites=("unit", "formats", "programs", "damage", "plans", "fuzz")),
    # With optimisation gcc looks at an optional's value before it looks whether there is one.
    Build("valgrind", ("-Doptimization=0",), suites=("unit", "formats", "plans", "fuzz"), test=(
        "--timeout-multiplier", "50", "--wrap", "valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite")),
)


def run(words, log, environment=None):
    """Whether it ended well; what it says goes to the end of the log."""
    with open(log, "ab") as output:
        output.write(f"\n$ {' '.join(map(str, words))}\n".encode())
        output.flush()
        return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, **(environment or {})}).returncode == 0


def digests(directory, pattern):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(directory).glob(pattern))}


class Builder:
    def __init__(self, options):
        self._options = options
        self._blobs = {}     # purgatory's compiler -> {name: digest}
        self.passed, self.failed = 0, 0

    def tell(self, what, problem=""):
        self.passed, self.failed = self.passed + (not problem), self.failed + bool(problem)
        print(f"FAIL  {what}: {problem}" if problem else f"ok    {what}", flush=True)

    def try_build(self, build):
        directory = self._options.directory / f"with-{build.name}"  # as deep as others, for ccache
        shutil.rmtree(directory, ignore_errors=True)
        log = self._options.directory / f"with-{build.name}.log"
        log.unlink(missing_ok=True)
        environment = dict(build.environment)  # where no compiler is named, meson takes the usual one through ccache
        where = f"see {log}"
        if not run(["meson", "setup", directory, ROOT, *USUAL, *build.options], log, environment):
            return self.tell(f"{build.name}: is configured", where)
        wanted = [f"purgatory/purgatory-{machine}.bin" for machine in build.machines()] if self._options.purgatories else []
        if not run(["ninja", "-j", str(self._options.jobs), "-C", directory, *wanted], log):
            return self.tell(f"{build.name}: is built", where)
        self.tell(f"{build.name}: is built")
        self.compare_blobs(build, directory)
        if self._options.purgatories:
            return None
        if "-Dtests=false" not in build.options:
            self.run_tests(build, directory, log)
        if build.boots and self._options.boot:
            self.boot(build, directory, log)

    def compare_blobs(self, build, directory):
        blobs = digests(directory, "purgatory/purgatory-*.bin")
        first = self._blobs.setdefault(build.purgatory, blobs)
        wanted = [f"purgatory-{machine}.bin" for machine in build.machines()]
        different = [name for name in wanted if name not in blobs or blobs[name] != first.get(name)]
        self.tell(f"{build.name}: {len(wanted)} purgatories as in other builds", f"{different} differ" if different else "")

    def run_tests(self, build, directory, log):
        suites = [word for suite in build.suites for word in ("--suite", suite)]
        suites = suites or [word for suite in NOT_ABOUT_THE_BUILD for word in ("--no-suite", suite)]
        words = ["meson", "test", "-C", directory, "--no-rebuild", "--print-errorlogs", *suites, *build.test]
        self.tell(f"{build.name}: tests pass", "" if run(words, log, SANITIZERS) else f"see {log}")

    def boot(self, build, directory, log):
        folder = self._options.directory / f"with-{build.name}-programs/x86_64"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for program in programs.programs(directory):
            (folder / Path(program).name).symlink_to(directory / program)
        words = [sys.executable, ROOT / "tests/boot/main.py", "--programs", folder.parent, "--logs", folder.parent / "logs", "--jobs", "1",
                 "--only", f"^{BOOT}$"]
        self.tell(f"{build.name}: starts a kernel", "" if run(words, log) else f"see {log}")

    def compare_directories(self):
        """The same sources in two folders with names of different lengths, as a commit has them with what was changed since."""
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                                capture_output=True).stdout.decode().split("\0")
        found, log = [], self._options.directory / "reproducible.log"
        for name in ("one", "another-place"):
            source = self._options.directory / "reproducible" / name
            shutil.rmtree(source, ignore_errors=True)
            for path in filter(None, listed):
                if (ROOT / path).is_file():
                    (source / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / path, source / path)
                    shutil.copymode(ROOT / path, source / path)
            build = source / "build"
            # Not by ccache, which would give the second what it has kept of the first.
            environment = {"CCACHE_DISABLE": "1"}
            if not run(["meson", "setup", build, source, "-Dtests=false"], log, environment) or \
                    not run(["ninja", "-j", str(self._options.jobs), "-C", build], log, environment):
                return self.tell("reproducible: is built", f"see {log}")
            found.append({name: hashlib.sha256((build / name).read_bytes()).hexdigest() for name in programs.programs(build)})
        different = [name for name in found[0] if found[0][name] != found[1].get(name)]
        self.tell(f"reproducible: {len(found[0])} programs of two directories are the same", f"{different} differ" if different else "")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", metavar="PATTERN", default="", help="the builds whose name matches")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at a time")
    parser.add_argument("--purgatories", action="store_true", help="build nothing else, and no program")
    parser.add_argument("--boot", action="store_true", help="start a kernel by some of them")
    return parser.parse_args()


def main():
    options = parse()
    options.directory = options.directory.resolve()
    options.directory.mkdir(parents=True, exist_ok=True)
    builder = Builder(options)
    wanted = [build for build in BUILDS if re.search(options.only, build.name)]
    for build in wanted:
        builder.try_build(build)
    if re.search(options.only, "reproducible") and not options.purgatories:
        builder.compare_directories()
    skipped = len(BUILDS) - len(wanted)
    print(f"{builder.passed} passed, {builder.failed} failed, {skipped} skipped")
    return 1 if builder.failed else 0


if __name__ == "__main__":
    sys.exit(main())
