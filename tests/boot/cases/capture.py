# SPDX-License-Identifier: GPL-2.0-or-later
"""From panic to file: a machine crashes, the capture program stores the dump on a disk and ends the machine, and the disk is looked at."""
import dataclasses
import re
import shutil
import subprocess

import capturing
import disks
import proof
import supplies
from cases import crash, next_start
from machine import MACHINES, Setup, TimeLimit
from proof import require

LIMIT = 120     # seconds; it takes 15 on an idle machine
PATH = "/var/crash"
NAME = re.compile(r"127\.0\.0\.1-20\d\d-\d\d-\d\d-\d\d:\d\d:\d\d")
MEBIBYTE = 1 << 20
COLLECTOR = "makedumpfile -l --message-level 7 -d 31"
# What the restart handler of each kernel says last, or what stands for it.
ENDED = r"reboot: (?:Restarting|machine restart)|reboot: Power down|kdump-capture: a shell"

FIRST = """\
say_memory
load -p -c /kernel --initrd=/capture.img --append="{append}"
rm /kernel /capture.img
echo c >/proc/sysrq-trigger
"""


@dataclasses.dataclass(frozen=True)
class Scene:
    machine: str
    version: str = "6.1"
    target: str = "ext4"            # or raw, xfs, btrfs
    source: str = f"LABEL={disks.LABEL}"
    collector: str = COLLECTOR
    memory: int = 768
    reservation: str = "256M"
    hardware: object = None
    disk_size: int = disks.SIZE
    more: tuple = ()                # further settings, (key, value)


def prepare(bench, scene, prepare_root, collector):
    """(disk, machine's options, capture initramfs, what the maker said)."""
    machine = MACHINES[scene.machine]
    hardware = scene.hardware or capturing.DISK_OF[scene.machine]
    disk = disks.make(bench.directory / "disk", scene.target, scene.disk_size)
    root, release = capturing.system(bench, machine, scene.version, hardware, disk)
    prepare_root(root)
    text = capturing.settings(target=scene.target, source=scene.source, path=PATH, collector=scene.collector, **dict(scene.more))
    if collector:
        shutil.copy(collector, root / "collector")
    program = "/collector" if collector else "/usr/bin/makedumpfile" if scene.collector else ""
    made, said = capturing.make(bench, root, release, text, program)
    options = tuple(option.replace("{disk}", str(disk)) for option in hardware.options)
    return disk, options, made, said


def play(bench, scene, prepare_root=lambda root: None, collector=None, hide_disk=False, limit=LIMIT):
    """Crashes the machine; (disk, what the maker said, the console)."""
    machine = MACHINES[scene.machine]
    disk, options, made, said = prepare(bench, scene, prepare_root, collector)
    kernel = capturing.kernel(machine, scene.version)
    append = f"{machine.command_line()} nr_cpus=1 reset_devices"
    files = {**bench.program(), "kernel": kernel, "capture.img": made}
    first = bench.initramfs(machine, "first", FIRST.replace("{append}", append), files)
    setup = Setup(machine, machine.plain_firmware(), kernel, first, scene.memory, append=f"crashkernel={scene.reservation}",
                  extra=() if hide_disk else options)
    with bench.start(setup) as guest:
        wait_for_end(guest, machine, limit)
        proof.require_loaded(guest.transcript(), "first", "crash")
    return disk, said, bench.console


def wait_for_end(guest, machine, limit):
    try:
        guest.wait(r"@@ load_exit [1-9]|" + ENDED, limit)
    except TimeLimit:
        # Some kernels are told to end the machine and do so without a word.
        if machine.dies_aloud or not guest.has_ended():
            raise


def run(bench, scene):
    disk, said, console = play(bench, scene)
    unpacked, size = int(said["unpacked"][0]), int(said["size"][0])
    proved = [f"initramfs of {size >> 10} KiB, {len(said.get('module', []))} modules"]
    # Those of the large file systems take as much again.
    require(size < 4 * MEBIBYTE or scene.target in ("btrfs", "xfs"), f"the initramfs has {size} bytes ({unpacked} unpacked)")
    if scene.target == "raw":
        return proved + judge_raw(bench, scene, disk, console)
    files = bench.directory / "files"
    if scene.target == "xfs":
        extract_by_machine(bench, scene, disk, said["module"], files)
    else:
        disks.extract(disk, scene.target, files)
    return proved + judge_files(bench, scene, files, console)


UNPACK = """\
{load}
mkdir /disk
mount -t xfs /dev/vda /disk
tar -c -C /disk . >/dev/vdb
sync
"""


def extract_by_machine(bench, scene, disk, modules, directory):
    """A machine with the same kernel mounts the disk and writes what is on it to another one, as an archive."""
    machine = MACHINES[scene.machine]
    second = disks.make(bench.directory / "archive", "raw")
    tree = bench.directory / "system/lib/modules"
    paths = {path.name.partition(".")[0].replace("-", "_"): path for path in tree.resolve().glob("**/*.ko")}
    load = "\n".join(f"insmod /{name}.ko" for name in modules)
    initrd = bench.initramfs(machine, "unpack", UNPACK.replace("{load}", load), {f"{name}.ko": paths[name] for name in modules})
    drives = tuple(word for path in (disk, second) for word in ("-drive", f"file={path},if=virtio,format=raw,cache=unsafe"))
    bench.run(Setup(machine, machine.plain_firmware(), supplies.kernel(machine, scene.version), initrd, extra=drives), LIMIT)
    directory.mkdir()
    subprocess.run(["tar", "-x", "-f", second, "-C", directory], check=True)


def dump_directory(files):
    found = [path for path in (files / PATH.strip("/")).iterdir() if path.is_dir()]
    require(len(found) == 1, f"there are {len(found)} directories for dumps: {[path.name for path in found]}")
    require(NAME.fullmatch(found[0].name), f"the directory is called {found[0].name}")
    return found[0]


def judge_files(bench, scene, files, console):
    outcome = (files / PATH.strip("/") / "kdump-capture.outcome").read_text()
    require("kdump-capture: result saved" in outcome, f"the outcome is {outcome}")
    require("warning" not in outcome, f"the outcome has a warning: {outcome}")
    directory = dump_directory(files)
    names = sorted(path.name for path in directory.iterdir())
    require(names == ["kexec-dmesg.log", "vmcore", "vmcore-dmesg.txt"], f"the dump's directory has {names}")
    require("Linux version" in (directory / "kexec-dmesg.log").read_text(errors="replace"), "kexec-dmesg.log is no log of a kernel")
    stored = (directory / "vmcore-dmesg.txt").read_text(errors="replace").splitlines()
    return judge_dump(bench, scene, directory / "vmcore", stored, console)


def judge_dump(bench, scene, vmcore, stored, console):
    """The dump is one that makedumpfile reads, and its log is the stored one and ends as the console did."""
    machine = MACHINES[scene.machine]
    log = bench.directory / "log"
    done = run_makedumpfile(machine, "--dump-dmesg", vmcore, log)
    require(done.returncode == 0, f"makedumpfile does not read the dump: {done.stdout}")
    lines = log.read_text(errors="replace").splitlines()
    crash.judge_log(lines[-60:], machine)
    theirs = [even(line) for line in lines]
    if stored is not None:
        ours = [even(line) for line in stored]
        differing = next((pair for pair in zip(ours + [""], theirs + [""]) if pair[0] != pair[1]), None)
        require(ours == theirs, f"the stored log is another: {differing}")
    if machine.dies_aloud:
        require_last_words(console, theirs)
    size = vmcore.stat().st_blocks * 512
    return [f"dump of {size >> 20} MiB is read by makedumpfile", "its log ends as the console did"]


def require_last_words(console, log):
    """The log has what the crashed kernel told its console. What follows the capture program's first line is the other kernel's,
    whose clock may be beyond the first one's by then."""
    first = next((number for number, line in enumerate(console) if "kdump-capture: storing the dump" in line), None)
    require(first is not None, "the capture program does not tell where it stores the dump")
    spoken = [even(crash.as_in_dump(line, log)) for line in crash.last_words(console[:first])]
    missing = [line for line in spoken if line not in log]
    require(spoken and not missing, f"the console had {len(spoken)} last lines; the dump lacks {missing[:3]}")


def even(line):
    """A line of a log as all tools print it: some indent what follows the first line of a record, newer ones name the caller."""
    return re.sub(r"^(\[ *[0-9.]*\]) \[ *[CT][0-9]*\] ", r"\1 ", line).lstrip(" ")


def run_makedumpfile(machine, *words, stdin=subprocess.DEVNULL):
    """The machine's own makedumpfile, run here."""
    files = supplies.makedumpfile(machine)
    loader, program = files["dump/loader"], files["dump/makedumpfile"]
    libraries = ":".join(sorted({str(path.parent) for name, path in files.items() if ".so" in name}))
    emulators = {"x86_64": [], "arm64": ["qemu-aarch64"], "ppc64": ["qemu-ppc64le"], "s390x": ["qemu-s390x"]}
    command = [*emulators[machine.name], loader, "--library-path", libraries, program, *words]
    return subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def judge_raw(bench, scene, disk, console):
    machine = MACHINES[scene.machine]
    require_line(console, "stored the dump in" if scene.collector == COLLECTOR else "are stored after")
    vmcore = bench.directory / "vmcore"
    with open(disk, "rb") as device:
        done = run_makedumpfile(machine, "-R", vmcore, stdin=device)
    require(done.returncode == 0, f"makedumpfile -R does not take what is on the disk: {done.stdout}")
    return judge_dump(bench, scene, vmcore, None, console)


def run_raw_taken(bench):
    scene = Scene("x86_64", target="raw", source="/dev/vda")
    disk, said, console = play(bench, scene)
    return judge_raw(bench, scene, disk, console) + next_start.take_raw(bench, disk, said["module"])


# --- what goes wrong ---------------------------------------------------------------------------------------------

CRASHING = "int main() { __builtin_trap(); }\n"
HANGING = "#include <csignal>\n#include <unistd.h>\nint main() { signal(SIGTERM, SIG_IGN); for (;;) pause(); }\n"


def with_collector(bench, scene, source):
    """The scene with a program of our own in the place of makedumpfile."""
    program = bench.directory / "collector"
    compiler = MACHINES[scene.machine].compiler
    subprocess.run([compiler, "-O1", "-static", "-s", "-x", "c++", "-", "-o", program], input=source, text=True, check=True)
    return program


def files_after(bench, scene, **how):
    """(what is in PATH on the disk, the modules that it took, the console)."""
    disk, said, console = play(bench, scene, **how)
    files = disks.extract(disk, scene.target, bench.directory / "files")
    return files / PATH.strip("/"), said["module"], console


def outcome_of(directory):
    lines = (directory / "kdump-capture.outcome").read_text().splitlines()
    return [line.removeprefix("kdump-capture: ") for line in lines]


def require_line(lines, words):
    require(any(words in line for line in lines), f"nothing says {words!r}: {' / '.join(lines[-12:])}")


def run_full_disk(bench):
    """The log is stored, no part of the memory, and the next boot can read why."""
    scene = Scene("x86_64", disk_size=12 << 20)
    directory, modules, console = files_after(bench, scene)
    outcome = outcome_of(directory)
    require(outcome[0] == "result failed", f"the outcome is {outcome}")
    require_line(outcome, "no more space is free")
    require_line(console, "no more space is free")
    dump = dump_directory(bench.directory / "files")
    names = sorted(path.name for path in dump.iterdir())
    require(names == ["kexec-dmesg.log", "vmcore-dmesg.txt"], f"a full disk has {names}")
    told = next_start.require_told(bench, bench.directory / "disk", modules, "no more space is free")
    return ["log stored", "no half of a vmcore", "the reason is kept on the disk"] + told


def run_unplugged(bench):
    started = Scene("x86_64", more=(("device_wait", "3"), ("failure_action", "poweroff")))
    _, _, console = play(bench, started, hide_disk=True)
    require_line(console, f"LABEL={disks.LABEL} did not appear within 3 seconds")
    require_line(console, "check that it is plugged in")
    require_line(console, "reboot: Power down")
    return ["the device is waited for and named", "failure_action is obeyed"]


# Memory that no kernel here uses, and that stays over a reset.
KEPT_MEMORY = "ramoops.mem_address=0x8000000 ramoops.mem_size=0x100000 ramoops.max_reason=0"
UNTIL_KEPT = """\
insmod /reed_solomon.ko
insmod /ramoops.ko {kept}
mount -t pstore pstore /sys/fs/pstore
cat /sys/fs/pstore/* 2>/dev/null | say_lines pstore
if [ -z "$(ls /sys/fs/pstore)" ]; then
""" + FIRST + "fi\n"


def run_kept_by_pstore(bench):
    """Where no target can take the reason, the capture kernel's log has it, and pstore has that in the next boot."""
    scene = Scene("x86_64", more=(("device_wait", "2"),))
    machine = MACHINES[scene.machine]

    def with_pstore(root):
        (root / "sys/module/pstore/parameters").mkdir(parents=True)
        (root / "sys/module/pstore/parameters/backend").write_text("ramoops\n")

    _, _, made, said = prepare(bench, scene, with_pstore, None)
    kernel = capturing.kernel(machine, scene.version)
    modules = {f"{path.stem}.ko": path for path in kernel.parents[1].glob("**/*.ko") if path.stem in ("reed_solomon", "ramoops")}
    require("ramoops" in said["module"], f"the initramfs has the modules {said['module']}")
    append = f"{machine.command_line()} nr_cpus=1 reset_devices {KEPT_MEMORY}"
    kept = " ".join(word.removeprefix("ramoops.") for word in KEPT_MEMORY.split())
    script = UNTIL_KEPT.replace("{kept}", kept).replace("{append}", append)
    first = bench.initramfs(machine, "first", script, {**bench.program(), "kernel": kernel, "capture.img": made, **modules})
    setup = Setup(machine, machine.plain_firmware(), kernel, first, scene.memory, resets=True,
                  append=f"crashkernel={scene.reservation} memmap=0x100000$0x8000000")
    with bench.start(setup) as guest:
        guest.wait(r"@@ end|@@ load_exit [1-9]", LIMIT)
        found = guest.transcript()
    require(found.order == ["first", "first"], f"the stages were {found.order}")
    require_line(found.all("first", "pstore"), "kdump-capture: result failed")
    require_line(found.all("first", "pstore"), f"kdump-capture: what LABEL={disks.LABEL} did not appear within 2 seconds")
    return ["the next boot's pstore has the reason"]


def run_missing_module(bench):
    """One that the capture kernel refuses, as that of another kernel is: the program tells which, and goes on."""
    scene = Scene("x86_64", more=(("device_wait", "2"),))

    def damage(root):
        tree = root / "lib/modules"
        release = next(tree.resolve().iterdir()).name
        target = tree.resolve() / release
        tree.unlink()
        (tree / release).mkdir(parents=True)
        for path in target.iterdir():
            if path.name != "kernel":
                (tree / release / path.name).symlink_to(path)
        module = next(target.glob("kernel/**/virtio_blk.ko*"))
        place = tree / release / module.relative_to(target)
        for other in target.glob("kernel/**/virtio*.ko*"):
            link = tree / release / other.relative_to(target)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(other)
        place.unlink()
        place.write_bytes(b"no module")

    _, _, console = play(bench, scene, prepare_root=damage)
    require_line(console, "virtio_blk.ko: Exec format error; going on without")
    require_line(console, "did not appear within 2 seconds")
    return ["the module that is refused is named", "the machine ends"]


def run_collector_crash(bench):
    scene = Scene("x86_64")
    collector = with_collector(bench, scene, CRASHING)
    directory, _, console = files_after(bench, scene, collector=collector)
    outcome = outcome_of(directory)
    require(outcome[0] == "result saved", f"the outcome is {outcome}")
    require_line(outcome, "warning makedumpfile has failed")
    dump = dump_directory(bench.directory / "files")
    stored = (dump / "vmcore-dmesg.txt").read_text(errors="replace").splitlines()
    return ["the dump is copied without it, and that is kept"] + judge_dump(bench, scene, dump / "vmcore", stored, console)


def run_time_limit(bench):
    scene = Scene("x86_64", more=(("time_limit", "10"),))
    collector = with_collector(bench, scene, HANGING)
    directory, modules, _ = files_after(bench, scene, collector=collector)
    outcome = outcome_of(directory)
    require(outcome[0] == "result failed", f"the outcome is {outcome}")
    require_line(outcome, "took longer than 10 seconds")
    told = next_start.require_told(bench, bench.directory / "disk", modules,
                                   "was NOT dumped: storing the dump took longer than 10 seconds")
    return ["a collector that hangs is ended", "the reason is kept on the disk", "the machine reboots"] + told


# --- firmware-assisted dump --------------------------------------------------------------------------------------

FADUMP_MEMORY, BOOT_MEMORY = 4096, 512      # MiB

NORMAL = """\
say mounts "$(cut -d' ' -f2 /proc/mounts | tr '\\n' ' ')"
say memory "$(sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
say vmcore "$(ls /proc/vmcore 2>/dev/null)"
say words "$0 $#"
if [ ! -e /sys/kernel/fadump/release_mem ]; then
    say registered "$(cat /sys/kernel/fadump/registered)"
    echo c >/proc/sysrq-trigger
fi
"""


def run_fadump(bench):
    """Both boots share an initramfs: the normal one comes up as if nothing had been added, the one with the dump stores it, gives the
    memory back and goes on as the normal one."""
    scene = Scene("ppc64", "small", "raw", "/dev/vda", memory=FADUMP_MEMORY, more=(("final_action", "resume"),))
    machine = MACHINES["ppc64"]
    hardware = capturing.DISK_OF["ppc64"]
    disk = disks.make(bench.directory / "disk", "raw")
    root, release = capturing.system(bench, machine, "small", hardware, disk)
    original = bench.packed_initramfs(machine, "original", NORMAL)
    text = capturing.settings(target="raw", source="/dev/vda", collector=COLLECTOR, **dict(scene.more))
    made, _ = capturing.make(bench, root, release, text, "/usr/bin/makedumpfile", original)
    options = tuple(option.replace("{disk}", str(disk)) for option in hardware.options)
    setup = Setup(machine, "vof", supplies.kernel(machine, "small"), made, FADUMP_MEMORY, append=f"fadump=on crashkernel={BOOT_MEMORY}M",
                  extra=options, resets=True)
    with bench.start(setup) as guest:
        guest.wait(r"@@ end", 2 * LIMIT)
        said = guest.transcript()
    require(said.order == ["original", "original"], f"the stages were {said.order}")
    require(said.all("original", "registered") == ["1"], "the first boot is not registered")
    mounts = said.all("original", "mounts")
    require(len(mounts) == 2 and set(mounts) == {"/ /proc /sys /dev "}, f"the original /init finds mounted: {mounts}")
    require(said.all("original", "vmcore") == ["", ""], "the dump is still there when the original /init starts")
    before, after = map(int, said.all("original", "memory"))
    require(after > before * 3 // 4, f"release gave little back: {after >> 10} MiB of {before >> 10}")
    return ["a normal boot is as without", "stored, released and booted on"] + judge_raw(bench, scene, disk, bench.console)
