# Lab 3 is judged by when messages passed. Times of the trace are ns.
from vlab import expect, test

ALARM, BEAT, BEATS = 0x301, 0x302, 20
US = 1000
LATE = 1500 * US  # the kernel's clock is up to 1 ms old


def vary(rng):
    early = rng.randrange(20, 40) * 1000
    middle = early + rng.randrange(10, 30) * 1000
    late = middle + rng.randrange(10, 30) * 1000
    return {"EARLY": early, "MIDDLE": middle, "LATE": late,
            "LAST": late + rng.randrange(10, 30) * 1000,
            "PERIOD": rng.randrange(4, 9) * 1000}


def good_requests(story, who):
    return [c for c in story.calls(who, "alarm", ALARM)
            if c.request.words >= 1 and c.request.items]


def rings(story, who):
    return story.messages(target=who, kind="irq")


@test("alarm: a request is answered at once", 2, "alarm")
def at_once(story):
    calls = good_requests(story, "early")
    expect(calls, "a request from early", "there is none")
    call = calls[0]
    expect(call.reply, "an answer", "none came", call)
    expect(call.result == 0, "label 0", "label %d" % call.result, call)
    expect(call.reply.time - call.time < LATE, "an answer within 1.5 ms",
           "after %d us" % ((call.reply.time - call.time) / US), call)


AT_ONCE = "alarm: a request is answered at once"


def on_time(story, who, wait_us, call, ring):
    due = call.time + wait_us * US
    expect(ring.time >= due - 1000 * US, "%s's bell not before %d us" %
           (who, due / US), "it rang at %d us" % (ring.time / US), ring)
    expect(ring.time <= due + LATE, "%s's bell until %d us" %
           (who, (due + LATE) / US), "it rang at %d us" % (ring.time / US),
           ring)


@test("alarm: a bell rings when it is due", 3, "alarm", after=AT_ONCE)
def rings_once(story):
    bells = rings(story, "early")
    expect(len(bells) == 1, "one ring for early", "%d" % len(bells))
    on_time(story, "early", story.values["EARLY"],
            good_requests(story, "early")[0], bells[0])


@test("alarm: many alarms, each at its time", 4, "alarm",
      after="alarm: a bell rings when it is due")
def many(story):
    bells = rings(story, "late")
    calls = good_requests(story, "late")
    expect(len(bells) == 2, "two rings for late", "%d" % len(bells), bells)
    on_time(story, "late", story.values["MIDDLE"], calls[1], bells[0])
    on_time(story, "late", story.values["LATE"], calls[0], bells[1])


@test("alarm: no more than ALARMS_MAX at one time", 2, "alarm",
      after=AT_ONCE)
def full(story):
    calls = good_requests(story, "full")
    expect(len(calls) == 2, "two alarms of full", calls)
    expect(calls[0].result == 0, "label 0 for the fourth alarm",
           calls[0], calls[0])
    expect(calls[1].result == -28, "label -28 (-L4_ENOSPC) for the fifth",
           calls[1], calls[1])


@test("alarm: an alarm that has rung makes room", 2, "alarm",
      after="alarm: many alarms, each at its time")
def again(story):
    calls = good_requests(story, "again")
    expect(len(calls) == 4, "four alarms of again", calls)
    for call in calls:
        expect(call.result == 0, "label 0", call, call)
    expect(len(rings(story, "again")) == 4, "four rings",
           "%d" % len(rings(story, "again")))


@test("alarm: bad requests are refused", 2, "alarm", after=AT_ONCE)
def refused(story):
    bad = [c for c in story.calls("full", "alarm")
           if c not in good_requests(story, "full")]
    expect(len(bad) == 3, "three bad requests", bad)
    for call, want in zip(bad, (-39, -22, -22)):
        expect(call.result == want, "label %d" % want, call, call)


@test("alarm: the server sleeps while nothing is due", 2, "alarm",
      after="alarm: a bell rings when it is due")
def sleeps(story):
    used = story.cpu_time("alarm")
    expect(used < story.last_time // 20, "less than 5 % of the CPU",
           "%d of %d us" % (used / US, story.last_time / US))


def beats(story):
    return story.calls("beat", "listener", BEAT)


@test("beat: all beats, in order", 1, "beat")
def all_beats(story):
    numbers = [c.request.mr0 for c in beats(story)]
    expect(numbers == list(range(BEATS)), "beats 0 to %d" % (BEATS - 1),
           "beats %s" % numbers, beats(story))


@test("beat: two beats are a period apart", 3, "beat",
      after="beat: all beats, in order")
def period(story):
    calls = beats(story)
    want = story.values["PERIOD"] * US
    for a, b in zip(calls, calls[1:]):
        expect(abs(b.time - a.time - want) < 300 * US,
               "%d us between beats %d and %d" % (
                   want / US, a.request.mr0, b.request.mr0),
               "%d us" % ((b.time - a.time) / US), b)


@test("beat: it does not drift", 3, "beat",
      after="beat: all beats, in order")
def drift(story):
    calls = beats(story)
    want = calls[0].time + (BEATS - 1) * story.values["PERIOD"] * US
    expect(abs(calls[-1].time - want) < 300 * US,
           "the last beat at %d us" % (want / US),
           "at %d us" % (calls[-1].time / US), calls[-1])


@test("beat: it sleeps between beats", 1, "beat",
      after="beat: two beats are a period apart")
def beat_sleeps(story):
    used = story.cpu_time("beat")
    expect(used < BEATS * 1000 * US, "less than 1000 us of CPU time a beat",
           "%d us in all" % (used / US))
