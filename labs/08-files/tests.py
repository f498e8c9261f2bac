# Lab 8 is judged by the answers of the file server, and by what is left on
# the disk after the power was cut at each of its writes.
from vlab import expect, test

FILES, DISK, POWER, TOLD = 0x801, 0x802, 0x803, 0x804
PUT, GET, DELETE = 0, 1, 2
WRITE = 1
CUT = 0
ENOENT, ENOMEM, EINVAL, ENOSYS = -2, -12, -22, -38
QUOTA, SPARE = 3, 8
# What client.c's writer does, in order.
PLAN = [(PUT, "a"), (PUT, "b"), (PUT, "a"), (DELETE, "b"), (PUT, "c"),
        (DELETE, "a"), (PUT, "b"), (PUT, "c")]


def vary(rng):
    return {"VALUE": rng.randrange(1000, 1 << 30)}


def word(name):
    return int.from_bytes(name.encode(), "little")


def asked(story, who, op=None, name=None):
    return [c for c in story.calls(who, "files", FILES)
            if (op is None or c.request.mr0 == op) and
            (name is None or c.request.mr1 == word(name))]


def answers(story, who, op, name, wanted):
    """The labels of the answers to one kind of request, in order."""
    calls = asked(story, who, op, name)
    for call, want in zip(calls, wanted):
        expect(call.reply, "an answer", "none came", call)
        expect(call.result == want, "label %d" % want,
               "label %d" % call.result, call)
    expect(len(calls) == len(wanted), "%d such requests of %s" %
           (len(wanted), who), calls, calls)
    return calls


def contains(call, value, words=20):
    expect(call.reply.words == words and call.reply.mr0 == value,
           "%d words from 0x%x" % (words, value), call.reply, call)


@test("files: what is put is got", 3, "basic")
def put_get(story):
    calls = asked(story, "anna", PUT, "diary")
    expect(calls and calls[0].result == 0, "label 0 to the first PUT",
           calls[0] if calls else "no request", calls)
    got = answers(story, "anna", GET, "diary", [ENOENT, 0, 0])
    contains(got[1], story.values["VALUE"])


BASIC = "files: what is put is got"


@test("files: it is on the disk", 2, "basic", after=BASIC)
def on_disk(story):
    first = asked(story, "anna", PUT, "diary")[0]
    writes = [c for c in story.calls("files", "disk", DISK)
              if c.request.mr0 == WRITE and
              first.time < c.time < first.reply.time]
    expect(writes, "the disk to be written before the answer", "it was not",
           first)


@test("files: a file can be replaced and deleted", 2, "basic", after=BASIC)
def replaced(story):
    got = answers(story, "anna", GET, "diary", [ENOENT, 0, 0])
    contains(got[2], story.values["VALUE"] + 100)
    answers(story, "anna", DELETE, "letter", [0, ENOENT])
    contains(answers(story, "anna", GET, "list", [0])[0],
             story.values["VALUE"] + 500)


@test("files: what makes no sense is refused", 2, "basic", after=BASIC)
def refused(story):
    answers(story, "anna", PUT, "diary", [0, 0, EINVAL, EINVAL])
    answers(story, "anna", PUT, "letter", [0])
    answers(story, "anna", 17, "diary", [ENOSYS])


@test("quota: no more files than it allows", 3, "basic", after=BASIC)
def quota(story):
    answers(story, "anna", PUT, "more", [ENOMEM, 0])
    answers(story, "bert", PUT, "a", [0])
    answers(story, "bert", PUT, "b", [ENOMEM])


@test("quota: a file can be replaced when it is used up", 2, "basic",
      after="quota: no more files than it allows")
def replace_full(story):
    answers(story, "anna", PUT, "list", [0, 0])


@test("session: names are a session's own", 3, "basic", after=BASIC)
def sessions(story):
    got = answers(story, "bert", GET, "diary", [ENOENT, 0])
    contains(got[1], story.values["VALUE"] + 1000)
    answers(story, "bert", DELETE, "diary", [ENOENT])
    answers(story, "bert", PUT, "diary", [0])


def rounds(story):
    """For each cut: (number, writer's calls, told, checker's calls). The
    last is the one whose writer came to its end."""
    cuts = [m for m in story.messages("cut", "disk", tag=POWER)
            if m.mr0 == CUT]
    expect(cuts, "the power to be cut", "it never was")
    ends = [m.time for m in cuts[1:]] + [story.last_time]
    writer, checker = asked(story, "writer"), asked(story, "checker")
    looks = story.messages("checker", "disk", tag=TOLD)
    found = []
    for message, end in zip(cuts, ends):
        def inside(rows):
            return [r for r in rows if message.time < r.time < end]
        told = {m.mr0: (m.mr1, m) for m in inside(looks)}
        found.append((message.mr1, inside(writer), told, inside(checker)))
    return found


def states(calls, value):
    """The files that may be there after these calls: name -> the first
    words it may have (None: no such file)."""
    sure, last = {}, None
    for i, ((op, name), call) in enumerate(zip(PLAN, calls)):
        new = value + 100 * i if op == PUT else None
        if call.reply and call.result == 0:
            sure[name] = new
        else:
            last = (name, new)
            break
    allowed = {name: {sure.get(name)} for name in "abc"}
    if last:
        allowed[last[0]].add(last[1])
    return allowed


def survived(story):
    found = rounds(story)
    for number, calls, told, checks in found:
        expect(calls, "a writer after cut %d" % number, "there is none")
        expect(checks and checks[0].reply, "the new file server to serve "
               "after cut %d" % number, "it does not",
               checks or calls)
        for name, allowed in states(calls, story.values["VALUE"]).items():
            value, message = told.get(word(name), (None, None))
            text = "no file" if value is None else \
                "words that do not belong together" if not value else \
                "0x%x" % value
            expect(value in allowed, "cut at write %d: '%s' to hold %s" % (
                number, name, " or ".join(
                    "nothing" if a is None else "0x%x" % a
                    for a in sorted(allowed, key=str))), text,
                message or calls[-1])
    last = found[-1][1]
    expect(len(last) == len(PLAN) and last[-1].result == 0,
           "the last round's writer to come to its end (40 cuts at most)",
           "it did not", last)


def room(story):
    for number, _, _, checks in rounds(story):
        puts = [c for c in checks if c.request.mr0 == PUT]
        good = [c for c in puts if c.result == 0]
        expect(len(puts) == SPARE and len(good) == QUOTA,
               "after cut %d room for %d files" % (number, QUOTA),
               "for %d" % len(good), puts)


@test("power: what was answered is there after the cut", 5, "cut",
      after="files: it is on the disk")
def cut(story):
    survived(story)


CUT_TEST = "power: what was answered is there after the cut"


@test("power: nothing of the room is lost", 2, "cut", after=CUT_TEST)
def cut_room(story):
    room(story)


@test("power: also when a block is only half written", 5, "torn",
      after=CUT_TEST)
def torn(story):
    survived(story)


@test("power: nothing of the room is lost, then either", 1, "torn",
      after="power: also when a block is only half written")
def torn_room(story):
    room(story)
