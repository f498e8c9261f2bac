# The examples on a machine with several CPUs: what they print is what they
# print on one, but for its order, which is the machine's choice.
import json
import re
import shutil
import subprocess
from harness import (EXAMPLES, here, main, run, scratch, test, vitrine,
                     words)

SEEDS = (0, 1, 2)
PARALLEL_RUNS = 4


def golden(name):
    text = (here / "golden" / (name + ".txt")).read_text()
    out, _, end = text.partition("--- stderr\n")
    return out, int(end.rsplit("exit code ", 1)[1].split()[0].rstrip("-"))


def lines(text):
    """In any order; what a time depends on the turns is left out."""
    return sorted(re.sub(r"at most \d+ us late| in (?:\d+|\.\.\.) us", "",
                         text).splitlines())


def check(name, *options):
    out, code = golden(name)
    r = run("--cpus", "4", *options, *words(name)).expect(code)
    assert lines(r.out) == lines(out), (
        "wanted, in any order:\n%s\ngot:\n%s" % (out, r))


for example in EXAMPLES:
    @test(example + " on four CPUs in turns, seeds 0 to 2")
    def _(name=example):
        for seed in SEEDS:
            check(name, "--seed", seed)

    @test(example + " on four CPUs, a thread of the host for each")
    def _(name=example):
        for _ in range(PARALLEL_RUNS): # no two are alike
            check(name, "--parallel")


@test("a trace of four CPUs has a track for each, in every form that has tracks")
def _():
    trace = scratch / "cpus.vtr"
    run("--cpus", "4", "--trace", trace, "smp").expect(0)
    rows = vitrine("trace", "--to", "csv", trace).out.splitlines()[1:]
    assert {row.split(",")[1] for row in rows} == set("0123")
    vcd = vitrine("trace", "--to", "vcd", trace).expect(0).out
    times = [int(t) for t in re.findall(r"^#(\d+)$", vcd, re.M)]
    assert times == sorted(times), "time goes back"
    assert len(re.findall(r"\$var string 1 \S+ cpu[0-3] ", vcd)) == 4
    chrome = json.loads(vitrine("trace", "--to", "chrome", trace).out)
    on = {e["tid"] for e in chrome["traceEvents"]
          if e["pid"] == 0xffffffff and e["ph"] == "X"}
    assert on == {0, 1, 2, 3}, on
    folder = scratch / "cpus.ctf"
    vitrine("trace", "--to", "ctf", "-o", folder, trace).expect(0)
    assert sorted(p.name for p in folder.iterdir()) == [
        "cpu0", "cpu1", "cpu2", "cpu3", "metadata"]
    if shutil.which("babeltrace2"):
        seen = subprocess.run(["babeltrace2", folder], capture_output=True,
                              text=True).stdout.count("\n")
        assert seen == len(rows), (seen, len(rows))
    for form in ("text", "summary", "svg", "mermaid", "plantuml", "mscgen",
                 "perfetto", "pcapng", "findings", "path", "json"):
        out = scratch / ("cpus." + form)
        vitrine("trace", "--to", form, "-o", out, trace).expect(0)
        assert out.stat().st_size > 20, form

main()
