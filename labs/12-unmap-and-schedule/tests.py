# Lab 12 is judged by what the kernel took from whom, in which order, and by
# who had how much of the CPU.
import collections
import re

from vlab import expect, test

PAGE = 4096
W, RWX = 2, 7
UNMAP = 1  # the operation of a task
TASK = 1  # its type
FAMILY = ("anna", "bert", "carl", "dora", "erna")
CHILDREN, RIGHT, RANGE, AGAIN, LINE, CROWD = range(6)
DEEP, WIDE = 24, 40
NS_PER_MS = 1000000


def vary(rng):
    return {"PRIORITIES": " ".join(rng.choice(
        (("40", "20", "10"), ("30", "15", "5"), ("24", "12", "12"))))}


def scenes(story):
    """The records of each l4_task_unmap(), in order."""
    found, open_scene = [], None
    for e in story.events_all:
        if e.name == "INVOKE" and e.who == "family" and \
                e.f["type"] == TASK and e.f["opcode"] == UNMAP:
            open_scene = []
            found.append(open_scene)
        elif e.name == "RESULT" and e.who == "family":
            open_scene = None
        elif e.name == "MEM_UNMAP" and open_scene is not None:
            open_scene.append(e)
    return found


def members(story):
    """task -> its name, from the order in which family.c makes them."""
    made = [e.f["object"] for e in story.events("CREATE", "family")
            if e.f["type"] == TASK]
    names = [*FAMILY, *["line"] * DEEP, *["crowd", "below"] * WIDE]
    return dict(zip(made, names))


def taken(story, number):
    """(task, page, rights, event) of a scene, in order."""
    every = scenes(story)
    expect(len(every) > number, "scene %d to begin" % (number + 1),
           "it did not (the run ended: %s)" % story.end)
    base = min(m.to_va for m in story.maps("family")
               if not m.target.startswith(("moe", "ned")))
    names = members(story)
    return [(names.get(e.f["task"], "family"), (e.f["va"] - base) // PAGE,
             e.f["order_rights"] & 15, e) for e in every[number]]


def said(rows):
    return ", ".join("%s's page %d" % row[:2] for row in rows) or "nothing"


def exactly(story, number, wanted, rights=RWX):
    """Every (task, page) of `wanted` lost `rights`, once, and nobody else."""
    rows = taken(story, number)
    count = collections.Counter(row[:2] for row in rows)
    missing = [w for w in wanted if not count[w]]
    more = [r for r in rows if r[:2] not in wanted]
    expect(not missing, "%s to be taken" % said(missing), said(rows),
           rows[-1][3] if rows else None)
    expect(not more, "nothing else to be taken", said(more),
           more[0][3] if more else None)
    for name, page, took, event in rows:
        expect(took == rights, "rights %d of %s's page %d" %
               (rights, name, page), "rights %d" % took, event)


@test("unmap: the children of the children lose it, too", 4, "family")
def children(story):
    exactly(story, CHILDREN, [("bert", 0), ("carl", 0)])


CHILDREN_TEST = "unmap: the children of the children lose it, too"


@test("unmap: leaves first", 2, "family", after=CHILDREN_TEST)
def leaves(story):
    names = [row[0] for row in taken(story, CHILDREN)]
    expect(names == ["carl", "bert"], "carl's before bert's",
           " before ".join(names))


@test("unmap: one right, and from oneself as well", 3, "family",
      after=CHILDREN_TEST)
def one_right(story):
    exactly(story, RIGHT, [("carl", 1), ("bert", 1), ("anna", 1)], W)


@test("unmap: a range, in every branch", 3, "family", after=CHILDREN_TEST)
def a_range(story):
    exactly(story, RANGE, [(who, page) for page in (2, 3)
                           for who in ("anna", "bert", "carl")] +
            [("dora", 2)])
    exactly(story, AGAIN, [])


@test("unmap: nobody else loses anything", 2, "family", after=CHILDREN_TEST)
def strangers(story):
    names = members(story)
    lost = [e for scene in scenes(story) for e in scene
            if names.get(e.f["task"]) in ("erna", None)]
    expect(not lost, "erna to keep her page", "it was taken", lost)


@test("unmap: down a long line", 2, "family", after=CHILDREN_TEST)
def line(story):
    rows = taken(story, LINE)
    expect([r[0] for r in rows] == ["line"] * DEEP, "%d pages to be taken" %
           DEEP, len(rows))
    tasks = [r[3].f["task"] for r in rows]
    expect(tasks == sorted(tasks, reverse=True), "the last one first",
           "another order", rows[0][3])


@test("unmap: from a crowd", 2, "family", after=CHILDREN_TEST)
def crowd(story):
    rows = taken(story, CROWD)
    count = collections.Counter(r[0] for r in rows)
    expect(count == {"crowd": WIDE, "below": WIDE}, "%d and %d pages to be "
           "taken" % (WIDE, WIDE), "%d and %d" % (count["crowd"],
                                                  count["below"]))


@test("unmap: the kernel's own tests", 5, "conformance", after=CHILDREN_TEST)
def conformance(story):
    lines = re.findall(r"^(not )?ok \d+ - (.*)$", story.run.console, re.M)
    first = re.search(r"1\.\.(\d+)", story.run.console)
    expect(first, "the conformance tests to start", "they did not")
    bad = [name for no, name in lines if no]
    expect(not bad, "every test to pass", "%d failed: %s" %
           (len(bad), "; ".join(bad[:4])))
    expect(len(lines) == int(first.group(1)), "%s tests to end" %
           first.group(1), "stopped after %d: %s" %
           (len(lines), lines[-1][1] if lines else "none"))


def window(story):
    """The CPU time of the threads of the program while they compute: thread
    -> ns, in the order in which they were made; and when that was."""
    threads = story.threads("shares")
    starts = {}
    for e in story.events("SWITCH"):
        starts.setdefault(e.f["to"], e.time)
    busy = [t for t in threads[1:] if t in starts]
    expect(len(busy) == 4, "the program's four threads to run",
           "%d of them did (the run ended: %s)" % (len(busy), story.end))
    start = max(starts[t] for t in busy) + 20 * NS_PER_MS
    end = start + 300 * NS_PER_MS
    used, running, since = collections.Counter(), None, 0
    for e in story.events("SWITCH"):
        if running in busy:
            used[running] += max(0, min(e.time, end) - max(since, start))
        running, since = e.f["to"], e.time
    return busy, used, (start, end)


@test("share: nobody starves", 3, "shares")
def nobody_starves(story):
    busy, used, _ = window(story)
    for i, thread in enumerate(busy[:3]):
        expect(used[thread] > 10 * NS_PER_MS, "thread %d (of 3) to get more "
               "than 10 of 300 ms" % (i + 1), "%.1f ms" %
               (used[thread] / NS_PER_MS))


@test("share: time goes by priority", 5, "shares",
      after="share: nobody starves")
def by_priority(story):
    busy, used, _ = window(story)
    priorities = [int(p) for p in story.values["PRIORITIES"].split()]
    total = sum(used[t] for t in busy[:3])
    expect(total > 250 * NS_PER_MS, "the three to have nearly all of it",
           "%.1f of 300 ms" % (total / NS_PER_MS))
    for thread, priority in zip(busy, priorities):
        wanted = total * priority / sum(priorities)
        expect(abs(used[thread] - wanted) < 0.1 * wanted,
               "priority %d to get %.0f ms" % (priority, wanted / NS_PER_MS),
               "%.0f ms" % (used[thread] / NS_PER_MS))


@test("share: who sleeps most of the time does not wait for long", 3,
      "shares", after="share: nobody starves")
def sleeper(story):
    busy, _, (start, end) = window(story)
    nap, waits, woken = busy[3], [], None
    for e in story.events_all:
        if e.name == "IPC_BLOCK" and e.f["thread"] == nap:
            woken = e.f["deadline_ns"]
        elif e.name == "SWITCH" and e.f["to"] == nap and woken:
            if start < woken < end:
                waits.append(e.time - woken)
            woken = None
    expect(len(waits) > 50, "to wake up more than 50 times",
           "%d times" % len(waits))
    waits.sort()
    late = waits[len(waits) * 9 // 10]
    expect(late < 2 * NS_PER_MS, "nine in ten times to run within 2 ms",
           "within %.1f ms" % (late / NS_PER_MS))
