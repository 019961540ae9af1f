# SPDX-License-Identifier: GPL-2.0-or-later
"""Every case there is: the matrix's cells and the scenarios that always run."""
import functools

import capturing
import disks
import matrix
from cases import (altered, board, capture, container, crash, dump, endurance, fadump, fast, hotplug, how_to, interrupted, kdump_tools,
                   loader_view, mainframe, nfs, power, reboot, refusals, refusals_arm64, rehearsal, remote, trial, virtiofs, without_kexec)
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


def fast_case(what, prove, row):
    return Case("x86_64", f"x86_64 {what} {row.name()}", lambda bench: prove(bench, row))


def capture_case(words, scene):
    return Case(scene.machine, f"{scene.machine} capture {words}", lambda bench: capture.run(bench, scene))


def captures():
    """Those of every run."""
    return [
        capture_case("stored on ext4 by LABEL with makedumpfile", capture.Scene("x86_64")),
        capture_case("stored on ext4 without makedumpfile and 128 MiB reserved",
                     capture.Scene("arm64", collector="cp", memory=512, reservation="128M")),
    ]


def further_captures():
    by_uuid = f"UUID={disks.UUID}"
    return [
        Case("x86_64", "x86_64 capture stored raw with makedumpfile, taken by the next start", capture.run_raw_taken),
        capture_case("stored raw without makedumpfile", capture.Scene("x86_64", target="raw", source="/dev/vda", collector="cp",
                                                                       disk_size=1 << 30)),
        capture_case("stored on btrfs by its device", capture.Scene("x86_64", target="btrfs", source="/dev/vda")),
        capture_case("stored on xfs by UUID", capture.Scene("x86_64", target="xfs", source=by_uuid)),
        capture_case("stored on ext4 of a card with 128 MiB reserved",
                     capture.Scene("arm64", "board", collector="cp", memory=512, reservation="128M", hardware=capturing.SD_CARD,
                                    disk_size=1 << 29)),  # a power of two, as QEMU's cards are
        capture_case("stored on ext4 with makedumpfile", capture.Scene("ppc64", memory=2048)),
        capture_case("stored raw with makedumpfile", capture.Scene("s390x", "small", "raw", "/dev/vda", memory=1024, reservation="128M")),
        capture_case("stored on ext4 by LABEL with makedumpfile", capture.Scene("s390x", "small", memory=1024, reservation="128M")),
        Case("ppc64", "ppc64 capture by firmware and the boot goes on", capture.run_fadump),
        Case("x86_64", "x86_64 capture full disk", capture.run_full_disk),
        Case("x86_64", "x86_64 capture unplugged disk", capture.run_unplugged),
        Case("x86_64", "x86_64 capture unplugged disk, the reason kept by pstore", capture.run_kept_by_pstore),
        Case("x86_64", "x86_64 capture missing module", capture.run_missing_module),
        Case("x86_64", "x86_64 capture collector crash", capture.run_collector_crash),
        Case("x86_64", "x86_64 capture time limit", capture.run_time_limit),
    ]


def scenarios():
    """Cases that are in every run: what they prove is not a matter of combinations."""
    return [
        Case("x86_64", "x86_64 ten hops bios 6.1", lambda bench: reboot.run_hops(bench, "x86_64", "6.1")),
        Case("x86_64", "x86_64 crash classic command line", lambda bench: crash.run_classic(bench, CLASSIC)),
        Case("x86_64", "x86_64 altered crash kernel", lambda bench: altered.run(bench, "x86_64", "6.1", "crash")),
        Case("x86_64", "x86_64 dump opens in gdb and crash", lambda bench: dump.run(bench, "x86_64")),
        Case("x86_64", "x86_64 bad input", lambda bench: refusals.run(bench, "x86_64", "6.1")),
        Case("x86_64", "x86_64 kernel without kexec", without_kexec.run),
        Case("x86_64", "x86_64 loads ended by signals", interrupted.run),
        Case("x86_64", "x86_64 panics during a load", interrupted.run_panics),
        Case("x86_64", "x86_64 twenty loads and unloads", endurance.run_cycles),
        Case("x86_64", "x86_64 crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "x86_64", "6.1")),
        Case("x86_64", "x86_64 crash tried with --test-vm and too little memory",
             lambda bench: rehearsal.run_too_small(bench, "x86_64", "6.1", "112M")),
        Case("x86_64", "x86_64 unified kernel image -s", lambda bench: container.run_uki(bench, "x86_64", "-s")),
        fast_case("fast", fast.run_row, fast.Row("bios", "6.12")),
        fast_case("fast crash", fast.run_crash, fast.Row("bios", "6.1")),
        Case("arm64", "arm64 ten hops dt 6.1", lambda bench: reboot.run_hops(bench, "arm64", "6.1")),
        Case("arm64", "arm64 bad input", refusals_arm64.run),
        Case("arm64", "arm64 unified kernel image -c", lambda bench: container.run_uki(bench, "arm64", "-c")),
        Case("arm64", "arm64 FIT image with its device tree", container.run_fit),
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
    ] + captures()


def further_scenarios():
    """Cases that only a full run adds."""
    return [Case(machine, f"{machine} altered kernel", lambda bench, machine=machine: altered.run(bench, machine, "6.1", "reboot"))
            for machine in ("x86_64", "arm64")] + [
        Case("x86_64", "x86_64 reboot tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "x86_64", "6.12", "-l")),
        Case("arm64", "arm64 crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "arm64", "6.12")),
        Case("ppc64", "ppc64 crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "ppc64", "6.1")),
        Case("s390x", "s390x crash tried with --test-vm", lambda bench: rehearsal.run_proven(bench, "s390x", "small")),
        *(fast_case("fast", fast.run_row, fast.Row(*each)) for each in (("bios", "6.1"), ("uefi", "6.1"), ("uefi", "6.12"))),
        *(fast_case("fast crash", fast.run_crash, fast.Row(*each)) for each in (("bios", "6.12"), ("uefi", "6.1"), ("uefi", "6.12"))),
        fast_case("fast levels of page tables", fast.run_levels, fast.Row("bios", "6.12")),
        Case("x86_64", "x86_64 reboot into a 32-bit vmlinux", reboot.run_32_bit),
        Case("x86_64", "x86_64 kdump-tools of Debian", kdump_tools.run),
        Case("x86_64", "x86_64 kdump-tools of Debian, installed by dpkg", kdump_tools.run_installed),
        Case("x86_64", "x86_64 kdump service of a Debian, as its how-to says", how_to.run),
        Case("x86_64", "x86_64 dump by ssh, and a key that is refused", remote.run_ssh),
        Case("x86_64", "x86_64 dump by nfs from a static address, and a server that is gone", nfs.run),
        Case("x86_64", "x86_64 dump by virtiofs, with and without dracut", virtiofs.run),
        Case("x86_64", "x86_64 initramfs of firmware-assisted dump, as a boot loader finds it", loader_view.run),
        Case("x86_64", "x86_64 memory plugged into an armed machine", hotplug.run),
        Case("x86_64", "x86_64 configuration tried by kdumpctl test --vm", trial.run_test),
        *(Case(machine, f"{machine} configuration tried by kdumpctl test --vm",
               lambda bench, machine=machine, reserved=reserved: trial.run_test(bench, machine, reserved))
          for machine, reserved in (("arm64", 192), ("ppc64", 384), ("s390x", 192))),
        *(Case(machine, f"{machine} reservation measured by kdumpctl estimate",
               lambda bench, machine=machine: trial.run_measure(bench, machine)) for machine in ("x86_64", "arm64")),
        Case("x86_64", "x86_64 crash with its memory on the command line",
             lambda bench: crash.run_memmap(bench, matrix.Cell("x86_64", "crash", "bios", "6.1", "bzImage", "-c"))),
        Case("ppc64", "ppc64 fadump radix, with SLOF", lambda bench: fadump.run_filtered(bench, "slof")),
        Case("s390x", "s390x kernel without kexec", lambda bench: without_kexec.run_emulated(bench, "s390x", "6.12")),
        Case("ppc64", "ppc64 fadump, found by a kernel that starts another", fadump.run_relayed),
        Case("ppc64", "ppc64 crash of several nodes with a hole", power.run_nodes),
        Case("ppc64", "ppc64 reboot with a device tree file", power.run_tree),
        Case("ppc64", "ppc64 reboot with the initramfs used again", power.run_reused_initrd),
        Case("x86_64", "x86_64 unified kernel image -c", lambda bench: container.run_uki(bench, "x86_64", "-c")),
        Case("arm64", "arm64 unified kernel image -s", lambda bench: container.run_uki(bench, "arm64", "-s")),
        Case("arm64", "arm64 uImage of kernel, ramdisk and device tree", container.run_uimage),
        Case("ppc64", "ppc64 reboot on bare metal", lambda bench: reboot.run_cell(bench, BARE_METAL))] + further_captures()


def endurance_scenarios():
    """Cases that take minutes: those of `./run soak`. Each has a short version above."""
    return [
        Case("x86_64", "x86_64 soak, 500 loads and unloads", lambda bench: endurance.run_cycles(bench, 500)),
        Case("x86_64", "x86_64 soak, a crash after each of 20 loads", lambda bench: endurance.run_crashes(bench, 20)),
        Case("x86_64", "x86_64 soak, loads ended at every call", lambda bench: interrupted.run(bench, every_call=True)),
        Case("x86_64", "x86_64 soak, a panic at every call of a load", lambda bench: interrupted.run_panics(bench, every_call=True)),
        *(Case(machine, f"{machine} soak, {hops} hops", lambda bench, machine=machine, kernel=kernel, hops=hops:
               reboot.run_hops(bench, machine, kernel, hops))
          for machine, kernel, hops in (("x86_64", "6.1", 100), ("arm64", "6.1", 100), ("ppc64", "6.1", 30), ("s390x", "small", 30)))]


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
