# Lab 5 is judged by who got which capability with which rights, and by what
# the vault was asked.
from vlab import expect, test

VAULT, BROKER, CHAT = 0x501, 0x502, 0x503
LOOK, CHANGE = 0, 1
READ, WRITE, RETURN = 0, 1, 2
W = 1  # of an object capability
EPERM, ENOENT, EBUSY, EEXIST, ENOSYS = -1, -2, -16, -17, -38
NOT_EXISTENT = 4  # IPC error


def vary(rng):
    return {"VALUE": rng.randrange(2, 1 << 20)}


def asked(story, who, op):
    """The broker's answers to `who` for an operation, as calls."""
    return [c for c in story.calls(who, "broker", BROKER)
            if c.request.mr0 == op]


def given(story, who):
    """Capabilities to the vault that the broker gave to `who`."""
    return [e for e in story.events("CAP_MAP")
            if story.names.get(e.f["from_task"]) == "broker"
            and story.names.get(e.f["to_task"]) == who
            and story.names.get(e.f["object"]) == "vault"]


def used(story, who, op):
    return [c for c in story.calls(who, "vault", VAULT)
            if c.request.mr0 == op]


def gone(story, who):
    """Did `who` meet an empty slot?"""
    return [e for e in story.events("IPC_ERROR", who)
            if e.f["code"] == NOT_EXISTENT]


@test("lend: the reader gets the vault", 2, "broker")
def reader_gets(story):
    calls = asked(story, "reader", READ)
    expect(calls, "the reader to ask", "it did not")
    expect(calls[0].result == 0, "label 0", calls[0], calls[0])
    expect(given(story, "reader"), "a capability to the vault for the reader",
           "it got none", calls[0])
    expect(used(story, "reader", LOOK), "the reader to look into the vault",
           "it could not", calls[0])


LENT = "lend: the reader gets the vault"


@test("diminish: the reader cannot write", 3, "broker", after=LENT)
def reader_rights(story):
    for e in given(story, "reader"):
        expect(not e.f["rights"] & W, "no right W for the reader", e, e)
    tries = used(story, "reader", CHANGE)
    expect(tries and tries[0].result == EPERM, "-L4_EPERM from the vault",
           tries[0] if tries else "it did not get so far", tries)


@test("lend: the writer can write", 2, "broker")
def writer_writes(story):
    calls = asked(story, "writer", WRITE)
    expect(calls and calls[0].result == 0, "label 0",
           calls[0] if calls else "no request", calls)
    wrote = used(story, "writer", CHANGE)
    expect(wrote and wrote[0].result == 0, "a change of the vault",
           wrote[0] if wrote else "none", wrote or calls)


WROTE = "lend: the writer can write"


@test("lend: one writer at a time", 2, "broker", after=WROTE)
def one_writer(story):
    calls = asked(story, "second", WRITE)
    expect(calls and calls[0].result == EBUSY, "label %d" % EBUSY,
           calls[0] if calls else "no request", calls)


@test("lend: one loan each, and nothing to return without one", 2, "broker",
      after=LENT)
def one_loan(story):
    twice = asked(story, "reader", READ)
    expect(len(twice) == 2 and twice[1].result == EEXIST,
           "label %d to the second BORROW" % EEXIST, twice[-1], twice[-1])
    back = asked(story, "reader", RETURN)
    expect(back and back[0].result == ENOENT, "label %d to RETURN" % ENOENT,
           back[0] if back else "no request", back)
    odd = asked(story, "reader", 17)
    expect(odd and odd[0].result == ENOSYS, "label %d" % ENOSYS,
           odd[0] if odd else "no request", odd)


@test("revoke: the writer loses what it returns", 2, "broker", after=WROTE)
def writer_loses(story):
    back = asked(story, "writer", RETURN)
    expect(back and back[0].result == 0, "label 0 to RETURN",
           back[0] if back else "no request", back)
    expect(not used(story, "writer", LOOK), "no way to the vault after it",
           "the writer could still look", used(story, "writer", LOOK))
    expect(gone(story, "writer"), "an empty slot", "it is not empty", back)


LOST = "revoke: the writer loses what it returns"


@test("revoke: who got it from the writer loses it, too", 3, "broker",
      after=LOST)
def friend_loses(story):
    looks = used(story, "friend", LOOK)
    expect(looks, "the friend to look while the loan lasts", "it did not")
    expect(len(looks) == 1 and gone(story, "friend"),
           "no second look", "the friend could look again", looks)


@test("revoke: the reader keeps its own", 4, "broker",
      after=(LOST, LENT))
def reader_keeps(story):
    back = asked(story, "writer", RETURN)[0]
    later = [c for c in used(story, "reader", LOOK) if c.time > back.time]
    expect(later and later[0].result == 0,
           "the reader to look after the writer's RETURN",
           "it could not", later or back)


@test("revoke: the reader loses it when it returns it", 1, "broker",
      after="revoke: the reader keeps its own")
def reader_loses(story):
    expect(gone(story, "reader"), "an empty slot at last", "it is not empty",
           asked(story, "reader", RETURN))


@test("lend: the next writer after the first", 2, "broker", after=LOST)
def next_writer(story):
    calls = asked(story, "second", WRITE)
    expect(len(calls) == 2 and calls[1].result == 0, "label 0", calls[-1],
           calls[-1])
    wrote = used(story, "second", CHANGE)
    expect(wrote and wrote[0].result == 0, "a change of the vault",
           wrote[0] if wrote else "none", calls[-1])


def chats(story):
    return story.calls("spy", "filter", CHAT)


@test("confine: the words come through, and the answers", 3, "confine")
def words(story):
    plain = [c for c in chats(story) if not c.request.items]
    expect(len(plain) == 6, "6 chats without a capability", plain, plain)
    for call in plain:
        expect(call.reply, "an answer", "none", call)
        expect(call.result == 1 and call.reply.words == call.request.words,
               "the world's answer: label 1, %d words" % call.request.words,
               call.reply, call)
        expect(call.reply.mr0 == call.request.mr0 + 1, "its first word 0x%x" %
               (call.request.mr0 + 1), hex(call.reply.mr0), call)


@test("confine: the world never gets the secret", 4, "confine")
def no_secret(story):
    leaks = [e for e in story.events("CAP_MAP")
             if story.names.get(e.f["object"]) == "secret"
             and story.names.get(e.f["to_task"]) in ("filter", "world")]
    expect(not leaks, "no capability to the secret outside the spy",
           leaks[0] if leaks else "", leaks)
    expect(chats(story), "the spy to talk", "it did not")


@test("confine: the filter lives on after a capability came", 2, "confine",
      after="confine: the words come through, and the answers")
def lives_on(story):
    sent = [c for c in story.calls_all if c.request.source == "spy"
            and c.request.target == "filter"]
    last = sent[-1]
    expect(not last.request.items and last.reply and last.result == 1,
           "an answer to the chat after it", last, last)
