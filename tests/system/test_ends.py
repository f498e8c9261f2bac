# How runs end: the exit codes of docs/exit-codes.md, and what is said.
import re
import signal
import subprocess
import time
from harness import (DEADLOCK, FAULT, INTERRUPTED, LIMIT, TIMEOUT_S, USAGE,
                     environment, event_numbers, header_constants, here, main,
                     parts_left, records, root, run, run_traced, scratch,
                     system, test, vitrine)

EVENT = event_numbers()
END = header_constants("VTR_END_")
ENDS = system("ends")
STEP_NS = 1000  # the step in progress and the kernel's work after it


def expect_end(trace, reason):
    """The trace is whole, and says how the run ended."""
    last = [r for r in records(trace) if r.event == EVENT["END"]]
    assert [r.arg[0] for r in last] == [END[reason]], "no END " + reason


@test("the result of the first program is the exit code")
def _():
    for code in (0, 7, 99):
        run("sys-ends", "exit", code).expect(code)


@test("the first non-zero result of an app nobody waited for counts")
def _():
    run(ENDS, "exit,0").expect(0)
    run(ENDS, "exit,7").expect(7)
    run(ENDS, "exit,0", "exit,3", "exit,5").expect(3)
    r = run(ENDS, "+exit,9").expect(0)
    assert r.out == "app1\t9\n", r


@test("a program linked to an address runs there, or ned says why not")
def _():
    r = run("--until", "10", system("fixed")).expect(0)
    lines = r.out.splitlines()
    said = "fixed| stored by the linker, main at 3f00100000"
    where = "rom/fixed.cfg:6: rom/%s: linked to address 0x%016x"
    assert lines.count(said) == 2 and "again\t0" in lines, r
    assert where % ("sys-fixed", 0x3f00100000) + ": it is taken" in lines, r
    assert "low\t" + where % ("sys-low", 0x400000) + \
        ", which is no program's" in lines, r


@test("a fault nobody handled is exit code 100, one waited for is not")
def _():
    r = run(ENDS, "fault").expect(FAULT)
    assert 'task "app1": page fault: read at 0x400000' in r.err, r
    assert "fault (tests/system/programs/ends.c:" in r.err or \
        "main (tests/system/programs/ends.c:" in r.err, r
    assert r.err.endswith("vitrine: 1 fault nobody handled\n"), r
    r = run(ENDS, "+fault", "exit,0").expect(0)
    assert "app1\tnil\tfault\n" in r.out and "nobody" not in r.err, r
    run(ENDS, "fault", "exit,7").expect(7)
    run("sys-ends", "fault").expect(FAULT)


@test("a dead-lock names who waits for whom, since when, and where")
def _():
    r, trace = run_traced(system("deadlock"))
    r.expect(DEADLOCK)
    expect_end(trace, "DEADLOCK")
    source = (here / "programs/meet.c").read_text().splitlines()
    line = next(i for i, text in enumerate(source, 1)
                if "l4_ipc_call(" in text)
    # The statement, or the line of the call in it.
    place = r"in call_the_other \(tests/system/programs/meet\.c:(%d|%d)\)" % (
        line - 1, line)
    for who, whom in (("anna", "bert"), ("bert", "anna")):
        assert re.search(r"^  %s \(thread \d+\) waits \S.* %s \(thread \d+\), "
                         r"since 0\.\d{6} s, %s$" % (who, whom, place),
                         r.err, re.M), r
    assert re.search(r"^vitrine: dead-lock after 0\.\d{6} s: ", r.err), r
    waits = [w for w in records(trace) if w.event == EVENT["WAIT"]]
    assert {(a.arg[0], a.arg[1]) for a in waits if a.arg[1]} >= {
        (int(a), int(b)) for a, b in re.findall(
            r"anna \(thread (\d+)\).* bert \(thread (\d+)\)", r.err)}


@test("a gate nobody listens to makes a dead-lock, too")
def _():
    r = run(ENDS, "call").expect(DEADLOCK)
    assert "which nobody is bound to" in r.err, r
    assert "call (tests/system/programs/ends.c:" in r.err, r


@test("when all only wait for requests, the run ends by itself")
def _():
    for what in ("serve", "sleep", "+sleep"):
        r, trace = run_traced(ENDS, what)
        r.expect(0)
        expect_end(trace, "IDLE")
        assert r.err == "", r


@test("--until ends an endless run at that time")
def _():
    for limit, ns in (("20ms", 20_000_000), ("0.5s", 500_000_000)):
        r, trace = run_traced("--until", limit, "sys-ends", "spin")
        r.expect(LIMIT)
        expect_end(trace, "LIMIT")
        last = max(x.time for x in records(trace))
        assert ns <= last < ns + STEP_NS, last
        assert r.err.startswith("vitrine: limit reached after %.6f s"
                                % (last / 1e9)), r


@test("--max-steps ends an endless run after so many steps")
def _():
    r, trace = run_traced("--max-steps", 1_000_000, "sys-ends", "spin")
    r.expect(LIMIT)
    expect_end(trace, "LIMIT")
    said = int(re.search(r"(\d+) steps", r.err)[1])
    assert 1_000_000 <= said < 1_000_100, r


@test("a limit that is not reached changes nothing")
def _():
    a = run_traced("--until", "100s", "--max-steps", 10**9, "clntsrv")
    assert a[0].expect(0) and a[1] == run_traced("clntsrv")[1]


def start_traced(trace, *words):
    """A run in the background that has begun."""
    process = subprocess.Popen(
        [root / "vitrine", "run", "--trace", trace, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment)
    while not parts_left(scratch):
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    return process


@test("Ctrl-C ends the run with 130 and a whole trace")
def _():
    trace = scratch / "interrupted.vtr"
    for stop in (signal.SIGINT, signal.SIGTERM):
        trace.unlink(missing_ok=True)
        process = start_traced(trace, "sys-ends", "spin")
        time.sleep(0.2)  # it may be anywhere then
        process.send_signal(stop)
        _, err = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == INTERRUPTED, (process.returncode, err)
        assert b"interrupted after" in err, err
        expect_end(trace.read_bytes(), "INTERRUPTED")
        assert not parts_left(scratch)
        r = vitrine("trace", trace, "--to", "summary", "--strict").expect(0)
        assert r.err == "", r
        r = vitrine("replay", trace).expect(0)
        assert "records, to where it was interrupted" in r.err, r


@test("Ctrl-C while it still begins is one, too")
def _():
    trace = scratch / "early.vtr"
    for stop in (signal.SIGINT, signal.SIGTERM) * 5:
        process = start_traced(trace, "sys-ends", "spin")
        process.send_signal(stop)
        _, err = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == INTERRUPTED, (process.returncode, err)
        expect_end(trace.read_bytes(), "INTERRUPTED")
        assert not parts_left(scratch)
        trace.unlink()


@test("a second Ctrl-C ends even a program that loops in assembly")
def _():
    trace = scratch / "stuck.vtr"
    for pause_s in (0.1, 1, 10):  # until it is in its loop
        process = start_traced(trace, "sys-ends", "stuck")
        assert process.stdout.readline() == b"stuck\n"
        time.sleep(pause_s)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        if process.poll() is None:
            break
        trace.unlink()
    assert process.poll() is None, "assembly has steps?"
    # Two that come while the process does not run are one.
    end = time.monotonic() + TIMEOUT_S
    while process.poll() is None and time.monotonic() < end:
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == INTERRUPTED, process.returncode
    assert not trace.exists() and not parts_left(scratch)


@test("kernel memory that is used up is an error, and comes back")
def _():
    r = run("sys-ends", "objects").expect(0)
    assert r.out == ("no more objects: no memory\n"
                     "after one was dropped: one more\n"), r


@test("one program's greed leaves the next one working")
def _():
    r = run(ENDS, "+objects", "+heap", "+heap", "exit,5").expect(5)
    assert "app1\t0\n" in r.out, r
    # Memory is promised at first and missing at the first touch.
    assert r.err.count("page fault: write at") in (0, 2), r


@test("bad usage is 103")
def _():
    for words in ((), ("run",), ("run", "--nonsense", "hello"),
                  ("run", "--seed", "x", "hello"), ("run", "nothing-such"),
                  ("run", "--until", "soon", "hello"), ("nonsense",),
                  ("run", "--ram", "much", "hello"), ("trace",), ("graph",)):
        r = vitrine(*words)
        if words:
            r.expect(USAGE)
            assert r.err.startswith("vitrine: "), r


main()
