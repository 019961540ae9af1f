# SPDX-License-Identifier: GPL-2.0-or-later
"""Every case there is: the matrix's cells and the scenarios that always run."""
import functools

import matrix
from cases import (altered, board, container, crash, dump, fadump, kdump_tools, mainframe, power, reboot, refusals, refusals_arm64,
                   rehearsal, without_kexec)
from runner import Case

CLASSIC = matrix.Cell("x86_64", "crash", "bios", "6.1", "vmlinux", "-a")
BARE_METAL = matrix.Cell("ppc64", "reboot", "opal", "6.1", "vmlinux", "-c", memory=2048, cpu="radix")
# What the scenarios of every run prove besides: the hops are reboots, by both calls.
PROVEN = (CLASSIC, matrix.Cell("x86_64", "reboot", "bios", "6.1", "bzImage", "-c"),
          matrix.Cell("x86_64", "reboot", "bios", "6.1", "bzImage", "-s"),
          board.CELL, matrix.Cell("arm64", "reboot", "dt", "6.1", "Image", "-c", cpu="a57"),
          matrix.Cell("ppc64", "reboot", "vof", "6.1", "vmlinux", "-c", cpu="radix"),
          matrix.Cell("ppc64", "reboot", "vof", "small", "vmlinux", "-c", cpu="radix"),
          matrix.Cell("s390x", "reboot", "ipl", "small", "bzImage", "-c"),
          matrix.Cell("s390x", "reboot", "ipl", "small", "bzImage", "-s"),
          # The way back from Debian's kernel, and the control of the altered crash kernel.
          matrix.Cell("s390x", "reboot", "ipl", "small", "vmlinux", "-c"), matrix.Cell("s390x", "crash", "ipl", "small", "bzImage", "-c"))


def cell_case(cell):
    prove = reboot.run_cell if cell.action == "reboot" else crash.run_cell
    return Case(cell.machine, cell.name(), lambda bench: prove(bench, cell))


def scenarios():
    """Cases that are in every run: what they prove is not a matter of combinations."""
    return [
        Case("x86_64", "x86_64 ten hops bios 6.1", lambda bench: reboot.run_hops(bench, "x86_64", "6.1")),
        Case("x86_64", "x86_64 crash classic command line", lambda bench: crash.run_classic(bench, CLASSIC)),
        Case("x86_64", "x86_64 altered crash kernel", lambda bench: altered.run(bench, "x86_64", "6.1", "crash")),
        Case("x86_64", "x86_64 dump opens in gdb and crash", lambda bench: dump.run(bench, "x86_64")),
        Case("x86_64", "x86_64 bad input", lambda bench: refusals.run(bench, "x86_64", "6.1")),
        Case("x86_64", "x86_64 kernel without kexec", without_kexec.run),
        Case("x86_64", "x86_64 crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "x86_64", "6.1")),
        Case("x86_64", "x86_64 crash tried with --test-vm and too little memory",
             lambda bench: rehearsal.run_too_small(bench, "x86_64", "6.1", "112M")),
        Case("arm64", "arm64 ten hops dt 6.1", lambda bench: reboot.run_hops(bench, "arm64", "6.1")),
        Case("arm64", "arm64 bad input", refusals_arm64.run),
        Case("arm64", "arm64 altered crash kernel", lambda bench: altered.run(bench, "arm64", "6.1", "crash")),
        Case("arm64", "arm64 crash of a board as guides teach it", board.run_guide),
        Case("arm64", "arm64 crash of a board with --dtb", board.run_guide_with_tree),
        Case("ppc64", "ppc64 ten hops vof", lambda bench: reboot.run_hops(bench, "ppc64", "6.1")),
        Case("ppc64", "ppc64 altered crash kernel", lambda bench: altered.run(bench, "ppc64", "small", "crash")),
        Case("ppc64", "ppc64 fadump radix", fadump.run_filtered),
        Case("ppc64", "ppc64 fadump nocma hash, stored without makedumpfile", fadump.run_plain),
        Case("s390x", "s390x ten hops small", lambda bench: reboot.run_hops(bench, "s390x", "small")),
        Case("s390x", "s390x reboot into Debian 6.1 and back", mainframe.run_debian),
        Case("s390x", "s390x altered crash kernel", lambda bench: altered.run(bench, "s390x", "small", "crash")),
        Case("s390x", "s390x bad input", mainframe.run_bad_input),
    ]


def further_scenarios():
    """Cases that only a full run adds."""
    return [Case(machine, f"{machine} altered kernel", lambda bench, machine=machine: altered.run(bench, machine, "6.1", "reboot"))
            for machine in ("x86_64", "arm64")] + [
        Case("x86_64", "x86_64 reboot tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "x86_64", "6.12", "-l")),
        Case("arm64", "arm64 crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "arm64", "6.12")),
        Case("ppc64", "ppc64 crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "ppc64", "6.1")),
        Case("s390x", "s390x crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "s390x", "small")),
        Case("x86_64", "x86_64 kdump-tools of Debian", kdump_tools.run),
        Case("x86_64", "x86_64 crash with its memory on the command line",
             lambda bench: crash.run_memmap(bench, matrix.Cell("x86_64", "crash", "bios", "6.1", "bzImage", "-c"))),
        Case("ppc64", "ppc64 fadump radix, with SLOF", lambda bench: fadump.run_filtered(bench, "slof")),
        Case("s390x", "s390x kernel without kexec", lambda bench: without_kexec.run_emulated(bench, "s390x", "6.12")),
        Case("ppc64", "ppc64 fadump, found by a kernel that starts another", fadump.run_relayed),
        Case("ppc64", "ppc64 crash of several nodes with a hole", power.run_nodes),
        Case("ppc64", "ppc64 reboot with a device tree file", power.run_tree),
        Case("ppc64", "ppc64 reboot with the initramfs used again", power.run_reused_initrd),
        Case("x86_64", "x86_64 unified kernel image -c", lambda bench: container.run_uki(bench, "x86_64", "-c")),
        Case("x86_64", "x86_64 unified kernel image -s", lambda bench: container.run_uki(bench, "x86_64", "-s")),
        Case("arm64", "arm64 unified kernel image -c", lambda bench: container.run_uki(bench, "arm64", "-c")),
        Case("arm64", "arm64 unified kernel image -s", lambda bench: container.run_uki(bench, "arm64", "-s")),
        Case("arm64", "arm64 FIT image with its device tree", container.run_fit),
        Case("ppc64", "ppc64 reboot on bare metal", lambda bench: reboot.run_cell(bench, BARE_METAL))]


@functools.cache
def tables():
    """(cases of a default run, those a full run adds, [(name, reason)] of what is never run)."""
    default, further, never = scenarios(), further_scenarios(), []
    for machine, action in matrix.DIMENSIONS:
        proven = [cell for cell in PROVEN if (cell.machine, cell.action) == (machine, action)]
        chosen, rest, excluded = matrix.cells(machine, action, proven)
        default += map(cell_case, chosen)
        further += map(cell_case, rest)
        never += [(cell.name(), reason) for cell, reason in excluded]
    return default, further, never
