# Drivers that end by a fault at any time (programs/crash_after.c) and are started
# again by ned, with a client that goes on (programs/goes_on.c): the clock, the
# screen. The others' are in test_drivers.py (disk), test_terminals.py and
# test_events.py.
import re
from harness import main, run, scratch, system, test

ROUNDS, CRASH_AFTER_US, ENDS_LEAST = 60, 20000, 3
ENDS = 10
WIDTH, HEIGHT = 64, 32


def goes_on(kind, *words):
    r = run(*words, system("goes-on"), "--", kind, ROUNDS,
            CRASH_AFTER_US).expect(0)
    assert len(re.findall(r"faulted; it runs again", r.out)) >= ENDS_LEAST, r
    assert "client| %d rounds: 0, " % ROUNDS in r.out, r
    return r


@test("rtc: who waits for a time is woken at it, by another clock if need be")
def _():
    r = goes_on("rtc")
    assert "some again" in r.out, r


@test("fb: what was painted last is on the screen")
def _():
    path = scratch / "screen.ppm"
    goes_on("fb", "--screen", path)
    assert path.read_bytes() == b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT) + \
        bytes([ROUNDS]) * (3 * WIDTH * HEIGHT)


@test("sessions of a description: made again, and their holders go on")
def _():
    for cpus in (1, 2, 3):
        r = run("--cpus", cpus, "--seed", cpus, system("sessions"), "--", 80,
                ENDS).expect(0)
        assert len(re.findall(r"was killed; it runs again", r.out)) == \
            ENDS + 1, r
        for name in ("given", "named", "again"):
            assert "%s| 80 rounds: 0, some again" % name in \
                re.sub(" +\\|", "|", r.out), r


main()
