# SPDX-License-Identifier: GPL-2.0-or-later
"""Shell scripts that shellcheck finds nothing in."""
import json
import shutil
import subprocess
from typing import Iterator

from tree import Complaint, Tree, run, skip


def found_in(tree: Tree, scripts: list[str], *options: str) -> Iterator[Complaint]:
    if not scripts:
        return
    # SC2012 is about names with strange characters in the output of ls, which the files of a guest do not have.
    done = subprocess.run(['shellcheck', '--format=json', '--exclude=SC2012', *options, '--', *scripts],
                          cwd=tree.root, capture_output=True, text=True, check=False)
    for item in json.loads(done.stdout):
        yield Complaint(item['file'], item['line'], f'SC{item["code"]}: {item["message"]}')


def check(tree: Tree) -> Iterator[Complaint]:
    scripts = sorted(set(tree.scripts('bash', '.sh') + tree.scripts('sh', '.sh')))
    sourced = [path for path in scripts if not tree.text(path).startswith('#!')]
    yield from found_in(tree, [path for path in scripts if path not in sourced])
    yield from found_in(tree, sourced, '--shell=sh')
    yield from found_in(tree, tree.ending('.bash'), '--shell=bash')


bad = [
    {'run': '#!/bin/bash\necho $1\n'},
    {'a.sh': '#!/bin/sh\ncd /tmp\n'},
    {'a.in': '#!/bin/sh\ncd /tmp\n'},
    {'debian/a.postinst': '#!/bin/sh\ncd /tmp\n'},
    {'a.bash': 'cd /tmp\n'},
]
good = {'run': '#!/bin/bash\necho "$1"\n', 'b': 'echo $1\n'}

if __name__ == '__main__':
    if not shutil.which('shellcheck'):
        skip('shellcheck is not installed')
    run(check, bad, good)
