# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels of x86_64 that are entered unpacked (--fast): each lies where it was drawn to lie, and knows it; their dumps open."""
import dataclasses

import matrix
import proof
import supplies
from cases import crash
from machine import MACHINES, Setup
from proof import require

LIMIT = 300     # seconds, for all kernels of a row

LINKED_TEXT = "ffffffff81000000"
DRAWN = ("_text", "physical", "page_offset_base", "vmalloc_base", "vmemmap_base")
KASLR_FLAG = 2
UNMOVED_MAPS = ("ffff888000000000", "ff11000000000000")     # with four levels of page tables, and with five
FOUR_LEVELS = 0xffff800000000000    # and above: the direct map of a kernel with four levels

# Each kernel starts the next; the last of them is told nokaslr. The first hands over an initramfs in two archives, the second packed.
HOP_SCRIPT = """\
hop=$(sed -n 's/.*hop=\\([0-9]*\\).*/\\1/p' /proc/cmdline)
say stage "hop$hop"
say_kernel_place
say_memory
say early "$(cat /early/word 2>/dev/null)"
if [ "$hop" -ge {hops} ]; then finish; fi
cd /
{{ echo proc; echo sys; echo dev; echo dev/console; echo tmp; ls -A / | grep -vxE 'proc|sys|dev|tmp|early' |
    while read -r name; do find "$name"; done; }} |
    cpio -o -H newc >/tmp/next.cpio 2>/dev/null
mkdir -p early
echo {word} >early/word
printf 'early\\nearly/word\\n' | cpio -o -H newc >/tmp/early.cpio 2>/dev/null
case $hop in 0) gzip -1 /tmp/next.cpio; next=/tmp/next.cpio.gz; checks= ;; *) next=/tmp/next.cpio; checks=-i ;; esac
case $hop in $(({hops} - 1))) more=nokaslr ;; *) more= ;; esac
load -l -d --fast $checks /kernel --initrd=/tmp/early.cpio --add-initrd=$next --append="{append} hop=$((hop + 1)) $more"
dmesg | tail -n 40 | say_lines log
cat /run/kexec/* 2>/dev/null | say_lines record
kexec -e
"""


@dataclasses.dataclass(frozen=True)
class Row:
    """Which machine and kernel."""
    firmware: str
    kernel: str

    def name(self):
        return f"{self.firmware} {self.kernel}"


def run_row(bench, row, hops=3):
    machine, word = MACHINES["x86_64"], proof.nonce()
    script = HOP_SCRIPT.format(hops=hops, word=word, append=machine.command_line())
    image = supplies.kernel(machine, row.kernel)
    files = {**bench.program(), "sbin/marker": bench.marker, "kernel": image}
    first = bench.initramfs(machine, "hop", script, files)
    setup = Setup(machine, row.firmware, image, first, append="hop=0")
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    reached = [stage for stage in said.order if stage.startswith("hop") and stage != "hop"]
    require(reached == [f"hop{number}" for number in range(hops + 1)], f"the stages were {' '.join(reached)}")
    require(said.one("hop1", "early") == word, "what lay in the first archive did not arrive")
    judge_loads(said, reached)
    judge_drawn(said, reached[1:-1])
    judge_not_drawn(said, reached[-1])
    sizes = {proof.ram_size(said.all(stage, "iomem")) for stage in reached}
    require(len(sizes) == 1, f"System RAM changed on the way: {sizes}")
    return [f"{hops} kernels entered unpacked", "each where it was drawn, and told so", "no address printed", "nokaslr heeded"]


def judge_loads(said, reached):
    """Each was loaded unpacked, and nothing tells beforehand where the next one will lie."""
    for stage, following in zip(reached, reached[1:]):
        lines = said.all(stage, "load_said")
        require(any("entered behind its decompressor" in line for line in lines), f"{stage} did not load unpacked: " + " / ".join(lines))
        if following == reached[-1]:
            continue
        for key in ("_text", "physical"):
            address = said.one(following, key).lstrip("0").lower()
            told = [line for kind in ("load_said", "log", "record") for line in said.all(stage, kind) if address in line.lower()]
            require(len(address) > 5 and not told, f"{stage} told where {following} lies, {address}: {told}")


def judge_drawn(said, stages):
    drawn = {key: [said.one(stage, key) for stage in stages] for key in DRAWN}
    require(all(all(values) for values in drawn.values()), f"not all is known of where the kernels lie: {drawn}")
    # One of them may well be the same by chance, once in some hundred times.
    same = [key for key, values in drawn.items() if len(set(values)) == 1]
    require(len(same) < 2, f"of kernels that are to lie anywhere these are the same: {', '.join(same)} in {drawn}")
    flags = [said.one(stage, "loadflags") for stage in stages]
    require(all(int(each or "0", 16) & KASLR_FLAG for each in flags), f"loadflags were {flags}: the kernel was not told of its place")
    texts = [int(said.one(stage, "_text"), 16) for stage in stages]
    require(all(text >= int(LINKED_TEXT, 16) and text % 0x200000 == 0 for text in texts), f"_text lies at {texts}")


def judge_not_drawn(said, stage):
    require(said.one(stage, "_text") == LINKED_TEXT, f"with nokaslr _text lies at {said.one(stage, '_text')}")
    require(not int(said.one(stage, "loadflags"), 16) & KASLR_FLAG, "with nokaslr the flag was set")
    base = said.one(stage, "page_offset_base")
    require(base in UNMOVED_MAPS, f"with nokaslr the direct map was moved to {base}")


# A kernel that was entered unpacked arms a crash kernel of that kind, and crashes.
RELAY = """\
say_kernel_place
load -l --fast -i /kernel --initrd=/second.cpio --reuse-cmdline
kexec -e
"""


def run_crash(bench, row):
    cell = matrix.Cell("x86_64", "crash", row.firmware, row.kernel, "bzImage", "-c")
    return crash.crash(bench, cell, crash.PLAIN.replace("{call}", "-d --fast"), pipe=":", relay=RELAY, judge_more=judge_crash)


def judge_crash(said):
    for stage, kind in (("relay", "load_said"), ("first", "load_said")):
        lines = said.all(stage, kind)
        require(not any("ordinary way" in line for line in lines), f"{stage}: " + " / ".join(lines))
    require(said.one("relay", "_text") != said.one("first", "_text"), "the kernel that crashed lies where the one before it did")
    physical = int(said.one("capture", "physical"), 16)
    (first, last), = proof.ram_ranges(said.all("first", "iomem"), "Crash kernel")
    require(first <= physical <= last, f"the capture kernel lies at {physical:#x}, not in its reservation")
    return ["both kernels entered unpacked"]


# With five levels of page tables the kernel goes on as it is; where the next one is to have another number, it is started as usual.
LEVELS = """\
say_kernel_place
load -l --fast -i /kernel --initrd=/{next}.cpio --append="{append}"
kexec -e
"""


def run_levels(bench, row):
    machine, image = MACHINES["x86_64"], supplies.kernel(MACHINES["x86_64"], row.kernel)
    common = {**bench.program(), "sbin/marker": bench.marker, "kernel": image}
    line = machine.command_line()
    last = bench.packed_initramfs(machine, "five-again", "say_kernel_place", {"sbin/marker": bench.marker})
    four = bench.packed_initramfs(machine, "four", LEVELS.format(next="last", append=line), {**common, "last.cpio": last})
    five = bench.packed_initramfs(machine, "five", LEVELS.format(next="four", append=f"{line} no5lvl"), {**common, "four.cpio": four})
    first = bench.initramfs(machine, "first", LEVELS.format(next="five", append=line), {**common, "five.cpio": five})
    setup = Setup(machine, row.firmware, image, first, memory=2048, extra=("-cpu", "max"))
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    require(said.order[-1] == "five-again", f"the stages were {' '.join(said.order)}")
    levels = [5 if int(said.one(stage, "page_offset_base"), 16) < FOUR_LEVELS else 4 for stage in ("first", "five", "four", "five-again")]
    require(levels == [5, 5, 4, 5], f"levels of page tables: {levels}")
    ordinary = ["ordinary way" in " ".join(said.all(stage, "load_said")) for stage in ("first", "five", "four")]
    require(ordinary == [False, True, True], f"loaded the ordinary way: {ordinary}")
    return ["five levels stay five", "no5lvl is heeded, and back"]
