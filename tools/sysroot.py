#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The libraries of another machine, for static programs.

    tools/sysroot.py ARCH FILE      ARCH is arm64, ppc64, s390x or x86_64

Unpacks the development packages of ARCH in the cache and writes FILE, a meson cross file that only defines
`sysroot`; cross/ARCH.ini, given to meson after it, uses that name.
"""

import sys
from pathlib import Path

import archive

PACKAGES = ["libelf-dev", "zlib1g-dev", "liblzma-dev", "libzstd-dev", "liblz4-dev", "liblzo2-dev", "libbz2-dev",
            "libsnappy-dev", "libdeflate-dev", "libfdt-dev", "libexpected-dev", "libfmt-dev", "rapidjson-dev", "catch2"]


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    architecture, file = arguments
    try:
        directory = archive.unpacked(archive.host_codename(), architecture, PACKAGES)
        text = f"[constants]\nsysroot = '{directory}'\n"
        path = Path(file)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    except (archive.ArchiveError, OSError) as error:
        print(f"sysroot: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
