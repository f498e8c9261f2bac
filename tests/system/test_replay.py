# Same system, same seed, same bytes: the trace of a run is reproducible.
import re
import shutil
from harness import (FAULT, Skip, main, program, records, root, run,
                     run_traced, scratch, simulator, test, vitrine,
                     event_numbers)

SEEDS = range(1, 6)
EVENT = event_numbers()


def same(a, b, what):
    if a == b:
        return
    pairs = enumerate(zip(records(a), records(b)))
    first = next((i for i, (x, y) in pairs if vars(x) != vars(y)), "the end")
    raise AssertionError("%s: the traces part at record %s" % (what, first))


@test("two runs of each example write the same trace")
def _():
    for name in ("hello", "clntsrv", "isolation", "spin", "irq", "demo"):
        same(run_traced(name)[1], run_traced(name)[1], name)


@test("writing a trace changes nothing that is seen")
def _():
    plain, traced = run("demo"), run_traced("demo")[0]
    assert (plain.out, plain.err) == (traced.out, traced.err), (
        "%s\n%s" % (plain, traced))


@test("where the host puts things decides nothing")
def _():
    """A large environment, another folder and more open files move the
    host's stack, heap and descriptors."""
    import harness
    first = run_traced("demo")[1]
    harness.environment["VITRINE_PADDING"] = "x" * 100000
    try:
        path = scratch / "elsewhere"
        path.mkdir()
        run("--trace", path / "t.vtr", "demo", cwd=path).expect(0)
        same(first, (path / "t.vtr").read_bytes(), "elsewhere")
    finally:
        del harness.environment["VITRINE_PADDING"]


@test("seeds 1 to 5: one result, different traces, each reproducible")
def _():
    seen = {}
    for seed in (0, *SEEDS):
        r, trace = run_traced("--seed", seed, "demo")
        r.expect(0)
        same(trace, run_traced("--seed", seed, "demo")[1], "seed %d" % seed)
        events = [vars(x) for x in records(trace)]
        assert events[0]["arg"][3] == seed, "BOOT names the seed"
        for other, theirs in seen.items():
            assert events[1:] != theirs[1:], (
                "seeds %d and %d: one schedule" % (other, seed))
        seen[seed] = events


@test("four CPUs in turns: the same seed writes the same trace")
def _():
    for name in ("clntsrv", "revoke", "demo"):
        for seed in (0, 3):
            words = ("--cpus", 4, "--seed", seed, name)
            first = run_traced(*words)[1]
            same(first, run_traced(*words)[1], "%s, seed %d" % (name, seed))


@test("the kernel's tests on four CPUs write the same trace twice")
def _():
    traces = []
    for i in range(2):
        path = scratch / ("cpus%d.vtr" % i)
        simulator("--until=60", "--cpus=4", "--seed=1", "--trace=%s" % path,
                  program("sigma0"), program("ktest")).expect(FAULT)
        traces.append(path.read_bytes())
    same(*traces, "ktest")
    used = {x.cpu for x in records(traces[0])}
    assert used == {0, 1, 2, 3}, "CPUs in the trace: %s" % used


@test("every trace ends with the system's end")
def _():
    r, trace = run_traced("demo")
    last = [x for x in records(trace) if x.event == EVENT["END"]]
    assert len(last) == 1 and last[0].arg[1] == r.code


@test("the run under gdb writes the same trace")
def _():
    if not shutil.which("gdb"):
        raise Skip("gdb is missing")
    for name in ("hello", "clntsrv", "isolation"):
        wanted = run_traced(name)[1]
        path = scratch / "gdb.vtr"
        r = vitrine("gdb", "--trace", path, name, "--batch", "-ex", "run")
        assert path.exists(), "no trace\n%s" % r
        same(wanted, path.read_bytes(), name)


@test("stops at breakpoints do not change the trace")
def _():
    if not shutil.which("gdb"):
        raise Skip("gdb is missing")
    wanted = run_traced("clntsrv")[1]
    path = scratch / "stops.vtr"
    r = vitrine("gdb", "--trace", path, "clntsrv", "--batch",
                "-ex", "break client.c:main", "-ex", "run", "-ex", "next",
                "-ex", "next", "-ex", "continue", "-ex", "continue")
    assert "Breakpoint 1, main" in r.out, r
    assert path.exists(), "no trace\n%s" % r
    same(wanted, path.read_bytes(), "clntsrv")


@test("replay runs a trace again, with inputs that are no longer there")
def _():
    path, inputs = scratch / "replayed.vtr", scratch / "inputs"
    inputs.write_text("hello\nq")
    for named in (inputs, "-"):
        with inputs.open() as f:
            first = run("--seed", 4, "--input", named, "--trace", path, "irq",
                        stdin=f).expect(0)
        if named == "-":
            inputs.unlink()
        again = vitrine("replay", path).expect(0)
        assert again.out == first.out and "6 bytes echoed" in again.out, again
        assert re.search(r"^replayed: the same \d+ records$", again.err,
                         re.M), again


@test("replay stops at a time, and gdb stands there")
def _():
    path = scratch / "replayed.vtr"
    run("--trace", path, "clntsrv").expect(0)
    r = vitrine("replay", path, "--to", "3ms").expect(0)
    assert "limit reached after 0.003" in r.err, r
    if shutil.which("gdb"):
        r = vitrine("replay", path, "--to", "3ms", "--gdb", "--batch",
                    "-ex", "bt 1").expect(0)
        assert re.search(r"#0 .*sim_stop_hook", r.out), r


@test("a trace that does not say how it was asked for is not replayed")
def _():
    r = vitrine("replay", scratch / "nowhere.vtr")
    r.expect(103)


main()
