#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut's side of a capture initramfs: kdumpctl has dracut put in the capture program, what it is to do, and the programs
# that takes; this starts it where otherwise a root file system would be mounted.
# shellcheck disable=SC2154 # moddir and initdir are dracut's

# Only where it is asked for by name.
check() {
    return 255
}

depends() {
    echo base
}

install() {
    inst_multiple cat mkdir mount sleep sync
    inst_hook cmdline 00 "$moddir/no-root.sh"
    inst_hook pre-mount 99 "$moddir/capture.sh"
    inst_hook emergency 00 "$moddir/capture.sh"
}
