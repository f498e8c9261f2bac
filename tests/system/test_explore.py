# Many schedules: a race is found, shown again, and compared.
import re
from harness import main, run, scratch, system, test, vitrine

RACE = system("race")
DEADLOCK = 101


@test("a dead-lock of some seeds only is found, and its command shows it")
def _():
    out = scratch / "explore"
    r = vitrine("explore", RACE, "--seeds", "0..40", "--jobs", 4,
                "--until", "1s", "--out", out).expect(1)
    found = re.search(r"^seed (\d+): a dead-lock$", r.out, re.M)
    assert found and int(found[1]) > 0, r
    assert "shown again by: ./vitrine run --seed %s " % found[1] in r.out, r
    run("--seed", found[1], "--until", "1s", RACE).expect(DEADLOCK)
    assert (out / ("fail-%s.vtr" % found[1])).exists(), r
    parted = (out / ("divergence-%s.txt" % found[1])).read_text()
    assert parted.startswith("the runs part at record "), parted
    nearest = re.search(r"nearest seed that passes: (\d+) ", r.out)
    run("--seed", nearest[1], "--until", "1s", RACE).expect(0)


@test("where nothing goes wrong, nothing is said to")
def _():
    out = scratch / "explore"
    for name in ("clntsrv", "files"):
        r = vitrine("explore", name, "--seeds", "0..5", "--jobs", 3, "--out",
                    out, "--fail-on", "deadlock,fault,exit,findings")
        r.expect(0)
        assert r.out == ("seeds 0 to 5: none failed "
                         "(deadlock,fault,exit,findings)\n"), r
        assert not list(out.glob("*.vtr")), r


@test("a policy that some run breaks is told with the rule")
def _():
    policy = scratch / "policy"
    policy.write_text("never client-b holds calc\n")
    r = vitrine("explore", "clntsrv", "--seeds", "3..3", "--out",
                scratch / "explore", "--fail-on", "policy:%s" % policy)
    r.expect(1)
    assert "seed 3: the policy is broken: broken: never client-b holds calc" \
        in r.out, r


@test("bad usage is said in one line")
def _():
    for words in (("--seeds", "9..3"), ("--seeds", "x"), ("--jobs", 0),
                  ("--fail-on", "rain")):
        r = vitrine("explore", "clntsrv", *words).expect(103)
        assert len(r.err.splitlines()) <= 2, r


main()
