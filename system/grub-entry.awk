# SPDX-License-Identifier: GPL-2.0-or-later
# Reads GRUB's configuration as grub-mkconfig writes it, a command on each line, and prints the kernel, the initrds with
# blanks between and the command line of the entry `wanted`, a line each. An entry is named by its number, its title or its identifier;
# one within a submenu by the submenu's name, ">" and its own. A submenu stands for its first entry. It ends with
# status 1 where there is no such entry, or it is one that starts no single Linux kernel.

# The first word of `text`, in quotes or not, without them.
function first_word(text,    mark) {
    mark = substr(text, 1, 1)
    if (mark != "\"" && mark != "'") {
        sub(/[ \t].*/, "", text)
        return text
    }
    text = substr(text, 2)
    return substr(text, 1, index(text, mark) - 1)
}

# Whether the item that this line opens is on the way to the entry wanted.
function leads_there(    number, text, title, id) {
    number = count[depth]++
    text = $0
    sub(/^[a-z]+[ \t]+/, "", text)
    title = first_word(text)
    id = ""
    if (match(text, /\$menuentry_id_option[ \t]+|--id[ =]/))
        id = first_word(substr(text, RSTART + RLENGTH))
    if (depth > 0 && !good[depth])
        return 0
    if (depth >= parts)
        return number == 0
    return name[depth + 1] == number "" || name[depth + 1] == title || name[depth + 1] == id
}

BEGIN {
    parts = split(wanted, name, ">")
    depth = 0
    count[0] = 0
}

{
    sub(/^[ \t]+/, "")
    sub(/[ \t]+$/, "")
}

# What is in braces and no menu is skipped: a function has none of the commands that matter.
/\{$/ {
    is_item = $1 == "menuentry" || $1 == "submenu"
    is_good = is_item && leads_there()
    depth++
    good[depth] = is_good
    count[depth] = 0
    inside = is_good && $1 == "menuentry"
    found = found || inside
    next
}

$0 == "}" {
    depth--
    inside = 0
    next
}

inside && ($1 == "linux" || $1 == "linux16" || $1 == "linuxefi") {
    kernels++
    kernel = $2
    append = ""
    # A variable that is not set is nothing, as in GRUB.
    for (i = 3; i <= NF; i++)
        if ($i !~ /^\$/)
            append = append (append == "" ? "" : " ") $i
}

inside && ($1 == "initrd" || $1 == "initrd16" || $1 == "initrdefi") {
    for (i = 2; i <= NF; i++)
        initrds = initrds (initrds == "" ? "" : " ") $i
}

END {
    if (!found || kernels != 1 || kernel !~ /^\//)
        exit 1
    print kernel
    print initrds
    print append
}
