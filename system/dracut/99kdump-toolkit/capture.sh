#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Mounts what the capture program is to store below, if that is a network's, and starts it. It ends the system; where dracut
# itself has failed it is started too, and says what is missing.

# mount gives up after some minutes by itself; one that hangs is ended, since the program's own time limit begins with the program.
longest=600 # seconds

if [ -r /kdump/mount ]; then
    read -r source place type options < /kdump/mount
    mkdir -p "$place"
    mount -t "$type" -o "$options" "$source" "$place" 2> /kdump/mount-said &
    mounting=$!
    while kill -0 "$mounting"; do
        if [ "$longest" -eq 0 ]; then
            echo "mount did not end by itself" >> /kdump/mount-said
            kill -9 "$mounting"
            break
        fi
        sleep 1
        longest=$((longest - 1))
    done 2> /dev/null &
    wait "$mounting" || cat /kdump/mount-said >&2
fi
/usr/libexec/kdump-capture
