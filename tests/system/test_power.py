# Sleep and end of the machine, asked for at io's power gate, and programs that
# hold it up with L4Re's inhibitors (systems/power.cfg, programs/power.c).
import re
from harness import main, run, scratch, system, test

WAKES_AT_MS = 3000  # askers ask after 200


def power(what, *holders):
    """The run's lines; of a key that is pressed later."""
    events = scratch / "events.txt"
    events.write_text("%d key 30 1\n" % WAKES_AT_MS)
    options = ["--events", events] if what == "suspend" else []
    r = run(*options, system("power"), what, *holders).expect(0)
    return r, r.out.splitlines()


def in_order(r, lines, *wanted):
    """All of them are there, each after the one before."""
    at = -1
    for line in wanted:
        assert line in lines[at + 1:], "%s\n%s" % (line, r)
        at = lines.index(line, at + 1)


def check_woken(r):
    """The asker was answered, when the key came and not before."""
    m = re.search(r"^asker\| suspend: 0, after (\d+) ms$", r.out, re.M)
    assert m and WAKES_AT_MS - 600 <= int(m[1]) <= WAKES_AT_MS, r


@test("the end waits until who holds it up has done its work")
def _():
    r, lines = power("shutdown", "releases")
    in_order(r, lines, "one| holds", "asker| wants shutdown",
             "io| shutdown: waits for one (releases)",
             "one| asked: type 0x20, lock 1, value 1", "one| too late: -16")
    assert "no longer" not in r.out and "asker| shutdown" not in r.out, r


@test("who ends holds nothing any more")
def _():
    r, lines = power("shutdown", "dies")
    in_order(r, lines, "io| shutdown: waits for one (dies)",
             "one| asked: type 0x20, lock 1, value 1")
    assert "no longer" not in r.out, r


@test("who never lets go is passed over when its time is up")
def _():
    r, lines = power("shutdown", "keeps")
    in_order(r, lines, "io| shutdown: waits for one (keeps)",
             "one| asked: type 0x20, lock 1, value 1",
             "io| shutdown: no longer waits for one (keeps)")


@test("of several holders the last one counts")
def _():
    r, lines = power("shutdown", "dies", "releases")
    for name, how in ("one", "dies"), ("two", "releases"):
        in_order(r, lines, "io| shutdown: waits for %s (%s)" % (name, how),
                 "%s| asked: type 0x20, lock 1, value 1" % name)
    in_order(r, lines, "one| asked: type 0x20, lock 1, value 1",
             "two| too late: -16")
    assert "no longer" not in r.out, r
    r, lines = power("shutdown", "keeps", "releases")
    in_order(r, lines, "two| released: 0",
             "io| shutdown: no longer waits for one (keeps)")


@test("what is under way is not asked for again; the rest is the kernel's")
def _():
    r, lines = power("shutdown", "releases")
    in_order(r, lines, "other| at the same time: -16, -16",
             "other| CPUs: 0, 0, -22", "other| no such: -22, -38")


@test("nobody holds it up: the machine ends at once")
def _():
    r, lines = power("shutdown")
    assert lines[-1] == "asker| wants shutdown", r


@test("a suspend waits, too, and tells when it is over")
def _():
    r, lines = power("suspend", "releases", "keeps")
    in_order(r, lines, "asker| wants suspend",
             "io| suspend: waits for one (releases)",
             "one| asked: type 0x20, lock 0, value 1", "one| released: 0",
             "io| suspend: no longer waits for two (keeps)",
             "one| asked: type 0x20, lock 2, value 1")
    in_order(r, lines, "io| suspend: no longer waits for two (keeps)",
             "two| asked: type 0x20, lock 2, value 1")
    check_woken(r)
    r, lines = power("suspend")
    check_woken(r)
    assert "waits" not in r.out, r


@test("what there is to hold, by name and number, and what there is not")
def _():
    r, lines = power("locks")
    in_order(r, lines, "locks| before: -2", "locks| lock 0: suspend",
             "locks| lock 1: shutdown", "locks| lock 2: wakeup",
             "locks| end: -19", "locks| a small buffer: 1, shu",
             "locks| no such lock: -19, -19, -19",
             "locks| a long reason: 0, none: 0",
             "locks| released: 0, twice: 0")


main()
