# SPDX-License-Identifier: GPL-2.0-or-later
"""The how-to of the service, word for word, in a Debian with systemd: packages installed, memory reserved, the service enabled; a crash,
and the dump after the reboot; then the same by kdumpctl test."""
import disks
import installed
from cases import capture
from proof import require

LIMIT = 300

SCRIPT = """\
install() {
    next crash
    try installed dpkg -i /root/kexec-toolkit.deb /root/kexec-toolkit-kdump.deb
    try status kdumpctl status
    try start kdumpctl start
    try check kdumpctl check-config --target
    try reset kdumpctl reset-crashkernel --kernel=ALL
    try enabled systemctl enable kdump
    next crash
    systemctl reboot
}

crash() {
    next report
    try service systemctl is-active kdump
    try log journalctl --no-pager -b -u kdump -o cat
    try status kdumpctl status
    try loaded cat /sys/kernel/kexec_crash_loaded
    try again systemctl restart kdump
    try showmem kdumpctl showmem
    try estimate kdumpctl estimate
    next report
    echo c >/proc/sysrq-trigger
}

report() {
    next tested
    try status kdumpctl status
    try dumps sh -c 'ls /var/crash/*'
    try opened sh -c 'makedumpfile --dump-dmesg /var/crash/*/vmcore /root/log'
    next tested
    kdumpctl test
}

tested() {
    try status kdumpctl status
    say end
    systemctl poweroff
}
"""

# Of each stage: exit status, and what the output has to hold.
EXPECTED = {
    "install": {"installed": (0, "Setting up kexec-toolkit-kdump"), "status": (3, "no memory is reserved|Reserve"),
                "start": (1, r"no memory is reserved for a crash kernel\n.*kdumpctl reset-crashkernel"), "check": (0, ""),
                "reset": (0, "crashkernel="), "enabled": (0, "")},
    "crash": {"service": (0, "^active$"), "log": (0, r"Starting kdump: \[OK\]"), "status": (0, "operational"), "loaded": (0, "^1$"),
              "again": (0, ""), "showmem": (0, "Reserved 256MB"), "estimate": (0, "crashkernel=")},
    "report": {"status": (0, "The last crash of .* was dumped: /var/crash/127"), "dumps": (0, "vmcore"), "opened": (0, "")},
    "tested": {"status": (0, "Last successful vmcore creation test on 20")},
}


def judge(said, stage):
    for name, (status, words) in EXPECTED[stage].items():
        installed.require_said(said, stage, name, status, words)


def make(bench):
    packages = {f"root/{name}.deb": installed.package_of_this_tree(bench, name) for name in ("kexec-toolkit", "kexec-toolkit-kdump")}
    return installed.System(bench, "install", SCRIPT, packages)


def run(bench):
    system = make(bench)
    with bench.start(system.setup()) as guest:
        guest.wait(r"reboot: Restarting", LIMIT)
        judge(guest.transcript(), "install")
    require("crashkernel=" in system.words(), f"the boot loader has no crashkernel=: {system.words()}")
    with bench.start(system.setup(resets=True)) as guest:
        guest.wait(r"@@ stage report", 2 * LIMIT)
        judge(guest.transcript(), "crash")
        guest.wait("Type CRASH to go on", LIMIT)
        judge(guest.transcript(), "report")
        guest.send("CRASH\n")
        guest.wait("@@ end", 2 * LIMIT)
        judge(guest.transcript(), "tested")
        guest.wait("reboot: Power down", LIMIT)
    return ["installed, reserved, enabled as the how-to says", "armed at boot", "status tells of both crashes"] + judge_dumps(bench, system)


def judge_dumps(bench, system):
    files = disks.extract(system.disk, "ext4", bench.directory / "files", "/var/crash")
    dumps = sorted(path for path in (files / "crash").iterdir() if path.is_dir())
    require(len(dumps) == 2, f"/var/crash has {[path.name for path in dumps]}")
    for dump in dumps:
        names = sorted(path.name for path in dump.iterdir())
        require(names == ["kexec-dmesg.log", "vmcore", "vmcore-dmesg.txt"], f"the dump's directory has {names}")
    stored = (dumps[0] / "vmcore-dmesg.txt").read_text(errors="replace").splitlines()
    return capture.judge_dump(bench, capture.Scene("x86_64"), dumps[0] / "vmcore", stored, bench.console)
