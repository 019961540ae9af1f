# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing lies about unused: a meson.build names every source, every style check and every folder with a meson.build."""
import posixpath
import re
from pathlib import PurePosixPath
from typing import Iterator

from tree import Complaint, Tree, run

listed = ('.cc', '.S')
# What a program runs inside an emulated machine, or measures, is compiled by the harness, which names it.
machines = ('arm64', 'ppc64', 's390x', 'x86_64')
harnesses = ('tests/boot/', 'tests/bench/')


def named(tree: Tree) -> set[str]:
    """What stands in quotes in some meson.build, as paths from the top."""
    return {posixpath.normpath(posixpath.join(posixpath.dirname(build), name))
            for build in tree.ending('meson.build')
            for name in re.findall(r"'([^'\n]+)'", tree.text(build))}


def harness_names(tree: Tree, path: str) -> bool:
    """A script of its harness does, or names its folder, out of which it takes the file of each machine."""
    harness = next((each for each in harnesses if path.startswith(each)), None)
    file = PurePosixPath(path)
    words = (file.name, f'"{file.parent.name}" / f"') if file.stem in machines else (file.name,)
    return harness is not None and any(word in tree.text(script) for script in tree.ending('.py')
                                       if script.startswith(harness) for word in words)


def check(tree: Tree) -> Iterator[Complaint]:
    names = named(tree)
    for path in tree.ending(*listed):
        if not harness_names(tree, path) and path not in names:
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
    {'tests/boot/guest/a.cc': '', 'tests/bench/main.py': "name = 'a.cc'\n"},
    {'tests/bench/payload/arm64.S': '', 'tests/bench/main.py': 'HERE / "payloads" / f"{name}.S"\n'},
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
    'tests/bench/payload/arm64.S': '',
    'tests/bench/main.py': 'HERE / "payload" / f"{name}.S"\n',
}

if __name__ == '__main__':
    run(check, bad, good)
