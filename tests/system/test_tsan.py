# A thread of the host for each CPU, watched by ThreadSanitizer: there is no
# data race. Only in a build folder with -Db_sanitize=thread (.ci/run makes
# one): the simulator is instrumented, the programs are not.
from harness import (EXAMPLES, FAULT, environment, main, program, run,
                     simulator, test, words)

RACE = 66  # what the run then ends with
environment["TSAN_OPTIONS"] = "halt_on_error=1:exitcode=%d" % RACE
PARALLEL = ("--cpus", "4", "--parallel")


def no_race(r, code):
    assert "ThreadSanitizer" not in r.err, r.err
    return r.expect(code)


for example in EXAMPLES:
    @test(example + ", with a thread for each of four CPUs")
    def _(name=example):
        no_race(run(*PARALLEL, *words(name)), 0)


# One of its tests has a fault that nobody handles.
@test("the kernel's tests, with a thread for each of four CPUs")
def _():
    r = no_race(simulator("--until=60", *PARALLEL, program("sigma0"),
                          program("ktest")), FAULT)
    assert "not ok" not in r.out, r
    assert "ok 100 - " in r.out, r


@test("the trace is written by one at a time")
def _():
    import harness
    path = harness.scratch / "t.vtr"
    no_race(run(*PARALLEL, "--trace", path, "clntsrv"), 0)
    assert sum(1 for _ in harness.records(path.read_bytes())) > 100


main()
