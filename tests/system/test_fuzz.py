# Programs gone wild (programs/wild.c) beside a canary: each ends, nobody else
# is harmed, the kernel's own checks at the end of each run stay clean.
#
# VITRINE_WILD=N runs N programs instead of the default; VITRINE_WILD_SEED is
# the first one's seed. A failure names the seed: see README.md.
import os
import re
from harness import BUG, main, run, run_traced, system, test

COUNT = int(os.environ.get("VITRINE_WILD", 1000))
SEED = int(os.environ.get("VITRINE_WILD_SEED", 1))
BATCH = 100  # programs in one run
STEPS = 400_000_000  # far more than a run needs: ends one that hangs


def batches():
    for first in range(SEED, SEED + COUNT, BATCH):
        yield first, min(BATCH, SEED + COUNT - first)


@test("%d wild programs end, and harm nobody" % COUNT)
def _():
    for first, count in batches():
        r = run("--max-steps", STEPS, system("wild"), first, count)
        assert r.code != BUG, "the simulator or the kernel broke\n%s" % r
        assert r.code == 0, r
        ends = re.search(r"^ends: (\d+) exit, (\d+) fault, (\d+) killed$",
                         r.out, re.M)
        assert ends and sum(map(int, ends.groups())) == count, r
        # One report for each fault; but a program may also tell its parent
        # of a fault it never had, by a message like the kernel's.
        reports = re.findall(r'^vitrine: task "w(\d+)": ', r.err, re.M)
        assert len(set(reports)) == len(reports), "a second report\n%s" % r
        assert 0.9 * int(ends[2]) <= len(reports) <= int(ends[2]), (
            "%d reports\n%s" % (len(reports), r))


@test("wild programs are wild in the same way each time")
def _():
    words = ("--max-steps", STEPS, system("wild"), SEED, 30)
    assert run_traced(*words)[1] == run_traced(*words)[1]


@test("the schedule does not matter to that")
def _():
    for seed in range(1, 4):
        run("--seed", seed, "--max-steps", STEPS, system("wild"),
            SEED, 30).expect(0)


main()
