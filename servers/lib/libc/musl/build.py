#!/usr/bin/env python3
"""Build the C library of isolated programs from musl's unpatched sources.

Two jobs, both driven by ../meson.build:

  headers   at configure time: the include folder programs see. Only bits/ is
            made (by musl's own sed script and by copying); musl's include/
            stands behind it in the path.
  library   at build time: libc.a, in a nested ninja build.

Why nested: musl has some 1,330 files that never change. In the main build
tree each start of ninja would look at every one of them; here the main tree
sees one file, and the result is kept in extern/.built/ under a key (sources,
compiler, flags, our header, this script), so that any number of build folders
share it. Measured: docs/design/03-c-library.md.

  I1  A result is looked up by a key over everything that goes into it.
  I2  A cache folder's libc.a appears by rename, complete, under a lock.
"""
import argparse
import fcntl
import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

# musl's own flags (its configure and Makefile), less what only its shared
# library or other compilers need.
MUSL_FLAGS = '''-std=c99 -nostdinc -ffreestanding -fexcess-precision=standard
    -frounding-math -Wa,--noexecstack -D_XOPEN_SOURCE=700 -pipe
    -ffunction-sections -fdata-sections -w'''.split()

# Folders musl optimises for speed (its OPTIMIZE_GLOBS), and the functions GCC
# must not turn into calls of themselves.
FAST = ('src/internal/', 'src/malloc/', 'src/string/')
MEMORY_OPERATIONS = ('memcpy', 'memmove', 'memcmp', 'memset')

# Assembly that would go round the checks (string routines: the C ones are
# used) or that enters a kernel that is not there.
NO_ASSEMBLY = ('src/string/', 'src/process/vfork', 'src/signal/restore')

# Files whose functions ../glue supplies.
REPLACED = ('src/thread/clone', 'src/thread/__set_thread_area',
            'src/thread/__unmapself', 'src/thread/syscall_cp')


def make_headers(musl, arch, out):
    """The bits/ folder and version.h below `out`."""
    bits = out / 'bits'
    bits.mkdir(parents=True, exist_ok=True)
    for folder in (musl / 'arch/generic/bits', musl / 'arch' / arch / 'bits'):
        for header in folder.glob('*.h'):
            write_if_changed(bits / header.name, header.read_text())
    alltypes = subprocess.run(
        ['sed', '-f', musl / 'tools/mkalltypes.sed',
         musl / 'arch' / arch / 'bits/alltypes.h.in',
         musl / 'include/alltypes.h.in'],
        check=True, capture_output=True, text=True).stdout
    write_if_changed(bits / 'alltypes.h', alltypes)
    numbers = (musl / 'arch' / arch / 'bits/syscall.h.in').read_text()
    write_if_changed(bits / 'syscall.h', numbers + ''.join(
        line.replace('__NR_', 'SYS_') + '\n'
        for line in numbers.splitlines() if '__NR_' in line))


def write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def sources(musl, arch):
    """{object name: source} as musl's Makefile selects them."""
    chosen = {}
    folders = [f for f in sorted((musl / 'src').iterdir()) if f.is_dir()]
    folders.append(musl / 'src/malloc/mallocng')
    for folder in folders:
        for source in sorted(folder.glob('*.c')):
            chosen[name_of(musl, source)] = source
    for folder in folders:
        for source in sorted((folder / arch).glob('*.[csS]')):
            name = name_of(musl, source).replace(f'/{arch}/', '/')
            if source.suffix == '.c' or not name.startswith(NO_ASSEMBLY):
                chosen[name] = source
    return {n: s for n, s in chosen.items() if n not in REPLACED}


def name_of(musl, source):
    return str(source.relative_to(musl).with_suffix(''))


def flags_for(name):
    flags = ['-O3'] if name.startswith(FAST) else []
    if name.startswith('src/string/') and name.endswith(MEMORY_OPERATIONS):
        flags.append('-fno-tree-loop-distribute-patterns')
    return ' '.join(flags)


def quote(words):
    return ' '.join(shlex.quote(str(w)) for w in words).replace('$', '$$')


def ninja_text(args, work):
    musl = args.musl
    includes = [args.overlay, musl / 'arch' / args.arch, musl / 'arch/generic',
                work / 'generated', musl / 'src/include', musl / 'src/internal',
                args.headers, musl / 'include']
    flags = MUSL_FLAGS + args.flags + [f'-I{i}' for i in includes]
    lines = [
        f'flags = {quote(flags)}',
        'rule cc',
        f'  command = {quote(args.cc)} $flags $more -c $in -o $out',
        '  description = musl $in',
        'rule ar',
        f'  command = rm -f $out && {quote(args.ar)} rcD $out @$out.rsp',
        '  rspfile = $out.rsp',
        '  rspfile_content = $in',
    ]
    objects = []
    for name, source in sources(musl, args.arch).items():
        objects.append(f'{name}.o')
        lines += [f'build {name}.o: cc {source}', f'  more = {flags_for(name)}']
    lines += [f'build new/libc.a: ar {" ".join(objects)}',
              'default new/libc.a', '']
    return '\n'.join(lines)


def cache_key(args):
    """A name for the result: everything it is made from (I1)."""
    parts = [pathlib.Path(__file__).read_text(), args.musl.resolve().name,
             (args.musl / 'VERSION').read_text(), args.arch,
             str(args.musl.resolve())]
    parts += [h.read_text() for h in sorted(args.overlay.glob('*.h'))]
    parts += [pathlib.Path(header).read_text() for option, header
              in zip(args.flags, args.flags[1:]) if option == '-include']
    parts += args.cc + args.flags + [subprocess.run(
        args.cc + ['-v', '-c', '--version'], check=True, capture_output=True,
        text=True).stdout]
    digest = hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:16]
    return f'musl-{args.arch}-{digest}'


def build_library(args):
    work = args.cache / cache_key(args)
    (work / 'generated').mkdir(parents=True, exist_ok=True)
    with open(work / 'lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (work / 'libc.a').exists():
            compile_musl(args, work)
    shutil.copyfile(work / 'libc.a', args.output)


def compile_musl(args, work):
    print(f'building musl ({args.arch}) once, into {work}', flush=True)
    version = (args.musl / 'VERSION').read_text().strip()
    (work / 'generated/version.h').write_text(f'#define VERSION "{version}"\n')
    (work / 'build.ninja').write_text(ninja_text(args, work))
    jobs = len(os.sched_getaffinity(0))
    subprocess.run([args.ninja, '-C', work, '-j', str(jobs), '--quiet'],
                   check=True)
    os.rename(work / 'new/libc.a', work / 'libc.a')  # keeps I2
    shutil.rmtree(work / 'src')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('job', choices=['headers', 'library'])
    parser.add_argument('--musl', type=pathlib.Path, required=True)
    parser.add_argument('--arch', required=True)
    parser.add_argument('--headers', type=pathlib.Path, required=True,
                        help='include folder to make or to use')
    parser.add_argument('--overlay', type=pathlib.Path,
                        help='our headers in front of musl\'s')
    parser.add_argument('--cache', type=pathlib.Path)
    parser.add_argument('--output', type=pathlib.Path, help='libc.a')
    parser.add_argument('--cc', type=shlex.split)
    parser.add_argument('--ar', type=shlex.split)
    parser.add_argument('--ninja', default='ninja')
    parser.epilog = 'What stands after -- is given to the compiler.'
    words = sys.argv[1:]
    cut = words.index('--') if '--' in words else len(words)
    args = parser.parse_args(words[:cut])
    args.flags = words[cut + 1:]
    for name in ('musl', 'headers', 'overlay', 'cache'):
        if getattr(args, name):
            setattr(args, name, getattr(args, name).absolute())
    try:
        if args.job == 'headers':
            make_headers(args.musl, args.arch, args.headers)
        else:
            build_library(args)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f'musl: {error}')


if __name__ == '__main__':
    main()
