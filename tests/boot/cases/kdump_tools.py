# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's kdump-tools with our kexec in the place of kexec-tools': its kdump-config loads, shows and unloads a crash kernel.

Once its scripts are in a machine of busybox, which is cheap; and once our package and kdump-tools are installed by dpkg, in a
Debian that runs in the machine.
"""
import pathlib
import re

import debian
import fetch
import initramfs
import installed
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 120
MEMORY = 768
LIMIT_OF_DEBIAN, MEMORY_OF_DEBIAN = 400, 3072
SUITE = "bookworm"

# As the package's scripts configure it; the administrator names kernel and initial ramdisk, as its documentation has it.
CONFIGURATION = """
KDUMP_KERNEL=/boot/vmlinuz
KDUMP_INITRD=/boot/initrd.img
"""

TRY = """\
try() {
    name=$1
    shift
    "$@" >/tmp/output 2>&1
    say state "$name" $? "$(cat /sys/kernel/kexec_crash_loaded)"
    say_lines "said:$name" </tmp/output
}
"""

SCRIPT = TRY + """\
mkdir -p /run /var/log
try load kdump-config load
try show kdump-config show
try recorded kexec --loaded
try status kdump-config status
try unload kdump-config unload
try shown-unloaded kdump-config show
echo 'KDUMP_KEXEC_ARGS="-c -d"' >>/etc/default/kdump-tools
try load-with-arguments kdump-config load
try reload kdump-config reload
try unload-again kdump-config unload
"""

# Exit status, and whether a crash kernel is loaded afterwards; what the output has to hold.
EXPECTED = {
    "load": (0, 1, "[Ll]oaded kdump kernel"), "show": (0, 1, "current state: +ready to kdump"),
    "recorded": (0, 1, r"crash kernel: loaded.*kernel /boot/vmlinuz.*initrd /boot/initrd\.img.*nr_cpus=1"),
    "status": (0, 1, "ready to kdump"), "unload": (0, 0, "[Uu]nloaded kdump kernel"),
    "shown-unloaded": (0, 0, "[Nn]ot ready to kdump"), "load-with-arguments": (0, 1, "[Ll]oaded kdump kernel"),
    "reload": (0, 1, "[Ll]oaded kdump kernel"), "unload-again": (0, 0, "[Uu]nloaded kdump kernel"),
}


def package_files(machine):
    """(files of the packages as {path in the guest: path here}, the configuration file)."""
    root = pathlib.Path(fetch.package(SUITE, machine.name, "kdump-tools", "sysvinit-utils"))
    names = ["usr/sbin/kdump-config", "lib/lsb/init-functions", "etc/kdump/sysctl.conf"]
    configuration = (root / "usr/share/kdump-tools/kdump-tools.conf").read_text(encoding="utf-8") + CONFIGURATION
    return {name: root / name for name in names}, configuration.encode()


def run(bench):
    machine = MACHINES["x86_64"]
    image = supplies.kernel(machine, "6.1")
    files, configuration = package_files(machine)
    files |= {**bench.program(), "boot/vmlinuz": image, "boot/initrd.img": bench.initramfs(machine, "second", "")}
    first = bench.initramfs(machine, "first", "PATH=$PATH:/usr/sbin\n" + SCRIPT, files, {"etc/default/kdump-tools": configuration})
    setup = Setup(machine, machine.plain_firmware(), image, first, memory=MEMORY, append=f"crashkernel={machine.crash_low}")
    judge(bench.run(setup, LIMIT), EXPECTED)
    return ["kdump-config loads, shows, reloads and unloads, by both calls"]


# The Debian is a directory of the initial RAM file system. Its kernel lies where packages put it; an initial ramdisk for a crash
# would be made by programs that are not there, so one is put where they leave it. The scripts make it anew unless the settings
# that it was made with, which they keep beside it, are those of /etc.
INSTALL = TRY + """\
for place in proc sys dev run tmp; do
    mount --rbind /$place /debian/$place
done
release=$(uname -r)
cp /kernel /debian/boot/vmlinuz-$release
cp /second /debian/boot/initrd.img-$release
in_debian() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root chroot /debian "$@"
}
try removed in_debian /usr/bin/dpkg --purge kdump-tools
try replaced in_debian /usr/bin/dpkg -i /root/kexec-toolkit.deb
try installed in_debian /usr/bin/dpkg -i /root/kdump-tools.deb
try packages in_debian /usr/bin/dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' kexec-toolkit kexec-tools kdump-tools
cp /second /debian/var/lib/kdump/initrd.img-$release
cp /debian/etc/kdump/sysctl.conf /debian/var/lib/kdump/latest_sysctls-$release
try load in_debian kdump-config load
try show in_debian kdump-config show
try recorded in_debian kexec --loaded
try test in_debian kdump-config test
try unload in_debian kdump-config unload
try purged in_debian /usr/bin/dpkg --purge kdump-tools
"""

# In Debian the scripts find kernel and initial ramdisk by themselves. Nothing is loaded before there is a run level.
EXPECTED_INSTALLED = {
    "removed": (0, 0, ""), "replaced": (0, 0, "Setting up kexec-toolkit"), "installed": (0, 0, "Setting up kdump-tools"),
    "packages": (0, 0, r"ii +kexec-toolkit.*[ri]c +kexec-tools.*ii +kdump-tools|ii +kdump-tools.*ii +kexec-toolkit.*[ri]c +kexec-tools"),
    "load": (0, 1, "[Ll]oaded kdump kernel"),
    "show": (0, 1, "current state: +ready to kdump"), "recorded": (0, 1, r"crash kernel: loaded.*nr_cpus=1"),
    "test": (0, 1, r"/sbin/kexec -p.*--command-line="), "unload": (0, 0, "[Uu]nloaded kdump kernel"),
    "purged": (0, 0, ""),
}


def run_installed(bench):
    machine = MACHINES["x86_64"]
    image = supplies.kernel(machine, "6.1")
    files = {"kernel": image, "second": bench.initramfs(machine, "second", "")}
    first = bench.initramfs(machine, "first", INSTALL, files)
    with open(first, "ab") as archive:
        archive.write(initramfs.from_tar(debian.stored_root(), "debian", {"root/kexec-toolkit.deb": installed.package_of_this_tree(bench)}))
    setup = Setup(machine, machine.plain_firmware(), image, first, memory=MEMORY_OF_DEBIAN, append=f"crashkernel={machine.crash_low}")
    judge(bench.run(setup, LIMIT_OF_DEBIAN), EXPECTED_INSTALLED)
    return ["dpkg installs our package over kexec-tools and kdump-tools beside it, which loads, shows and unloads"]


def judge(said, expected):
    states = {name: (int(status), int(loaded)) for name, status, loaded in map(str.split, said.all("first", "state"))}
    for name, (status, loaded, words) in expected.items():
        text = " / ".join(said.all("first", f"said:{name}"))
        require(states.get(name) == (status, loaded),
                f"{name}: exit status and kexec_crash_loaded are {states.get(name)}, not {(status, loaded)}: {text}")
        require(re.search(words, text), f"{name}: the output lacks {words!r}: {text}")
