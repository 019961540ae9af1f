#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut goes on without a root file system where it is told that what it has been given will do.
# shellcheck disable=SC2034 # read by dracut's own scripts, which source this one
root=kdump
rootok=1
