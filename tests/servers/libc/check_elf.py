#!/usr/bin/env python3
"""Is this ELF file what an isolated program must be? A TAP producer.

The simulator's isolation rests on how programs are built: everything in them
that the compiler made is checked, and nothing enters a kernel but through the
stub. This looks at the finished file, so that a forgotten flag or a new piece
of assembly in a library does not pass unseen.

usage: check_elf.py READELF OBJDUMP FILE...
"""
import re
import subprocess
import sys

# Assembly and other uninstrumented code, and why that is right.
PLAIN = re.compile('|'.join((
    r'_start$|vitrine_thread_entry$|vitrine_call_on$'     # our entry code
    r'|vitrine_fault_(entry|leave)$|__cp_cancel$',
    r'l4_vitrine_|__asan_|__sanitizer_|vitrine_sim_|mmio_'
    r'|vitrine_step_slow$',                             # the checks
    r'_*(sig)?(set|long)jmp(_tail)?$|_setjmp$|_longjmp$', # musl: registers
    r'fe\w+$|__fe\w+$',                                 # musl: FPU state
    r'__tlsdesc|dlsym$|__dlsym$',                       # musl: linker
    r'(acos|asin|atan2?|ceil|exp2?|expm1|floor|log|log10|log1p|log2|trunc)l$'
    r'|__exp\w*$|__invtrigl\w*$',                       # musl: x87 math
    r'__(add|sub|mul|div|neg|cmp|unord|eq|ne|lt|le|gt|ge|fix|float|extend'
    r'|trunc|pow|udiv|umod|clz|ctz|popcount|mulc|divc|sfp)\w*',   # libgcc
)))
ENTERS_KERNEL = re.compile(r'\t(syscall|sysenter|int +\$0x80|svc\t|hvc\t)')
STEP = re.compile(r'__sanitizer_cov_trace_pc|%gs:0x8\b')  # call or in line
FUNCTION = re.compile(r'^[0-9a-f]+ <([^>]+)>:$')


def run(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def fact(self, holds, name, detail=''):
        self.count += 1
        self.failed += not holds
        print(f'{"ok" if holds else "not ok"} {self.count} - {name}')
        if not holds and detail:
            print(f'# {detail}')


def functions(objdump, path):
    """(name, text of its disassembly) of each function."""
    name, body = None, []
    for line in run(objdump, '-d', '--no-show-raw-insn', path).splitlines():
        match = FUNCTION.match(line)
        if match:
            if name:
                yield name, '\n'.join(body)
            name, body = match.group(1), []
        elif line:
            body.append(line)
    if name:
        yield name, '\n'.join(body)


def check(tap, readelf, objdump, path):
    name = path.rsplit('/', 1)[-1]
    headers = run(readelf, '-hldW', path)
    tap.fact('DYN (' in headers and 'INTERP' not in headers and
             '(NEEDED)' not in headers, f'{name}_is_a_static_pie')
    tap.fact('TEXTREL' not in headers, f'{name}_has_no_text_relocations')
    kinds = set(re.findall(r'\sR_\w+', run(readelf, '-rW', path)))
    other = {k for k in kinds if not k.endswith('_RELATIVE')}
    tap.fact(not other, f'{name}_relocates_by_its_base_only', other)
    undefined = re.findall(r'GLOBAL +\w+ +UND (\S+)', run(readelf, '-sW', path))
    tap.fact(not undefined, f'{name}_has_no_undefined_symbols', undefined)
    tap.fact('.debug_info' in run(readelf, '-SW', path),
             f'{name}_has_debug_information')

    raw, plain, checked = [], [], 0
    for function, text in functions(objdump, path):
        if ENTERS_KERNEL.search(text):
            raw.append(function)
        if STEP.search(text):
            checked += 1
        elif not PLAIN.match(function):
            plain.append(function)
    tap.fact(not raw, f'{name}_enters_no_kernel_by_itself', raw)
    tap.fact(checked and not plain, f'{name}_is_instrumented_everywhere',
             plain)


def main():
    if len(sys.argv) < 4:
        sys.exit('usage: check_elf.py READELF OBJDUMP FILE...')
    tap = Tap()
    for path in sys.argv[3:]:
        check(tap, sys.argv[1], sys.argv[2], path)
    print(f'1..{tap.count}')
    sys.exit(tap.failed != 0)


if __name__ == '__main__':
    main()
