# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache outside the tree: where downloads and built kernels live, shared by all runs.

An entry is a directory that appears whole or not at all: it is filled under a temporary name and renamed. A file
lock for each entry makes a second run wait for the first instead of doing the same work again.
"""

import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
from pathlib import Path


def root():
    """The cache's directory; made if it is not there."""
    named = os.environ.get("KEXEC_TOOLKIT_CACHE")
    if not named:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        named = os.path.join(home, "kexec-toolkit")
    directory = Path(named).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextlib.contextmanager
def locked(name):
    """Hold the lock called `name` (any text) over a block; waits for whoever holds it."""
    locks = root() / "locks"
    locks.mkdir(exist_ok=True)
    with open(locks / name.replace("/", "_"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another run to finish {name}", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(name, fill):
    """The directory root()/name; when it is not there, `fill(directory)` is called on an empty one first."""
    directory = root() / name
    if directory.is_dir():
        return directory
    with locked(name):
        if directory.is_dir():
            return directory
        directory.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".filling-", dir=directory.parent))
        try:
            fill(temporary)
            temporary.chmod(0o755)
            temporary.rename(directory)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return directory
