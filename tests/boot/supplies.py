# SPDX-License-Identifier: GPL-2.0-or-later
"""What the boots are made of, each as a path: kernels and their forms, busybox, makedumpfile, our guest program.

Everything that is downloaded or built lies in the cache of tools/cache.py. The forms of a kernel (a vmlinux taken out of the bzImage,
compressed files) follow Documentation/arch/x86/boot.rst: the setup header says where the payload lies.
"""
import functools
import gzip
import importlib.util
import lzma
import pathlib
import platform
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = HERE.parent.parent / "tools"
sys.path.insert(0, str(TOOLS))

import archive  # noqa: E402  (tools/ is a folder of programs, not a package)
import cache  # noqa: E402  (tools/ is a folder of programs, not a package)
import fetch  # noqa: E402

# makedumpfile of a newer suite knows more kernels; with it come the libraries it was linked against. The archive does not hold
# all of a suite for every machine at all times, so there is an older one to go on with.
DUMP_PACKAGES = ("makedumpfile", "libc6", "zlib1g", "libbz2-1.0", "liblzma5", "liblzo2-2", "libzstd1")
DUMP_SUITES = {"trixie": (*DUMP_PACKAGES, "libdw1t64", "libelf1t64"), "bookworm": (*DUMP_PACKAGES, "libdw1", "libelf1")}
DUMP_LIBRARIES = ("libc.so.6", "libdw.so.1", "libelf.so.1", "libz.so.1", "libbz2.so.1.0", "liblzma.so.5", "liblzo2.so.2",
                  "libzstd.so.1")

# What the build of the small kernel leaves beside the image that is booted.
BUILT_BESIDE = {"zboot": "vmlinuz.efi", "zImage": "zImage"}

ELF_MAGIC = b"\x7fELF"

COMPRESSORS = {
    "gz": lambda data: gzip.compress(data, 1, mtime=0),
    "xz": lambda data: lzma.compress(data, preset=0),
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE, preset=0),
    "zst": lambda data: filter_through(["zstd", "-q", "-3", "-c"], data),
}


def filter_through(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def kernel(machine, version):
    """Debian's kernel as the package has it, or the small one that is built here."""
    if version == "small":
        return small_kernel(machine) / machine.small_image
    directory = pathlib.Path(fetch.kernel(machine.name, version))
    return next((directory / "boot").glob(machine.kernel_pattern))


def module(machine, version, name):
    """The bytes of one module of that package, uncompressed; nothing where the kernel has it built in."""
    if version == "small":
        return b""
    directory = pathlib.Path(fetch.kernel(machine.name, version))
    path = next(directory.glob(f"**/{name}.ko*"))
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def small_kernel(machine):
    """The directory of the small kernel: vmlinux and the bootable images."""
    specification = importlib.util.spec_from_file_location("build_kernel", TOOLS / "build-kernel.py")
    builder = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(builder)
    return pathlib.Path(builder.built(machine.name))


def decompress_payload(data):
    """The payload of a bzImage; what follows the compressed stream (its length, for some formats) is left out."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return filter_through(["zstd", "-q", "-d", "-c"], data[:-4])
    if data[:4] == b"\x02\x21\x4c\x18":
        return filter_through(["lz4", "-q", "-d", "-c"], data[:-4])
    raise ValueError(f"the kernel's payload is compressed in a way not known here: it starts with {data[:4].hex()}")


def vmlinux_of(bzimage):
    """The ELF file inside a bzImage with the relocation tables behind it: all of the payload."""
    sectors = bzimage[0x1F1] or 4
    offset, length = struct.unpack_from("<II", bzimage, 0x248)
    start = (sectors + 1) * 512 + offset
    return decompress_payload(bzimage[start:start + length])


def uimage_of(path, machine_name, wrapper):
    """A legacy uImage around a kernel, made by mkimage as board vendors make it."""
    with tempfile.TemporaryDirectory() as directory:
        payload, image = pathlib.Path(directory) / "payload", pathlib.Path(directory) / "uImage"
        data = path.read_bytes()
        payload.write_bytes(COMPRESSORS[wrapper](data) if wrapper else data)
        subprocess.run(["mkimage", "-A", machine_name, "-O", "linux", "-T", "kernel", "-C", "gzip" if wrapper else "none",
                        "-a", "0x40080000", "-e", "0x40080000", "-n", "Linux", "-d", payload, image], check=True, stdout=subprocess.DEVNULL)
        return image.read_bytes()


def stripped(path, machine):
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([machine.compiler.replace("g++", "strip"), "-o", file.name, path], check=True)
        return pathlib.Path(file.name).read_bytes()


def bare_form(machine, version, kind, wrapper):
    """(the bytes of a kernel as `kind` asks, how they are still to be compressed)."""
    original = kernel(machine, version)
    if kind == "uImage":
        return uimage_of(original, machine.name, wrapper), ""
    if kind in ("zboot", "zImage"):
        return (original.parent / BUILT_BESIDE[kind]).read_bytes(), wrapper
    if kind == "vmlinux" and version == "small":
        return stripped(original.parent / machine.small_vmlinux, machine), wrapper
    data = original.read_bytes()
    return vmlinux_of(data) if kind == "vmlinux" and data[:4] != ELF_MAGIC else data, wrapper


def kernel_form(machine, version, form):
    """A kernel as `form` asks: bzImage, Image, vmlinux, zboot, zImage or uImage, and after a dot how it is compressed ("vmlinux.zst")."""
    original = kernel(machine, version)
    if form in ("bzImage", "Image"):
        return original

    def fill(directory):
        kind, _, wrapper = form.partition(".")
        data, wrapper = bare_form(machine, version, kind, wrapper)
        (directory / form).write_bytes(COMPRESSORS[wrapper](data) if wrapper else data)

    name = original.parent.name if version == "small" else original.name
    return cache.entry(f"boot-images/{name}/{form}", fill) / form


def busybox(machine):
    directory = pathlib.Path(fetch.package("bookworm", machine.name, "busybox-static"))
    return directory / "bin" / "busybox"


@functools.cache
def dump_directory(architecture):
    """Where makedumpfile and its libraries are unpacked, of the first suite that the archive has them of."""
    *newer, oldest = DUMP_SUITES
    for suite in newer:
        try:
            return pathlib.Path(fetch.package(suite, architecture, *DUMP_SUITES[suite]))
        except archive.ArchiveError as error:
            print(f"{error}\nno makedumpfile of {suite} for {architecture}; going on with an older one", file=sys.stderr)
    return pathlib.Path(fetch.package(oldest, architecture, *DUMP_SUITES[oldest]))


def makedumpfile(machine):
    """makedumpfile with its loader and libraries, as {path in the guest: path here}."""
    directory = dump_directory(machine.name)
    files = {"dump/makedumpfile": directory / "usr/bin/makedumpfile"}
    for name in DUMP_LIBRARIES:
        files[f"dump/{name}"] = next(directory.glob(f"**/{name}")).resolve()
    files["dump/loader"] = next(directory.glob(f"**/{machine.loader}")).resolve()
    return files


@functools.cache
def clock_arguments():
    """Tells an emulated x86 kernel how fast its time stamp counter is; nothing where the host has another counter."""
    if platform.machine() != "x86_64":
        return ""
    with tempfile.TemporaryDirectory() as directory:
        program = pathlib.Path(directory) / "clock"
        subprocess.run(["g++", "-std=c++20", "-O1", "-o", program, HERE / "clock.cc"], check=True)
        ticks = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    return f"tsc_early_khz={ticks}"


def guest_program(machine, directory):
    """tests/boot/guest/marker.cc, built for the machine."""
    program = directory / f"marker-{machine.name}"
    subprocess.run([machine.compiler, "-std=c++20", "-O1", "-static", "-s", "-o", program, HERE / "guest" / "marker.cc"], check=True)
    return program


def shim(directory, machine=None):
    """tests/shim/shim.cc: runs a program that must not reach the kernel of this host, or inside of a machine."""
    program, sources = directory / "shim", [HERE.parent / "shim" / name for name in ("shim.cc", "faults.cc", "foreign.cc")]
    how = [machine.compiler, "-static", "-s"] if machine else ["g++"]
    subprocess.run([*how, "-std=c++20", "-O1", "-I", HERE.parent.parent, "-o", program, *sources], check=True)
    return program


def user_mode_linux():
    """A Linux kernel that is a program of this host, and has no kexec."""
    return pathlib.Path(fetch.package("bookworm", "x86_64", "user-mode-linux")) / "usr/bin/linux.uml"


def program_files(path, name):
    """A program as {path in the guest: path here}; one that is linked dynamically brings its libraries along."""
    files = {f"sbin/{name}": path}
    listed = subprocess.run(["ldd", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for word in listed.stdout.split() if listed.returncode == 0 else []:
        if word.startswith("/"):
            files[word.lstrip("/")] = pathlib.Path(word).resolve()
    return files
