#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What clang-tidy and cppcheck find in the sources that a build compiles.

    tools/findings.py BUILD [--only PATTERN] [--jobs N]

A source that clang-tidy finds nothing in is remembered in BUILD/without-findings, by its text with all that it includes, and is not looked
at again while that and .clang-tidy stay the same. The last line is `N passed, N failed, N skipped`, in sources and folders."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("base", "machine", "image", "plan", "arch", "dump", "capture", "emulator", "extras", "kexec", "util")
CPPCHECK = ("cppcheck", "--quiet", "--error-exitcode=1", "--std=c++20", "--language=c++", "--enable=warning,portability,performance",
            "--inline-suppr", "-I", ".")
# What gcc is told and clang does not know.
GCC_ONLY = (" -fno-tree-loop-distribute-patterns",)
# Of headers that are not ours.
NOISE = re.compile(r"(\d+ warnings? (generated|treated as errors?)\.?|Suppressed \d+ warnings.*|Use -header-filter=.*)\n")


def kept_in(build):
    """Where it is remembered what has no finding, beside the build's commands as clang takes them."""
    folder = build / "without-findings"
    folder.mkdir(exist_ok=True)
    text = (build / "compile_commands.json").read_text(encoding="utf-8")
    for word in GCC_ONLY:
        text = text.replace(word, "")
    (folder / "compile_commands.json").write_text(text, encoding="utf-8")
    return folder


def sources(folder, pattern):
    """{path below the top: words that compile it}, of this machine's compiler."""
    found = {}
    for each in json.loads((folder / "compile_commands.json").read_text(encoding="utf-8")):
        path = os.path.relpath(os.path.join(each["directory"], each["file"]), ROOT)
        if path.startswith(tuple(f"{folder}/" for folder in FOLDERS)) and path.endswith(".cc") and re.search(pattern, path):
            found.setdefault(path, shlex.split(each["command"]))
    return dict(sorted(found.items()))


def digest(build, words):
    """Of the source with its comments, in which suppressions stand, and of what is looked for."""
    kept = [word for word in words if word.startswith(("-I", "-D", "-std="))]
    done = subprocess.run(["clang++", "-E", "-CC", "-P", "-w", *kept, words[-1]], cwd=build, check=True, capture_output=True)
    return hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + done.stdout).hexdigest()


def tidy(build, kept, path, words):
    """What is wrong with it, as text."""
    mark = kept / digest(build, words)
    if mark.exists():
        return ""
    done = subprocess.run(["clang-tidy", "--quiet", "-p", kept, ROOT / path], check=False, capture_output=True, text=True)
    if done.returncode == 0:
        mark.touch()
        return ""
    return NOISE.sub("", done.stdout + done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--only", metavar="PATTERN", default="", help="the sources whose path matches")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="sources at a time")
    options = parser.parse_args()
    build, failed = options.build.resolve(), 0
    kept = kept_in(build)
    chosen = sources(kept, options.only)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for found in pool.map(lambda each: tidy(build, kept, *each), chosen.items()):
            failed += bool(found)
            print(found, end="", flush=True)
    wrong = subprocess.run([*CPPCHECK, "-j", str(options.jobs), *FOLDERS, "purgatory"], cwd=ROOT, check=False).returncode
    print(f"{len(chosen) - failed + (not wrong)} passed, {failed + bool(wrong)} failed, 0 skipped")
    return 1 if failed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
