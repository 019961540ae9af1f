// SPDX-License-Identifier: GPL-2.0-or-later
// How many translation tables there are: assembly reserves them, C++ fills them. Nothing but a macro.
#pragma once

// The top level; for the blob one table on each of the three levels below, and another one on each where the
// blob lies across a boundary; for a window, which never crosses a boundary of 1 GiB, one on levels 1 and 2
// and one on level 3 for either edge.
#define TABLE_COUNT (1 + 2 * 3 + 4)
