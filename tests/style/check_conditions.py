# SPDX-License-Identifier: GPL-2.0-or-later
"""Every architecture on every host: nothing but native_arch() asks the preprocessor which machine it is built for, and
nothing outside arch/ names an architecture's table. The purgatory is each machine's own, and tests may ask."""
import re
from typing import Iterator

from tree import Complaint, Tree, line_of, run

condition = re.compile(r'^[ \t]*#[ \t]*(?:el)?if(?:\\\n|[^\n])*', re.MULTILINE)
about_the_machine = re.compile(
    r'__(?:x86_64|amd64|i[3-6]86|aarch64|arm|powerpc|powerpc64|ppc64|PPC|PPC64|s390|s390x|riscv|loongarch)\w*'
    r'|__BYTE_ORDER\w*|__(?:LITTLE|BIG)_ENDIAN\w*|__SIZEOF_POINTER__|__LP64__')
table = re.compile(r'\barch_(?:x86_64|arm64|ppc64|s390x)\b')
free_of_it = ('purgatory/', 'tests/')


def native_arch_in(code: str) -> range:
    start = code.find('native_arch() {')
    return range(start, code.find('\n}', start)) if start >= 0 else range(0)


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.sources():
        if path.startswith(free_of_it):
            continue
        code = tree.code(path)
        allowed = native_arch_in(code) if path == 'arch/arch.cc' else range(0)
        for match in condition.finditer(code):
            if about_the_machine.search(match.group()) and match.start() not in allowed:
                yield Complaint(path, line_of(code, match.start()), 'only native_arch() asks for the machine')
        if not path.startswith('arch/'):
            for match in table.finditer(code):
                yield Complaint(path, line_of(code, match.start()), f'{match.group()}: arch_named() finds a table')


bad = [
    {'base/a.h': '#ifdef __x86_64__\n#endif\n'},
    {'base/a.h': '#if defined(A) || \\\n    defined(__aarch64__)\n#endif\n'},
    {'arch/arch.cc': '#ifdef __s390x__\n#endif\nconst Arch &native_arch() {\n}\n'},
    {'arch/x86_64/a.cc': '#if __BYTE_ORDER__ == 1\n#endif\n'},
    {'kexec/a.cc': 'return arch_x86_64;\n'},
]
good = {
    'arch/arch.cc': 'const Arch &native_arch() {\n#if defined(__x86_64__)\n    return arch_x86_64;\n#endif\n}\n',
    'purgatory/x86_64/a.cc': '#ifdef __SHA__\n#endif\n',
    'base/a.cc': '#if HAVE_ZLIB\n#endif\n// #ifdef __x86_64__\n',
}

if __name__ == '__main__':
    run(check, bad, good)
