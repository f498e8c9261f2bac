# Lab 13 is judged twice: what labs 4 and 7 ask of a story must be true of the
# machines' stories, too; and what the student says of three machines must be
# found in their traces.
import tomllib

from vlab import again, expect, test

MACHINES = {"simulator": "", "riscv64": "@riscv64", "aarch64": "@aarch64"}
WITH_PORT = ("", "@riscv64")  # where there is a 16550
GIB = 1 << 30
WRITE_PROTOCOL = 0x701


def vary(rng):
    return {"SEED": rng.randrange(1000, 1 << 20)}


# --- the programs -------------------------------------------------------------

# A machine's disk may be done before its driver has come to wait for it.
SLEEPS = "disk: the driver sleeps while the disk works"
OUT = "serial: a text is answered with 0 when its last byte is out"


def out(story):
    """Without the wire's time: QEMU's port has none."""
    calls = story.calls("writer", "driver", WRITE_PROTOCOL)
    expect(len(calls) == 3, "three texts to be written",
           "%d were" % len(calls), calls)
    for call in calls:
        expect(call.reply, "an answer to each text", "none came", call)
        expect(call.result == 0, "the answer 0", "%d" % call.result, call)


for machine in MACHINES.values():
    again("04-pager", "zones", "zones" + machine)
    again("07-driver", "disk", "disk" + machine,
          instead={SLEEPS: None} if machine else ())
for machine in WITH_PORT:
    again("07-driver", "serial", "serial" + machine,
          instead={OUT: out} if machine else ())


@test("serial@aarch64: the driver finds no port, and the writer waits", 1,
      "serial@aarch64",
      after="serial@riscv64: " + OUT)
def no_port(story):
    expect(not story.calls("writer", "driver"), "nobody to be called",
           "somebody is", story.calls("writer"))


# --- the answers --------------------------------------------------------------

def faults(stories):
    return len([c for c in stories["zones"].faults("paged", "pager")
                if c.reply])


def memory(stories):
    return stories["zones"].maps("pager", "paged")[0].frame // GIB * GIB


def registers(stories):
    return stories["disk"].maps("sigma0", "driver")[0].frame


def hits(stories):
    """Of the lines whose messages the driver gets."""
    story = stories["disk"]
    bound = {m.sender for m in story.messages(None, "driver", kind="irq")}
    return [e for e in story.events("IRQ") if e.f["object"] in bound]


def line(stories):
    return hits(stories)[0].f["line"]


def interrupts(stories):
    return len(hits(stories))


def text_us(stories):
    calls = stories["serial"].calls("writer", "driver", WRITE_PROTOCOL)
    if not calls:
        return -1
    return (calls[0].reply.time - calls[0].time) // 1000


def close(fact, given, truth):
    """Is the answer right? Compilers differ a little, and so do times."""
    if fact is text_us:
        return abs(given - truth) <= max(1, truth // 4)
    return given == truth


def answers(story):
    try:
        return tomllib.loads(story.submitted("answers.toml"))
    except tomllib.TOMLDecodeError as error:
        expect(False, "answers.toml that can be read", error)


def stories_of(story, machine):
    return {name: story.of(name + MACHINES[machine])
            for name in ("zones", "disk", "serial")}


def asked(fact, what, after):
    """Registers the test of one answer, on all machines."""
    @test("answers: " + fact.__name__, 3, "serial@aarch64",
          after=["%s%s: %s" % (after[0], m, after[1])
                 for m in MACHINES.values()
                 if after[0] != "serial" or m in WITH_PORT])
    def judge(story):
        table = answers(story)
        for machine in MACHINES:
            given = table.get(machine, {}).get(fact.__name__)
            truth = fact(stories_of(story, machine))
            expect(isinstance(given, int) and close(fact, given, truth),
                   "%s in the %s's trace" % (what, machine),
                   "you say %s" % given)


FACTS = {
    faults: ("the page faults with an answer",
             ("zones", "demand: a fault is answered with a page at its place")),
    memory: ("the GiB of the first page mapped",
             ("zones", "demand: a fault is answered with a page at its place")),
    registers: ("the address of the disk's registers",
                ("disk", "disk: a read gives what is on the disk")),
    line: ("the line that hits",
           ("disk", "disk: a read gives what is on the disk")),
    interrupts: ("the hits", ("disk", "disk: one interrupt a request")),
    text_us: ("the us until the first text's answer", ("serial", OUT)),
}
for fact, (what, after) in FACTS.items():
    asked(fact, what, after)


@test("answers: what is the same everywhere", 3, "serial@aarch64",
      after=["answers: " + f.__name__ for f in FACTS])
def same(story):
    table = {m: stories_of(story, m) for m in MACHINES}
    truth = {f.__name__ for f in FACTS
             if len({f(stories) for stories in table.values()}) == 1}
    given = answers(story).get("all", {}).get("same", [])
    expect(isinstance(given, list) and set(map(str, given)) == truth,
           "the names of the answers that are equal on all three",
           "you say %s" % given)
