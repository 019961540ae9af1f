# SPDX-License-Identifier: GPL-2.0-or-later
"""Crashes: the capture kernel comes up, and its /proc/vmcore is whole: every RAM range, the log with the panic, the marker."""
import base64
import gzip
import re
import secrets
import subprocess

import proof
import supplies
import vmcore
from cases import looks
from machine import MACHINES, Setup
from proof import require

LIMIT = 120     # seconds; a boot takes 10 on an idle machine
PAGE = 4096
LARGEST_PAGE = 65536
LARGE_PAGES = (("arm64", "small"), ("ppc64", "6.1"))  # kernels that have such
LOW_MEMORY = 1 << 20
LARGEST_KERNEL = 128 << 20  # what may be in the dump twice
PANIC = "Kernel panic - not syncing: sysrq triggered crash"

# What a person types after the manual page of kexec-tools.
CLASSIC = '-p /kernel --initrd=/capture.cpio --args-linux --elf32-core-headers --append="root=/dev/ram0 init 1 irqpoll maxcpus=1 {more}"'
# It does not tell drivers that their devices were left running, and one option has no effect.
CLASSIC_WARNED = ("command-line", "plan")
PLAIN = '-p {call} /kernel --initrd=/capture.cpio --append="nr_cpus=1 reset_devices {more}"'

FIRST = """\
say_memory
say_processors
say acpi "$(ls /sys/firmware/acpi/tables 2>/dev/null | wc -l)"
marker plant {marker} >/tmp/marker &
while ! grep -q . /tmp/marker; do sleep 0.1; done
cat /tmp/marker
address=$(cut -d' ' -f3 /tmp/marker)
load {load}
rm -f {places}
while [ "$(date +%s)" -eq 0 ]; do sleep 0.1; done # makedumpfile takes no crash in the first second of 1970
echo c >/proc/sysrq-trigger
"""

CAPTURE = """\
say_processors
say_firmware
say vmcore_size "$(stat -c %s /proc/vmcore)"
dd if=/proc/vmcore bs=64k count={head} 2>/dev/null | gzip | base64 | say_lines head
marker find /proc/vmcore "$(sed -n 's/.*marker=\\([0-9a-fx]*\\).*/\\1/p' /proc/cmdline)"
makedumpfile() { /dump/loader --library-path /dump /dump/makedumpfile "$@"; }
makedumpfile --dump-dmesg /proc/vmcore /tmp/log >/tmp/output 2>&1
say makedumpfile_exit $?
say_lines makedumpfile_said </tmp/output
tail -n 60 /tmp/log | say_lines log
vmcore-dmesg /proc/vmcore >/tmp/ours 2>/tmp/notes
say dmesg_exit $?
say_lines dmesg_notes </tmp/notes
{pipe}
tail -n 60 /tmp/ours | say_lines dmesg
say dmesg_lines "$(wc -l </tmp/ours)"
say_differences dmesg_differs /tmp/log /tmp/ours
"""


# Reading all of a dump takes an emulated machine long; the scenarios do, the matrix does not.
PIPE = "cat /proc/vmcore | vmcore-dmesg - 2>&1 | cmp /tmp/ours - && say dmesg_through_pipe same"

# Which dumps makedumpfile, up to 1.7.8, cannot read, and what it says of them; no matter who made the core header, we or the kernel.
NOT_READ = (
    (lambda cell: cell.machine == "arm64" and cell.kernel == "6.12", "PAGE SIZE 0x1000 and VA Bits 52 not supported"),
    (lambda cell: (cell.machine, cell.kernel, cell.firmware) == ("arm64", "small", "dt") and cell.memory > 4096,
     "Could not validate mem_section"),
)


def head_size(cell):
    """How many times 64 KiB hold the headers and notes of a dump; more would only take the console long. The notes of a
    kernel with pages of 64 KiB start on the second."""
    return 4 if (cell.machine, cell.kernel) in LARGE_PAGES else 1


def looks_first(cell):
    """One cell or two of each kind of machine that a default run boots."""
    return cell.processors == 1 and cell.call != "-c"


def run_cell(bench, cell):
    return crash(bench, cell, PLAIN.replace("{call}", cell.call), pipe=":", looking=looks_first(cell))


def run_classic(bench, cell):
    """`kexec -p vmlinux --args-linux --elf32-core-headers …`, as people have typed it for twenty years."""
    return crash(bench, cell, CLASSIC, looking=True, warned=CLASSIC_WARNED)


def run_memmap(bench, cell):
    """With the capture kernel's memory on its command line as well."""
    return crash(bench, cell, PLAIN.replace("{call}", cell.call + " --pass-memmap-cmdline"), pipe=":", words="memmap=exactmap memmap=")


def crash(bench, cell, load, places=("kernel", "capture.cpio"), more_files=None, pipe=PIPE, hardware=(), words="", relay="",
          looking=False, warned=(), judge_more=lambda said: []):
    """`load` is the command line of kexec, `places` are where its kernel and initramfs lie, `more_files` what else it reads, `hardware` are
    further options of QEMU; `words` have to be on the capture kernel's command line. With `relay` another kernel comes first, whose stage
    runs that script and starts the one that crashes with /second.cpio; `looking` has plans and the doctor tried around the
    load, which leaves the doctor `warned` of these checks; `judge_more` looks at what all of them said."""
    machine = MACHINES[cell.machine]
    tools = {"sbin/marker": bench.marker}
    stage = ("say_kernel_place\n" if relay else "") + CAPTURE
    capture = bench.packed_initramfs(machine, "capture", stage.replace("{pipe}", pipe).replace("{head}", str(head_size(cell))),
                                     {**tools, **bench.program("vmcore-dmesg"), **supplies.makedumpfile(machine)})
    word, marker = proof.nonce(), secrets.token_hex(32)
    more = f"{machine.command_line()} nonce={word} marker=$address"
    files = {**bench.program(), **tools, **(more_files or {}),
             places[0]: supplies.kernel_form(machine, cell.kernel, cell.form), places[1]: capture}
    paths = " ".join("/" + place for place in places)
    before = "say_kernel_place\n" if relay else ""
    first_script = looks.around(FIRST, load) if looking else FIRST
    script = before + first_script.replace("{load}", load.replace("{more}", more)).replace("{places}", paths).replace("{marker}", marker)
    first = bench.initramfs(machine, "first", script, files)
    if relay:
        second = bench.packed_initramfs(machine, "first", script, files)
        first = bench.initramfs(machine, "relay", relay, {**files, "second.cpio": second})
    reservation = machine.crash_high if cell.memory > 4096 else machine.crash_low
    setup = Setup(machine, cell.firmware, supplies.kernel(machine, cell.kernel), first, cell.memory, cell.processors,
                  f"crashkernel={reservation}", cell.cpu, hardware)
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    proved = judge(bench, said, cell, word)
    require(words in said.one("capture", "cmdline"), f"the capture kernel's command line lacks {words!r}")
    if pipe == PIPE:
        require(said.one("capture", "dmesg_through_pipe") == "same", "vmcore-dmesg prints another log when the dump comes through a pipe")
    if looking:
        proved += looks.judge_plans(said) + looks.judge_doctor(said, warned)
    return proved + judge_more(said)


def judge(bench, said, cell, word):
    proof.require_loaded(said, "first", "crash")
    require("capture" in said.stages, "the capture kernel never reached its initramfs")
    require(f"nonce={word}" in said.one("capture", "cmdline"), f"the capture kernel's command line: {said.one('capture', 'cmdline')}")
    proof.require_firmware(said, "first", "capture")
    core = head_of_dump(said)
    judge_ranges(core, said, cell)
    require(core.processors() == cell.processors, f"{core.processors()} CPUs left their registers, of {cell.processors}")
    require(any(name == "VMCOREINFO" and data for name, _, data in core.notes()), "the dump has no VMCOREINFO")
    judge_readelf(bench, core)
    judge_marker(core, said)
    accepted = judge_makedumpfile(said, cell)
    judge_log(said.all("capture", "log" if accepted else "dmesg"), MACHINES[cell.machine])
    judge_dmesg(said, bench.console if MACHINES[cell.machine].dies_aloud else [], accepted)
    size = judge_size(core, said)
    return ["capture kernel up", f"vmcore of {size >> 20} MiB has every RAM range", f"{core.processors()} CPU notes",
            "readelf and makedumpfile accept it" if accepted else "readelf accepts it", "panic and trace end the log",
            f"vmcore-dmesg prints its {said.one('capture', 'dmesg_lines')} lines", "marker found"]


def head_of_dump(said):
    text = "".join(said.all("capture", "head"))
    require(text, "/proc/vmcore could not be read")
    return vmcore.Core(gzip.decompress(base64.b64decode(text)))


def judge_ranges(core, said, cell):
    """Every page of the first kernel's memory but the reservation is in the dump, and the reservation is not.

    The core header that x86_64's kernel makes (kexec_file_load) leaves out the first MiB, which it never uses."""
    lines = said.all("first", "iomem")
    wanted = proof.ram_ranges(lines)
    reserved = proof.ram_ranges(lines, "Crash kernel")
    require(wanted and reserved, f"the first kernel's /proc/iomem names no reservation: {lines}")
    for hole in reserved:
        wanted = vmcore.without(wanted, hole)
    for first, last in proof.ram_ranges(lines, "RTAS"):  # what firmware holds is dumped, wherever it lies
        reserved = vmcore.without(reserved, (first & -LARGEST_PAGE, last | LARGEST_PAGE - 1))
    if cell.machine == "x86_64" and cell.call != "-c":
        wanted = vmcore.without(wanted, (0, LOW_MEMORY - 1))
    covered = vmcore.merged([(load.physical, load.physical + load.size - 1) for load in core.loads()])
    for first, last in wanted:
        first, end = -(-first // PAGE) * PAGE, (last + 1) // PAGE * PAGE
        require(first >= end or any(a <= first and end - 1 <= b for a, b in covered),
                f"the dump lacks RAM {first:#x}-{end - 1:#x}; it has " + " ".join(f"{a:#x}-{b:#x}" for a, b in covered))
    require(not any(a <= hole[1] and hole[0] <= b for a, b in covered for hole in reserved),
            "the dump holds the reservation of the crash kernel")


def judge_size(core, said):
    """The dump is as long as its headers say, and that is about as much as there is memory; its length."""
    size, memory = int(said.one("capture", "vmcore_size")), proof.ram_size(said.all("first", "iomem"))
    require(size == core.size(), f"/proc/vmcore has {size} bytes, its headers describe {core.size()}")
    require(size < memory + LARGEST_KERNEL, f"/proc/vmcore has {size} bytes, the machine has {memory}")
    return size


def judge_readelf(bench, core):
    """A file with the dump's head and the dump's length, the rest being holes, is one that readelf has nothing to say against."""
    path = bench.directory / "vmcore-head"
    with open(path, "wb") as file:
        file.write(core.head)
        file.truncate(max(core.size(), len(core.head)))
    done = subprocess.run(["readelf", "--wide", "--file-header", "--program-headers", "--notes", path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    path.unlink()
    require(done.returncode == 0 and not done.stderr.strip(), f"readelf: {done.stderr.strip()}")


def judge_marker(core, said):
    planted, found = said.one("first", "marker").split(), said.one("capture", "found").split()
    require(len(planted) == 2, "the first kernel printed no marker: " + " ".join(said.all("first", "marker_error")))
    require(core.offset_of(int(planted[0], 16)) is not None, f"no program header covers the marker's page {planted[0]}")
    require(planted == found, f"the marker at {planted[0]} was {planted[1]}; the dump has {' '.join(found) or 'nothing'} "
            + " ".join(said.all("capture", "marker_error")))


def judge_makedumpfile(said, cell):
    """Whether makedumpfile read the dump; it must, unless it is known not to know this kernel."""
    words, status = " / ".join(said.all("capture", "makedumpfile_said")), said.one("capture", "makedumpfile_exit")
    unread = next((complaint for applies, complaint in NOT_READ if applies(cell)), None)
    if unread:
        require(status != "0" and unread in words, f"makedumpfile is known to refuse these dumps, but exits {status}: {words}")
        return False
    require(status == "0", f"makedumpfile refused the dump: {words}")
    return True


def judge_log(log, machine):
    panics = [number for number, line in enumerate(log) if PANIC in line]
    require(panics, f"the dump's log does not end with the panic; its last line is {log[-1] if log else 'missing'!r}")
    trace = log[panics[-1]:]
    require(any(machine.trace in line for line in trace) and any("__handle_sysrq" in line for line in trace),
            "the panic in the dump's log has no trace")
    require(re.search(machine.last_words, trace[-1]), f"something follows the panic's trace in the dump's log: {trace[-1]!r}")


def judge_dmesg(said, console, accepted):
    """vmcore-dmesg printed, line by line, what makedumpfile did where that reads the dump, and what the dying kernel told its console."""
    require(said.one("capture", "dmesg_exit") == "0" and not said.all("capture", "dmesg_notes"),
            f"vmcore-dmesg exited {said.one('capture', 'dmesg_exit')}: " + " / ".join(said.all("capture", "dmesg_notes")))
    differs = said.all("capture", "dmesg_differs")
    require(not differs or not accepted, "vmcore-dmesg prints another log than makedumpfile: " + " / ".join(differs))
    require(int(said.one("capture", "dmesg_lines") or 0) > 50, f"vmcore-dmesg prints {said.one('capture', 'dmesg_lines')} lines")
    log = said.all("capture", "dmesg")
    spoken = [as_in_dump(line, log) for line in last_words(console)]
    missing = [line for line in spoken if line not in log]
    require(spoken or not console, "the console does not show the panic")
    require(not missing, f"the console had {len(spoken)} last lines; vmcore-dmesg lacks " + " / ".join(missing[:3]))
    require([line for line in log if line in spoken] == spoken, "vmcore-dmesg prints the console's last lines in another order")


def as_in_dump(line, log):
    """A console has the time in front of each line of a record, a dump's log in front of the first."""
    return line if line in log else re.sub(r"^\[ *[0-9.]+\] ", "", line)


def last_words(console):
    """What the first kernel said from its panic on: up to where the clock starts again, in the capture kernel."""
    start = next((number for number, line in enumerate(console) if PANIC in line), len(console))
    words, before = [], 0.0
    for line in console[start:]:
        stamp = re.match(r"\[ *([0-9.]+)\]", line)
        if "@@" in line or stamp and float(stamp[1]) < before:
            break
        if stamp:
            words.append(line)
            before = float(stamp[1])
    return words
