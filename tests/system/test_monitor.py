# A run that is watched: it stops where it is told to, goes on, and goes back,
# and none of this changes what it does.
import os
import re
import socket
import subprocess
import time
from devices import file_system
from harness import (TIMEOUT_S, Skip, build, environment, main, program, root,
                     run, scratch, simulator, test, vitrine)
import shutil


class Watched:
    """The simulator at the other end of a socket (control.c)."""

    def __init__(self, trace, *words):
        mine, its = socket.socketpair()
        self.sim = (build / "sim-kernel/port/sim/vitrine-sim").resolve()
        self.out = scratch / "watched.out"
        self.pids = set()
        with self.out.open("wb") as out:
            self.first = subprocess.Popen(
                [str(w) for w in (self.sim, "--control", its.fileno(), "--trace",
                                  trace, *words)],
                pass_fds=[its.fileno()], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, env=environment)
        its.close()
        mine.settimeout(TIMEOUT_S)
        self.lines = mine.makefile("rw")
        self.answer()

    def answer(self):
        what, *numbers = self.lines.readline().split()
        self.pids.add(int(numbers[-1]))
        self.over = what == "end"
        self.at = int(numbers[-2])
        return self.at

    def say(self, line):
        self.lines.write(line + "\n")
        self.lines.flush()

    def to(self, record):
        self.say("to %d" % record)
        return self.answer()

    def is_left(self, pid):
        """Not one whose end nobody asked for, nor another of that number."""
        try:
            return os.readlink("/proc/%d/exe" % pid) == str(self.sim)
        except OSError:
            return False

    def quit(self):
        self.say("quit")
        self.lines.close()
        self.first.wait()
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            if not any(map(self.is_left, self.pids)):
                return
            time.sleep(0.05)
        raise AssertionError("processes are left: %s" % self.pids)


def csv(trace):
    return vitrine("trace", "--to", "csv", trace).expect(0).out


def plain(*words):
    trace = scratch / "plain.vtr"
    r = simulator("--trace", trace, *words)
    return r, csv(trace)


DEMO = ("--command", "rom/ned rom/clntsrv.cfg",
        *map(program, ("sigma0", "moe", "ned", "clntsrv_server",
                       "clntsrv_client")),
        root / "examples/clntsrv/clntsrv.cfg")


@test("stopping at every step changes nothing")
def _():
    trace = scratch / "steps.vtr"
    wanted = plain(*DEMO)
    w = Watched(trace, *DEMO)
    at = w.at
    while not w.over:
        at += 1 if at < 300 else 97
        assert w.to(at) == at or w.over
    w.quit()
    assert csv(trace) == wanted[1]
    assert w.out.read_text() == wanted[0].out + wanted[0].err


@test("going back and on again makes the same run, and shows nothing twice")
def _():
    trace = scratch / "back.vtr"
    wanted = plain(*DEMO)
    w = Watched(trace, *DEMO)
    for record in (5000, 4999, 10, 4000, 9999999, 4001, 2, 9999999):
        w.to(record)
        assert w.at == record or w.over and record == 9999999, (w.at, record)
    w.quit()
    assert csv(trace) == wanted[1]
    assert w.out.read_text() == wanted[0].out + wanted[0].err


@test("over many checkpoints, of which most have made room")
def _():
    words = ("--until=60", program("sigma0"), program("ktest"))
    trace = scratch / "long.vtr"
    wanted = plain(*words)[1]
    last = wanted.count("\n") - 1
    w = Watched(trace, *words)
    w.to(last + 99)
    assert w.over and w.at == last, (w.at, last)
    for record in (last - 1, last - 100000, 170000, 169999, 3, 120000):
        assert w.to(record) == record, (w.at, record)
    w.to(last + 1)
    w.quit()
    assert csv(trace) == wanted, "not the same trace"


@test("it stops behind each event of the kinds that are asked for")
def _():
    trace = scratch / "kinds.vtr"
    lines = plain(*DEMO)[1].splitlines()[1:]
    wanted = [i + 1 for i, line in enumerate(lines) if ",CAP_MAP," in line]
    w = Watched(trace, *DEMO)
    seen = [w.at] if w.at in wanted else []
    w.say("kinds %x" % (1 << 12))
    while not w.over:
        seen.append(w.to(1 << 60))
    w.quit()
    assert seen[:-1] == [n for n in wanted if n >= seen[0]], (seen, wanted)


@test("console input comes again after going back")
def _():
    trace = scratch / "input.vtr"
    typed = scratch / "typed"
    typed.write_text("hello\n")
    words = ("--input", typed, "--command", "rom/ned rom/irq.cfg",
             *map(program, ("sigma0", "moe", "ned", "irq_uart")),
             root / "examples/irq/irq.cfg")
    wanted = plain(*words)[1]
    assert ",INPUT," in wanted, "nobody read the input"
    w = Watched(trace, *words)
    w.to(1 << 60)
    w.to(100)
    w.to(1 << 60)
    w.quit()
    assert csv(trace) == wanted


@test("run --monitor: the run's own exit code and output")
def _():
    r = run("--monitor", "--text", "clntsrv").expect(0)
    assert run("clntsrv").out in r.out and "ended" in r.out, r
    assert run("--monitor", "--text", "isolation").code == run(
        "isolation").code


@test("run --monitor --break really stops the run at the event")
def _():
    for words, found in (
            ("stop when client-a calls server", r"client-a -> server call"),
            ("moe maps to ned", r"_MAP +from_task=moe.*to_task=ned"),
            ("server answers client-a", r"server -> client-a reply"),
            ("CREATE calc.fs", None)):
        trace = scratch / "broken.vtr"
        r = run("--monitor", "--text", "--trace", trace, "--break", words,
                "clntsrv")
        if not found:
            assert "ended" in r.out and r.code == 0, r
            continue
        r.expect(0)
        assert "stopped: the break" in r.out, r
        assert re.search(found, r.out.splitlines()[-1]), r
        assert "client-b| " not in r.out, "it ran on: %s" % r


def events_of_run(trace):
    """Lines of a trace as CSV but those that only tell how all was left."""
    return [line for line in csv(trace).splitlines()[1:]
            if not re.search(",(SNAP_|WAIT|END)", line)]


@test("what it shows of a request has its texts")
def _():
    r = run("--monitor", "--text", "--break", 'fs.open("motd"', "files")
    assert "stopped: the break" in r.out, r
    assert re.search(r'call: fs\.open\("motd", 10, 420\) \[\w+\]$', r.out), r


@test("replay --back N stands N events before the end")
def _():
    trace = scratch / "replayed.vtr"
    run("--trace", trace, "clntsrv").expect(0)
    lines = events_of_run(trace)
    for back in (0, 1, 777):
        r = vitrine("replay", trace, "--back", back).expect(0)
        number = int(re.search(r"event (\d+)", r.out)[1])
        assert number == len(lines) - back, (number, len(lines), back)
        want = int(lines[-1 - back].split(",")[0])
        last = r.out.splitlines()[-1].split()[0]
        assert int(last.replace(".", "")) == want, r


@test("a session at a desktop's shell, with disk and network, again and back")
def _():
    trace, typed = scratch / "desktop.vtr", scratch / "typed"
    disk = file_system(scratch, "ext4")
    typed.write_text("ls /disk\nps\nexit\n")
    run("--input", typed, "--trace", trace, "--net", "hub", "--disk",
        "%s,snapshot" % disk, "desktop").expect(0)
    typed.unlink()
    r = vitrine("replay", trace).expect(0)
    assert "replayed: the same " in r.err, r
    events = len(events_of_run(trace))
    assert events > 50000, "no checkpoint on the way: %d" % events
    for back in (100, events - 1000):
        r = vitrine("replay", trace, "--back", back).expect(0)
        assert re.search(r"event %d\b" % (events - back), r.out), r
        # It is interrupted, with its trace, before the folder goes.
        assert len(r.err.splitlines()) <= 1, r


@test("replay --back under gdb: in the kernel at that event, and further back")
def _():
    if not shutil.which("gdb"):
        raise Skip("gdb is not installed")
    trace = scratch / "replayed.vtr"
    run("--trace", trace, "clntsrv").expect(0)
    r = vitrine("replay", trace, "--back", 100, "--gdb", "--batch",
                "-ex", "p control.record", "-ex", "bt",
                "-ex", "l4 back 40", "-ex", "p control.record",
                "-ex", "l4 back 3000", "-ex", "l4 threads")
    first, second = map(int, re.findall(r"\$\d = (\d+)", r.out))
    assert first - second == 40, r
    assert re.search(r"(core|trap)_\w+ \(", r.out), r
    assert "at event %d" % (second - 3000) in r.out, r
    assert re.search(r"ned \(thread \d+\)", r.out), r


@test("what cannot be watched says so in one line")
def _():
    for words in (("--monitor", "--parallel", "--cpus", 2, "hello"),
                  ("--monitor", "--target", "riscv64", "hello")):
        r = run("--text", *words)
        assert r.code == 103 and "Traceback" not in r.err, r
    trace = scratch / "replayed.vtr"
    r = vitrine("replay", trace, "--back", 10 ** 9)
    assert r.code == 103 and "has only" in r.err, r


main()
