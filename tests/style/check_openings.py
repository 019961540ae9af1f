# SPDX-License-Identifier: GPL-2.0-or-later
"""How a file opens: the licence first (behind #! where there is one), then a paragraph on what the file knows; a header
guards itself with #pragma once."""
import re
from typing import Iterator

from tree import Complaint, Tree, run

licence = 'SPDX-License-Identifier: GPL-2.0-or-later'
# Prose, what tools read without comments, and what was recorded or generated.
unmarked_names = {'__init__.py', 'COPYING', '.gitignore', '.gitattributes', '.clang-tidy-ignore'}
unmarked_paths = {'debian/changelog', 'debian/copyright', 'debian/README.Debian', 'debian/source/format'}  # their forms have no comments
unmarked_endings = ('.md', '.json', '.tsv', '.svg', '.txt', '.log', '.dtb', '.plan', '.snapshot', '.machine')
unmarked_folders = ('tests/machines/', 'tests/plans/', 'tests/doctor/', 'tests/fuzz/corpus/', 'tests/util/kdumpctl/trees/')
explained = ('.cc', '.h', '.S')
unguarded = {'base/precompiled.h'}  # compiled by itself, where the compiler warns of #pragma once; nothing includes it


def needs_licence(path: str) -> bool:
    name = path.rsplit('/', 1)[-1]
    return name not in unmarked_names and path not in unmarked_paths and not path.endswith(unmarked_endings) and \
        (not path.startswith(unmarked_folders) or name == 'meson.build' or path.endswith('.py'))


def opening(text: str) -> list[str]:
    """The first two lines, not counting #!, the man page's preprocessor line and zsh's list of commands."""
    lines = text.split('\n', 3)
    return lines[1:3] if lines[0].startswith(('#!', "'\\\"", '#compdef ')) else lines[:2]


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.paths:
        if not needs_licence(path):
            continue
        text = tree.text(path)
        first, *second = opening(text)
        if not re.fullmatch(r'\W*' + re.escape(licence) + r'\W*', first):
            yield Complaint(path, 1, f'the first line is not "{licence}"')
        elif path.endswith(explained) and not re.match(r'(?://|/?\*|#) ?\S', (second or [''])[0]):
            yield Complaint(path, 2, 'no paragraph says what the file knows')
        if path.endswith('.h') and path not in unguarded and '\n#pragma once\n' not in text:
            yield Complaint(path, 1, 'no #pragma once')


bad = [
    {'base/a.cc': '// What it knows.\nint a;\n'},
    {'base/a.cc': f'// {licence}\n\nint a;\n'},
    {'base/a.cc': f'// {licence}\nint a;\n'},
    {'base/a.h': f'// {licence}\n// What it knows.\nint a;\n'},
    {'tools/a': '#!/bin/bash\necho\n'},
    {'tools/a.py': '\n# ' + licence + '\n'},
    {'tests/boot/a.ini': '[a]\n'},
    {'meson.build': "project('a')\n"},
    {'empty': ''},
]
good = {
    'base/a.h': f'// {licence}\n// What it knows.\n#pragma once\n',
    'base/precompiled.h': f'// {licence}\n// What nothing includes.\n',
    'purgatory/a.S': f'/* {licence} */\n// What it knows.\n',
    'tools/a': f'#!/bin/bash\n# {licence}\n',
    'man/a.8': f'.\\" {licence}\n',
    'completions/_a': f'#compdef a\n# {licence}\n',
    'debian/changelog': 'a (1) unstable\n',
    'README.md': '# A\n',
    'tests/plans/a.txt': 'a plan\n',
}

if __name__ == '__main__':
    run(check, bad, good)
