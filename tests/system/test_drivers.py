# Drivers as servers: what becomes of their clients when they end at any point,
# and what clients may do to them.
import re
from devices import SECTOR, disk
from harness import main, run, scratch, system, test

SECTORS, FIRST, ROUNDS = 6, 4, 2  # programs/disk_writer.c
AT_ONCE = 25                      # crash points of a run: ned's limit is 64
POINTS_LEAST = 150                # so many there are, or some went missing


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


main()
