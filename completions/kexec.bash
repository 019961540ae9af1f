# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kexec, vmcore-dmesg and fadump in bash. The options and the names of their arguments are read from the help
# text of the program that is being completed: they are those of this machine, and stand in its option table only.
# What an argument is called there decides what is offered for it.
# shellcheck shell=bash

_kexec_help() {
    PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin "$1" --help 2> /dev/null
}

# Each option of program $1 on a line: its letter or "-", its name, and what its argument is called or "-"; "[=NAME]"
# where it may be missing.
_kexec_options() {
    local line argument
    while IFS= read -r line; do
        [[ $line =~ ^\ {1,2}((-[A-Za-z]),\ )?(--[a-z0-9-]+)(\[?=([A-Z]+)\]?)?(\ |$) ]] || continue
        argument=${BASH_REMATCH[4]#=}
        echo "${BASH_REMATCH[2]:--} ${BASH_REMATCH[3]} ${argument:--}"
    done < <(_kexec_help "$1")
}

# What the argument of option $2 (by letter or name) is called; nothing where it takes none.
_kexec_argument() {
    local letter name argument
    while read -r letter name argument; do
        [[ $2 != "$letter" && $2 != "$name" ]] || [[ $argument == - ]] || echo "$argument"
    done < <(_kexec_options "$1")
}

# The words that program $1 can be told first, where it takes such.
_kexec_words() {
    _kexec_help "$1" | sed -n 's/^  \([a-z]\{1,\}\)\( [A-Z]*\)\{0,1\}  .*/\1/p'
}

_kexec_types() {
    _kexec_help "$1" | sed -n '/^Supported kernel file types:$/,/^$/ { /^[^ :]\{1,\}$/p }'
}

_kexec_kernels() {
    compgen -G '/boot/vmlinu[xz]*'
    compgen -G '/boot/*Image*'
    compgen -G '/boot/kernel-*'
    compgen -G '/lib/modules/*/vmlinuz'
}

_kexec_initrds() {
    compgen -G '/boot/init*'
}

# The identifiers of Boot Loader Specification entries: the names of their files without boot counter and ending.
_kexec_entries() {
    local directory file
    echo default
    for directory in /boot /efi /boot/efi; do
        for file in "$directory"/loader/entries/*.conf "$directory"/EFI/Linux/*.efi; do
            [[ -e $file ]] || continue
            file=${file##*/}
            file=${file%.*}
            echo "${file%+[0-9]*}"
        done
    done
}

_kexec_dumps() {
    compgen -G '/proc/vmcore'
    compgen -G '/var/crash/*/*dump*'
    compgen -G '/var/crash/*/vmcore*'
}

# Offers those words of standard input that begin with $1; $2 goes in front of each.
_kexec_offer() {
    local word
    while IFS= read -r word; do
        [[ $word != "$1"* ]] || COMPREPLY+=("$2$word")
    done
}

# The files that function $1 lists, and directories; any file where it lists none that begins with $2.
_kexec_offer_files() {
    _kexec_offer "$2" "$3" < <("$1")
    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
        compopt -o filenames 2> /dev/null
        _kexec_offer "$2" "$3" < <(compgen -f -- "$2")
    elif [[ -n $2 ]]; then
        _kexec_offer "$2" "$3" < <(compgen -d -S / -- "$2")
    fi
}

# Offers what argument $2 of option $3 of program $1 can be.
_kexec_offer_argument() {
    local current=$4 lead=$5
    case $2 in
        TYPE) _kexec_offer "$current" "$lead" < <(_kexec_types "$1") ;;
        ID) _kexec_offer "$current" "$lead" < <(_kexec_entries) ;;
        FORM) _kexec_offer "$current" "$lead" < <(printf '%s\n' text json svg) ;;
        SETTINGS)
            [[ $current != *,* ]] || lead+=${current%,*},
            _kexec_offer "${current##*,}" "$lead" < <(printf '%s\n' crash= memory= cpus= seconds= watch= first= emulator=)
            ;;
        ARCH) _kexec_offer "$current" "$lead" < <(printf '%s\n' x86_64 arm64 ppc64 s390x) ;;
        LEVELS)
            [[ $current != *,* ]] || lead+=${current%,*},
            _kexec_offer "${current##*,}" "$lead" < <(printf '%s\n' emerg alert crit err warn notice info debug)
            ;;
        FILE | PATH)
            case $3 in
                *initrd* | *ramdisk*) _kexec_offer_files _kexec_initrds "$current" "$lead" ;;
                *) _kexec_offer_files true "$current" "$lead" ;;
            esac
            ;;
    esac
}

_kexec() {
    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} lead='' argument is_own_word=1
    COMPREPLY=()
    # "=" divides words, unless COMP_WORDBREAKS was told otherwise.
    if [[ $current == = ]]; then
        current='' is_own_word=
    elif [[ $option == = && $COMP_CWORD -ge 2 ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]} is_own_word=
    elif [[ $current == --*=* ]]; then
        is_own_word='' option=${current%%=*} lead=${current%%=*}= current=${current#*=}
    fi
    argument=$(_kexec_argument "$1" "$option")
    # One that may be missing is no word of its own.
    [[ $argument != \[* || -z $is_own_word ]] || argument=
    argument=${argument#\[=}
    argument=${argument%]}
    if [[ -n $argument ]]; then
        _kexec_offer_argument "$1" "$argument" "$option" "$current" "$lead"
    elif [[ $current == -* ]]; then
        _kexec_offer "$current" '' < <(_kexec_options "$1" | awk '
            $1 != "-" { print $1 }
            $3 == "-" { print $2 }
            $3 != "-" { print $2 "=" }')
        [[ ${COMPREPLY[*]} != --*= ]] || compopt -o nospace 2> /dev/null
    elif [[ $1 == *fadump && $COMP_CWORD -eq 1 ]]; then
        _kexec_offer "$current" '' < <(_kexec_words "$1")
    elif [[ $1 == *fadump ]]; then
        [[ ${COMP_WORDS[1]} != save ]] || _kexec_offer "$current" '' < <(compgen -d -S / -- "$current")
    elif [[ $1 == *vmcore-dmesg ]]; then
        _kexec_offer_files _kexec_dumps "$current" ''
    else
        _kexec_offer_files _kexec_kernels "$current" ''
    fi
}

complete -F _kexec kexec vmcore-dmesg fadump
