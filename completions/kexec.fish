# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kexec, vmcore-dmesg and fadump in fish. The options, their arguments and what is said about them are read from
# the help text of the installed programs: they are those of this machine, and stand in their option tables only.
# What an argument is called there decides what is offered for it.

function __kexec_help
    set -lx PATH $PATH /usr/local/sbin /usr/sbin /sbin
    command $argv[1] --help 2>/dev/null
end

function __kexec_types
    __kexec_help kexec | string match -r '^[^ :]+$'
end

function __kexec_kernels
    set -l found /boot/vmlinu{x,z}* /boot/*Image* /boot/kernel-* /lib/modules/*/vmlinuz
    printf '%s\n' $found
end

function __kexec_initrds
    set -l found /boot/init*
    printf '%s\n' $found
end

# The identifiers of Boot Loader Specification entries: the names of their files without boot counter and ending.
function __kexec_entries
    set -l found {/boot,/efi,/boot/efi}/loader/entries/*.conf {/boot,/efi,/boot/efi}/EFI/Linux/*.efi
    echo default
    string replace -r '.*/' '' -- $found | string replace -r '(\+[0-9]+(-[0-9]+)?)?\.(conf|efi)$' ''
end

function __kexec_dumps
    set -l found /proc/vmcore* /var/crash/*/*dump* /var/crash/*/vmcore*
    printf '%s\n' $found
end

# Adds option $name of program $argv[1], whose argument is called $argv[2].
function __kexec_add
    set -l options -c $argv[1] -l $argv[3] -d "$argv[5]"
    test -n "$argv[4]"; and set -a options -s $argv[4]
    switch "$argv[2]:$argv[3]"
        case ':*'
            complete $options
        case 'TYPE:*'
            complete $options -x -a '(__kexec_types)'
        case 'FORM:*'
            complete $options -f -a 'text json svg'
        case 'SETTINGS:*'
            complete $options -f -a 'crash= memory= cpus= seconds= watch= first= emulator='
        case 'ARCH:*'
            complete $options -x -a 'x86_64 arm64 ppc64 s390x'
        case 'ID:*'
            complete $options -x -a '(__kexec_entries)'
        case 'LEVELS:*'
            complete $options -x -a 'emerg alert crit err warn notice info debug'
        case 'FILE:*initrd*' 'FILE:*ramdisk*' 'PATH:*initrd*'
            complete $options -r -F -a '(__kexec_initrds)'
        case 'FILE:*' 'PATH:*'
            complete $options -r -F
        case '*'
            complete $options -x
    end
end

for program in kexec vmcore-dmesg fadump
    # What is said about an option may go on in further lines, far to the right.
    for line in (__kexec_help $program | string collect | string replace -ra '\n {10,}' ' ' | string split \n)
        if string match -qr '^ {1,2}(?:-(?<letter>\w), )?--(?<name>[a-z0-9-]+)(?:\[?=(?<argument>[A-Z]+)\]?)?(?: +(?<text>.*))?$' -- $line
            __kexec_add $program "$argument" $name "$letter" "$text"
        end
    end
end
complete -c fadump -f
complete -c fadump -n 'test (count (commandline -opc)) -eq 1' -a "(__kexec_help fadump | string match -rg '^  ([a-z]+)(?: [A-Z]+)?  ')"
complete -c fadump -n 'contains save (commandline -opc)' -a '(__fish_complete_directories)'
complete -c kexec -a '(__kexec_kernels)'
complete -c vmcore-dmesg -a '(__kexec_dumps)'
