# Lab 10 is judged by who came to hold what, by what was refused, and by the
# rules of least privilege on the whole run's capability graph.
import re
import tomllib

from vlab import expect, test

NAMES, JOURNAL, PRICES, TILL, SHOP = range(0xa01, 0xa06)
REGISTER, LOOKUP = 0, 1
EPERM, ENOENT, EEXIST = -1, -2, -17
W = 2
SERVERS = ("journal", "prices", "till", "shop")
NEED = {"till": {"journal": "rw"}, "shop": {"prices": "r", "till": "rw"},
        "manager": {"prices": "rw"}, "buyer": {"shop": "r"},
        "auditor": {"journal": "r", "till": "r"}, "intruder": {}}
PURCHASES = 5


def vary(rng):
    return {"PRICE": rng.randrange(10, 1000)}


def _named(word):
    if not isinstance(word, str) or not re.fullmatch("[a-z]{1,8}", word):
        raise ValueError("policy.toml: '%s' is no name (a to z, 8 letters at "
                         "most)" % word)
    return word


def compose(texts):
    """policy.toml as the name service's arguments."""
    try:
        policy = tomllib.loads(texts["policy.toml"])
        words = ["%s+%s" % (_named(who), _named(name))
                 for who, names in policy.get("register", {}).items()
                 for name in names]
        for who, table in policy.get("lookup", {}).items():
            for name, right in table.items():
                if right not in ("r", "rw"):
                    raise ValueError("policy.toml: lookup.%s: %s = %r is "
                                     "neither \"r\" nor \"rw\"" %
                                     (who, name, right))
                words.append("%s.%s=%s" % (_named(who), _named(name), right))
    except (AttributeError, TypeError) as error:
        raise ValueError("policy.toml: %s" % error) from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError("policy.toml: %s" % error) from None
    if len(words) > 60:
        raise ValueError("policy.toml: more than 60 rules")
    return {"POLICY": " ".join(words)}


def word(name):
    return int.from_bytes(name.encode(), "little")


def asked(story, who, op, name):
    return [c for c in story.calls(who, "names", NAMES)
            if c.request.mr0 == op and c.request.mr1 == word(name)]


def got(story, who):
    """name -> "r" or "rw": what came to a program from the name service."""
    found = {}
    for e in story.events("CAP_MAP"):
        name = story.names.get(e.f["object"])
        if name in SERVERS and story.names.get(e.f["to_task"]) == who and \
                story.names.get(e.f["from_task"]) == "names":
            right = "rw" if e.f["rights"] & W else "r"
            found[name] = max(right, found.get(name, ""), key=len)
    return found


@test("register: every server gets its name", 3, "shop")
def registered(story):
    for who in SERVERS:
        calls = asked(story, who, REGISTER, who)
        expect(calls, "%s to register" % who, "it did not",
               story.calls(who, "names"))
        expect(calls[0].result == 0, "label 0 to %s" % who, calls[0],
               calls[0])
        expect(story.holds("names", who), "the name service to hold the "
               "gate of %s" % who, "it does not", calls)


REGISTERED = "register: every server gets its name"


@test("look up: the capability comes", 3, "shop", after=REGISTERED)
def looked_up(story):
    for who, needs in NEED.items():
        for name in needs:
            calls = asked(story, who, LOOKUP, name)
            expect(calls and calls[-1].result == 0, "%s to get %s" %
                   (who, name), calls[-1] if calls else "not asked for",
                   calls)
            expect(name in got(story, who), "the gate of %s to come to %s" %
                   (name, who), "it did not", calls)


FOUND = "look up: the capability comes"


@test("look up: what nobody registered is not there yet", 1, "shop",
      after=REGISTERED)
def not_yet(story):
    early = [c for who in NEED for name in NEED[who]
             for c in asked(story, who, LOOKUP, name)
             if c.result not in (0, ENOENT)]
    expect(not early, "label 0 or %d" % ENOENT, early[0] if early else "",
           early)
    calls = asked(story, "shop", LOOKUP, "till")
    expect(calls[0].result in (0, ENOENT), "label %d" % ENOENT, calls[0],
           calls)


@test("look up: no more rights than the policy says", 3, "shop", after=FOUND)
def rights(story):
    writes = [c for c in story.calls("auditor", ("journal", "till"))
              if c.request.tag == JOURNAL and c.request.mr0 == 0 or
              c.request.tag == TILL and c.request.mr0 == 0]
    expect(len(writes) == 2, "the auditor to try to write twice", writes,
           writes)
    for call in writes:
        expect(call.result == EPERM, "label %d to the auditor" % EPERM, call,
               call)


@test("refuse: what the policy does not give", 2, "shop", after=FOUND)
def refused(story):
    for name in SERVERS:
        calls = asked(story, "intruder", LOOKUP, name)
        expect(calls and calls[0].result == EPERM, "label %d to the "
               "intruder's look-up of %s" % (EPERM, name),
               calls[0] if calls else "not asked for", calls)
    for name in ("till", "bargain"):
        calls = asked(story, "buyer", LOOKUP, name)
        expect(calls and calls[0].result == EPERM, "label %d to the buyer's "
               "look-up of %s" % (EPERM, name),
               calls[0] if calls else "not asked for", calls)


@test("refuse: nobody becomes what he is not", 2, "shop", after=REGISTERED)
def no_impostor(story):
    for name in ("till", "bank"):
        calls = asked(story, "intruder", REGISTER, name)
        expect(calls and calls[0].result == EPERM, "label %d to the "
               "intruder's registration as %s" % (EPERM, name),
               calls[0] if calls else "not asked for", calls)
    taken = [e for e in story.events("CAP_MAP")
             if story.names.get(e.f["object"]) == "trap" and
             story.names.get(e.f["to_task"]) not in ("names", "intruder",
                                                     "ned", "moe", None)]
    expect(not taken, "the intruder's gate with nobody else",
           taken[0] if taken else "", taken)


@test("refuse: what was refused is not kept", 2, "shop",
      after="refuse: nobody becomes what he is not")
def not_kept(story):
    expect(not story.holds("names", "trap"), "the name service to drop the "
           "intruder's gate", "it still holds it",
           asked(story, "intruder", REGISTER, "bank"))


@test("whole: everything is sold, paid and written down", 4, "shop",
      after=FOUND)
def sold(story):
    price = story.values["PRICE"]
    buys = story.calls("buyer", "shop", SHOP)
    expect(len(buys) == PURCHASES, "%d purchases" % PURCHASES, buys, buys)
    for i, call in enumerate(buys, 1):
        expect(call.result == 0 and call.reply.mr0 == price * i,
               "a price of %d" % (price * i), call, call)
    book = [c for c in story.calls("auditor", "journal", JOURNAL)
            if c.request.mr0 == 1]
    expect(book and book[0].result == 0 and
           book[0].reply.mr0 == PURCHASES and
           book[0].reply.mr1 == price * PURCHASES * (PURCHASES + 1) // 2,
           "%d entries in the journal" % PURCHASES,
           book[0] if book else "not read", book)


WHOLE = "whole: everything is sold, paid and written down"


def _no_more(story, *people):
    for who in people:
        more = {n: r for n, r in got(story, who).items()
                if len(r) > len(NEED[who].get(n, ""))}
        expect(not more, "%s to hold %s" % (who, _said(NEED[who])),
               "also " + _said(more), story.calls(who, "names"))


def _said(rights):
    return ", ".join("%s %s" % pair for pair in sorted(rights.items())) or \
        "nothing"


@test("least: the servers hold what they need", 3, "shop", after=WHOLE)
def least_servers(story):
    _no_more(story, "till", "shop")
    _policy(story, "till", "shop")


@test("least: the people hold what they need", 3, "shop", after=WHOLE)
def least_people(story):
    _no_more(story, "manager", "buyer", "auditor", "intruder")
    _policy(story, "manager", "buyer", "auditor", "intruder")


def _policy(story, *people):
    """What could be asked for counts, too, not only what was."""
    policy = tomllib.loads(story.submitted("policy.toml")).get("lookup", {})
    for who in people:
        more = {n: r for n, r in policy.get(who, {}).items()
                if len(r) > len(NEED[who].get(n, ""))}
        expect(not more, "a policy that lets %s have %s" %
               (who, _said(NEED[who])), "also " + _said(more))


@test("least: only a server has its own name", 2, "shop", after=WHOLE)
def least_register(story):
    policy = tomllib.loads(story.submitted("policy.toml"))
    for who, names in policy.get("register", {}).items():
        more = set(names) - ({who} if who in SERVERS else set())
        expect(not more, "%s to register %s" %
               (who, who if who in SERVERS else "nothing"),
               "also " + ", ".join(sorted(more)))


@test("graph: the rules hold at every moment of the run", 4, "shop",
      after=("least: the servers hold what they need",
             "least: the people hold what they need"))
def graph(story):
    broken = story.broken_rules(story.run.lab.folder / "least.rules")
    expect(not broken, "the rules of least.rules to hold",
           "\n".join(broken))
