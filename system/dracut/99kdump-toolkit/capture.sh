#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Mounts what the capture program is to store below, if that is a network's, and starts it. It ends the system; where dracut
# itself has failed it is started too, and says what is missing.

if [ -r /kdump/mount ]; then
    read -r source place type options < /kdump/mount
    mkdir -p "$place"
    mount -t "$type" -o "$options" "$source" "$place" 2> /kdump/mount-said || cat /kdump/mount-said >&2
fi
/usr/libexec/kdump-capture
