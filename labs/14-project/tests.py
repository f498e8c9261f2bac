# Lab 14: the basic checks. The rubric in README.md is for a person.
import re
import tomllib

from vlab import expect, test

SERVICE, GUEST = 0xe01, 0xe02
ADD, TOTAL = 0, 1
CONSOLE, TIMER, QUIT = 0, 1, 2
REQUESTS, ROUNDS, PAGES, PAUSE_NS = 30, 10, 8, 500000
MEMORY, PAGE = 0x2000000000, 4096
CHOICES = ("guest", "service", "own")
SECTIONS = ("What it does", "How it is made", "What can go wrong",
            "What was measured")
WORDS = 40


def vary(rng):
    return {"VALUE": rng.randrange(1000, 1 << 20),
            "KILLS": ", ".join(str(rng.randrange(2, 9)) for _ in range(3))}


def compose(texts):
    try:
        choice = tomllib.loads(texts["project.toml"]).get("choice")
    except tomllib.TOMLDecodeError as error:
        raise ValueError("project.toml: %s" % error) from None
    return {"CHOICE": choice if choice in CHOICES else "none"}


@test("a choice, and a report", 2, "project")
def report(story):
    project = tomllib.loads(story.submitted("project.toml"))
    expect(project.get("choice") in CHOICES and project.get("title"),
           "a choice and a title in project.toml", "no choice" if
           project.get("choice") not in CHOICES else "no title")
    parts = re.split(r"^##\s+(.*?)\s*$", story.submitted("report.md"),
                     flags=re.M)
    text = dict(zip(parts[1::2], parts[2::2]))
    for section in SECTIONS:
        count = len(text.get(section, "").split())
        expect(count >= WORDS, "%d words under '%s'" % (WORDS, section),
               "%d" % count)


CHOSEN = "a choice, and a report"


@test("it runs, and comes to its end", 2, "project", after=CHOSEN)
def ends(story):
    expect(story.end in ("result", "idle"), "a run that ends by itself",
           story.end, story.last_time)
    if story.values["CHOICE"] != "guest":  # its last act is a fault
        expect(not story.events("FAULT_REPORT"), "no fault that nobody "
               "handles", "one", story.events("FAULT_REPORT"))


def console(story):
    return [c for c in story.calls_all if c.request.tag == GUEST and
            c.request.target == "monitor" and c.request.mr0 == CONSOLE]


def guest_works(story):
    said = console(story)
    sums = [sum(j + 1 for j in range(i % PAGES, i + 1, PAGES))
            for i in range(ROUNDS)]
    expect([c.request.mr1 for c in said] == sums, "the guest to say %s" % sums,
           [c.request.mr1 for c in said], said)
    pauses = [c for c in story.calls_all if c.request.tag == GUEST and
              c.request.mr0 == TIMER]
    for call in pauses:
        expect(call.reply and call.reply.time - call.time >= PAUSE_NS,
               "the timer's answer after 500 us", call, call)


def service_works(story):
    calls = [c for c in story.calls("client", "service", SERVICE)
             if c.request.mr0 == ADD and c.reply and c.result == 0]
    numbers = {c.request.mr1 for c in calls}
    expect(len(numbers) == REQUESTS, "%d requests to be answered" % REQUESTS,
           len(numbers), calls)


def own_works(story):
    calls = [c for c in story.calls("client", "server") if c.reply]
    expect(calls and any(c.result >= 0 for c in calls),
           "a call of the client's to be answered without an error",
           calls[-1] if calls else "none", calls)


WORKS = {"guest": guest_works, "service": service_works, "own": own_works}


@test("it does its basic work", 3, "project", after="it runs, and comes to "
      "its end")
def works(story):
    WORKS[story.values["CHOICE"]](story)


def guest_confined(story):
    for m in story.maps("monitor"):
        expect(not MEMORY + PAGES * PAGE <= m.to_va < MEMORY + 64 * PAGE,
               "nothing beyond the guest's memory", m, m)
    beyond = [c for c in story.faults(None, "monitor")
              if c.request.mr0 & ~7 == MEMORY + PAGES * PAGE]
    expect(beyond and beyond[0].reply and beyond[0].result < 0,
           "the fault beyond the guest's memory to be refused",
           beyond[0] if beyond else "no such fault", beyond)


def service_exact(story):
    value = story.values["VALUE"]
    wanted = sum(value + i for i in range(1, REQUESTS + 1))
    last = [c for c in story.calls("client", "service", SERVICE)
            if c.request.mr0 == TOTAL and c.reply]
    found = last[-1].reply.mr0 if last else 0
    expect(found == wanted, "a total of %d" % wanted,
           "too %s: %d" % ("much" if found > wanted else "little", found)
           if last else "no answer", last)


def own_rules(story):
    text = story.submitted("own.rules")
    rules = [line for line in text.splitlines()
             if line.split("#")[0].split()[:1] in (["never"], ["only"],
                                                   ["expect"])]
    expect(len(rules) >= 2, "two rules in own.rules", len(rules))
    broken = story.broken_rules(story.run.sources / "own.rules")
    expect(not broken, "the rules to hold", "\n".join(broken))


HOLDS = {"guest": guest_confined, "service": service_exact, "own": own_rules}


@test("it holds when something goes wrong", 3, "project",
      after="it does its basic work")
def holds(story):
    HOLDS[story.values["CHOICE"]](story)
