# SPDX-License-Identifier: GPL-2.0-or-later
"""What the boots prove, one file for each kind of proof."""
