# SPDX-License-Identifier: GPL-2.0-or-later
"""Untrusted bytes come through base/bytes.h: a pointer to bytes never becomes a pointer to a structure."""
import re
from typing import Iterator

from tree import Complaint, Tree, line_of, run

# What a foreign library calls its bytes, an address as a number, and no type at all.
plain = {'char', 'unsigned char', 'std::byte', 'std::uint8_t', 'uint8_t', 'Bytef', 'void', 'std::uintptr_t',
         'uintptr_t'}
# The purgatory and its tests work on real memory.
free_of_it = ('purgatory/', 'tests/')
# The structure that the system call itself asks for.
asked_for = {('kexec/system_calls.cc', 'sockaddr')}

named_cast = re.compile(r'\b(reinterpret_cast|static_cast|bit_cast)\s*<([^<>]*(?:<[^<>]*>)?[^<>]*)>\s*\(')
c_cast = re.compile(r'(?<![\w>\])])\(\s*(?:const\s+)?(?:struct\s+)?[\w:]+(?:\s+char)?\s*\*+\s*(?:const\s*)?\)\s*[\w&(]')


def is_plain(type_name: str) -> bool:
    return re.sub(r'\b(?:const|volatile|struct)\b|\*', ' ', type_name).strip() in plain


def asked(path: str, type_name: str) -> bool:
    return any(path == file and re.search(rf'\b{name}\b', type_name) for file, name in asked_for)


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.sources():
        if path.startswith(free_of_it):
            continue
        code = tree.code(path)
        for match in named_cast.finditer(code):
            cast, type_name = match.groups()
            to_pointer = cast == 'reinterpret_cast' or '*' in type_name
            if to_pointer and not is_plain(type_name) and not asked(path, type_name):
                yield Complaint(path, line_of(code, match.start()),
                                f'{cast} to {type_name.strip()}: read_at<T>() copies and checks')
        for match in c_cast.finditer(code):
            yield Complaint(path, line_of(code, match.start()), f'{match.group()}…: no casts of C')


bad = [
    {'image/a.cc': 'auto header = reinterpret_cast<const Header *>(bytes.data());'},
    {'image/a.cc': 'auto header = static_cast<const Header *>(memory);'},
    {'image/a.cc': 'auto header = (const Header *)bytes;'},
    {'base/a.cc': 'auto header = reinterpret_cast<const std::vector<int> &>(bytes);'},
    {'base/a.cc': 'auto number = *(uint32_t *) bytes;'},
    {'kexec/load.cc': 'auto address = reinterpret_cast<sockaddr *>(bytes);'},
]
good = {
    'base/a.cc': 'auto a = reinterpret_cast<const char *>(b); auto c = static_cast<const std::byte *>(d);\n'
                 'auto n = static_cast<std::uint32_t>(x); auto u = reinterpret_cast<std::uintptr_t>(p);\n'
                 'int f(const char *); auto g = call(a) * b; std::function<void(const Header *)> h;\n',
    'purgatory/a.cc': 'auto a = reinterpret_cast<Words *>(b);',
}

if __name__ == '__main__':
    run(check, bad, good)
