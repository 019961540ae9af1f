#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares man/kexec.8 with the program's own tables: options, their letters and arguments, and the files read.

Usage: check_man.py LIST_TABLES MAN_PAGE. With a bad sample it proves first that it can fail."""

import re
import subprocess
import sys

ARCHS = ("x86_64", "arm64", "ppc64", "s390x")
OPTION = re.compile(r"(?:-(?P<letter>\w), )?--(?P<name>[a-z0-9-]+)(?:\[?=(?P<argument>[A-Z]+)\]?)?$")


def plain(line):
    """A line without roff's fonts and escapes."""
    return re.sub(r"\\f[BIR]", "", line).replace("\\-", "-").replace("\\&", "").strip()


def read_page(text):
    """The options of each section ("" for those of all architectures), and the paths under FILES."""
    options = {name: set() for name in ("",) + ARCHS}
    files, section, files_section, tagged = set(), "", False, False
    for line in text.splitlines():
        if line.startswith((".SS", ".SH")):
            words = line.split()
            section = words[-1] if line.startswith(".SS Options of") else ""
            files_section = line == ".SH FILES" or (files_section and line.startswith(".SS"))
        elif tagged and files_section:
            files.add(plain(line.removeprefix(".I")))
        elif tagged and (found := OPTION.match(plain(line))):
            options[section].add((found["name"], found["letter"] or "-", found["argument"] or "-"))
        tagged = line in (".TP", ".TQ")
    return options, files


def read_tables(text):
    options = {name: set() for name in ARCHS}
    files = set()
    for line in text.splitlines():
        kind, arch, *fields = line.split("\t")
        if kind == "option":
            options[arch].add(tuple(fields))
        else:
            files.add(fields[0])
    return options, files


def differences(page_text, tables_text):
    page_options, page_files = read_page(page_text)
    table_options, table_files = read_tables(tables_text)
    found = []
    for arch in ARCHS:
        described = page_options[""] | page_options[arch]
        found += [f"{arch}: --{name} is not in the page" for name, *_ in sorted(table_options[arch] - described)]
        found += [f"{arch}: --{name} is in the page only" for name, *_ in sorted(described - table_options[arch])]
    found += [f"{path} is not under FILES" for path in sorted(table_files - page_files)]
    found += [f"{path} is under FILES, and not read" for path in sorted(page_files - table_files)]
    return found


def prove_that_it_fails():
    page = ".SS Some\n.TP\n\\fB\\-l\\fR, \\fB\\-\\-load\\fR\n.SH FILES\n.TP\n.I /proc/a\n"
    rows = "".join(f"option\t{arch}\tload\tl\t-\n" for arch in ARCHS) + "source\t-\t/proc/a\tx\n"
    assert not differences(page, rows)
    assert differences(page, rows + "option\tarm64\tnew\t-\t-\n") == ["arm64: --new is not in the page"]
    assert len(differences(page.replace("\\-\\-load", "\\-\\-lod"), rows)) == 2 * len(ARCHS)
    assert len(differences(page.replace("load\\fR", "load\\fR=\\fIX\\fR"), rows)) == 2 * len(ARCHS)
    assert differences(page, rows.replace("/proc/a", "/proc/b")) == ["/proc/b is not under FILES",
                                                                     "/proc/a is under FILES, and not read"]


def main():
    program, page = sys.argv[1:]
    prove_that_it_fails()
    tables = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    with open(page, encoding="utf-8") as file:
        found = differences(file.read(), tables)
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
