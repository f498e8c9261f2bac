# Drivers as servers: what becomes of their clients when they end at any point,
# and what clients may do to them.
import re
from devices import SECTOR, disk, picture
from harness import description, main, run, scratch, system, test

SECTORS, FIRST, ROUNDS = 6, 4, 2  # programs/disk_writer.c
AT_ONCE = 25                      # crash points of a run: ned's limit is 64
POINTS_LEAST = 150                # so many there are, or some went missing
NIC_ROUNDS = 160                  # so long a transfer meets all points


def sector_bytes(seed, number):
    """What the writer leaves in its sector of that number."""
    return b"".join((seed << 32 | ROUNDS << 24 | number << 16 | i).to_bytes(
        8, "little") for i in range(SECTOR // 8))


def check_disk(path, seed):
    data = path.read_bytes()
    for s in range(SECTORS + 1):
        at = (FIRST + s) * SECTOR
        assert data[at:at + SECTOR] == sector_bytes(seed, s), (
            "seed %d: sector %d is not what was written" % (seed, FIRST + s))


@test("a driver that ends at any of its points is replaced; nothing is lost")
def _():
    path, first, last = disk(scratch), 1, None
    while last is None:
        r = run("--disk", path, system("crash"), first, AT_ONCE).expect(0)
        m = re.search(r"no crash point (\d+)", r.out)
        last = int(m[1]) if m else None
        ends = r.err.count("illegal instruction")
        assert ends == (last - first if m else AT_ONCE), r
        check_disk(path, last if m else first + AT_ONCE - 1)
        first += AT_ONCE
    assert last > POINTS_LEAST, last


for client in "switch", "direct":
    @test("a network driver ends at each of 200 points of its lives; the data "
          "of a TCP transfer is right: " + client)
    def _(client=client):
        for first in 1, 101:
            words = ("--net", "hub", "--net", "hub", system("nic-crash"), "--",
                     client, first, 100, NIC_ROUNDS)
            r = run(*words).expect(0)
            said = "client| %d of %d pieces came back" % (NIC_ROUNDS,
                                                          NIC_ROUNDS)
            assert said in r.out and "ends: 100" in r.out, r
            assert r.err.count("illegal instruction") == 100, r
        assert run(*words).out == r.out, "the second run differs"


@test("a driver that ends again and again is replaced each time")
def _():
    for points in (40, 47, 61):
        path = disk(scratch)
        r = run("--disk", path, system("crash"), points, 0).expect(0)
        ends = int(re.search(r"ends: (\d+)", r.out)[1])
        assert ends >= 3, r
        check_disk(path, points)


@test("a driver that never gets far enough is given up, with an error")
def _():
    r = run("--disk", disk(scratch), system("crash"), 5, 0)
    assert r.code and "seed 5: no such thing" in r.out, r


@test("a driver gets what its bus holds, and nothing else")
def _():
    path = disk(scratch)
    r = run("--disk", path, "--net", "hub", system("io")).expect(0)
    for line in ("no bus with a disk: exit 1", "prober: exit 0",
                 "prober| another's bus: object busy", "prober| sigma0: none",
                 'client| its last sector: "Vitrine-was-here"',
                 'client| its last sector: "again"',
                 "nic| adapter 52:54:00:12:34:56"):
        assert line in r.out, "%s\n%s" % (line, r)
    assert path.read_bytes()[-SECTOR:].startswith(b"again\0")


IO = """
local L4 = require("L4")
local bus = L4.default_loader:new_channel("bus")
local io = L4.default_loader:startv({
    caps = {one = bus:svr(), sigma0 = L4.Env.sigma0, icu = L4.Env.icu},
}, "rom/io", [[%s]])
os.exit(io:wait())
"""


@test("a description with a mistake is one clear line")
def _():
    for text, said in (
            ('Io.bus("one", {Io.match("virtio-block", 0)', "'}' expected"),
            ('Io.bus("two", {})', "bus two: no such gate"),
            ('Io.bus("one", {7})', "bus one: a device expected"),
            ('local d = Io.match("virtio-block")\nIo.bus("one", {d, d})',
             "virtio-block is on a bus already")):
        r = run("--disk", disk(scratch), description(IO % text))
        assert r.code == 1 and said in r.out, "%s\n%s" % (said, r)


@test("what is drawn is on the screen, pixel by pixel")
def _():
    path = scratch / "screen.ppm"
    for option in str(path), "%s,ramfb" % path:
        path.unlink(missing_ok=True)
        run("--screen", option, "screen").expect(0)
        assert path.read_bytes() == picture(320, 200), option


@test("what a driver left at work is quiet when the next one comes")
def _():
    events = scratch / "none.txt"
    events.write_text("")
    r = run("--disk", disk(scratch), "--net", "hub", "--events", events,
            system("quiet"), "devices").expect(0)
    for kind, works in (("ns16550a", 3), ("arm,pl011", 0x30),
                        ("google,goldfish-rtc", 1), ("arm,pl031", 1),
                        ("virtio-block", 3), ("virtio-net", 3),
                        ("virtio-input", 3)):
        for line in "start| %s: %#x" % (kind, works), "look| %s: 0" % kind:
            assert line + "\n" in r.out, "%s\n%s" % (line, r)


@test("a screen whose driver ended shows none of its memory")
def _():
    path = scratch / "left.ppm"
    run("--screen", "%s,ramfb" % path, system("quiet"), "screen").expect(0)
    assert path.read_bytes() == b"P6\n16 16\n255\n" + bytes(16 * 16 * 3)
    path.unlink()
    r = run("--screen", path, system("quiet"), "screen").expect(0)
    assert "nothing was shown" in r.err and not path.exists(), r


@test("the wall clock tells the time, and wakes who waits for it")
def _():
    r = run(system("clock")).expect(0)
    assert "client| 2026-01-01 00:00, woken in time, own clock agrees" in r.out


@test("a run that shows nothing says so")
def _():
    path = scratch / "none.ppm"
    for option in str(path), "%s,ramfb" % path:
        r = run("--screen", option, "hello").expect(0)
        assert "nothing was shown" in r.err and not path.exists(), r


main()
