# Devices: what a probe sees of each (golden/probe-*.txt and so on, which the
# machines must see as well: tests/machines), and what the run's options do.
import struct
from devices import (DRAWING, PROBES, SECTOR, disk, options,
                     probe_picture)
from harness import (USAGE, check_golden, main, run, run_traced, scratch,
                     system, test, vitrine)

for name, (which, argument) in PROBES.items():
    @test(name + ": the device says what golden/%s.txt says, twice" % name)
    def _(name=name, which=which, argument=argument):
        check_golden(name, *options(name, scratch), system("device"), which,
                     argument)
        if name in DRAWING:
            assert (scratch / (name + ".ppm")).read_bytes() == probe_picture()


@test("what is written to a disk is in its file, and read back from there")
def _():
    path = disk(scratch)
    run("--disk", path, "disk").expect(0)
    assert b"Vitrine-was-here" in path.read_bytes()[-SECTOR:]


@test("a snapshot leaves the file as it was")
def _():
    path = disk(scratch)
    before = path.read_bytes()
    run("--disk", "%s,snapshot" % path, "disk").expect(0)
    assert path.read_bytes() == before


@test("a read-only disk says so and refuses")
def _():
    path = disk(scratch)
    r = run("--disk", "%s,ro" % path, "disk").expect(0)
    assert "64 sectors, read only" in r.out, r
    assert "writing the last sector: no permission" in r.out, r


@test("disks that cannot be are one clear line each")
def _():
    small = scratch / "small"
    small.write_bytes(b"x")
    for words, said in (
            (["--disk", scratch / "none"], "cannot be read"),
            (["--disk", small], "a regular file of at least 512 bytes"),
            (["--disk", scratch], "cannot open the disk"),
            (["--disk", disk(scratch)] * 5, "at most 4 disks"),
            (["--net", "nonsense"], "none of hub, pcap"),
            (["--net", "pcap:" + str(small)], "no pcap file"),
            (["--net", "hub"] * 5, "at most 4 network adapters")):
        r = run(*words, "hello").expect(USAGE)
        assert said in r.err, "%s\n%s" % (said, r)


def frame(kind, number):
    """A question or answer of examples/net/node.c."""
    return (b"\xff" * 6 + b"\x02\0\0\0\0\x01" + b"\x88\xb5" +
            bytes([kind, number])).ljust(60, b"\0")


def capture(frames, magic=0xa1b2c3d4, order="<"):
    """A pcap file's bytes: [(us, frame)]."""
    data = struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 65535, 1)
    for us, bytes_ in frames:
        data += struct.pack(order + "IIII", 1000 + us // 10**6, us % 10**6,
                            len(bytes_), len(bytes_)) + bytes_
    return data


def captured(path):
    """[(ns, frame)] of a file the simulator wrote."""
    data, found = path.read_bytes(), []
    assert struct.unpack_from("<I", data) == (0xa1b23c4d,)
    at = 24
    while at < len(data):
        seconds, ns, kept, size = struct.unpack_from("<IIII", data, at)
        assert kept == size
        found.append((seconds * 10**9 + ns, data[at + 16:at + 16 + kept]))
        at += 16 + kept
    return found


@test("a capture file's frames arrive as far apart as they were captured")
def _():
    for order in "<>":
        heard, said = scratch / "in.pcap", scratch / "out.pcap"
        heard.write_bytes(capture(
            [(5, frame(1, 7)), (40000, frame(1, 8)), (43000, frame(1, 9))],
            order=order))
        r = run("--net", "pcap:%s,%s" % (heard, said), "--net", "hub", "net")
        assert "node-0| 0 of 3 answered, 3 answers given" in r.out, r
        answers = [(ns, f) for ns, f in captured(said) if f[14] == 2]
        assert [f[15] for _, f in answers] == [7, 8, 9], answers
        assert all(f[:6] == b"\x02\0\0\0\0\x01" for _, f in answers)
        apart = answers[2][0] - answers[1][0]
        assert abs(apart - 3000000) < 200000, apart


@test("two runs with devices write the same trace, and replay finds it so")
def _():
    path = disk(scratch)
    words = ("--disk", "%s,snapshot" % path, "disk")
    first, trace = run_traced(*words)
    second, again = run_traced(*words)
    assert first.out == second.out and trace == again
    r = vitrine("replay", scratch / "run.vtr").expect(0)
    assert "replayed: " in r.err, r


main()
