#!/usr/bin/env python3
"""How programs end, seen from outside: exit code and console. A TAP producer.

usage: check_ends.py SIMULATOR SIGMA0 MOE TEST-ENDS

Codes are those of docs/exit-codes.md: a program's own above 99 shows as 99,
one that a fault ended as it says there.
"""
import subprocess
import sys

# way, exit code or None (any but 0), what the console or the report must show
CASES = (
    ('exit', 300 & 0xff, b'bye\n'),
    ('_exit', 7, b''),
    ('abort', 99, b''),
    ('assert', 99, b'Assertion failed: argc == 17'),
    ('raise', 99, b''),
    ('thread', 5, b''),
    ('last', 0, b'the last thread is done\n'),
    ('overflow', None, b'in fill_the_stack'),
    ('null', None, b'read at 0x8'),
    ('copy', 0, b'<one>\n<two two>\n<three>\nend of input\n'),
)


def run(arguments, way):
    command = [arguments[0], '--until=60', f'--command=rom/test-ends {way}',
               '--input=-', *arguments[1:]]
    return subprocess.run(command, input=b'one\ntwo two\nthree', timeout=600,
                          capture_output=True)


def main():
    if len(sys.argv) != 5:
        sys.exit('usage: check_ends.py SIMULATOR SIGMA0 MOE TEST-ENDS')
    failed = 0
    print(f'1..{len(CASES)}')
    for number, (way, code, shown) in enumerate(CASES, 1):
        result = run(sys.argv[1:], way)
        good = result.returncode == code if code is not None \
            else result.returncode != 0
        good = good and shown in result.stdout + result.stderr
        print(f'{"ok" if good else "not ok"} {number} - ends_by_{way}')
        if not good:
            failed += 1
            print(f'# code {result.returncode}, console {result.stdout!r}, '
                  f'report {result.stderr!r}')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
