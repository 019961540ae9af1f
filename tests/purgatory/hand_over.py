#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hand_over.py QEMU STAGE BLOB: x86_64's whole purgatory, privileged steps included, in an emulated machine
that has no kernel. STAGE (hand_over_stage.S) enters the blob as the running kernel does and reports the state
in which it is entered as the new one. The parameters are filled in here independently of the loader's struct,
the digests are hashlib's."""
import hashlib
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time

PROBE_64BIT, PROBE_32BIT = 0x101000, 0x102000
BLOB_ADDRESS, BACKUP, REGION, MARKER = 0x2000000, 0x1000000, 0x20000000, 0x0123456789abcdef
SKIP_CHECKS, PANIC, ENTRY_32BIT, CONSOLE_VGA, RESET_VGA, HIDDEN_PLACES, STRIPED = 1, 2, 4, 8, 16, 128, 256
REGISTERS = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', *(f'r{n}' for n in range(8, 16)),
             'flags', 'cr0', 'cr4', 'efer', 'cs', 'ds', 'es', 'ss', 'fs', 'gs',
             'lar 0x10', 'lsl 0x10', 'lar 0x18', 'lsl 0x18']
SCREEN_SIZE = 4000
CONTENT = bytes((i * 89 + i // 256) % 256 for i in range(300001))
DEADLINE = 60

failures = []


def expect(case, what, found, wanted):
    if found != wanted:
        failures.append(f'{case}: {what}: found {found!r}, wanted {wanted!r}')


def digest_of(content, flags):
    if not flags & STRIPED:
        return hashlib.sha256(content)
    lanes = [b''.join(content[at:at + 64] for at in range(64 * lane, len(content), 512)) for lane in range(8)]
    return hashlib.sha256(b''.join(hashlib.sha256(lane).digest() for lane in lanes))


def make_parameters(entry, argument, flags, port=0, baud=0):
    head = struct.pack('<QQII', entry, argument, flags, 0)
    backup = struct.pack('<QQQ', 0, 0xa0000, BACKUP)
    console = struct.pack('<QII', port, 1 if port else 0, baud)
    region = struct.pack('<QQ', REGION, len(CONTENT)) + digest_of(CONTENT, flags).digest()
    return head + backup + console + bytes(64) + bytes(88) * 3 + region + bytes(40)


def place(blob, parameters):
    return blob[:0x100] + parameters + blob[0x100 + len(parameters):]


class Run:
    """One boot. `debug` is what the stage reported, `serial` the text on the serial port, `log` what the
    emulator wrote for `log_options`."""

    def __init__(self, qemu, stage, blob, address, content, log_options=(), cpu='max', flags=0):
        # a refusal ends with the second digest, everything else with the emulator's end
        finished = b'found  ' + digest_of(content, flags).hexdigest().encode()
        with tempfile.TemporaryDirectory() as folder:
            names = ('blob', 'content', 'debug', 'serial', 'log')
            files = {name: pathlib.Path(folder, name) for name in names}
            files['blob'].write_bytes(blob)
            files['content'].write_bytes(content)
            command = [qemu, '-M', 'pc', '-accel', 'tcg', '-cpu', cpu, '-m', '6G', '-display', 'none',
                       '-no-reboot', '-nodefaults', '-vga', 'std', '-kernel', stage,
                       '-device', f'loader,file={files["blob"]},addr={address:#x},force-raw=on',
                       '-device', f'loader,file={files["content"]},addr={REGION:#x},force-raw=on',
                       '-device', f'loader,addr={BLOB_ADDRESS:#x},data={address:#x},data-len=8',
                       '-device', 'isa-debug-exit,iobase=0xf4,iosize=4',
                       '-debugcon', f'file:{files["debug"]}',
                       '-serial', f'file:{files["serial"]}', '-D', str(files['log']), *log_options]
            started = time.monotonic()
            with subprocess.Popen(command) as process:
                while process.poll() is None and time.monotonic() - started < DEADLINE:
                    time.sleep(0.1)
                    if files['serial'].exists() and finished in files['serial'].read_bytes():
                        time.sleep(1)  # long enough for whatever must not follow
                        break
                process.kill()
            self.debug = files['debug'].read_bytes()
            self.serial = files['serial'].read_bytes().decode('latin-1')
            self.log = files['log'].read_text() if files['log'].exists() else ''

    def was_entered(self):
        return len(self.debug) == 8 * len(REGISTERS) + SCREEN_SIZE + 8

    def registers(self):
        return dict(zip(REGISTERS, struct.unpack_from(f'<{len(REGISTERS)}Q', self.debug)))

    def screen(self):
        text = self.debug[8 * len(REGISTERS):][:SCREEN_SIZE:2].decode('latin-1')
        return [text[i:i + 80].rstrip() for i in range(0, 2000, 80)]


def check_state(case, run, wanted):
    """Every register is zero unless named."""
    if not run.was_entered():
        failures.append(f'{case}: the new kernel was not entered; serial port: {run.serial!r}')
        return
    for name, found in run.registers().items():
        if name == 'flags':
            expect(case, 'interrupt, direction, trap and alignment flags', found & 0x40700, 0)
        else:
            expect(case, name, hex(found), hex(wanted.get(name, 0)))


def segments(code):
    selectors = {name: 0x18 for name in ('ds', 'es', 'ss', 'fs', 'gs')}
    return {**selectors, 'cs': 0x10, 'lar 0x10': code, 'lsl 0x10': 0xffffffff, 'lar 0x18': 0xc09300,
            'lsl 0x18': 0xffffffff}


# As the stage set it up: the purgatory hands the control registers on as they came.
LONG_MODE = {'cr0': 0x8000001d, 'cr4': 0x20, 'efer': 0x500, **segments(0xa09b00)}
PROTECTED_MODE = {'cr0': 0x11, 'cr4': 0, 'efer': 0, **segments(0xc09b00)}


def check_64bit(boot, blob):
    address, argument = 0x30000000, 0x123456789abcdef0
    flags = PANIC | CONSOLE_VGA | RESET_VGA
    run = boot(place(blob, make_parameters(PROBE_64BIT, argument, flags, 0x3f8, 115200)), address, CONTENT)
    check_state('64-bit', run, {**LONG_MODE, 'rsi': argument, 'rdi': argument, 'rsp': address + len(blob)})
    lines = ['purgatory: verifying', 'purgatory: verified', 'purgatory: entering the new kernel at 0x101000']
    expect('64-bit', 'serial port', run.serial.split('\r\n'), [*lines, ''])
    expect('64-bit', 'screen', run.screen()[-4:], [*lines, ''])
    expect('64-bit', 'backup copy', run.debug[-8:], struct.pack('<Q', MARKER))


def check_64bit_above_4gib(boot, blob):
    address = 0x140001000
    run = boot(place(blob, make_parameters(PROBE_64BIT, 0x90000, 0)), address, CONTENT)
    check_state('above 4 GiB', run, {**LONG_MODE, 'rsi': 0x90000, 'rdi': 0x90000, 'rsp': address + len(blob)})
    expect('above 4 GiB', 'serial port', run.serial, '')
    expect('above 4 GiB', 'no backup copy', run.debug[-8:], bytes(8))


def check_32bit(boot, blob):
    address, argument = 0x77ffd000, 0x6fedcba0
    run = boot(place(blob, make_parameters(PROBE_32BIT, argument, ENTRY_32BIT, 0x3f8)), address, CONTENT)
    # Above the stack pointer lie what a C function returns to, and its argument.
    check_state('32-bit', run, {**PROTECTED_MODE, 'rsi': argument, 'rsp': address + len(blob) - 8})


def check_altered(boot, blob):
    altered = bytearray(CONTENT)
    altered[123456] ^= 4
    cases = (('altered', PROBE_64BIT, PANIC), ('altered, 32-bit', PROBE_32BIT, ENTRY_32BIT))
    for case, entry, flags in cases:
        run = boot(place(blob, make_parameters(entry, 0, flags, 0x3f8)), 0x30000000, altered)
        end = REGION + len(CONTENT) - 1
        expect(case, 'the new kernel entered', run.debug, b'')
        expect(case, 'serial port', run.serial.split('\r\n'),
               ['purgatory: verifying',
                f'purgatory: region 3 ({REGION:#x}-{end:#x}) differs: the new kernel is not entered',
                f'purgatory: loaded {hashlib.sha256(CONTENT).hexdigest()}',
                f'purgatory: found  {hashlib.sha256(altered).hexdigest()}', ''])


def check_striped(boot, blob):
    """Eight lanes at once, four at once, and what is said of a place that is hidden."""
    flags = STRIPED | HIDDEN_PLACES
    for cpu in ('max', 'max,-avx2', 'max,-avx,-avx2,-xsave'):
        case = f'striped, {cpu}'
        image = place(blob, make_parameters(PROBE_64BIT, 5, flags, 0x3f8))
        run = boot(image, 0x30000000, CONTENT, (), cpu)
        check_state(case, run, {**LONG_MODE, 'rsi': 5, 'rdi': 5, 'rsp': 0x30000000 + len(blob)})
        expect(case, 'serial port', run.serial.split('\r\n'),
               ['purgatory: verifying', 'purgatory: verified', 'purgatory: entering the new kernel', ''])
        altered = bytearray(CONTENT)
        altered[-1] ^= 1
        run = boot(image, 0x30000000, altered, (), cpu, flags)
        expect(case, 'serial port, altered', run.serial.split('\r\n'),
               ['purgatory: verifying', 'purgatory: region 3 differs: the new kernel is not entered',
                f'purgatory: loaded {digest_of(CONTENT, flags).hexdigest()}',
                f'purgatory: found  {digest_of(altered, flags).hexdigest()}', ''])


def check_skipped(boot, blob):
    address = 0x30000000
    log_options = ('-d', 'cpu', '-dfilter', f'{address:#x}+{len(blob):#x}')
    image = place(blob, make_parameters(PROBE_64BIT, 0, SKIP_CHECKS, 0x3f8))
    run = boot(image, address, b'altered', log_options)
    check_state('checks skipped', run, {**LONG_MODE, 'rsp': address + len(blob)})
    expect('checks skipped', 'message', 'verification skipped' in run.serial, True)
    # The stage leaves EM and TS set and OSFXSR clear; the purgatory needs the opposite for its vector
    # instructions, which this emulator has not.
    states = re.findall(r'CR0=(\w+) .*CR4=(\w+)', run.log)
    expect('checks skipped', 'vector instructions enabled', ('80000013', '00000220') in states, True)


def main():
    qemu, stage, blob_path = sys.argv[1:]
    blob = pathlib.Path(blob_path).read_bytes()

    def boot(*image_and_memory):
        return Run(qemu, stage, *image_and_memory)

    for check in (check_64bit, check_64bit_above_4gib, check_32bit, check_altered, check_striped, check_skipped):
        check(boot, blob)
    print('\n'.join(failures) or 'as it should be')
    sys.exit(1 if failures else 0)


main()
