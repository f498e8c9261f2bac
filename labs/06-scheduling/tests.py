# Lab 6 is judged by when jobs entered and left, and by CPU time.
from vlab import expect, test

WANT, ENTER, LEAVE, DONE = 0x601, 0x602, 0x603, 0x604
LOW, MIDDLE, HIGH = 10, 20, 30
MS = 1000 * 1000
ROUND, ROUNDS = 12 * MS, 10


def vary(rng):
    one, two, three = rng.sample([1, 2, 3, 5], 3)
    return {"MIDDLE": rng.randrange(20, 60) * 1000,
            "ONE": one, "TWO": two, "THREE": three}


def told(story, what, job=None):
    return [m for m in story.messages("jobs", "jobs", "call", what)
            if job is None or m.mr0 == job]


@test("lock: one job at a time", 3, "jobs")
def exclusive(story):
    inside = None
    expect(told(story, ENTER, LOW) and told(story, ENTER, HIGH),
           "both jobs to enter", "they did not",
           story.messages("jobs", "jobs"))
    for m in story.messages("jobs", "jobs", "call"):
        if m.tag == ENTER:
            expect(inside is None, "nobody else inside when job %d enters" %
                   m.mr0, "job %s is" % inside, m)
            inside = m.mr0
        elif m.tag == LEAVE:
            inside = None


EXCLUSIVE = "lock: one job at a time"


@test("lock: every job gets done", 1, "jobs", after=EXCLUSIVE)
def all_done(story):
    done = {m.mr0 for m in told(story, DONE)}
    expect(done == {LOW, MIDDLE, HIGH}, "jobs 10, 20 and 30 done",
           "done: %s" % sorted(done))
    expect(len(told(story, ENTER, HIGH)) == 2, "job 30 to enter twice",
           told(story, ENTER, HIGH))


@test("lock: job 30 does not wait for job 20", 4, "jobs", after=EXCLUSIVE)
def no_inversion(story):
    start = told(story, ENTER, LOW)[0].time
    got = told(story, ENTER, HIGH)[0]
    hold = 10 * MS  # job 10 holds the lock for about 5 ms
    expect(got.time - start < hold, "job 30 in the lock less than 10 ms "
           "after job 10 took it", "%.1f ms" % ((got.time - start) / MS), got)


CURED = "lock: job 30 does not wait for job 20"


@test("lock: job 20 does not wait for job 10's other work", 3, "jobs",
      after=CURED)
def restored(story):
    low = told(story, DONE, LOW)
    middle = told(story, DONE, MIDDLE)
    expect(middle and low and middle[0].time < low[0].time,
           "job 20 done before job 10: their priorities are the old ones",
           "job 10 was done first", low)


@test("policy: each worker runs in every round", 3, "spinners")
def every_round(story):
    # By CPU time: nobody has less than half of the smallest share.
    parts = shares(story)
    weights = wanted(story)
    for name in parts:
        expect(parts[name] > weights[name] / 2, "worker %s about %d %% of "
               "the time" % (name, weights[name] * 100),
               "%d %%" % (parts[name] * 100))


def wanted(story):
    v = story.values
    total = v["ONE"] + v["TWO"] + v["THREE"]
    return {"one": v["ONE"] / total, "two": v["TWO"] / total,
            "three": v["THREE"] / total}


def shares(story):
    # Threads in the order they were made: main, then the workers.
    used = {name: story.cpu_ns[thread] for name, thread in
            zip(("one", "two", "three"), story.threads("spinners")[1:])}
    total = sum(used.values())
    expect(len(used) == 3 and total > ROUND * ROUNDS / 2,
           "three workers to compute for %d ms" % (ROUND * ROUNDS / MS),
           "%d workers, %d ms" % (len(used), total / MS))
    return {name: ns / total for name, ns in used.items()}


@test("policy: shares follow the weights within 10 %", 4, "spinners",
      after="policy: each worker runs in every round")
def proportional(story):
    parts, weights = shares(story), wanted(story)
    for name in parts:
        off = parts[name] / weights[name] - 1
        expect(abs(off) < 0.1, "worker %s %.1f %% of the time" %
               (name, weights[name] * 100), "%.1f %%" % (parts[name] * 100))


@test("policy: it ends after its rounds", 2, "spinners",
      after="policy: each worker runs in every round")
def ends(story):
    total = sum(story.cpu_ns[t] for t in story.threads("spinners"))
    expect(abs(total / (ROUND * ROUNDS) - 1) < 0.1, "%d ms in all" %
           (ROUND * ROUNDS / MS), "%d ms" % (total / MS))
