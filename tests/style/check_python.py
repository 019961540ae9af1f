# SPDX-License-Identifier: GPL-2.0-or-later
"""Python that compiles and needs nothing but its standard library and its neighbours."""
import ast
import sys
from pathlib import PurePosixPath
from typing import Iterator

from tree import Complaint, Tree, run


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name.split('.')[0] for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [(node.module or '').split('.')[0]]
    return []


def check(tree: Tree) -> Iterator[Complaint]:
    scripts = tree.scripts('python3', '.py')
    own = {part for path in scripts for part in PurePosixPath(path).with_suffix('').parts}
    for path in scripts:
        try:
            parsed = ast.parse(tree.text(path), path)
            compile(tree.text(path), path, 'exec', dont_inherit=True)
        except SyntaxError as error:
            yield Complaint(path, error.lineno or 1, error.msg)
            continue
        for node in ast.walk(parsed):
            for module in imported(node):
                if module not in sys.stdlib_module_names and module not in own:
                    yield Complaint(path, getattr(node, 'lineno', 1), f'{module} is not in the standard library')


bad = [
    {'a.py': 'def f(:\n'},
    {'a.py': 'return 1\n'},
    {'a.py': 'import numpy\n'},
    {'a': '#!/usr/bin/env python3\nfrom yaml import load\n'},
]
good = {
    'tools/a.py': 'import os.path\nfrom b import c\nfrom tools import b\n',
    'tools/b.py': 'c = 1\n',
    'run': '#!/bin/bash\nif true; then :; fi\n',
}

if __name__ == '__main__':
    run(check, bad, good)
