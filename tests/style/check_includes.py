# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may include whom: the arrows of ARCHITECTURE.md. Never upward, never sideways."""
import re
from typing import Iterator

from tree import Complaint, Tree, line_of, run

machines = ('x86_64', 'arm64', 'ppc64', 's390x')
purgatory_contract = ('purgatory/parameters.h', 'purgatory/layout.h', 'purgatory/sha256.h', 'purgatory/blobs.h')
planning = ('plan/', 'machine/', 'image/', 'base/')

# Folder -> beginnings of what its files may include, besides the folder itself.
arrows = {
    'base': (),
    'machine': ('base/',),
    'image': ('base/', 'purgatory/sha256.h'),
    'plan': planning + purgatory_contract,
    'arch': planning + purgatory_contract,
    'extras': planning + purgatory_contract + ('emulator/',),
    'kexec': ('arch/arch.h', 'extras/', 'emulator/') + planning,
    'dump': ('machine/', 'base/'),
    'capture': ('base/',),
    'emulator': ('base/',),
    'util': ('capture/', 'dump/', 'emulator/', 'plan/', 'machine/', 'base/'),
    'purgatory': (),
}
doors_to_extras = ('kexec/extras.cc', 'kexec/doctor.cc', 'kexec/machine_seen.cc', 'kexec/machine_seen.h', 'kexec/rehearse.cc',
                   'kexec/rehearse.h')
behind_doors = ('extras/', 'emulator/')
generated = {'base/config.h', 'arch/built.inc'} # written by meson

# What a header belongs to, where that is a library that only one file of base/ may see. fmt and tl::expected are
# vocabulary and may be seen everywhere.
libraries = {
    'gelf.h': 'libelf', 'libelf.h': 'libelf', 'zlib.h': 'zlib', 'lzma.h': 'liblzma', 'zstd.h': 'zstd',
    'zstd_errors.h': 'zstd', 'lz4.h': 'lz4', 'lz4frame.h': 'lz4', 'lzo/lzo1x.h': 'lzo', 'lzo/lzoconf.h': 'lzo',
    'bzlib.h': 'bzip2', 'snappy-c.h': 'snappy', 'libfdt.h': 'libfdt',
}
# The purgatory's contract is C's smallest; blobs.h alone is for the loader only.
freestanding = {'stddef.h', 'stdint.h'}
for_the_loader = {'purgatory/blobs.h': {'cstddef', 'span'}}

include = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def machine_of(path: str, folder: str) -> str | None:
    parts = path.split('/')
    return parts[1] if len(parts) > 2 and parts[0] == folder and parts[1] in machines else None


def program_of(path: str) -> str | None:
    parts = path.split('/')
    return parts[1] if parts[0] == 'util' and len(parts) > 2 else None


def forbidden(path: str, included: str) -> str | None:
    """Why a file of the project may not include another; None: it may."""
    folder = path.split('/')[0]
    own = included.startswith(folder + '/')
    if not own and not included.startswith(arrows[folder]):
        return f'{folder}/ may not include {included}'
    if folder == 'kexec' and included.startswith(behind_doors) and path not in doors_to_extras:
        return f'only {", ".join(doors_to_extras)} see {included.split("/")[0]}/: a program can be built without'
    if folder == 'util' and own and program_of(included) not in (None, program_of(path)):
        return 'no program sees another'
    for owner in ('arch', 'purgatory'):
        target = machine_of(included, owner)
        if target and target != machine_of(path, owner) and path != 'arch/arch.cc':
            return f'{included} is for {target} alone'
    return None


def quoted(tree: Tree, path: str, included: str) -> str | None:
    if included in generated:
        return None if path.startswith(included.split('/')[0] + '/') else f'only its own folder sees {included}'
    if included not in tree.paths:
        return f'"{included}" is no file, counted from the top of the tree'
    return forbidden(path, included)


def angled(path: str, included: str) -> str | None:
    if path.startswith('purgatory/') and included not in freestanding | for_the_loader.get(path, set()):
        return f'the purgatory is freestanding and has no <{included}>'
    if included in libraries and not path.startswith('base/'):
        return f'{libraries[included]} is seen only in base/'
    return None


def users_of_libraries(tree: Tree) -> Iterator[Complaint]:
    users: dict[str, str] = {}
    for path in tree.sources():
        if not path.startswith('base/'):
            continue
        seen = {libraries[name] for _, name in include.findall(tree.code(path)) if name in libraries}
        if len(seen) > 1:
            yield Complaint(path, 1, f'one foreign library in each file, not {", ".join(sorted(seen))}')
        for library in seen:
            if users.setdefault(library, path) != path:
                yield Complaint(path, 1, f'{library} is the business of {users[library]} alone')


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.ending('.cc', '.h', '.S', '.lds'):
        if path.split('/')[0] not in arrows:
            continue
        code = tree.code(path)
        for match in include.finditer(code):
            own, foreign = match.groups()
            reason = quoted(tree, path, own) if own else angled(path, foreign)
            if reason:
                yield Complaint(path, line_of(code, match.start()), reason)
    yield from users_of_libraries(tree)


def with_include(path: str, included: str, *others: str) -> dict[str, str]:
    line = f'#include {included}\n' if included.startswith('<') else f'#include "{included}"\n'
    return {path: line} | {other: '' for other in others or (included,)}


bad = [
    with_include('base/a.h', 'machine/b.h'),
    with_include('machine/a.cc', 'image/b.h'),
    with_include('image/a.cc', 'plan/b.h'),
    with_include('plan/a.cc', 'arch/arch.h'),
    with_include('plan/a.cc', 'purgatory/verify.h'),
    with_include('kexec/a.cc', 'arch/x86_64/x86_64.h'),
    with_include('kexec/a.cc', 'arch/options.h'),
    with_include('kexec/a.cc', 'purgatory/sha256.h'),
    with_include('arch/x86_64/a.cc', 'arch/arm64/b.h'),
    with_include('arch/x86_64/a.cc', 'kexec/b.h'),
    with_include('arch/other.cc', 'arch/arm64/b.h'),
    with_include('extras/a.cc', 'arch/arch.h'),
    with_include('extras/a.cc', 'kexec/b.h'),
    with_include('kexec/a.cc', 'extras/b.h'),
    with_include('kexec/a.cc', 'emulator/b.h'),
    with_include('arch/a.cc', 'extras/b.h'),
    with_include('emulator/a.cc', 'machine/b.h'),
    with_include('dump/a.cc', 'image/b.h'),
    with_include('capture/a.cc', 'dump/b.h'),
    with_include('util/one/a.cc', 'util/two/b.h'),
    with_include('util/a.cc', 'util/two/b.h'),
    with_include('purgatory/a.cc', 'base/endian.h'),
    with_include('purgatory/a.cc', '<string.h>', 'purgatory/b.h'),
    with_include('purgatory/arm64/entry.S', 'purgatory/x86_64/b.h'),
    with_include('image/a.cc', '<zlib.h>', 'image/b.h'),
    with_include('base/a.cc', 'bytes.h', 'base/bytes.h'),
    with_include('plan/a.cc', 'base/config.h'),
    {'base/a.cc': '#include <zlib.h>\n#include <lzma.h>\n'},
    {'base/a.cc': '#include <zlib.h>\n', 'base/b.cc': '#include <zlib.h>\n'},
]
good = {
    'base/a.cc': '#include "base/a.h"\n#include "base/config.h"\n#include <fmt/format.h>\n#include <gelf.h>\n',
    'base/a.h': '#include <vector>\n// #include "kexec/a.h"\n',
    'machine/a.h': '#include "base/a.h"\n',
    'plan/a.h': '#include "machine/a.h"\n#include "purgatory/sha256.h"\n',
    'purgatory/sha256.h': '#include <stdint.h>\n// #include "purgatory/x86_64/a.h"\n',
    'arch/arch.h': '#include "plan/a.h"\n',
    'arch/arch.cc': '#include "arch/x86_64/a.h"\n#include "arch/arm64/a.h"\n',
    'arch/x86_64/a.h': '#include "arch/arch.h"\n',
    'arch/arm64/a.h': '#include "arch/arm64/a.h"\n',
    'kexec/a.cc': '#include "arch/arch.h"\n#include "plan/a.h"\n',
    'kexec/extras.cc': '#include "extras/a.h"\n',
    'kexec/rehearse.cc': '#include "extras/a.h"\n#include "emulator/a.h"\n',
    'util/one/a.cc': '#include "emulator/a.h"\n',
    'emulator/a.h': '#include "base/a.h"\n',
    'extras/b.h': '#include "emulator/a.h"\n',
    'util/a.h': '#include "base/a.h"\n',
    'util/one/a.cc': '#include "util/a.h"\n',
    'extras/a.h': '#include "plan/a.h"\n#include "purgatory/sha256.h"\n',
    'tests/a.cc': '#include "arch/x86_64/a.h"\n#include <zlib.h>\n',
}

if __name__ == '__main__':
    run(check, bad, good)
