# SPDX-License-Identifier: GPL-2.0-or-later
# What every stage inside an emulated machine uses. A line that starts with "@@" is for the harness: a key, then the rest.

say() {
    echo "@@ $*"
}

# Every line of standard input, under one key.
say_lines() {
    while IFS= read -r text; do
        echo "@@ $1 $text"
    done
}

begin() {
    export PATH=/sbin:/bin
    /bin/busybox --install -s /bin
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
    say stage "$1"
    say release "$(uname -r)"
    say cmdline "$(cat /proc/cmdline)"
}

# The host stops the machine when it reads this; the power-off is for a person who runs it by hand.
finish() {
    say end
    poweroff -f
}

say_memory() {
    grep -E 'System RAM|Crash kernel' /proc/iomem | say_lines iomem
    grep -q 'Crash kernel' /proc/iomem || say_place 'Crash kernel' chosen/linux,crashkernel-base chosen/linux,crashkernel-size
    say_place RTAS rtas/linux,rtas-base rtas/rtas-size
}

# say_place NAME BASE SIZE: what ppc64's kernel tells by its device tree alone, as a line of /proc/iomem.
say_place() {
    [ -e "/proc/device-tree/$2" ] || return 0
    base=0x$(od -An -tx1 "/proc/device-tree/$2" | tr -d ' \n')
    size=0x$(od -An -tx1 "/proc/device-tree/$3" | tr -d ' \n')
    say iomem "$(printf '%x-%x' $((base)) $((base + size - 1))) : $1"
}

# Where this kernel lies and what it has drawn by itself, on x86_64: addresses of its text, and the three bases; and whether it was told
# that its place is a random one (KASLR_FLAG in boot_params).
say_kernel_place() {
    grep -E ' (_text|page_offset_base|vmalloc_base|vmemmap_base)$' /proc/kallsyms >/tmp/symbols
    while read -r address _ name; do
        case $name in _text) say _text "$address" ;; *) say "$name" "$(marker word "0x$address")" ;; esac
    done </tmp/symbols
    say physical "$(sed -n 's/^ *\([0-9a-f]*\)-.* : Kernel code$/\1/p' /proc/iomem)"
    say loadflags "$(dd if=/sys/kernel/boot_params/data bs=1 skip=529 count=1 2>/dev/null | od -An -tx1 | tr -d ' ')"
}

say_processors() {
    say processors "$(grep -c '^processor' /proc/cpuinfo)"
}

# Listing the variables calls into the firmware: what works only if the runtime services do.
say_firmware() {
    say acpi "$(ls /sys/firmware/acpi/tables 2>/dev/null | wc -l)"
    say efi_runtime_map "$(ls /sys/firmware/efi/runtime-map 2>/dev/null | wc -l)"
    if [ -d /sys/firmware/efi ]; then
        [ ! -f /efivarfs.ko ] || insmod /efivarfs.ko
        mount -t efivarfs efivarfs /sys/firmware/efi/efivars
        say efi_variables "$(ls /sys/firmware/efi/efivars | wc -l)"
    fi
}

# load ARGUMENTS...: runs kexec, shows what it said and how it ended.
load() {
    kexec "$@" >/tmp/output 2>&1
    status=$?
    say_lines load_said </tmp/output
    say loaded "$(cat /sys/kernel/kexec_loaded)" crash "$(cat /sys/kernel/kexec_crash_loaded)"
    say load_exit $status
}

# say_differences KEY THEIRS OURS: where a log as makedumpfile prints it differs from ours. makedumpfile indents what follows the first
# line of a record, and newer ones show the caller.
say_differences() {
    for log in "$2" "$3"; do
        sed -e 's/^\(\[ *[0-9.]*\]\) \[ *[CT][0-9]*\] /\1 /' -e 's/^  *//' "$log" >"$log.even"
    done
    diff "$2.even" "$3.even" | head -n 5 | say_lines "$1"
}
