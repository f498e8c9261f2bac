#!/usr/bin/env python3
"""Checks that the kernel core stands on port.h and nothing else.

  check_layers.py symbols NM LIBRARY     what the core wants from outside
  check_layers.py includes FOLDER        who includes whom, no cycle, no #if
  check_layers.py headers FOLDER CC...   every header compiles alone

Rules: docs of the architecture, "Architecture rules" 1 to 3. Prints each
offence with its place; exit code 1 if there is any.
"""
import pathlib
import re
import subprocess
import sys

# What the port supplies, and what GCC may call by itself on any target.
ALLOWED_SYMBOL = re.compile(r'port_\w+|mem(cpy|move|set|cmp)|'
                            r'_GLOBAL_OFFSET_TABLE_')
ALLOWED_SYSTEM = re.compile(r'l4/[\w/]+\.h|std(bool|def|int|arg)\.h')


def symbols(nm, library):
    defined, wanted = set(), {}
    member = library
    out = subprocess.run([nm, library], check=True, capture_output=True,
                         text=True).stdout
    for line in out.splitlines():
        if line.endswith(':'):
            member = line[:-1]
            continue
        *_, kind, name = line.split() or ['', '']
        if kind == 'U':
            wanted.setdefault(name, member)
        elif kind:
            defined.add(name)
    return [f'{member}: wants {name}' for name, member in wanted.items()
            if name not in defined and not ALLOWED_SYMBOL.fullmatch(name)]


def includes_of(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+(["<])([^">]+)', line)
        if m:
            yield number, m[1] == '"', m[2]


def cycle_from(name, graph, trail):
    if name in trail:
        return trail[trail.index(name):] + [name]
    for other in graph.get(name, []):
        found = cycle_from(other, graph, trail + [name])
        if found:
            return found
    return None


def includes(folder):
    offences, graph = [], {}
    own = {p.name for p in folder.glob('*.h')} | {'port.h'}
    for path in sorted(folder.glob('*.[ch]')):
        for number, quoted, name in includes_of(path):
            ok = name in own if quoted else ALLOWED_SYSTEM.fullmatch(name)
            if not ok:
                offences.append(f'{path}:{number}: includes {name}')
            if path.suffix == '.h' and quoted:
                graph.setdefault(path.name, []).append(name)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.match(r'\s*#\s*if(?!ndef CORE_)', line):
                offences.append(f'{path}:{number}: {line.strip()}')
    for name in graph:
        cycle = cycle_from(name, graph, [])
        if cycle:
            offences.append('include cycle: ' + ' -> '.join(cycle))
            break
    return offences


def headers(folder, compiler):
    offences = []
    for path in sorted(folder.glob('*.h')):
        run = subprocess.run(compiler + ['-fsyntax-only', '-x', 'c', '-'],
                             input=f'#include "{path.name}"\n', text=True,
                             capture_output=True)
        if run.returncode:
            offences.append(f'{path} does not compile alone:\n{run.stderr}')
    return offences


def main():
    what, *args = sys.argv[1:]
    if what == 'symbols':
        offences = symbols(*args)
    elif what == 'includes':
        offences = includes(pathlib.Path(args[0]))
    else:
        offences = headers(pathlib.Path(args[0]), args[1:])
    for offence in offences:
        print(offence)
    return 1 if offences else 0


sys.exit(main())
