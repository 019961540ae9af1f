#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every system call of a run is made to fail, one in each further run, with each errno that it can give. Whichever it is: the program ends
by itself; it has either done all that was asked, or it says in one error what went wrong, nothing has changed and no file is left.

Usage: faults_test.py SHIM KEXEC SAVING VMCORE_DMESG CAPTURING [--all] [--only PATTERN]. Calls that do the same for several files are
struck at the first and the last; --all strikes all of them. The last line is `N passed, N failed, N skipped`; 77 where no shim can be."""
import argparse
import concurrent.futures
import dataclasses
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tools")]

import counted  # noqa: E402  (folders of helpers, not packages)
import signed_kernels  # noqa: E402

import calls as system_calls
import pretended

SIGNALS = range(129, 160)  # exit statuses of the shim for a program that a signal ended; kexec's own are below and above
RECORD = re.compile(rb"kexec record 1\n(?:[a-z-]+ .*\n)+\Z")


class Place:
    """Where the runs of one thread take place: a machine, and the files that are loaded."""

    def __init__(self, programs):
        self.directory = Path(tempfile.mkdtemp(prefix="kexec-shim-"))
        self.programs = programs
        self.machine = pretended.Machine(programs.shim, programs.kexec, str(self.directory / "machine"))
        self.machine.reserve_crash_memory()
        self.machine.pretend_crash_notes()
        self.machine.write("kexec_loaded", "1\n")
        self.files = self.directory / "files"
        self.files.mkdir()
        (self.files / "bzImage").write_bytes(signed_kernels.small_bzimage())
        (self.files / "initrd").write_bytes(b"initial ramdisk" * 1000)
        self.make_crashed_machine()

    def make_crashed_machine(self):
        texts = {"proc/cmdline": "fadump=on crashkernel=768M\n", "proc/iomem": "00000000-1ffffffff : System RAM\n",
                 "proc/sys/kernel/random/boot_id": "second-boot\n", "proc/device-tree/rtas/ibm,configure-kernel-dump": "1234",
                 "sys/kernel/fadump/enabled": "1\n", "sys/kernel/fadump/registered": "0\n", "sys/kernel/fadump/release_mem": "",
                 "sys/kernel/fadump/mem_reserved": "805314560\n"}
        for name, text in texts.items():
            path = self.directory / "crashed" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="ascii")
        subprocess.run([self.programs.saving, "make", self.directory / "crashed"], check=True)
        (self.directory / "crashed/dev").mkdir()
        self.clean_capture()

    def clean_capture(self):
        """What an initramfs has; what is written to a device would not stay there."""
        (self.directory / "crashed/kdump").mkdir()
        for name in ("kmsg", "pmsg0", "cluster"):
            (self.directory / "crashed/dev" / name).write_bytes(b"")

    def clean(self):
        for path in (Path(self.machine.records, "kexec"), self.files / "made",
                     *(self.directory / "crashed" / name for name in ("run", "made", "kdump"))):
            shutil.rmtree(path, ignore_errors=True)
        self.clean_capture()
        for path in (self.files / "record", self.files / "record-incomplete"):
            path.unlink(missing_ok=True)

    def listing(self):
        """What lies there, but for what the shim itself writes."""
        return {str(path.relative_to(self.directory)) for path in self.directory.rglob("*")} - {"machine/log", "machine/calls"}

    def run(self, scene, meddling):
        self.machine.program = getattr(self.programs, scene.program)
        words = [word.format(files=self.files, crashed=self.directory / "crashed") for word in scene.words]
        return self.machine.run(*words, meddling=[*scene.meddling, *meddling])


def succeeded(done, name):
    return [line for line in done.calls if line.startswith(name) and line.endswith(" = 0")]


def is_unload(line):
    return "segments 0 " in line or "kernel none" in line


def loads_once(done, place):
    """A load that says so has loaded once; any other has loaded nothing, or has taken it out again."""
    held = False
    for line in succeeded(done, "kexec_"):
        held = not is_unload(line)
    if held != (done.returncode == 0):
        yield f"exit status {done.returncode}, and the kernel holds {'a new' if held else 'no new'} image: {done.calls}"
    yield from records_are_whole(done, place)


def records_are_whole(done, place):
    for path in Path(place.machine.records, "kexec").glob("*"):
        if not RECORD.match(path.read_bytes()):
            yield f"{path.name} is no record"
        if done.returncode != 0:
            yield f"a record of what is not loaded: {path.name}"


def was_struck(done, name, path=""):
    numbers = [number for number, row in system_calls.CALLS.items() if row[0] == name]
    return any(re.match(rf"struck \d+ {number} .*{path}$", line) for line in done.calls for number in numbers)


def unloads(done, _):
    if bool(succeeded(done, "kexec_")) != (done.returncode == 0):
        yield f"exit status {done.returncode}, calls {done.calls}"


def leaves_links_up(done, _):
    """The kernel refuses to start the other one in each of these runs; an interface that was taken down is up again."""
    changes = succeeded(done, "set_link")
    if len(changes) % 2 != 0 and not was_struck(done, "ioctl"):
        yield f"an interface is down: {done.calls}"
    if done.returncode == 0:
        yield "a reboot that did not come is a success"


def stores_record(done, place):
    is_whole = was_struck(done, "fsync", "/files")  # it has its name already, and only the disk may not have that
    if (place.files / "record").exists() != (done.returncode == 0 or is_whole):
        yield f"exit status {done.returncode}, and the recording is {'not ' if done.returncode == 0 else ''}there"


def stores_dump(done, place):
    made = {path.name for path in (place.files / "made").glob("*")}
    is_told = "the log of the dump cannot be stored" in done.stderr  # it is in the dump as well
    if done.returncode == 0 and made != {"vmcore", "vmcore-dmesg.txt"} and not (is_told and made == {"vmcore"}):
        yield f"a success, and stored is {sorted(made)}"
    if not made <= {"vmcore", "vmcore-dmesg.txt"}:
        yield f"left behind: {sorted(made)}"


def captured(place):
    """The files of a capture, by their names; nothing of it may be there in part."""
    directory = place.directory / "crashed/made/dump"
    return {path.name: path.read_bytes() for path in directory.glob("*")}


def stores_whole(done, place):
    """Sentences about what a capture has left."""
    made, dump = captured(place), (place.directory / "crashed/proc/vmcore").read_bytes()
    if made.get("vmcore", dump) != dump:
        yield f"vmcore has {len(made['vmcore'])} bytes of {len(dump)}, or others"
    lacks = re.search(r"(\d+) of the log's records are damaged or missing", done.stderr)
    if len(made.get("vmcore-dmesg.txt", b"\n" * 20).splitlines()) != 20 - int(lacks[1] if lacks else 0):
        yield f"vmcore-dmesg.txt is not whole: {made['vmcore-dmesg.txt']}"
    if made.get("kexec-dmesg.log", b"of the capture kernel\n") != b"of the capture kernel\n":
        yield f"kexec-dmesg.log is not whole: {made['kexec-dmesg.log']}"


def captures(done, place):
    """The dump is stored or the error is said, and the next boot is told which of the two, where that can be written."""
    yield from stores_whole(done, place)
    made = captured(place)
    has_only_name = was_struck(done, "fsync", "/dump")  # the dump is in its place, and only the disk may not have that
    if ("vmcore" in made) != (done.returncode == 0) and not has_only_name:
        yield f"exit status {done.returncode}, and stored is {sorted(made)}"
    places = (place.directory / "crashed/made/kdump-capture.outcome", place.directory / "crashed/dev/pmsg0")
    told = [path.read_text(encoding="utf-8") for path in places if path.exists() and path.read_bytes()]
    result = f"kdump-capture: result {'saved' if done.returncode == 0 else 'failed'}\n"
    if not any(text.startswith(result) for text in told) and not was_struck(done, "openat", "/pmsg0") \
            and not was_struck(done, "write", "/pmsg0"):
        yield f"exit status {done.returncode}, and the next boot finds {told}"


def ends_machine(done, place):
    """Whatever fails, the machine ends: as for a dump that is stored only where it is."""
    yield from stores_whole(done, place)
    ways = done.stdout.splitlines()
    is_mute = was_struck(done, "write", "pipe:.*")
    if ways not in (["leave poweroff"], ["leave halt"]) and not is_mute:
        yield f"the machine ends with {ways}"
    if ways == ["leave poweroff"] and (done.returncode != 0 or "vmcore" not in captured(place)):
        yield f"exit status {done.returncode}, stored is {sorted(captured(place))}, and the machine ends as if all were well"
    is_told = (place.directory / "crashed/dev/cluster").read_bytes() == b"told\n"
    if not is_told and "the cluster is not told" not in done.stderr and not was_struck(done, "wait4"):
        yield "neither is the cluster told, nor that it is not"


def prints_log(done, _):
    if done.returncode == 0 and len(done.stdout.splitlines()) != 20 and "going on without" not in done.stderr:
        yield f"a success, and {len(done.stdout.splitlines())} lines of 20 are printed"


@dataclasses.dataclass(frozen=True)
class Scene:
    name: str
    words: tuple
    judge: Callable            # (done, place) -> sentences that say what is wrong
    made: tuple = ()           # what may be there afterwards and was not before
    statuses: tuple = (0, 1, 255)
    program: str = "kexec"
    missing_file: int = 1      # the status where the kernel file or the initrd cannot be had
    plain: int = 0             # the status where nothing fails
    meddling: tuple = ()       # further words for the shim

    def says_so(self):
        """How a line that tells an error or a warning starts."""
        kexec = r"kexec(?:\w*(?:\(unload\)| unload)? failed)?: "
        capturing = r"kdump-capture: (?!storing the dump in|\d+ MiB of)"
        return {"kexec": kexec, "saving": "fadump: ", "vmcore_dmesg": "vmcore-dmesg: ", "capturing": capturing}[self.program]


RECORDS = ("machine/run/kexec", "machine/run/kexec/reboot", "machine/run/kexec/crash")
BEGUN = ("machine/run/kexec", "machine/run/kexec/reboot-incomplete", "machine/run/kexec/crash-incomplete")
FILES = ("{files}/bzImage", "--initrd={files}/initrd", "--append=a")
DUMP = ("files/made", "files/made/vmcore", "files/made/vmcore-dmesg.txt", "crashed/run", "crashed/run/fadump-saved")
CAPTURE = ("crashed/made", "crashed/made/dump", "crashed/made/dump/vmcore", "crashed/made/dump/vmcore-dmesg.txt",
           "crashed/made/dump/kexec-dmesg.log", "crashed/made/kdump-capture.outcome", "crashed/kdump/draft")
SCENES = (
    Scene("load by kexec_load", ("-l", "-c", "-y", *FILES), loads_once, RECORDS),
    Scene("load by kexec_file_load", ("-l", "-s", "-y", *FILES), loads_once, RECORDS, (0, 1, 253, 255), missing_file=255),
    Scene("load by either call", ("-l", *FILES), loads_once, RECORDS, missing_file=255),
    Scene("crash load by kexec_load", ("-p", "-c", *FILES), loads_once, RECORDS),
    Scene("crash load by kexec_file_load", ("-p", "-s", *FILES), loads_once, RECORDS, (0, 1, 253, 255), missing_file=255),
    Scene("unload", ("-u",), unloads, BEGUN),  # where it cannot be removed the next one does it
    Scene("unload of a crash kernel", ("-p", "-u", "-c"), unloads, BEGUN),
    Scene("exec", ("-e",), leaves_links_up, statuses=(1, 255), plain=255),
    Scene("record", ("--record={files}/record",), stores_record, ("files/record",)),
    Scene("save of a dump", ("{crashed}", "save", "--plain", "{files}/made"), stores_dump, DUMP, tuple(range(6)), "saving"),
    Scene("log of a dump", ("{crashed}/proc/vmcore",), prints_log, statuses=tuple(range(65)), program="vmcore_dmesg"),
    Scene("capture of a dump", ("{crashed}", "store"), captures, CAPTURE, (0, 1), "capturing"),
    Scene("end of a capture", ("{crashed}", "end"), ends_machine, CAPTURE, (0, 1), "capturing", meddling=("--children", "no")),
)


def has_remedy(lines, error):
    return any(line.startswith("      ") for line in lines[lines.index(error) + 1:][:1])


def judge(scene, done, place, call, before):
    """Sentences that say what is wrong."""
    if done.returncode not in scene.statuses:
        yield f"ended with {done.returncode}" + (": by a signal" if done.returncode in SIGNALS else "")
    if not any(line.startswith(f"struck {call.count} {call.number} ") for line in done.calls):
        yield f"another call than expected was struck: {[line for line in done.calls if line.startswith('struck')]}"
    left = place.listing() - before
    if not left <= set(scene.made):
        yield f"left behind: {sorted(left - set(scene.made))}"
    lines = done.stderr.splitlines()
    said = [line for line in lines if re.match(scene.says_so(), line)]
    errors = [line for line in said if not re.search("going on with|waiting for it|loading again|trying kexec_load", line)]
    speechless = call.name() == "write" and call.path.startswith("pipe:")
    if done.returncode != 0 and len(errors) != 1 and not speechless:
        yield f"exit status {done.returncode} with {len(errors)} errors"
    yield from (f"what to do is not said: {error}" for error in errors if not has_remedy(lines, error))
    if done.returncode == 0 and errors and scene.plain == 0:
        yield f"a success with an error: {errors}"
    is_named_file = call.name() == "openat" and call.path.startswith(str(place.files)) and "made" not in call.path
    if is_named_file and scene.program == "kexec" and scene.made == RECORDS and done.returncode != scene.missing_file:
        yield f"exit status {done.returncode} for a file that cannot be opened, kexec-tools has {scene.missing_file}"
    yield from scene.judge(done, place)


class Runs:
    """The runs of all scenes, in several threads with a place each."""

    def __init__(self, programs):
        self._programs = programs
        self._local = threading.local()
        self._places = []
        self._lock = threading.Lock()

    def place(self):
        if not hasattr(self._local, "place"):
            with self._lock:
                self._local.place = Place(self._programs)
                self._places.append(self._local.place)
        return self._local.place

    def remove(self):
        for place in self._places:
            shutil.rmtree(place.directory)

    def calls_of(self, scene):
        """The calls of a run in which nothing fails."""
        place = self.place()
        place.clean()
        path = Path(place.machine.directory) / "calls"
        path.unlink(missing_ok=True)
        done = place.run(scene, ["--calls", path])
        assert done.returncode == scene.plain, f"{scene.name} without a fault: {done}"
        assert not list(scene.judge(done, place)), f"{scene.name} without a fault: {list(scene.judge(done, place))}"
        place.clean()
        return system_calls.read_calls(path.read_text(encoding="utf-8"))

    def strike(self, scene, call, fault):
        """What is wrong, as lines."""
        place = self.place()
        call = call._replace(path=re.sub(r"^.*/kexec-shim-[^/]*", str(place.directory), call.path))
        before = place.listing()
        try:
            done = place.run(scene, system_calls.words_for(call, fault))
            problems = list(judge(scene, done, place, call, before))
        except subprocess.TimeoutExpired:
            return [f"{scene.name}, {call.name()} {call.path}: does not end"]
        finally:
            place.clean()
        fault = errno.errorcode.get(fault, fault)
        said = done.stderr.strip().replace("\n", " / ")[:400]
        return [f"{scene.name}, {call.name()} {call.path} fails with {fault}: {problem}; it said: {said}" for problem in problems]


def strike_all(runs, scene, pool, take_all):
    """(how many runs, what was wrong in them)."""
    calls = runs.calls_of(scene)
    chosen = calls if take_all else system_calls.one_of_each_kind(calls)
    jobs = [pool.submit(runs.strike, scene, call, fault) for call in chosen for fault in call.faults()]
    problems = [problem for job in jobs for problem in job.result()]
    print(f"{scene.name}: {len(calls)} calls, {len(jobs)} runs with a fault, {len(problems)} problems", flush=True)
    return len(jobs), problems


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("shim", "kexec", "saving", "vmcore_dmesg", "capturing"):
        parser.add_argument(name)
    parser.add_argument("--all", action="store_true", help="strike every call")
    parser.add_argument("--only", default="", help="the scenes whose name matches")
    return parser.parse_args()


def main():
    options = parse()
    if reason := pretended.why_no_shim(options.shim, ["--calls", "/dev/null"]):
        print(f"skipped: {reason}\n0 passed, 0 failed, 1 skipped")
        return counted.SKIPPED
    runs, problems, count = Runs(options), [], 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for scene in filter(lambda scene: re.search(options.only, scene.name), SCENES):
            number, wrong = strike_all(runs, scene, pool, options.all)
            count, problems = count + number, problems + wrong
    runs.remove()
    for problem in problems:
        print("FAIL ", problem)
    print(f"{count - len(problems)} passed, {len(problems)} failed, 0 skipped")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
