# What a trace says holds together: calls and answers, capabilities, the
# period that higher priority is to keep.
import re
import signal
import struct
import subprocess
from harness import (EXAMPLES, INTERRUPTED, TIMEOUT_S, description,
                     environment, event_numbers, header_constants, main,
                     records, root, run, run_traced, scratch, system, test,
                     vitrine, words)

EVENT = event_numbers()
FLAG = header_constants("VTR_F_")
SYSTEMS = (*EXAMPLES, system("deadlock"))


def ends_of_calls(trace):
    """Replays calls and answers; the calls still open at the end, as
    {caller: record}. A caller is not heard of again before its call ends."""
    open_calls, deleted = {}, set()
    for r in records(trace):
        if r.event == EVENT["DELETE"]:
            deleted.add(r.arg[0])
            open_calls.pop(r.arg[0], None)
        elif r.event == EVENT["IPC_ERROR"] or r.event == EVENT["EXCEPTION"]:
            open_calls.pop(r.thread, None)
        elif r.event == EVENT["IPC"]:
            assert r.thread not in deleted, "a deleted thread sends"
            if r.flags & FLAG["REPLY"]:
                open_calls.pop(r.arg[0], None)
            if r.flags & FLAG["CALL"] and not r.flags & FLAG["FAULT"]:
                assert r.thread not in open_calls, (
                    "thread %d calls at %d ns while it waits for an answer"
                    % (r.thread, r.time))
                open_calls[r.thread] = r
    return open_calls


@test("every call has its answer, its error or its caller's end")
def _():
    for name in SYSTEMS:
        r, trace = run_traced(*words(name))
        waits = {w.arg[0] for w in records(trace) if w.event == EVENT["WAIT"]}
        calls = sum(x.event == EVENT["IPC"] and x.flags & FLAG["CALL"] != 0
                    for x in records(trace))
        left = ends_of_calls(trace)
        assert calls > 10, "%s: %d calls" % (name, calls)
        assert set(left) <= waits, "%s: threads %s never got an answer" % (
            name, set(left) - waits)


@test("with --trace-tasks only what is about these tasks is told of threads")
def _():
    _, whole = run_traced("clntsrv")
    _, part = run_traced("--trace-tasks", "nobody,client-a", "clntsrv")
    client, talk = set(), []
    for trace in (whole, part):
        names = {r.arg[0] for r in records(trace) if r.event == EVENT["NAME"]
                 and struct.pack("<2Q", *r.arg[1:3]).startswith(b"client-a\0")}
        client = {r.arg[0] for r in records(trace)
                  if r.event == EVENT["BIND"] and r.arg[1] in names}
        talk.append([(r.flags, r.thread, *r.arg) for r in records(trace)
                     if r.event == EVENT["IPC"] and
                     {r.thread, r.arg[0]} & client])
    assert client and talk[0] == talk[1], talk
    for r in records(part):
        if r.event == EVENT["IPC"]:
            assert {r.thread, r.arg[0]} & client, r
        elif r.event == EVENT["ENTER"]:
            assert r.thread in client, r
    path = scratch / "part.vtr"
    path.write_bytes(part)
    vitrine("graph", path, "--verify").expect(0)


def requests(trace, who, *words):
    """What `who` asked, in the words of interface descriptions."""
    out = vitrine("trace", trace, "--event", "IPC", *words).expect(0).out
    return re.findall(r"IPC +%s -> \S+ call: (\S+\(.*\))" % who, out)


@test("requests are told with their texts, of words that follow the IPC's own")
def _():
    trace = scratch / "words.vtr"
    asked = ['fs.open("motd", 10, 420)',
             "file.write(0xffffffffffffffff, 5 bytes)", "fs.sync()"]
    for chosen in ((), ("--trace-tasks", "a")):
        run("--trace", trace, *chosen, "files").expect(0)
        assert requests(trace, "a")[:3] == asked, requests(trace, "a")
        assert bool(requests(trace, "b")) == (not chosen)
        more = [r for r in records(trace.read_bytes())
                if r.event == EVENT["WORDS"]]
        assert more, "no words were recorded"
    path = "/" + "long" * 12
    r = run("--out", scratch / "out", "--trace", trace, "desktop", "--", "-c",
            "cat " + path).expect(1)
    # Seven words are recorded: a number, a length, five of text.
    assert 'fs.open("%s...", ...)' % path[:40] in requests(trace, "cat"), \
        "%s\n%s" % (requests(trace, "cat"), r)


@test("time never goes back, and every record has an event we know")
def _():
    known = set(EVENT.values())
    for name in SYSTEMS:
        last = 0
        for r in records(run_traced(*words(name))[1]):
            assert r.event in known, r.event
            assert r.event != EVENT["LOST"], "%s: records were lost" % name
            assert r.time >= last, "%s: %d after %d" % (name, r.time, last)
            last = r.time


@test("replaying each trace gives the kernel's own snapshot")
def _():
    trace = scratch / "graph.vtr"
    for name in SYSTEMS:
        run("--trace", trace, *words(name))
        vitrine("graph", trace, "--verify", "--strict").expect(0)


@test("and so for wild programs, and programs that were deleted")
def _():
    trace = scratch / "graph.vtr"
    run("--trace", trace, system("wild"), 1, 30).expect(0)
    vitrine("graph", trace, "--verify", "--strict").expect(0)
    vitrine("trace", trace, "--strict").expect(0)


@test("every form of a trace is written for every example")
def _():
    for name in EXAMPLES:
        trace = scratch / "forms.vtr"
        run("--trace", trace, *words(name))
        for form in ("text", "summary", "svg", "mermaid", "chrome", "csv",
                     "json"):
            r = vitrine("trace", trace, "--to", form, "--strict").expect(0)
            assert r.out and not r.err, r


@test("a trace is packed on the way to its file")
def _():
    trace = run_traced("demo")[1]
    plain = 64 * sum(1 for _ in records(trace))
    assert len(trace) * 8 < plain, "%d bytes for %d" % (len(trace), plain)


@test("trace --follow shows a run while it goes on, and ends with it")
def _():
    trace = scratch / "follow.vtr"
    slow = description("""local L4 = require("L4")
        local beats = L4.default_loader:start({}, "rom/spin_metronome 9999999")
        assert(beats:wait() == 0)
        """, "slow.cfg")
    words = [root / "vitrine", "trace", "--follow", "--to", "csv", trace]
    with subprocess.Popen(words, env=environment, text=True,
                          stdout=subprocess.PIPE) as reading:
        words = [root / "vitrine", "run", "--realtime", "--trace", trace, slow]
        with subprocess.Popen(words, env=environment,
                              stdout=subprocess.DEVNULL) as going:
            first = [reading.stdout.readline() for _ in range(100)]
            assert going.poll() is None, "the run is over already"
            assert not trace.exists(), "the trace has its name already"
            going.send_signal(signal.SIGINT)
            seen = "".join(first) + reading.stdout.read()
        assert reading.wait() == 0, "the reader failed"
        assert going.returncode == INTERRUPTED, "the run failed"
    assert seen == vitrine("trace", "--to", "csv", trace).out, "not the same"


@test("trace --follow ends when the run gives up")
def _():
    trace = scratch / "given-up.vtr"
    part = scratch / "given-up.vtr.1.part"
    run("--trace", trace, "demo").expect(0)
    part.write_bytes(trace.read_bytes()[:-100])
    trace.unlink()
    with subprocess.Popen([root / "vitrine", "trace", "--follow", trace],
                          env=environment, stdout=subprocess.PIPE,
                          text=True) as reading:
        assert reading.stdout.readline()
        part.unlink()
        reading.communicate(timeout=TIMEOUT_S)
    assert reading.returncode == 0


@test("the period is kept beside an endless loop, on every seed 0 to 20")
def _():
    for seed in range(21):
        r = run("--seed", seed, "spin").expect(0)
        late = re.search(r"beats of 1000 us, at most (\d+) us late", r.out)
        assert late and int(late[1]) <= 100, r


main()
