# Everything under quota: a program that takes without end is stopped at its
# limit, and what others feel of it (virtual time of 100 calls of a server,
# programs/steady.c) moves by less than 5 %.
import re
from harness import main, run, scratch, system, test

GREED = {"memory": 16, "objects": 100, "lists": 15, "names": 100, "gates": 100,
         "maps": 100, "areas": 8000, "regions": 8000, "parts": 4000,
         "kernel": 4000, "sessions": 64,
         "gate": 512, "consoles": 32, "files": 64, "space": 137,
         "processes": 8, "sockets": 8, "ports": 16, "disks": 4,
         "requests": 16, "spin": None}  # what each may get at most

# Ways of programs/busy.c: what is asked for at once, and given back.
BUSY = ("clears", "copies", "shares", "pages", "list", "mapped", "protects",
        "writes", "ends", "end-map", "end-names", "nested", "again", "checks",
        "shows", "says")

LIMIT_MS = 20  # of CPU time; over before anybody measures


disk = scratch / "quota.img"
disk.write_bytes(bytes(64 * 1024))


def steady(way):
    r = run("--until", "20", "--disk", disk, system("quota"), way).expect(0)
    m = re.search(r"^steady\| mean (\d+) ns, worst (\d+) us$", r.out, re.M)
    assert m, r
    return int(m[1]), r


alone, _ = steady("nothing")


def add(way, most):
    @test("a program that takes %s without end: others feel less than 5 %%"
          % way)
    def _():
        mean, r = steady(way)
        assert mean < alone * 1.05, "%d ns, alone %d\n%s" % (mean, alone, r)
        if most:
            m = re.search(r"^greedy\| stopped at (\d+)$", r.out, re.M)
            assert m and 0 < int(m[1]) <= most, r


for way, most in GREED.items():
    add(way, most)


def add_busy(way):
    @test("a program that asks for much at once (%s): others feel less than "
          "5 %%" % way)
    def _():
        mean, r = steady(way)
        assert mean < alone * 1.05, "%d ns, alone %d\n%s" % (mean, alone, r)
        assert re.search(r"^greedy\| a round ends with -?\d+$", r.out,
                         re.M), r


for way in BUSY:
    add_busy(way)


def add_limited(way):
    """At the priority of who is measured, but only for so long."""
    @test("a program of the same priority that spins (%s) is ended after %d ms "
          "of CPU time; others feel less than 5 %% from then on"
          % (way, LIMIT_MS))
    def _():
        mean, r = steady("%s:%d" % (way, LIMIT_MS))
        assert mean < alone * 1.05, "%d ns, alone %d\n%s" % (mean, alone, r)
        assert re.search(r"^ned: .*greedy has used up its CPU time: it is "
                         r"ended$", r.out, re.M), r
        assert "it ended: cpu" in r.out, r


for way in "spin", "threads", "pieces":
    add_limited(way)
main()
