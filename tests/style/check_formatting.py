# SPDX-License-Identifier: GPL-2.0-or-later
"""Sources as clang-format writes them, by the tree's .clang-format. Its versions differ in what they write, so only the
one that the project uses counts."""
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from tree import Complaint, Tree, run, skip

version = 14


def formatter() -> str | None:
    for name in (f'clang-format-{version}', 'clang-format'):
        program = shutil.which(name)
        if program:
            said = subprocess.run([program, '--version'], capture_output=True, text=True, check=False).stdout
            if re.search(rf'\bversion {version}\.', said):
                return program
    return None


def check(tree: Tree) -> Iterator[Complaint]:
    style = Path(sys.argv[1]) / '.clang-format'
    program = formatter()
    if not program:
        return
    for path in tree.sources():
        done = subprocess.run([program, f'--style=file:{style}', '--dry-run', '--Werror', '--ferror-limit=1', path],
                              cwd=tree.root, capture_output=True, text=True, check=False)
        if done.returncode:
            place = re.search(r':(\d+):\d+: ', done.stderr)
            yield Complaint(path, int(place.group(1)) if place else 1, 'is not as clang-format -i would leave it')


bad = [
    {'a.cc': 'int  f () {return 1;}\n'},
    {'a.h': '#pragma once\nint *a, * b;\nvoid f(int& a);\n'},
    {'a.cc': 'int f() {\n  if (a)\n    return 1;\n}\n'},
]
good = {'a.cc': 'int f(const char &a) {\n    if (a)\n        return 1;\n    return 2;\n}\n'}

if __name__ == '__main__':
    if not formatter():
        skip(f'clang-format {version} is not installed')
    run(check, bad, good)
