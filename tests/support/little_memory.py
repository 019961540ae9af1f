# SPDX-License-Identifier: GPL-2.0-or-later
"""Running a program with little memory."""
import resource
import unittest
from pathlib import Path


def limited(data):
    """For preexec_fn: so many bytes of private memory and no more."""
    return lambda: resource.setrlimit(resource.RLIMIT_DATA, (data, data))


def can_be_limited(program):
    """Skips a test where the program is one for AddressSanitizer, which wants terabytes of addresses for itself."""
    return unittest.skipIf(b"__asan_init" in Path(program).read_bytes(), "AddressSanitizer does not run with little memory")
