# Lab 2 is judged by the messages the kernel passed.
from vlab import expect, test

ECHO, CALC = 0x200, 0x201
ADD, SET, GET = 0, 1, 2
EBADPROTO, ENOSYS = -39, -38
MASK = (1 << 64) - 1


def vary(rng):
    return {"VALUE": rng.randrange(3, 1 << 20),
            "VALUE_A": rng.randrange(3, 1 << 20),
            "VALUE_B": rng.randrange(3, 1 << 20)}


def polite(story):
    """The echo client's calls but the rude one, which cannot be answered."""
    return [c for c in story.calls("client", "server") if c.error is None]


@test("echo: the first request is answered", 1, "echo")
def first(story):
    calls = story.calls("client", "server", ECHO)
    expect(calls, "a call from client to server", "there is none")
    expect(calls[0].reply, "an answer to it", "none came", near=calls[0])
    expect(calls[0].result == 0, "label 0", "label %d" % calls[0].result,
           calls[0])


@test("echo: an answer has the words of its request", 3, "echo",
      after="echo: the first request is answered")
def words(story):
    for call in story.calls("client", "server", ECHO):
        if not call.reply:
            continue
        ask, answer = call.request, call.reply
        expect(answer.tag == 0, "label 0", "label %d" % answer.tag, call)
        expect(answer.words == ask.words, "%d words" % ask.words,
               "%d words" % answer.words, call)
        wanted = (ask.mr0, ask.mr1)[:ask.words]
        got = (answer.mr0, answer.mr1)[:ask.words]
        expect(got == wanted, "words " + " ".join(map(hex, wanted)),
               " ".join(map(hex, got)), call)


@test("echo: the server serves more than one request", 2, "echo",
      after="echo: the first request is answered")
def serves_on(story):
    answered = [c for c in story.calls("client", "server", ECHO) if c.reply]
    expect(len(answered) >= 8, "8 answers", answered, answered)


@test("echo: a foreign protocol is refused with -L4_EBADPROTO", 2, "echo",
      after="echo: the server serves more than one request")
def foreign(story):
    calls = story.calls("client", "server", ECHO + 1)
    expect(calls and calls[0].reply, "an answer", "none", calls)
    expect(calls[0].result == EBADPROTO, "label %d" % EBADPROTO,
           "label %d" % calls[0].result, calls)


@test("echo: a client that does not wait does not stop the server", 2,
      "echo", after="echo: the server serves more than one request")
def rude(story):
    calls = story.calls("client", "server", ECHO)
    expect(len(calls) == 10, "10 calls", calls, calls)
    expect(calls[-2].error is not None, "the rude call to end in an error",
           "it was answered", calls[-2])
    expect(calls[-1].reply, "the call after it to be answered",
           "no answer came", calls[-1])


def sums(story, client):
    """Each call of a client with the answer protocol.h asks for."""
    total = 0
    for call in story.calls(client, "server"):
        r = call.request
        need = {ADD: 2, SET: 2, GET: 1}.get(r.mr0)
        if r.tag != CALC:
            yield call, EBADPROTO, None
        elif need is None or r.words < need:
            yield call, ENOSYS, None
        else:
            if r.mr0 == ADD:
                total = (total + r.mr1) & MASK
            elif r.mr0 == SET:
                total = r.mr1
            yield call, 0, total


def check_sums(story, client, operations):
    seen = 0
    for call, label, total in sums(story, client):
        if label or call.request.mr0 not in operations:
            continue
        seen += 1
        expect(call.reply, "an answer", "none came", call)
        expect(call.result == 0, "label 0", "label %d" % call.result, call)
        expect(call.reply.words >= 1 and call.reply.mr0 == total,
               "the sum %d" % total, "%d words, %d" %
               (call.reply.words, call.reply.mr0), call)
    expect(seen, "calls from " + client, "there are none")


@test("calc: a fresh client's sum is 0", 1, "calc")
def fresh(story):
    for client in ("client-a", "client-b"):
        calls = story.calls(client, "server", CALC)
        expect(calls, "a call from " + client, "there is none")
        answer = calls[0].reply
        expect(answer, "an answer", "none came", calls[0])
        expect(answer.tag == 0, "label 0", "label %d" % answer.tag, calls[0])
        expect(answer.words == 1 and answer.mr0 == 0, "one word, 0",
               "%d words, %d" % (answer.words, answer.mr0), calls[0])


@test("calc: one client's sums are right", 3, "calc",
      after="calc: a fresh client's sum is 0")
def one_client(story):
    check_sums(story, "client-a", (ADD, SET, GET))


@test("calc: the clients' sums are kept apart", 3, "calc",
      after="calc: a fresh client's sum is 0")
def apart(story):
    check_sums(story, "client-a", (ADD, SET, GET))
    check_sums(story, "client-b", (ADD, SET, GET))


@test("calc: what is not understood is refused", 3, "calc",
      after="calc: a fresh client's sum is 0")
def refused(story):
    seen = 0
    for call, label, _ in sums(story, "client-a"):
        if label:
            seen += 1
            expect(call.reply, "an answer", "none came", call)
            expect(call.result == label, "label %d" % label,
                   "label %d" % call.result, call)
    expect(seen == 3, "3 calls to be refused", seen)
