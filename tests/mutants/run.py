#!/usr/bin/env python3
"""Seeds mistakes in the kernel core and sees that the tests find them.

  run.py --core DIR --library LIBCORE --programs ARCHIVE... --patches FOLDER
         [--simulator LIBRARY... --boot FILE...]
         --cc CC... --compile ARG... --link ARG... [--compile-sim ARG...
         --link-sim ARG...]

Each patch is one mistake; the lines above its first `---` say

  Mistake: what was done wrong
  Caught-by: PROGRAM SUITE/TEST       of tests/core, the test that must fail
  Caught-by: ktest CASE               of tests/kernel, on one CPU
  Caught-by: ktest-cpus-4 CASE        the same on four

The patch is applied to a copy of the one file it names, that file is compiled
without optimisation and linked in front of the core's library with the
objects of test_core_PROGRAM (archive libmutants_PROGRAM.a); then that one
test runs. For ktest it is linked into a simulator, on which the conformance
suite runs: the case must fail, or not be reached. Before, the same tests have
to pass without any patch. Prints TAP, a line for each patch. See README.md.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

RUN_SECONDS = 300
KTEST = {'ktest': [], 'ktest-cpus-4': ['--cpus=4']}
CAUGHT = 'caught'


class Mutant:
    def __init__(self, path):
        self.path = path
        head = path.read_text().split('\n--- ', 1)[0]
        self.mistake = self.field(head, 'Mistake')
        self.expect = self.field(head, 'Expect') or CAUGHT
        caught_by = (self.field(head, 'Caught-by') or '').split(maxsplit=1)
        if not self.mistake or len(caught_by) != 2:
            sys.exit(f'{path}: wants "Mistake: ..." and '
                     '"Caught-by: PROGRAM SUITE/TEST" above the patch')
        self.program, self.test = caught_by
        files = re.findall(r'^\+\+\+ b/sim-kernel/core/(\w+\.c)\b',
                           path.read_text(), re.M)
        if len(files) != 1:
            sys.exit(f'{path}: wants to change one .c file of '
                     'sim-kernel/core')
        self.file = files[0]

    @staticmethod
    def field(head, name):
        found = re.search(rf'^{name}: (.*(?:\n .*)*)', head, re.M)
        return ' '.join(found[1].split()) if found else None


def command(args, **more):
    return subprocess.run([str(a) for a in args], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **more)


class Builder:
    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.said = {}
        self.programs = {
            p.name.removeprefix('libmutants_').removesuffix('.a'): p
            for p in options.programs}

    def link(self, program, to, first=()):
        """The test program, with `first` in front of the core's library."""
        if program in KTEST and self.options.simulator:
            whole, *rest = self.options.simulator
            done = command([*self.options.cc, '-o', to, '-pie',
                            '-Wl,--whole-archive', whole,
                            '-Wl,--no-whole-archive', *first,
                            '-Wl,--start-group', *rest, '-Wl,--end-group',
                            *self.options.link_sim])
            return done.stdout if done.returncode else None
        if program not in self.programs:
            return f'there is no test program {program} here'
        done = command([*self.options.cc, '-o', to,
                        '-Wl,--whole-archive', self.programs[program],
                        '-Wl,--no-whole-archive', *first,
                        self.options.library, *self.options.link])
        return done.stdout if done.returncode else None

    def run_kernel_suite(self, program, exe):
        """What it says, which many tests of the original ask for."""
        if exe not in self.said:
            try:
                self.said[exe] = command(
                    [exe, '--until=60', *KTEST[program], *self.options.boot],
                    timeout=RUN_SECONDS, errors='replace').stdout
            except subprocess.TimeoutExpired:
                self.said[exe] = ''
        return self.said[exe]

    def run(self, program, exe, test):
        """(passed, output); None: the test is not there or has no end."""
        if program in KTEST:
            output = self.run_kernel_suite(program, exe)
            return bool(re.search(rf'^ok \d+ - {re.escape(test)}$', output,
                                  re.M)), output
        try:
            done = command([exe, '--tap=-', '--quiet', '-j1', '--filter',
                            test], timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            return None, f'no end of {test} in {RUN_SECONDS} s'
        name = re.escape(test.replace('/', '::'))
        line = re.search(rf'^(not )?ok - {name} (?!.*# SKIP)',
                         done.stdout, re.M)
        if not line:
            return None, f'there is no test {test}\n{done.stdout}'
        return not line[1], done.stdout

    def build(self, mutant):
        """The path of the mutant's test program, or what went wrong."""
        folder = self.folder / mutant.path.stem
        core = folder / 'sim-kernel' / 'core'
        core.mkdir(parents=True)
        source = core / mutant.file
        original = self.options.core / mutant.file
        if not original.exists():
            return None, f'does not apply: there is no {mutant.file} any more'
        source.write_text(original.read_text())
        done = command(['patch', '-p1', '--no-backup-if-mismatch', '-d',
                        folder, '-i', mutant.path])
        if done.returncode:
            return None, (f'does not apply: {mutant.path.name} must follow '
                          f'what became of {mutant.file}\n{done.stdout}')
        obj = folder / 'mutant.o'
        flags = (self.options.compile_sim if mutant.program in KTEST
                 else self.options.compile)
        done = command([*self.options.cc, *flags, '-O0', '-w', '-c', '-o', obj,
                        source])
        if done.returncode:
            return None, f'does not compile\n{done.stdout}'
        exe = folder / 'test'
        error = self.link(mutant.program, exe, [obj])
        return (None, f'does not link\n{error}') if error else (exe, '')

    def judge(self, mutant):
        """(verdict, explanation)"""
        exe, error = self.build(mutant)
        if error:
            return error.split(':')[0].split('\n')[0], error
        passed, output = self.run(mutant.program, exe, mutant.test)
        exe.unlink()
        if passed is None:
            return 'not run', output
        if passed:
            return 'not caught', (f'{mutant.test} of {mutant.program} '
                                  'passes with this mistake')
        return CAUGHT, output

    def judge_original(self, program, tests):
        """What fails although nothing is patched."""
        exe = self.folder / f'original_{program}'
        error = self.link(program, exe)
        if error:
            return [error]
        failed = []
        for test in tests:
            passed, output = self.run(program, exe, test)
            if not passed:
                failed.append(f'{test} of {program}: fails without a patch\n'
                              f'{output}')
        exe.unlink()
        return failed


def tap(number, ok, text, explanation=''):
    print(f'{"" if ok else "not "}ok {number} - {text}')
    for line in explanation.splitlines() if not ok else ():
        print(f'# {line}')
    sys.stdout.flush()
    return ok


def words_behind(rest, name):
    """What stands behind --NAME, up to the next of these lists."""
    lists = ('--cc', '--compile', '--link', '--compile-sim', '--link-sim')
    if '--' + name not in rest:
        return []
    words = rest[rest.index('--' + name) + 1:]
    ends = [words.index(w) for w in lists if w in words]
    return words[:min(ends, default=len(words))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--core', type=pathlib.Path)
    parser.add_argument('--library', type=pathlib.Path)
    parser.add_argument('--programs', type=pathlib.Path, nargs='+')
    parser.add_argument('--patches', type=pathlib.Path)
    parser.add_argument('--simulator', type=pathlib.Path, nargs='*')
    parser.add_argument('--boot', type=pathlib.Path, nargs='*')
    known, rest = parser.parse_known_args()
    for name in ('cc', 'compile', 'link', 'compile-sim', 'link-sim'):
        setattr(known, name.replace('-', '_'), words_behind(rest, name))
    mutants = [Mutant(p) for p in sorted(known.patches.glob('*.patch')) +
               sorted(known.patches.glob('self/*.patch'))]
    wanted = {}
    for m in mutants:
        wanted.setdefault(m.program, set()).add(m.test)

    jobs = int(os.environ.get('VITRINE_JOBS') or min(os.cpu_count(), 4))
    print(f'1..{len(wanted) + len(mutants)}')
    ok, number = True, 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        builder = Builder(known, folder)
        originals = [pool.submit(builder.judge_original, program, tests)
                     for program, tests in wanted.items()]
        verdicts = [pool.submit(builder.judge, m) for m in mutants]
        for program, future in zip(wanted, originals):
            number += 1
            failed = future.result()
            ok &= tap(number, not failed, f'{program} passes without a patch',
                      '\n'.join(failed))
        for mutant, future in zip(mutants, verdicts):
            number += 1
            verdict, explanation = future.result()
            name = mutant.path.stem
            ok &= tap(number, verdict == mutant.expect,
                      f'{name}: {mutant.mistake}',
                      f'{mutant.path.name}: {verdict}, not {mutant.expect}\n'
                      f'{explanation}')
    sys.exit(0 if ok else 1)


if __name__ == '__main__':
    main()
