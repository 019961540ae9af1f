# SPDX-License-Identifier: GPL-2.0-or-later
"""Running the tests of a file so that meson counts what was skipped."""
import sys
import unittest

SKIPPED = 77


def run():
    """Runs the test cases of the program and ends it: with 1 where one failed, else with 77 where one was skipped, and says why."""
    outcome = unittest.main(argv=sys.argv[:1], exit=False).result
    for reason in sorted({reason for _, reason in outcome.skipped}):
        print(f"skipped: {reason}")
    sys.exit(1 if not outcome.wasSuccessful() else SKIPPED if outcome.skipped else 0)
