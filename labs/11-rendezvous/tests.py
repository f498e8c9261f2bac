# Lab 11 is judged by what the threads of meet.c were told and when, and by
# the kernel's own conformance tests.
import re

from vlab import expect, test

(EARLY, LATE, ORDER, CLOSED, NOBODY, CALL, CHANGE, WINDOW, END) = range(
    0xb01, 0xb0a)
TIMEOUT_SEND, TIMEOUT_RECEIVE = 2, 3  # IPC error codes
WAIT_NS = 2000000
SLACK_NS = 100000
BLOCK_SEND, BLOCK_RECEIVE = 1, 2


def scene(story, label):
    """The scene's messages; there must be some."""
    found = [m for m in story.messages("meet", "meet") if m.tag == label]
    expect(found, "messages of scene 0x%x" % label, "none (the run ended: "
           "%s)" % story.end)
    return found


@test("boot: a page fault meets sigma0 and is answered", 4, "meet")
def boot(story):
    faults = story.faults(None, "sigma0")
    expect(faults, "the root task's page fault to reach sigma0",
           "it did not (the run ended: %s)" % story.end)
    expect(faults[0].reply, "an answer", faults[0], faults[0])


@test("boot: the system comes up", 3, "meet",
      after="boot: a page fault meets sigma0 and is answered")
def up(story):
    expect("meet" in story.names.values(), "ned to start the program",
           "it did not (the run ended: %s)" % story.end, story.last_time)


UP = "boot: the system comes up"


@test("meet: the receiver is there first", 2, "meet", after=UP)
def early(story):
    found = scene(story, EARLY)
    expect(len(found) == 1 and found[0].mr0 == 1, "one message, with 1",
           found[0], found)


@test("meet: the sender is there first", 3, "meet", after=UP)
def late(story):
    found = scene(story, LATE)
    expect(len(found) == 1 and found[0].mr0 == 1, "one message, with 1",
           found[0], found)
    before = [e for e in story.events("IPC_BLOCK", "meet")
              if e.f["thread"] == found[0].sender and
              e.time < found[0].time]
    expect(before, "the sender to wait before it", "it did not", found)


@test("meet: the most urgent sender is first", 2, "meet",
      after="meet: the sender is there first")
def order(story):
    found = [m.mr0 for m in scene(story, ORDER)]
    expect(found == [6, 5, 4], "priorities 6, 5, 4",
           ", ".join(map(str, found)), scene(story, ORDER))


@test("meet: who waits for one does not take another", 3, "meet",
      after="meet: the sender is there first")
def closed(story):
    found = [m.mr0 for m in scene(story, CLOSED)]
    expect(found == [1, 2], "message 1, then 2", ", ".join(map(str, found)),
           scene(story, CLOSED))


@test("time: at once means at once, and later not earlier", 4, "meet",
      after="meet: the sender is there first")
def timeouts(story):
    start = scene(story, CLOSED)[-1].time
    end = scene(story, CALL)[0].time
    main = scene(story, CLOSED)[-1].receiver
    told = [e for e in story.events("IPC_ERROR", "meet")
            if start < e.time < end and e.f["thread"] == main]
    codes = [e.f["code"] for e in told]
    wanted = [TIMEOUT_SEND] * 2 + [TIMEOUT_RECEIVE] * 3
    expect(codes == wanted, "the errors %s" % wanted, codes, told or start)
    starts = [start] + [e.time for e in told]
    for i, long in enumerate((False, True, False, True, True)):
        took = told[i].time - starts[i]
        low, high = (WAIT_NS, 2 * WAIT_NS) if long else (0, WAIT_NS // 2)
        expect(low - SLACK_NS <= took <= high, "wait %d to take %s" %
               (i + 1, "2000 us" if long else "no time"),
               "%d us" % (took / 1000), told[i])


@test("call: each call gets its own answer", 4, "meet", after=UP)
def calls(story):
    requests = [m for m in scene(story, CALL) if m.kind == "call"]
    expect(len(requests) == 3, "3 calls", requests, requests)
    for c in story.calls("meet", "meet", CALL):
        expect(c.reply, "an answer", "never", c)
        expect(c.reply.mr0 == c.request.mr0 + 1, "the answer %d" %
               (c.request.mr0 + 1), c.reply.mr0, c)
    numbers = [m.mr0 for m in requests]
    expect(numbers == [numbers[0] + i for i in range(3)], "each call to have "
           "the number of the answer before", numbers, requests)


@test("call: of two callers each gets his own answer", 3, "meet",
      after="call: each call gets its own answer")
def two_callers(story):
    found = story.calls("meet", "meet", CHANGE)
    expect(sorted(c.request.mr0 for c in found) == [10, 20],
           "calls with 10 and 20", len(found), found)
    for c in found:
        expect(c.reply and c.reply.mr0 == c.request.mr0 + 1,
               "the answer %d" % (c.request.mr0 + 1), c, c)


@test("error: both are told that an item found no place", 3, "meet",
      after=UP)
def both(story):
    start, end = scene(story, CHANGE)[-1].time, scene(story, END)[0].time
    told = [e for e in story.events("IPC_ERROR", "meet")
            if start < e.time < end]
    expect(len({e.f["thread"] for e in told}) == 2, "an error to the sender "
           "and one to the receiver", "to %d of them" %
           len({e.f["thread"] for e in told}), told or story.last_time)
    expect({e.f["code"] & 1 for e in told} == {0, 1}, "the same code, with "
           "the receiver's bit for the receiver",
           " and ".join(str(e.f["code"]) for e in told), told)


@test("the simulator found nothing wrong", 2, "meet",
      after="error: both are told that an item found no place")
def clean(story):
    expect(story.end in ("result", "idle"), "a run that ends by itself",
           story.end)


def _conformance(story, wanted):
    """The given program ktest's tests whose names match."""
    lines = re.findall(r"^(not )?ok \d+ - (.*)$", story.run.console, re.M)
    first = re.search(r"1\.\.(\d+)", story.run.console)
    expect(first, "the conformance tests to start", "they did not")
    bad = [name for no, name in lines if no and wanted(name)]
    expect(not bad, "every test to pass", "%d failed: %s" %
           (len(bad), "; ".join(bad[:4])))
    expect(len(lines) == int(first.group(1)), "%s tests to end" %
           first.group(1), "stopped after %d: %s" %
           (len(lines), lines[-1][1] if lines else "none"))


@test("conformance: messages", 5, "conformance", after=UP)
def conformance_ipc(story):
    _conformance(story, lambda name: ":" not in name or
                 name.startswith(("ipc:", "item:", "reply:", "gate:")))


@test("conformance: everything else", 3, "conformance",
      after="conformance: messages")
def conformance(story):
    _conformance(story, lambda name: True)
