# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input, all in one boot: what is refused, with which exit status and words, and what is still loaded afterwards.

The steps run in order in one machine, because several of them change it for good: the crash reservation shrinks and goes, the kernel is
locked down, loading is switched off. A refusal that the tool makes by itself leaves what was loaded; after one that the kernel makes
for a crash image, the old image is gone (the kernel drops it first), and the tool says so or has put it back.
"""
import dataclasses
import re

import proof
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 180
MEMORY = 768

PREPARE = """\
head -c 3000 /kernel >/work/short-setup
head -c 4000000 /kernel >/work/truncated
: >/work/empty
head -c 4096 /dev/urandom >/work/noise
truncate -s 2G /work/huge-initrd
cp /kernel /work/unsigned
printf x | dd of=/work/unsigned bs=1 seek=5000000 conv=notrunc 2>/dev/null
long=$(head -c 4000 /dev/zero | tr '\\0' x)
nearly=$(head -c 2025 /dev/zero | tr '\\0' x)
mkdir -p /run
"""

# One line for each step: run kexec, then say how it ended and what the machine is like now.
ATTEMPT = """\
attempt() {
    name=$1
    shift
    "$@" >/work/output 2>&1
    status=$?
    say result "$name" "$status" "$(cat /sys/kernel/kexec_loaded)" "$(cat /sys/kernel/kexec_crash_loaded)" "$(ls /tmp | wc -l)"
    say_lines "said:$name" </work/output
}
mkdir /etc
echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd
as_nobody() { su nobody -c "$*"; }
"""


@dataclasses.dataclass(frozen=True)
class Step:
    """One run inside the machine, and what must come of it."""
    name: str
    run: str                    # shell text; `kexec` is the program under test
    status: int = 255
    words: str = ""             # a pattern that its message has to hold
    loaded: int = 1             # kexec_loaded afterwards
    crash: int = 1              # kexec_crash_loaded afterwards; -1: whatever the message says of the old image is true
    sentences: bool = True      # an error of two sentences is due
    before: str = ""            # shell text that changes the machine first


STEPS = (
    Step("exec-nothing", "kexec -e", 1, "[Nn]othing", 0, 0),
    Step("load", "kexec -l -c /kernel --initrd=/second --append=a", 0, loaded=1, crash=0, sentences=False),
    Step("load-crash", "kexec -p -c /kernel --initrd=/second --append=a", 0, sentences=False),
    Step("missing-kernel-c", "kexec -l -c /absent", 1, "/absent"),
    Step("missing-kernel-s", "kexec -l -s /absent", 255, "/absent"),
    Step("missing-kernel-p", "kexec -p -c /absent", 1, "/absent"),
    Step("missing-initrd-c", "kexec -l -c /kernel --initrd=/absent", 1, "/absent"),
    Step("missing-initrd-a", "kexec -p -a /kernel --initrd=/absent", 255, "/absent"),
    Step("empty", "kexec -p -c /work/empty", 1, "/work/empty"),
    Step("noise", "kexec -p -c /work/noise", 255, "/work/noise"),
    Step("short-setup", "kexec -p -c /work/short-setup", 255, "/work/short-setup"),
    Step("truncated", "kexec -p -c /work/truncated --append=a", 255, "/work/truncated"),
    Step("long-command-line", 'kexec -p -c /kernel --append="$long"', 255, "command line"),
    Step("huge-initrd-l", "kexec -l -c /kernel --initrd=/work/huge-initrd --append=a", 1, "initrd"),
    Step("huge-initrd-p", "kexec -p -c /kernel --initrd=/work/huge-initrd --append=a", 1, "initrd"),
    Step("not-root", "as_nobody kexec -p -c /kernel --append=a", 255, "root|CAP_SYS_BOOT"),
    # The kernel wants more room for what it adds itself than it takes, and says so after it has dropped the old crash kernel.
    Step("refused-and-loaded-again", 'kexec -p -s /kernel --append="$nearly"', 253, "loaded again: /kernel"),
    Step("the-old-one-again", "kexec --loaded", 0, "crash kernel: loaded.*initrd /second.*command line: a", sentences=False),
    # In a PID namespace of its own reboot(2) knows no kexec, so it fails after everything else has been done.
    Step("exec-refused", "unshare -p -f kexec -e", 255, "PID namespace.*routes and addresses may be lost",
         before="insmod /dummy.ko; ip link add dummy0 type dummy; ip link set dummy0 up"),
    Step("link-up-again", "ip link show dummy0", 0, "[<,]UP[,>]", sentences=False),
    Step("lockdown-c", "kexec -l -c /kernel --append=a", 255, "lockdown|locked down",
         before="mount -t securityfs none /sys/kernel/security; echo integrity >/sys/kernel/security/lockdown"),
    Step("lockdown-a", "kexec -l -a /work/unsigned --append=a", 255, r"\A(?!.*trying kexec_load)(?!.*before that).*locked down"),
    Step("lockdown-s", "kexec -l -s /work/unsigned --append=a", 255, "lockdown|locked down|signature"),
    Step("refused-by-kernel", "kexec -p -s /work/unsigned --append=a", 255, "lockdown|locked down|signature", crash=-1),
    Step("small-reservation", "kexec -p -c /kernel --initrd=/second --append=a", 1, "reserv|crashkernel", crash=0,
         before="kexec -p -u; echo $((4 << 20)) >/sys/kernel/kexec_crash_size"),
    Step("no-reservation", "kexec -p -c /kernel --initrd=/second --append=a", 1, "crashkernel", crash=0,
         before="echo 0 >/sys/kernel/kexec_crash_size"),
    Step("switched-off", "kexec -l -c /kernel --append=a", 255, "kexec_load_disabled", crash=0,
         before="echo 1 >/proc/sys/kernel/kexec_load_disabled"),
)


def run(bench, machine_name, kernel):
    machine = MACHINES[machine_name]
    return attempt_all(bench, machine, kernel, PREPARE, STEPS, {}, {"dummy.ko": supplies.module(machine, kernel, "dummy")})


def attempt_all(bench, machine, kernel, prepare, steps, more_files, data):
    """Boots a kernel, prepares the inputs (shell text; more files by their paths here, `data` by their bytes) and runs the steps;
    what they prove."""
    lines = ["mkdir /work", ATTEMPT, prepare]
    for step in steps:
        lines += [f"{{ {step.before}; }} >/dev/null 2>&1" if step.before else ":", f"attempt {step.name} {step.run}"]
    image = supplies.kernel(machine, kernel)
    files = {**bench.program(), "kernel": image, "second": bench.initramfs(machine, "second", ""), **more_files}
    first = bench.initramfs(machine, "first", "\n".join(lines), files, data)
    setup = Setup(machine, machine.plain_firmware(), image, first, memory=MEMORY, append=f"crashkernel={machine.crash_low}")
    said = bench.run(setup, LIMIT)
    problems = [problem for step in steps for problem in judge(step, said)]
    require(not problems, f"{len(problems)} things went wrong in {len(steps)} steps:\n      " + "\n      ".join(problems))
    return [f"{len(steps)} steps: exit statuses, two sentences for each refusal, what was loaded still is, /tmp empty"]


def result_of(step, said):
    return next((line for line in said.all("first", "result") if line.split()[0] == step.name), "")


def judge(step, said):
    """Sentences that say what was wrong with one step."""
    fields = result_of(step, said).split()
    message = said.all("first", f"said:{step.name}")
    if len(fields) != 5:
        return [f"{step.name}: did not run"]
    status, loaded, crash, left = map(int, fields[1:])
    text = " / ".join(message)
    checks = [
        (status == step.status, f"exit status {status}, not {step.status}"),
        (loaded == step.loaded, f"kexec_loaded is {loaded}, not {step.loaded}"),
        (crash == step.crash or step.crash < 0, f"kexec_crash_loaded is {crash}, not {step.crash}"),
        (step.crash >= 0 or says_truly(text, crash), f"kexec_crash_loaded is {crash}, which the message does not say"),
        (left == 0, f"{left} files left in /tmp"),
        (re.search(step.words, text), f"the message lacks {step.words!r}"),
        (not step.sentences or two_sentences(message), "the message is not two sentences"),
    ]
    return [f"{step.name}: {problem}; it said: {text[:300] or 'nothing'}" for held, problem in checks if not held]


def says_truly(text, crash):
    if crash:
        return re.search(r"again|back|still|restored", text)
    return re.search(r"gone|no crash kernel|not armed|dropped", text)


def two_sentences(message):
    """What is wrong on a line that starts with the program's name, and on the next one, indented, what to do."""
    starts = [number for number, line in enumerate(message) if re.match("kexec(_file)?(_load| unload)?( failed)?: ", line)]
    return any(number + 1 < len(message) and message[number + 1].startswith("       ") for number in starts)
