# SPDX-License-Identifier: GPL-2.0-or-later
"""Clean text: no white space at ends of lines, no tabs where they mean nothing, one newline at the end, no carriage
returns, lines that fit a screen; and nothing about how the project is worked on or where packages come from."""
import re
from typing import Iterator

from tree import Complaint, Tree, line_of, run

indented_by_tabs = ('.S', '.lds', 'Makefile', '.mk', 'COPYING', '.tsv', 'debian/rules')
recorded = ('tests/machines/', 'tests/plans/', 'tests/doctor/', 'tests/fuzz/corpus/', 'tests/util/kdumpctl/trees/')
widest = {'.cc': 110, '.h': 110, '.S': 110, '.py': 140, '.sh': 140}

blemishes = [
    (re.compile(r'[ \t]+$', re.MULTILINE), 'white space at the end of the line'),
    (re.compile(r'\r'), 'a carriage return'),
    (re.compile(r'[^\n]\Z'), 'no newline at the end of the file'),
    (re.compile(r'\n\n\Z'), 'empty lines at the end of the file'),
]
# Written in pieces, for this file is checked as well. The names of Debian packages and suites are fine: a machine's own
# package manager knows where they lie.
unwanted = [
    (re.compile(r'\bproto' r'types?\b', re.IGNORECASE), 'a release has no such thing; say what the code does'),
    (re.compile(r'\bses' r'sions?\b', re.IGNORECASE), 'the tree is about the program, not about its making'),
    (re.compile(r'\bissue ?' r'#?\d+|\bissue #', re.IGNORECASE), 'give the reason itself'),
    (re.compile(r'\b(?:[\w-]+\.)*(?:deb' r'ian|ubu' r'ntu|py' r'pi|python' r'hosted|npm' r'js|fedora'
                r'project)\.(?:org|com|net)\b', re.IGNORECASE), 'names the host of a package archive'),
    (re.compile(r'\b(?:TO' r'DO|FIX' r'ME)\b'), 'finish it, or describe the limit'),
]


def too_wide(path: str, text: str) -> Iterator[Complaint]:
    limit = next((width for ending, width in widest.items() if path.endswith(ending)), None)
    for number, line in enumerate(text.split('\n'), 1):
        if limit and len(line) > limit:
            yield Complaint(path, number, f'{len(line)} columns, at most {limit}')


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.paths:
        if path.startswith(recorded):
            continue
        try:
            text = tree.text(path)
        except UnicodeDecodeError:
            yield Complaint(path, 1, 'is not UTF-8')
            continue
        for pattern, reason in blemishes + (unwanted if path != 'COPYING' else []):
            for match in pattern.finditer(text):
                yield Complaint(path, line_of(text, match.start()), reason)
        if '\t' in text and not path.endswith(indented_by_tabs):
            yield Complaint(path, line_of(text, text.index('\t')), 'a tab')
        yield from too_wide(path, text)


bad = [
    {'a.cc': 'int a; \n'},
    {'a.cc': '\tint a;\n'},
    {'a.cc': 'int a;\r\n'},
    {'a.cc': 'int a;'},
    {'a.cc': 'int a;\n\n'},
    {'a.cc': '// ' + 'a' * 108 + '\n'},
    {'a.md': 'the proto' 'type\n'},
    {'a.md': 'the last ses' 'sion\n'},
    {'a.md': 'see issue ' '#3\n'},
    {'a.md': 'see issue ' '12\n'},
    {'run': 'curl http://deb.deb' 'ian.org/deb' 'ian\n'},
    {'run': 'curl https://archive.ubu' 'ntu.com\n'},
    {'a.py': '# TO' 'DO: this\n'},
]
good = {
    'a.cc': '// An issue that 12 people have; the protocol; Deb' 'ian 12, bookworm.\n',
    'a.S': '\tret\n',
    'tests/plans/a.txt': 'recorded \n',
}

if __name__ == '__main__':
    run(check, bad, good)
