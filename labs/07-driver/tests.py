# Lab 7 is judged by interrupts, the time the driver computes, what a reader
# told the witness, and what is on the disk in the end.
from vlab import expect, test

SECTORS, WORDS = 64, 64  # words of a sector
READS, CRASH_READS, WRITTEN, KILLS = 12, 500, 9, 3
WRITE_PROTOCOL, DISK_PROTOCOL, TOLD, DONE = 0x701, 0x702, 0x710, 0x711
FIFO, BYTE_NS = 16, 86806
EIO = 5


def vary(rng):
    return {"SEED": rng.randrange(1000, 1 << 20), "PAUSE": rng.randrange(2, 7)}


# --- part 1 -----------------------------------------------------------------

def texts(story):
    """The lengths of what was written, and the calls."""
    calls = story.calls("writer", "driver", WRITE_PROTOCOL)
    expect(len(calls) == 3, "three texts to be written",
           "%d were" % len(calls), calls)
    return [(c.request.mr0, c) for c in calls]


def interrupts(story):
    return story.messages(None, "driver", kind="irq")


OUT = "serial: a text is answered with 0 when its last byte is out"


@test(OUT, 3, "serial")
def out(story):
    for length, call in texts(story):
        expect(call.reply, "an answer to each text", "none came", call)
        expect(call.result == 0, "the answer 0", "%d" % call.result, call)
        took = call.reply.time - call.time
        expect(took >= (length - 1) * BYTE_NS,
               "%d bytes to take %d us" % (length, length * BYTE_NS // 1000),
               "answered after %d us" % (took // 1000), call)
    # Bytes of other programs' logs may stand between those of the port.
    expect("A first line with the number %d in it." % story.values["SEED"] in
           story.run.console, "the first text on the line", "it is not there")


@test("serial: sixteen bytes an interrupt", 3, "serial", after=OUT)
def sixteen(story):
    needed = sum(-(-length // FIFO) for length, _ in texts(story))
    hits = interrupts(story)
    expect(needed <= len(hits) <= needed + 3, "about %d interrupts" % needed,
           "%d" % len(hits), hits)


@test("serial: the driver sleeps while the line is busy", 3, "serial",
      after=OUT)
def sleeps(story):
    calls = texts(story)
    wire = sum(length for length, _ in calls) * BYTE_NS
    busy = story.cpu_time("driver")
    expect(busy < wire // 4, "less than %d us of computing" % (wire // 4000),
           "%d us" % (busy // 1000), calls[-1][1])


# --- parts 2 and 3 ------------------------------------------------------------

def told(story):
    """What the reader told: (sector or -1, value or error, message)."""
    found = []
    for m in story.messages("reader", "witness", tag=TOLD):
        sector = m.mr0 if m.mr0 < 1 << 63 else -1
        value = m.mr1 if m.mr1 < 1 << 63 else m.mr1 - (1 << 64)
        found.append((sector, value, m))
    return found


def ended(story):
    expect(story.messages("reader", "witness", tag=DONE),
           "the reader to come to its end", "it did not",
           story.messages("reader", "driver"))


def word(story, sector):
    """The first word of a sector as the disk begins."""
    return story.values["SEED"] + sector * WORDS


READ = "disk: a read gives what is on the disk"


@test(READ, 4, "disk")
def read(story):
    tales = told(story)
    expect(tales, "a first sector", "nothing was told")
    for i, (sector, value, m) in enumerate(tales[:READS]):
        wanted = (story.values["SEED"] + 5 * i) % SECTORS
        expect(sector >= 0, "sector %d to be read" % wanted,
               "error %d" % value, m)
        expect((sector, value) == (wanted, word(story, wanted)),
               "sector %d to begin with %d" % (wanted, word(story, wanted)),
               "sector %d, %d" % (sector, value), m)
    ended(story)


@test("disk: one interrupt a request", 3, "disk", after=READ)
def one_interrupt(story):
    requests = story.calls("reader", "driver", DISK_PROTOCOL)
    hits = interrupts(story)
    expect(len(hits) == len(requests), "%d interrupts" % len(requests),
           "%d" % len(hits), hits)


@test("disk: the driver sleeps while the disk works", 3, "disk", after=READ)
def disk_sleeps(story):
    requests = story.calls("reader", "driver", DISK_PROTOCOL)
    waited = sum(c.reply.time - c.time for c in requests if c.reply)
    first = requests[0].time
    blocked = [e for e in story.events("IPC_BLOCK", "driver")
               if e.time > first and e.f["via"]]  # for its interrupt
    expect(len(blocked) >= len(requests), "a wait for each of %d requests" %
           len(requests), "%d waits in %d us" % (len(blocked), waited // 1000),
           requests)


@test("disk: a write is on the disk", 3, "disk", after=READ)
def write(story):
    wanted = story.values["SEED"] * 3
    data = story.run.disk.read_bytes()[WRITTEN * 512:WRITTEN * 512 + 512]
    got = [int.from_bytes(data[i:i + 8], "little") for i in range(0, 512, 8)]
    expect(got == [wanted + i % 8 for i in range(WORDS)],
           "sector %d: %d, ..." % (WRITTEN, wanted),
           "%s, ..." % ", ".join(map(str, got[:3])))
    sector, value, m = told(story)[READS]
    expect((sector, value) == (WRITTEN, wanted), "it to be read back",
           "sector %d, %d" % (sector, value), m)


@test("disk: a sector that is not there is refused, and the next is read", 3,
      "disk", after=READ)
def refused(story):
    sector, value, m = told(story)[READS + 1]
    expect((sector, value) == (-1, -EIO), "error -%d" % EIO,
           "error %d" % value if sector < 0 else "sector %d" % sector, m)
    sector, value, m = told(story)[READS + 2]
    expect((sector, value) == (0, word(story, 0)), "sector 0",
           "error %d" % value if sector < 0 else "%d" % value, m)


CRASH = "crash: every sector is read, though the driver is killed"


@test(CRASH, 4, "crash")
def crash(story):
    tales = told(story)
    expect(tales, "a first sector", "nothing was told")
    disk = {s: word(story, s) for s in range(SECTORS)}
    seed = story.values["SEED"]
    for i, (sector, value, m) in enumerate(tales):
        wanted = (seed + 7 * i) % SECTORS
        expect(sector >= 0, "sector %d" % wanted, "error %d" % value, m)
        expect((sector, value) == (wanted, disk[wanted]),
               "sector %d to begin with %d" % (wanted, disk[wanted]),
               "sector %d, %d" % (sector, value), m)
        if i % 10 == 9:
            disk[wanted] = seed + i
    ended(story)
    expect(len(tales) == CRASH_READS, "%d sectors" % CRASH_READS, len(tales))


@test("crash: each driver serves by interrupts of its own", 3, "crash",
      after=CRASH)
def each_driver(story):
    served = {m.receiver for m in interrupts(story)}
    expect(len(served) == KILLS + 1, "%d drivers to get interrupts" %
           (KILLS + 1), "%d do" % len(served), interrupts(story))


@test("crash: only what got no answer is asked again", 3, "crash",
      after=CRASH)
def again(story):
    calls = story.calls("reader", "driver", DISK_PROTOCOL)
    lost = [c for c in calls if not c.reply]
    wanted = CRASH_READS + CRASH_READS // 10
    expect(len(calls) - len(lost) == wanted, "%d answers" % wanted,
           "%d" % (len(calls) - len(lost)), calls)
    expect(len(lost) <= KILLS, "at most %d calls without" % KILLS,
           "%d" % len(lost), lost)
