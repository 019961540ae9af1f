#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels and packages of other suites and architectures, unpacked in the cache.

    tools/fetch.py kernel ARCH VERSION          VERSION is 6.1 or 6.12; prints a directory that has boot/vmlinuz-*
    tools/fetch.py package SUITE ARCH NAME...   prints a directory that holds the packages, unpacked

What is in the cache is used without the network. Only the directory's name goes to standard output.
"""

import sys

import archive
import cache

# Which suites to ask for a kernel version, in this order.
KERNEL_SUITES = {"6.1": ["bookworm"], "6.12": ["trixie", "bookworm-backports"]}

# The package that depends on the newest kernel, for each architecture. The cloud flavour is the smaller one.
KERNEL_META = {
    "amd64": "linux-image-cloud-amd64",
    "arm64": "linux-image-cloud-arm64",
    "ppc64el": "linux-image-powerpc64le",
    "s390x": "linux-image-s390x",
    "i386": "linux-image-686",
}


def real_kernel_package(source, version):
    """The linux-image package that the meta package of `source` stands for; None if it is another version."""
    fields = source.fields(KERNEL_META[source.architecture])
    if fields is None or not fields["Version"].startswith(version + "."):
        return None
    depends = [part.split()[0] for part in fields["Depends"].split(",")]
    return next((name for name in depends if name.startswith("linux-image-" + version)), None)


def unpack_kernel(source, version, directory):
    """Once more with a fresh index, where the package is not in the archive any more."""
    try:
        source.unpack([real_kernel_package(source, version)], directory)
    except archive.ArchiveError:
        source.update(force=True)
        source.unpack([real_kernel_package(source, version)], directory)


def fill_kernel(architecture, version, directory):
    """Unpack the kernel of `version` from the first suite that offers it."""
    for suite in KERNEL_SUITES[version]:
        source = archive.Archive(suite, architecture)
        with cache.locked(source.name):
            try:
                source.update()
            except archive.ArchiveError as error:
                print(f"{error}\n{suite} cannot be read; going on without", file=sys.stderr)
                continue
            package = real_kernel_package(source, version)
            if package is None:
                continue
            try:
                unpack_kernel(source, version, directory)
                return
            except archive.ArchiveError as error:
                print(f"{error}\n{suite} does not hold {package}; going on without", file=sys.stderr)
    raise archive.ArchiveError(f"no suite offers Linux {version} for {architecture}: "
                               f"asked {', '.join(KERNEL_SUITES[version])}")


def kernel(architecture, version):
    """The directory of the unpacked linux-image package; it has boot/vmlinuz-* (vmlinux-* on ppc64)."""
    architecture = archive.debian_name(architecture)
    if architecture not in KERNEL_META or version not in KERNEL_SUITES:
        raise archive.ArchiveError(f"kernel {architecture} {version} is not known; architectures are "
                                   f"{', '.join(KERNEL_META)}, versions are {', '.join(KERNEL_SUITES)}")
    return cache.entry(f"kernels/{architecture}-{version}",
                       lambda directory: fill_kernel(architecture, version, directory))


def package(suite, architecture, *names):
    """The directory that holds the named packages, unpacked; what they depend on is not fetched."""
    return archive.unpacked(suite, architecture, list(names))


def main(arguments):
    try:
        if arguments[:1] == ["kernel"] and len(arguments) == 3:
            print(kernel(*arguments[1:]))
        elif arguments[:1] == ["package"] and len(arguments) >= 4:
            print(package(*arguments[1:]))
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    except (archive.ArchiveError, OSError) as error:
        print(f"fetch: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
