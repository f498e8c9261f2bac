# examples/smp on a machine with four CPUs: who runs where, by the trace.
import re
from harness import (event_numbers, header_constants, main, records, run,
                     run_traced, test)

CPUS = 4


def traced(*options):
    r, data = run_traced("--cpus", CPUS, *options, "smp")
    r.expect(0)
    return list(records(data))


def name_of(r):
    raw = b"".join(a.to_bytes(8, "little") for a in r.arg[1:5])
    return raw.split(b"\0")[0].decode(errors="replace")


def thread_called(all_records, name):
    """The thread of that name (its task has it, too)."""
    event = event_numbers()
    bound = {r.arg[0] for r in all_records if r.event == event["BIND"]}
    found = {r.arg[0] for r in all_records if r.event == event["NAME"] and
             name_of(r) == name and r.arg[0] in bound}
    assert len(found) == 1, "%s: threads %s" % (name, found)
    return found.pop()


def cpus_of(all_records, thread):
    """Where it was switched to, in order, each change once."""
    event, seen = event_numbers()["SWITCH"], []
    for r in all_records:
        if r.event == event and r.arg[0] == thread and \
                (not seen or seen[-1] != r.cpu):
            seen.append(r.cpu)
    return seen


@test("the client goes from CPU to CPU, the server stays on the last")
def _():
    for seed in (0, 1, 2):
        found = traced("--seed", seed)
        client = thread_called(found, "client")
        server = thread_called(found, "server")
        assert set(cpus_of(found, server)) == {CPUS - 1}
        assert cpus_of(found, client) == list(range(CPUS)), (
            cpus_of(found, client))


@test("each call is made on the client's CPU and answered on the server's")
def _():
    found = traced()
    event = event_numbers()["IPC"]
    flags = header_constants("VTR_F_")
    client = thread_called(found, "client")
    server = thread_called(found, "server")
    calls = [r.cpu for r in found if r.event == event and r.thread == client
             and r.arg[0] == server and r.flags & flags["CALL"]]
    answers = [r.cpu for r in found if r.event == event and
               r.thread == server and r.arg[0] == client]
    assert calls == list(range(CPUS)), calls
    assert answers == [CPUS - 1] * CPUS, answers


@test("four CPUs count at least three times as fast as one")
def _():
    r = run("--cpus", CPUS, "smp").expect(0)
    alone, shared = map(int, re.findall(r"in (\d+) us", r.out))
    assert alone > 3 * shared, r
    r = run("smp").expect(0)
    alone, shared = map(int, re.findall(r"in (\d+) us", r.out))
    assert shared > alone, "on one CPU there is nothing to gain\n%s" % r


main()
