# SPDX-License-Identifier: GPL-2.0-or-later
"""A file has fewer than 500 lines and a function fewer than 60, whatever the language."""
import ast
import re
from typing import Iterator, NamedTuple

from tree import Complaint, Tree, line_of, run

longest_file = 499
longest_function = 59
unlimited = ('COPYING', 'CHANGELOG.md', 'man/')  # one page for each program, however long
page_of_a_program = 'man/'  # cannot be split
recorded = ('tests/machines/', 'tests/plans/', 'tests/doctor/', 'tests/fuzz/corpus/', 'tests/util/kdumpctl/trees/')


class Function(NamedTuple):
    name: str
    first: int
    last: int


def cpp_functions(code: str) -> Iterator[Function]:
    """Every brace that opens behind a parameter list, outside of any other such; code has no comments or literals."""
    code = without(re.compile(r'^[ \t]*#(?:\\\n|[^\n])*', re.MULTILINE), code)
    code = without(re.compile(r'(?<=[\w>])\{[^{}]*\}'), code)  # values in braces; a body has a blank before it
    depth_of_body = None
    depth = 0
    head_start = 0
    name, first = '', 0
    for match in re.finditer(r'[{};]', code):
        sign = match.group()
        if sign == '{':
            head = code[head_start:match.start()]
            if depth_of_body is None and opens_function(head):
                depth_of_body, name = depth, ' '.join(head.split())[:60]
                first = line_of(code, head_start + len(head) - len(head.lstrip()))
            depth += 1
        elif sign == '}':
            depth -= 1
            if depth == depth_of_body:
                yield Function(name, first, line_of(code, match.start()))
                depth_of_body = None
        head_start = match.end()


def without(pattern: re.Pattern, code: str) -> str:
    """Blanks what matches, until nothing does; the line numbers stay."""
    while pattern.search(code):
        code = pattern.sub(lambda match: re.sub(r'[^\n]', ' ', match.group()), code)
    return code


def opens_function(head: str) -> bool:
    return ')' in head and not re.match(r'\s*(?:template\s*<[^{}]*>\s*)?(?:namespace|extern)\b', head) and \
        re.search(r'\)\s*(?:const|noexcept|override|final|mutable|->[^=]*|&+|\s|:.*)*$', head, re.DOTALL) is not None


def python_functions(text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield Function(node.name, node.lineno, node.end_lineno or node.lineno)


def shell_functions(text: str) -> Iterator[Function]:
    for match in re.finditer(r'^(\w+)\(\) [{(]\n.*?^[})]', text, re.MULTILINE | re.DOTALL):
        first = line_of(text, match.start())
        yield Function(match.group(1), first, first + match.group().count('\n'))


def functions(tree: Tree, path: str) -> Iterator[Function]:
    if path.endswith(('.cc', '.h')):
        yield from cpp_functions(tree.code(path))
    elif path in tree.scripts('python3', '.py'):
        yield from python_functions(tree.text(path))
    elif path in tree.scripts('bash', '.sh') + tree.scripts('sh', '.sh'):
        yield from shell_functions(tree.text(path))


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.paths:
        if path in unlimited or path.startswith(recorded + (page_of_a_program,)):
            continue
        lines = tree.text(path).count('\n')
        if lines > longest_file:
            yield Complaint(path, lines, f'{lines} lines; split it where the piece has a name')
        for function in functions(tree, path):
            length = function.last - function.first + 1
            if length > longest_function:
                yield Complaint(path, function.first,
                                f'{function.name}: {length} lines; split it where the piece has a name')


long_body = '    f();\n' * 60
bad = [
    {'base/a.h': '//\n' * 500},
    {'base/a.cc': 'namespace kexec {\nint f(int a,\n      int b) {\n' + long_body + '}\n}\n'},
    {'base/a.cc': 'struct A {\n    A() : b{1} {\n' + long_body + '    }\n};\n'},
    {'base/a.cc': 'template <typename T> auto A<T>::f() const -> Result<T> {\n' + long_body + '}\n'},
    {'arch/a.cc': 'const Arch a = {\n    .plan = [](const Request &) {\n' + long_body + '    },\n};\n'},
    {'tools/a.py': 'def f():\n' + long_body},
    {'tools/b': '#!/usr/bin/env python3\ndef f():\n' + long_body},
    {'run': '#!/bin/bash\nf() {\n' + long_body + '}\n'},
]
good = {
    'base/a.cc': 'namespace kexec {\nint f() {\n    if (a) {\n        b();\n    }\n}\n' * 20 + '}\n' * 20,
    'base/b.cc': 'constexpr Row rows[] = {\n' + '    {1, "a("},\n' * 100 + '};\n',
    'base/c.cc': '#define F(x) \\\n    do { x; \\\nint f() {\n' + long_body[:400] + '}\n',
    'COPYING': 'text\n' * 900,
}

if __name__ == '__main__':
    run(check, bad, good)
