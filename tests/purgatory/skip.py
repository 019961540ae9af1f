#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""skip.py REASON: stands in for a test that cannot run here, and says why."""
import sys

print('skipped:', sys.argv[1])
sys.exit(77)
