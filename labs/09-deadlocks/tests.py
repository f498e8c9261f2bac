# Lab 9 is judged on many schedules: what each server did with each request.
from vlab import expect, test

BRANCH, COUNTER, OFFICE, SINK = 0x901, 0x902, 0x903, 0x904
TRANSFER, BALANCE = 0, 2
INC, GET = 0, 1
OPENING = 1000000


def vary(rng):
    return {"ANNA": rng.randrange(1, 900), "BERT": rng.randrange(1, 900),
            "PAUSE": rng.randrange(150, 700),
            "JOB_PAUSE": rng.randrange(50, 260),
            "OTHER_PAUSE": rng.randrange(150, 700),
            "COUNT": rng.randrange(20, 40),
            "JOBS": rng.randrange(8, 20)}


@test("bank: every transfer is answered", 4, "branch")
def no_deadlock(story):
    for who in ("anna", "bert"):
        calls = story.calls(who, None, BRANCH)
        for call in calls:
            expect(call.reply, "an answer to every transfer of " + who,
                   "never (the run ended: %s)" % story.end, call)
            expect(call.result == 0, "label 0", call.reply, call)
        expect(len(calls) == 12, "12 transfers of " + who, calls, calls)


@test("bank: no money is lost or made", 3, "branch",
      after="bank: every transfer is answered")
def conserved(story):
    balances = {c.request.target: c.reply.mr0 for c in
                story.calls("auditor", None, BRANCH) if c.reply}
    expect(len(balances) == 2, "two balances", balances)
    v = story.values
    moved = 12 * (v["BERT"] - v["ANNA"])
    expect(balances["east"] == OPENING + moved, "%d in the east" %
           (OPENING + moved), balances["east"],
           story.calls("auditor", "east"))
    expect(balances["west"] == OPENING - moved, "%d in the west" %
           (OPENING - moved), balances["west"],
           story.calls("auditor", "west"))


@test("bank: the other branch is told of every transfer", 1, "branch",
      after="bank: every transfer is answered")
def told(story):
    for here, there, who in (("east", "west", "ANNA"),
                             ("west", "east", "BERT")):
        adds = story.calls(here, there, BRANCH)
        expect(len(adds) == 12, "12 calls from %s to %s" % (here, there),
               adds, adds)
        for call in adds:
            expect(call.request.mr1 == story.values[who], "an amount of %d" %
                   story.values[who], call, call)


@test("counter: every request is counted", 4, "counter")
def counted(story):
    calls = [c for who in ("anna", "bert")
             for c in story.calls(who, "counter", COUNTER) if c.reply]
    expect(len(calls) == 2 * story.values["COUNT"], "%d answers" %
           (2 * story.values["COUNT"]), calls, calls)
    final = story.calls("auditor", "counter", COUNTER)
    expect(final and final[0].reply, "an answer to GET", "none", final)
    expect(final[0].reply.mr0 == len(calls), "a count of %d" % len(calls),
           final[0].reply.mr0, final)


@test("counter: no two customers get the same number", 2, "counter",
      after="counter: every request is counted")
def distinct(story):
    seen = {}
    for who in ("anna", "bert"):
        for call in story.calls(who, "counter", COUNTER):
            number = call.reply.mr0
            expect(number not in seen, "a number of its own for each INC",
                   "%d twice" % number, call)
            seen[number] = call


@test("counter: two threads still serve", 1, "counter",
      after="counter: every request is counted")
def threads(story):
    who = {c.request.receiver for name in ("anna", "bert")
           for c in story.calls(name, "counter", COUNTER)}
    expect(len(who) == 2, "2 threads that take requests", "%d" % len(who))


@test("office: every job is done once", 5, "office")
def all_jobs(story):
    jobs = [c.request.mr0 for c in story.calls("anna", "office", OFFICE)]
    expect(len(jobs) == story.values["JOBS"], "%d jobs" %
           story.values["JOBS"], "%d" % len(jobs))
    done = [c.request.mr0 for c in story.calls("office", "sink", SINK)]
    missing = sorted(set(jobs) - set(done))
    expect(not missing, "every job to be done", "never done: %s" %
           ", ".join(map(str, missing)), story.calls("office", "sink", SINK))
    expect(len(done) == len(jobs), "each job once", "%d for %d jobs" %
           (len(done), len(jobs)), story.calls("office", "sink", SINK))


@test("office: customers do not wait for the clerk", 2, "office",
      after="office: every job is done once")
def at_once(story):
    clerk = {c.request.sender for c in story.calls("office", "sink", SINK)}
    desk = {c.request.receiver for c in story.calls("anna", "office", OFFICE)}
    expect(not clerk & desk, "a thread that takes jobs and one that does "
           "them", "one does both")


@test("office: the clerk sleeps while there is nothing to do", 2, "office",
      after="office: every job is done once")
def sleeps(story):
    used = story.cpu_time("office")
    allowed = (story.values["JOBS"] * 600 + 3000) * 1000
    expect(used < allowed, "less than %d us of CPU time" % (allowed / 1000),
           "%d us" % (used / 1000))
