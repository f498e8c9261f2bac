#!/usr/bin/env python3
"""Runs a command where time is against it: the tests must pass all the same.

  tests/stress.py [OPTION...] -- COMMAND...

  --stop MS   its processes are stopped at random, each time one of them, for
              up to MS, and go on (50 to 500 ms with MS 500); 0: none
  --one-cpu   all of them share one CPU
  --idle      they get only what nobody else wants (SCHED_IDLE, nice 19)
  --seed N    other choices

A process that a debugger has is left alone: its stop would be the debugger's
to see. The exit code is the command's. A test that fails here fails on a slow
or busy machine some day.
"""
import argparse
import ctypes
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
LEAST, PAUSE = 0.1, 0.5  # of the longest stop: the shortest; until the next


def status(pid):
    """The fields of /proc/PID/status; {}: it is gone."""
    try:
        text = pathlib.Path("/proc/%d/status" % pid).read_text()
    except OSError:
        return {}
    return dict(line.split(":\t", 1) for line in text.splitlines()
                if ":\t" in line)


def below(root):
    """Every process that stems from `root`, but those being debugged."""
    parents, found = {}, {root}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = status(int(entry.name))
            if fields.get("State", "Z")[0] not in "ZX":
                parents[int(entry.name)] = fields
    more = True
    while more:
        more = {p for p, f in parents.items()
                if int(f["PPid"]) in found} - found
        found |= more
    return sorted(p for p in found - {root}
                  if parents[p]["TracerPid"] == "0")


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def bury(child):
    """Takes leave of who was left to us, but the command itself."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != child:
            fields = status(int(entry.name))
            if fields.get("PPid") == str(os.getpid()) and \
                    fields["State"][0] == "Z":
                os.waitpid(int(entry.name), os.WNOHANG)


def stopper(child, ms, chance, over):
    """Stops one process after the other until `over` is set."""
    while not over.is_set():
        bury(child)
        found = below(os.getpid())
        if found:
            pid = chance.choice(found)
            send(pid, signal.SIGSTOP)
            over.wait(chance.uniform(LEAST, 1) * ms / 1000)
            send(pid, signal.SIGCONT)
        time.sleep(chance.uniform(0, PAUSE) * ms / 1000)


def main():
    p = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    p.add_argument("--stop", type=float, default=0)
    p.add_argument("--one-cpu", action="store_true")
    p.add_argument("--idle", action="store_true")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("command", nargs="+")
    o = p.parse_args()
    # Whose parent ends becomes ours.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if o.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if o.idle:
        os.nice(19)
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    over = threading.Event()
    child = subprocess.Popen(o.command)
    watch = threading.Thread(target=stopper, args=(
        child.pid, o.stop, random.Random(o.seed), over))
    if o.stop:
        watch.start()
    try:
        code = child.wait()
    finally:
        over.set()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
