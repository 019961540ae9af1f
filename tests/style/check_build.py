# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing lies about unused: a meson.build names every source, every style check and every folder with a meson.build."""
import posixpath
import re
from pathlib import PurePosixPath
from typing import Iterator

from tree import Complaint, Tree, run

listed = ('.cc', '.S')
# What a program runs inside an emulated machine is compiled by the harness, which names it.
built_by_harness = 'tests/boot/'


def named(tree: Tree) -> set[str]:
    """What stands in quotes in some meson.build, as paths from the top."""
    return {posixpath.normpath(posixpath.join(posixpath.dirname(build), name))
            for build in tree.ending('meson.build')
            for name in re.findall(r"'([^'\n]+)'", tree.text(build))}


def harness_names(tree: Tree, path: str) -> bool:
    name = PurePosixPath(path).name
    return any(name in tree.text(script) for script in tree.ending('.py') if script.startswith(built_by_harness))


def check(tree: Tree) -> Iterator[Complaint]:
    names = named(tree)
    for path in tree.ending(*listed):
        by_harness = path.startswith(built_by_harness) and harness_names(tree, path)
        if not by_harness and path not in names:
            yield Complaint(path, 1, 'no meson.build names it')
    for path in tree.paths:
        folder, name = posixpath.split(path)
        if name == 'meson.build' and folder and folder not in names:
            yield Complaint(path, 1, 'no meson.build enters this folder')
        if PurePosixPath(path).match('tests/style/check_*.py') and path not in names:
            yield Complaint(path, 1, 'no meson.build runs it')


bad = [
    {'base/a.cc': '', 'base/meson.build': "files('b.cc')\n"},
    {'base/meson.build': '', 'meson.build': "subdir('machine')\n"},
    {'base/a.cc': '', 'machine/meson.build': "files('a.cc')\n"},
    {'arch/x86_64/a.cc': '', 'arch/meson.build': "files('a.cc')\n"},
    {'tests/boot/guest/a.cc': '', 'tests/boot/machine.py': "name = 'b.cc'\n"},
    {'tests/style/check_a.py': '', 'tests/style/meson.build': "'check_b.py'\n"},
]
good = {
    'meson.build': "subdir('arch')\nsubdir('tests')\nexecutable('kexec', 'kexec/main.cc')\n",
    'kexec/main.cc': '',
    'arch/meson.build': "files('x86_64/a.cc', 'x86_64/b.S')\n",
    'arch/x86_64/a.cc': '',
    'arch/x86_64/b.S': '',
    'tests/meson.build': "subdir('base')\n",
    'tests/base/meson.build': "files('../formats/a.cc')\n",
    'tests/formats/a.cc': '',
    'tests/boot/guest/c.cc': '',
    'tests/boot/machine.py': "name = 'c.cc'\n",
}

if __name__ == '__main__':
    run(check, bad, good)
