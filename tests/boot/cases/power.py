# SPDX-License-Identifier: GPL-2.0-or-later
"""ppc64: memory of several nodes with a hole in it, a device tree that is given, an initramfs that is used again."""
import matrix
import proof
import supplies
from cases import crash
from machine import MACHINES, Setup, Transcript
from proof import require

LIMIT = 120     # seconds; it takes 10 on an idle machine
MEMORY = 1024   # MiB

# Memory at 0, and a module of another node that lies a GiB above its end.
HOLE = (2 << 30, 3 << 30)
NODES = ("-m", "slots=2,maxmem=8G", "-object", "memory-backend-ram,id=near,size=2G", "-numa", "node,nodeid=0,memdev=near",
         "-numa", "node,nodeid=1", "-object", "memory-backend-ram,id=far,size=1G",
         "-device", f"pc-dimm,memdev=far,node=1,addr={HOLE[1]:#x}")
NODES_CELL = matrix.Cell("ppc64", "crash", "vof", "small", "vmlinux", "-c", memory=HOLE[0] >> 20, cpu="radix")


def run_nodes(bench):
    proved = crash.crash(bench, NODES_CELL, crash.PLAIN.replace("{call}", "-c"), pipe=":", hardware=NODES)
    ranges = proof.ram_ranges(Transcript(bench.console).all("first", "iomem"))
    require(ranges[-1] == (HOLE[1], HOLE[1] + (1 << 30) - 1), f"the machine's memory is another: {ranges}")
    return [*proved, f"memory again from {HOLE[1]:#x} on"]


TREE_SCRIPT = """\
say_memory
cp /sys/firmware/fdt /tree
load -l -c --devicetreeblob=/tree /kernel --initrd=/second.cpio --append="{append}"
kexec -e
"""

def run_tree(bench):
    """The tree given is the running kernel's own, as it was flattened for it."""
    machine = MACHINES["ppc64"]
    word = proof.nonce()
    kernel = supplies.kernel(machine, "small")
    second = bench.packed_initramfs(machine, "second", "say_memory")
    script = TREE_SCRIPT.replace("{append}", f"{machine.command_line()} nonce={word}")
    first = bench.initramfs(machine, "first", script, {**bench.program(), "kernel": kernel, "second.cpio": second})
    said = bench.run(Setup(machine, "vof", kernel, first, MEMORY, append="said-by=firmware"), LIMIT, r"@@ end|@@ load_exit [1-9]")
    proof.require_loaded(said, "first", "loaded")
    require("second" in said.stages, "the second kernel never reached its initramfs")
    line = said.one("second", "cmdline")
    require(f"nonce={word}" in line and "said-by" not in line, f"the second kernel's command line: {line}")
    sizes = [proof.ram_size(said.all(stage, "iomem")) for stage in said.order]
    require(sizes[0] == sizes[1], f"System RAM: {sizes[0]} bytes before, {sizes[1]} after")
    return ["second kernel up with the tree of a file", "its command line from --append", "RAM equal"]


REUSE_SCRIPT = """\
say_memory
if grep -q 'again' /proc/cmdline; then
    say stage second
    say_memory
    say again "$(cat /word)"
    finish
fi
rm /word
load -l -c --reuseinitrd /kernel --append="{append} again"
kexec -e
"""


def run_reused_initrd(bench):
    """The second kernel unpacks what the boot loader left in memory: a file that the first has removed is there again."""
    machine = MACHINES["ppc64"]
    word = proof.nonce()
    kernel = supplies.kernel(machine, "small")
    script = REUSE_SCRIPT.replace("{append}", machine.command_line())
    first = bench.initramfs(machine, "first", script, {**bench.program(), "kernel": kernel}, {"word": word.encode()})
    said = bench.run(Setup(machine, "vof", kernel, first, MEMORY, append="retain_initrd"), LIMIT, r"@@ end|@@ load_exit [1-9]")
    proof.require_loaded(said, "first", "loaded")
    require("second" in said.stages, "the second kernel never reached its initramfs")
    require(said.one("second", "again") == word, "the second kernel's initramfs is not the first one's")
    return ["second kernel up with the first one's initramfs"]
