# The system-call fuzzer (tests/kernel/fuzz): random messages to every kind of
# kernel object from threads of several tasks. The kernel must not panic, no
# memory or object may be left over; it checks its invariants on the way.
#
# VITRINE_FUZZ_CALLS=N sets the number of calls, VITRINE_FUZZ_SEED the seed. A
# failure is narrowed to the first call that makes it, with the command that
# shows it again.
import os
import re
import harness
from harness import main, program, scratch, simulator, test

CALLS = int(os.environ.get("VITRINE_FUZZ_CALLS", 10000))
SEED = int(os.environ.get("VITRINE_FUZZ_SEED", 1))
SEEDS = 1 if CALLS > 100000 else 3
harness.TIMEOUT_S = max(harness.TIMEOUT_S, CALLS // 1000)
STEPS = 2_000_000 + 20_000 * CALLS  # far more than a run needs
AGAIN = ("build/sim-kernel/port/sim/vitrine-sim --command='fuzz %d %d show' "
         "build/programs/sigma0 build/programs/kfuzz")


def fuzz(seed, calls, *options):
    return simulator("--max-steps=%d" % STEPS, *options,
                     "--command=fuzz %d %d" % (seed, calls),
                     program("sigma0"), program("kfuzz"))


def is_good(r, seed, calls):
    """Faults that nobody handles are part of it: exit code 100. The log may
    have been told to end lines by CR LF."""
    line = "fuzz: seed %d, calls %d, answered by an error (\\d+): ok\r?$" % (
        seed, calls)
    return r.code in (0, 100) and re.search(line, r.out, re.M)


def first_bad(seed, calls):
    """The smallest number of calls that fails, by halving."""
    good, bad = 0, calls
    while bad - good > 1:
        middle = (good + bad) // 2
        if is_good(fuzz(seed, middle), seed, middle):
            good = middle
        else:
            bad = middle
    return bad


@test("%d calls from each of %d seeds leave the kernel whole" % (CALLS, SEEDS))
def _():
    for seed in range(SEED, SEED + SEEDS):
        r = fuzz(seed, CALLS)
        if is_good(r, seed, CALLS):
            continue
        n = first_bad(seed, CALLS)
        raise AssertionError("seed %d fails at call %d; to see it again:\n%s\n%s"
                             % (seed, n, AGAIN % (seed, n), fuzz(seed, n)))


@test("most requests are understood: it does not knock at closed doors only")
def _():
    r = fuzz(SEED, 5000)
    errors = re.search(r"answered by an error (\d+)", r.out)
    assert errors and int(errors[1]) < 0.8 * 5000, r


@test("no operation of the table is left out, few are never done")
def _():
    r = fuzz(SEED, max(CALLS, 10000))
    made = re.search(r"fuzz: (\d+) operations of (\d+)", r.out)
    assert made and made[1] == made[2], r
    never = r.out.count(": always an error")
    assert never < 0.2 * int(made[2]), r


@test("the same seed makes the same calls")
def _():
    traces = []
    for name in ("a.vtr", "b.vtr"):
        fuzz(SEED, 1000, "--trace=%s" % (scratch / name))
        traces.append((scratch / name).read_bytes())
    assert traces[0] == traces[1]


main()
