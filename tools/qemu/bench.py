#!/usr/bin/env python3
"""vitrine bench --target NAME: what can be measured on a machine in QEMU.

Time there is counted in instructions (-icount: one is 1 ns), so what a program
measures by the machine's clock is what the machine retired, kernel and user
mode together, whatever the host does meanwhile. Only first_line is the host's
time. A figure's floor is what somebody else published, or the part of it that
is not ours; the columns and --json are the simulator's (tools/bench/main.c).
"""
import argparse
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import archive
import run
from qmp import Kernel, Monitor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DIFFERS, USAGE = 1, 103
STARTS = 9
FIRST_LINE_MS = {"riscv64": 80, "aarch64": 80, "x86_64": 350}
WALL, CPU = 0, 1
SUITE_S = 500  # for the kernel suite, each block of which is looked at
# What stretch.c is told of the kernel's functions.
STRETCH_MARKS = [("start", "machine_resume"), ("ask", "port_irq_pending"),
                 ("ask", "machine_wait"), ("skip", "report_check_all"),
                 ("end", "report_end")]


class NotMeasured(Exception):
    """Why there is no figure."""


def cpu_ms(pid):
    """CPU time of a process, all its threads, so far."""
    total, tasks = 0, "/proc/%d/task" % pid
    for task in os.listdir(tasks):
        with open("%s/%s/schedstat" % (tasks, task)) as file:
            total += int(file.read().split()[0])
    return total / 1e6


class Bench:
    def __init__(self, o):
        self.o = o
        self.systems = {}

    def program(self, name):
        return os.path.join(self.o.programs, name)

    def figures(self, cfg, programs):
        """The lines "BENCH name number" of a system, which runs once."""
        if cfg not in self.systems:
            path = os.path.join(ROOT, "tools/bench", cfg)
            words = [sys.executable, os.path.join(ROOT, "tools/qemu/run.py"),
                     "--target", self.o.target, "--kernel", self.o.kernel,
                     "--time-limit", "300", "--host-clock",
                     "--command", "rom/ned rom/%s 2000" % cfg]
            words += map(self.program, ["sigma0", "moe", "ned"] + programs)
            done = subprocess.run(words + [path], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            text = done.stdout.decode(errors="replace")
            if done.returncode:
                last = (text.strip().splitlines() or ["nothing was said"])[-1]
                raise NotMeasured("exit code %d: %s" % (done.returncode, last))
            self.systems[cfg] = dict(re.findall(r"BENCH (\w+) ([0-9.]+)", text))
        return self.systems[cfg]

    def ipc(self, name):
        return float(self.figures("ipc.cfg",
                                  ["bench_server", "bench_ipc"])[name])

    def memory(self, name):
        return float(self.figures("mem.cfg",
                                  ["bench_pager", "bench_mem"])[name])

    def qemu(self, folder, names=("sigma0", "moe", "hello"),
             command="rom/hello"):
        """QEMU as `run` starts it, for hello."""
        o = run.arguments(["--target", self.o.target, "--kernel",
                           self.o.kernel, "hello"])
        path = os.path.join(folder, "archive")
        programs = [self.program(p) for p in names]
        with open(path, "wb") as file:
            file.write(archive.pack(programs, command))
        return run.qemu_words(o, os.path.join(folder, "qmp"), path)

    def start_ms(self, folder, wanted):
        """From QEMU's start to `wanted` on the console, on the wall and of the
        host's CPU; None: to its monitor's first word, before the machine
        runs."""
        words = self.qemu(folder) + ([] if wanted else ["-S"])
        start = time.monotonic()
        qemu = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, bufsize=0,
                                env=run.qemu_environment())
        try:
            seen = b""
            while wanted and wanted not in seen:
                more = os.read(qemu.stdout.fileno(), 65536)
                if not more:
                    raise NotMeasured("hello said nothing")
                seen += more
            if not wanted:
                Monitor(os.path.join(folder, "qmp"), start + 20)
            return (time.monotonic() - start) * 1000, cpu_ms(qemu.pid)
        finally:
            qemu.kill()
            qemu.wait()

    def starts(self, which):
        """Medians: of hello's line, and of QEMU alone."""
        with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as folder:
            return [statistics.median(self.start_ms(folder, wanted)[which]
                                      for _ in range(STARTS))
                    for wanted in (b"Hello", None)]

    def longest_stretch(self):
        """Instructions without a question for interrupts, at most, while the
        kernel suite runs (stretch.c)."""
        with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as folder:
            plugin = os.path.join(folder, "stretch.so")
            found = os.path.join(folder, "found")
            source = os.path.join(ROOT, "tools/qemu/stretch.c")
            subprocess.run([os.environ.get("CC", "cc"), "-O2", "-shared",
                            "-fPIC", "-o", plugin, source], check=True)
            kernel = Kernel(self.o.kernel)
            words = "%s,to=%s" % (plugin, found)
            for mark, symbol in STRETCH_MARKS:
                words += ",%s=%d" % (mark, kernel.virtual(symbol))
            qemu = self.qemu(folder, ["sigma0", "ktest"], "")
            done = subprocess.run(
                qemu + ["-action", "shutdown=poweroff", "-plugin", words],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, timeout=SUITE_S)
            text = done.stdout.decode(errors="replace")
            plan = re.search(r"^\x02?1\.\.(\d+)", text, re.M)
            if not plan or not os.path.exists(found):
                raise NotMeasured("the kernel suite did not end: %s" % (
                    done.stderr.decode(errors="replace") or text)[-200:])
            with open(found) as file:
                longest, at = map(int, file.read().split())
            print("%-22s most of it in %s()" % (
                "longest_stretch", kernel.function(at)), file=sys.stderr)
            return longest

    def kernel_kib(self):
        """Text and initialised data of the image, as `size` counts them."""
        with open(self.o.kernel, "rb") as file:
            data = file.read()
        at, = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        segments = [struct.unpack_from("<IIQQQQ", data, at + i * size)
                    for i in range(count)]
        return sum(s[5] for s in segments if s[0] == 1) / 1024


# name, unit, text; value, floor, target (0: none) of a Bench.
ROWS = [
    ("ipc_inter_instructions", "instr",
     "call and reply between two tasks; L4Re on x86 published 587",
     lambda b: (b.ipc("ipc_inter"), 587, 450)),
    ("ipc_intra_instructions", "instr",
     "call and reply inside a task; L4Re on x86 published 543",
     lambda b: (b.ipc("ipc_intra"), 543, 0)),
    ("fault_instructions", "instr", "page fault, answered by a task; access",
     lambda b: (b.memory("fault_pager"), 0, 0)),
    ("map_unmap_instructions", "instr", "a page mapped and taken back",
     lambda b: (b.memory("map_unmap"), 0, 0)),
    ("first_line", "ms", "QEMU's start to hello's line; floor: QEMU alone",
     lambda b: (*b.starts(WALL), FIRST_LINE_MS[b.o.target])),
    ("first_line_cpu", "ms", "the same in CPU time, on a host that is busy",
     lambda b: (*b.starts(CPU), 0)),
    ("longest_stretch", "instr",
     "the kernel's longest without a look for interrupts, in its suite",
     lambda b: (b.longest_stretch(), 0, 0)),
    ("kernel_size", "KiB", "the kernel's text and data",
     lambda b: (b.kernel_kib(), 0, 160)),
]


def measure(bench, row):
    name, unit, text, figures = row
    result = {"name": name, "unit": unit, "value": None, "floor": None,
              "ratio": None, "target": None, "holds": False}
    try:
        value, floor, target = figures(bench)
    except (NotMeasured, KeyError, OSError) as error:
        return result, "%-22s not measured: %s" % (name, error)
    holds = not target or value <= target
    result.update(value=round(value, 2), floor=round(floor, 2),
                  ratio=round(value / floor, 3) if floor else None,
                  target=target or None, holds=holds)
    ratio = "%8.3g" % (value / floor) if floor else "%8s" % "-"
    promise = "%8g  %-5s" % (target, "yes" if holds else "NO") if target \
        else "%8s  %-5s" % ("-", "")
    return result, "%-22s %9.4g %-6s %9.4g %s %s %s" % (
        name, value, unit, floor, ratio, promise, text)


def arguments():
    p = argparse.ArgumentParser(description="Measures a machine in QEMU.")
    p.add_argument("--target", choices=run.MACHINES, required=True)
    p.add_argument("--kernel", required=True)
    p.add_argument("--programs", required=True)
    p.add_argument("--json", action="store_true")
    p.add_argument("--only", choices=[r[0] for r in ROWS], metavar="NAME")
    return p.parse_args()


def main():
    o = arguments()
    bench = Bench(o)
    if not o.json:
        print("%-22s %9s %-6s %9s %8s %8s  %s" % (
            "name", "value", "unit", "floor", "ratio", "target", "holds"))
    results = []
    for row in ROWS:
        if o.only and row[0] != o.only:
            continue
        result, line = measure(bench, row)
        results.append(result)
        if not o.json:
            print(line, flush=True)
        elif result["value"] is None:
            print(line, file=sys.stderr)
    if o.json:
        print(json.dumps(results, indent=2))
    return 0 if all(r["holds"] for r in results) else DIFFERS


if __name__ == "__main__":
    try:
        sys.exit(main())
    except archive.BadInput as error:
        print("vitrine: %s" % error, file=sys.stderr)
        sys.exit(USAGE)
