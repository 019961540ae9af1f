# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel that has no kexec: Debian's user-mode Linux, which runs as a process, and its 6.12 for s390x. Every action is refused in two
sentences."""
import subprocess
import time

import supplies
from machine import MACHINES, Setup, Transcript, clean
from proof import require
from cases import refusals

LIMIT = 60      # seconds; it takes 2
STEPS = {
    "load": ("kexec -l -a /kernel --append=a", 255), "load-c": ("kexec -l -c /kernel --append=a", 255),
    "load-s": ("kexec -l -s /kernel --append=a", 255), "crash": ("kexec -p /kernel --append=a", 255),
    "unload": ("kexec -u", 255), "exec": ("kexec -e", 255),
}
SCRIPT = """\
attempt() {
    name=$1
    shift
    "$@" >/tmp/output 2>&1
    say result "$name" $?
    say_lines "said:$name" </tmp/output
}
"""


def initramfs(bench, machine, kernel):
    lines = [SCRIPT] + [f"attempt {name} {command}" for name, (command, _) in STEPS.items()] + ["attempt status kexec -S"]
    return bench.initramfs(machine, "first", "\n".join(lines), {**bench.program(), "kernel": kernel})


def run(bench):
    machine = MACHINES["x86_64"]
    initrd = initramfs(bench, machine, supplies.kernel(machine, "6.1"))
    bench.boots += 1
    started = time.monotonic()
    command = [supplies.user_mode_linux(), "mem=256M", f"initrd={initrd}", "con=null", "con0=null,fd:1", "console=tty0", "quiet"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
    bench.seconds += time.monotonic() - started
    bench.console = list(map(clean, done.stdout.splitlines()))
    return judge(Transcript(bench.console))


def run_emulated(bench, machine_name, kernel):
    machine = MACHINES[machine_name]
    image = supplies.kernel(machine, kernel)
    return judge(bench.run(Setup(machine, machine.plain_firmware(), image, initramfs(bench, machine, image)), LIMIT))


def judge(said):
    results = dict(line.split() for line in said.all("first", "result"))
    for name, (_, status) in STEPS.items():
        message = said.all("first", f"said:{name}")
        require(results.get(name) == str(status), f"{name}: exit status {results.get(name)}, not {status}: {' / '.join(message)}")
        require(refusals.two_sentences(message), f"{name}: the message is not two sentences: {' / '.join(message)}")
        require(any("CONFIG_KEXEC" in line for line in message), f"{name}: the message does not say that kexec is missing")
    require(results.get("status") == "255" and not said.all("first", "said:status"), "-S: not a silent exit status 255")
    return [f"{len(STEPS)} actions refused in two sentences, -S exits 255"]
