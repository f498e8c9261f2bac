# Input devices (servers/input): what happens at the keyboard and the tablet of
# --events reaches clients by L4Re's event functions, whatever ends in between.
import re
from harness import USAGE, main, run, scratch, system, test

EVENTS = [(10, "key", 30, 1), (60, "key", 30, 0), (80, "abs", 0, 4096),
          (80, "abs", 1, 30000), (90, "key", 272, 1), (150, "key", 272, 0),
          (160, "key", 16, 1), (170, "key", 16, 0)]
CRASH_AFTER_US, PRESSES, ENDS_LEAST, LOST_MOST = 30000, 80, 2, 40


def written(lines):
    path = scratch / "events.txt"
    path.write_text("# ms type code value\n" +
                    "".join("%d %s %d %d\n" % e for e in lines))
    return path


def said(kind, code, value):
    """What the client prints of an event."""
    stream = 2 if kind == "abs" or code >= 272 else 1
    return "client| stream %d: %s %d %d" % (
        stream, "axis" if kind == "abs" else "key", code, value)


for how in ("gate", "session"):
    @test("a client of a %s is told what the devices are and what happens" % how)
    def _(how=how):
        r = run("--events", written(EVENTS), system("events"), "--", how,
                len(EVENTS)).expect(0)
        for line in ("2 streams", "stream 1: QEMU Virtio Keyboard, keys",
                     "  no axes: -22", "stream 2: QEMU Virtio Tablet, buttons,"
                     " axes", "  axis 1: 0 to 32767", "  axis 9: -22",
                     "stream 77: -2, number -1: -2",
                     "%d events: 0" % len(EVENTS)):
            assert "client| %s\n" % line in r.out, "%s\n%s" % (line, r)
        told = [l for l in r.out.splitlines()
                if re.match(r"client\| stream \d: (key|axis) ", l)]
        assert told == [said(*e[1:]) for e in EVENTS], r


@test("a server that faults is replaced; its clients go on")
def _():
    # A key each 3 ms; those that are pressed while there is no server are lost.
    presses = [(3 * i, "key", 1 + i, 1) for i in range(PRESSES)]
    r = run("--events", written(presses), system("events"), "--", "gate",
            PRESSES - LOST_MOST, CRASH_AFTER_US).expect(0)
    assert len(re.findall("faulted; it runs again", r.out)) >= ENDS_LEAST, r
    codes = [int(c) for c in re.findall(r"stream 1: key (\d+) 1", r.out)]
    assert codes == sorted(set(codes)) and len(codes) == PRESSES - LOST_MOST, r


@test("many events in a row come all, in order")
def _():
    presses = [(50 + i, "key", 1 + i % 83, 1) for i in range(300)]
    r = run("--events", written(presses), system("events"), "--", "gate",
            len(presses)).expect(0)
    codes = [int(c) for c in re.findall(r"stream 1: key (\d+) 1", r.out)]
    assert codes == [e[2] for e in presses], r


@test("an events file with a mistake is one clear line")
def _():
    path = scratch / "wrong.txt"
    for text, where in (("10 key 30", 1), ("10 rel 0 1", 1), ("10 key 500 1", 1),
                        ("10 key 30 1\n5 key 30 0", 2)):
        path.write_text(text + "\n")
        r = run("--events", path, "hello").expect(USAGE)
        assert "wrong.txt:%d: " % where in r.err, r
    r = run("--events", scratch / "none.txt", "hello").expect(USAGE)
    assert "cannot be read (--events)" in r.err, r


@test("a server without devices says so")
def _():
    r = run(system("events"), "--", "none")
    assert "input| no input devices (are there any? --events FILE)" in r.out, r


main()
