# SPDX-License-Identifier: GPL-2.0-or-later
"""Reboots into kernels that bring their own parts: a unified kernel image with an add-on, a FIT image with a device tree, a uImage of
several files."""
import containers
import proof
import supplies
from cases import board
from machine import MACHINES, Setup
from proof import require

LIMIT = 120


def boot(bench, machine, script, files, second_says=""):
    first = bench.initramfs(machine, "first", script, {**bench.program(), **files})
    setup = Setup(machine, machine.plain_firmware(), supplies.kernel(machine, "small"), first)
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    proof.require_loaded(said, "first", "loaded")
    require("second" in said.stages, f"the second kernel never reached its initramfs{second_says}")
    return said


def run_uki(bench, machine_name, call):
    machine = MACHINES[machine_name]
    word = proof.nonce()
    second = bench.packed_initramfs(machine, "second", "say_memory")
    uki = containers.uki(bench, machine, supplies.kernel(machine, "small"), f"{machine.command_line()} own={word}", second)
    files = {"boot/linux.efi": uki, "boot/linux.efi.extra.d/one.addon.efi": containers.addon(bench, machine, f"addon={word}")}
    said = boot(bench, machine, f"load -l -d {call} /boot/linux.efi --append=more={word}\nkexec -e", files)
    command_line = said.one("second", "cmdline")
    wanted = f"own={word} addon={word} more={word}"
    require(wanted in command_line, f"the command line lacks \"{wanted}\": {command_line}")
    rule = "part: command line: that in the UKI, then --append"
    require(rule in said.all("first", "load_said"), "-d does not say how the command line was joined")
    return ["second kernel up with the UKI's initrd", "command line of UKI, add-on and --append"]


def run_fit(bench):
    machine = MACHINES["arm64"]
    word = proof.nonce()
    second = bench.packed_initramfs(machine, "second", "say_memory\nsay added \"$(cat /proc/device-tree/added-by-overlay/status)\"\n"
                                    "say model \"$(cat /proc/device-tree/model)\"")
    tree = board.described(bench)
    fit = containers.fit(bench, supplies.kernel(machine, "small"), second, tree)
    append = f"{machine.command_line()} nonce={word}"
    said = boot(bench, machine, f"load -l '/board.itb#board' --dtb-set=/:model=changed --append='{append}'\nkexec -e",
                {"board.itb": fit})
    require(f"nonce={word}" in said.one("second", "cmdline"), "the command line is not the one given")
    require(said.one("second", "added").startswith("okay"), "the overlay's node is not in the second kernel's device tree")
    require(said.one("second", "model").startswith("changed"), "the property that --dtb-set names was not set")
    return ["second kernel up with the FIT image's ramdisk", "its device tree with its overlay", "--dtb-set"]


def run_uimage(bench):
    machine = MACHINES["arm64"]
    word = proof.nonce()
    second = bench.packed_initramfs(machine, "second", "say_memory\nsay model \"$(cat /proc/device-tree/model)\"")
    image = containers.uimage(bench, supplies.kernel(machine, "small"), second, board.described(bench))
    append = f"{machine.command_line()} nonce={word}"
    said = boot(bench, machine, f"load -l /uImage --dtb-set=/:model={word} --append='{append}'\nkexec -e", {"uImage": image})
    require(f"nonce={word}" in said.one("second", "cmdline"), "the command line is not the one given")
    require(said.one("second", "model").startswith(word), "the device tree is not that of the uImage with the property that was set")
    return ["second kernel up with the ramdisk of the uImage", "and its device tree"]
