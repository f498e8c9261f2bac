# What the tool finds in traces of real runs: the planted, and nothing else.
import re
from harness import (main, run_traced, scratch, system, test, vitrine)


def findings(*words):
    trace = run_traced(*words)[1]
    path = scratch / "findings.vtr"
    path.write_bytes(trace)
    return vitrine("trace", "--to", "findings", path).expect(0).out


@test("clean systems have no findings")
def _():
    for name in ("hello", "clntsrv", "spin", "irq", "pager"):
        out = findings(name)
        assert out == "0 findings, 0 of them bad\n", name + ":\n" + out


@test("a dead-lock is found, with names, gates and lines")
def _():
    out = findings(system("deadlock"))
    assert out.startswith("deadlock, at "), out
    for who, whom, gate in (("anna", "bert", "b"), ("bert", "anna", "a")):
        assert re.search(r"^    %s \(meet\.c:\d+\) waits \S.*: %s, through %s, "
                         r"since " % (who, whom, gate), out, re.M), out


@test("an unanswered fault is found, with its line")
def _():
    out = findings("isolation")
    assert re.search(r"^fault, at .*: pointer \(crash\.c:\d+\): ", out,
                     re.M), out


@test("where a capability came from, with the lines that handed it on")
def _():
    path = scratch / "origin.vtr"
    path.write_bytes(run_traced("clntsrv")[1])
    out = vitrine("graph", "--origin", "calc", path).expect(0).out
    assert re.search(r"server holds calc at slot 16 \(\w+\)\n"
                     r"      <- ned slot \w+, at .*, by ned at \w+\.c:\d+\n"
                     r"      <- made by the kernel for ned, ", out), out


@test("two seeds: the traces part, and diff says where")
def _():
    paths = [scratch / "a.vtr", scratch / "b.vtr"]
    for seed, path in enumerate(paths):
        path.write_bytes(run_traced("--seed", seed, "clntsrv")[1])
    out = vitrine("trace", "diff", *paths).expect(1).out
    assert out.startswith("the runs part at record "), out
    same = vitrine("trace", "diff", paths[0], paths[0]).expect(0).out
    assert re.match(r"the same \d+ records\n", same), same


@test("seeds, CPUs: one story; another system tells another")
def _():
    def story(*words):
        path = scratch / "story.vtr"
        path.write_bytes(run_traced(*words)[1])
        return vitrine("trace", "--to", "story", path).expect(0).out
    plain = story("clntsrv")
    assert "== server for client-a\n<- client-a: ok\n" in plain, plain
    assert "-> server: " in plain and "== moe, memory\n" in plain, plain
    assert story("--seed", 7, "clntsrv") == plain
    assert story("--cpus", 4, "clntsrv") == plain
    assert story("hello") != plain


main()
