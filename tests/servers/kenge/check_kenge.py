#!/usr/bin/env python3
"""Programs of the kenge profile: small, and alone on the kernel. A TAP
producer.

usage: check_kenge.py SIMULATOR HELLO PINGPONG

Their size is that of what is loaded: file and zeros of all segments.
"""
import struct
import subprocess
import sys

LIMIT = 64 * 1024
cases = failed = 0


def fact(good, name, more=''):
    global cases, failed
    cases += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {cases} - {name}')
    if more:
        print('# ' + more.replace('\n', '\n# '))


def loaded_bytes(path):
    """Where the last segment ends, from the program's first address on."""
    with open(path, 'rb') as f:
        data = f.read()
    offset, = struct.unpack_from('<Q', data, 0x20)
    size, count = struct.unpack_from('<HH', data, 0x36)
    end = 0
    for i in range(count):
        kind, _, _, at, _, _, memory, _ = struct.unpack_from(
            '<IIQQQQQQ', data, offset + i * size)
        if kind == 1:
            end = max(end, at + memory)
    return end


def run(simulator, program, *words):
    name = program.split('/')[-1]
    command = ' '.join((name,) + words)
    return subprocess.run([simulator, '--until=20', f'--command={command}',
                           program], capture_output=True, timeout=600)


def main():
    if len(sys.argv) != 4:
        sys.exit('usage: check_kenge.py SIMULATOR HELLO PINGPONG')
    simulator, hello, pingpong = sys.argv[1:]
    for program in (hello, pingpong):
        name = program.split('/')[-1]
        size = loaded_bytes(program)
        fact(0 < size < LIMIT, f'{name}_is_under_64_KiB', f'{size} bytes')
        with open(program, 'rb') as f:
            fact(b'vitrine: a root program' in f.read(),
                 f'{name}_says_that_it_is_alone')
    r = run(simulator, hello, 'word')
    fact(r.returncode == 0 and
         r.stdout == b'Hello from the only program, kenge_hello.\n',
         'hello_runs_alone', f'{r.stdout!r} {r.stderr!r}')
    r = run(simulator, pingpong, '500')
    fact(r.returncode == 0 and r.stdout.startswith(b'500 rounds, '),
         'pingpong_makes_its_rounds', r.stdout.decode().strip())
    r = run(simulator, pingpong, 'none')
    fact(r.returncode == 1 and b'usage' in r.stdout,
         'its_exit_code_is_the_systems')
    print(f'1..{cases}')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
