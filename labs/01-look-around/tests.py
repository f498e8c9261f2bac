# Lab 1 compares the answers with what the trace says: the tests know no
# more than the student can find out.
import tomllib

from vlab import expect, test

LETTER = 0x111


def vary(rng):
    people = ["anna", "bert", "carl"]
    rng.shuffle(people)
    return {"ANNA": rng.randrange(4, 8), "BERT": rng.randrange(2, 9),
            "CARL": rng.randrange(2, 9), "OPENS": people[0],
            "KEEPS": people[1], "REFUSAL": rng.randrange(4),
            "NUMBER": rng.randrange(1 << 20, 1 << 40),
            "ADDRESS": hex(rng.randrange(0x1000, 0x8000) << 12 |
                           rng.randrange(8, 0xff0))}


def answer(story, key, kind):
    text = story.submitted("answers.toml")
    try:
        value = tomllib.loads(text).get(key)
    except tomllib.TOMLDecodeError as error:
        expect(False, "answers.toml that can be read", error)
    expect(isinstance(value, kind), "%s = a %s" % (
        key, "number" if kind is int else "name in quotes"), repr(value))
    return value


@test("1: calls that post answers", 2)
def calls(story):
    truth = sum(1 for c in story.calls(target="post", tag=LETTER)
                if c.reply)
    given = answer(story, "calls", int)
    expect(given == truth, "the number of replies from post in the trace",
           "you say %d" % given)


@test("2: anna's third letter", 2)
def letter(story):
    letters = story.calls("anna", "post", LETTER)
    given = answer(story, "letter", int)
    expect(given == letters[2].request.mr0, "MR0 of anna's third call to post",
           "you say 0x%x" % given)


@test("3: where carl went wrong", 2)
def address(story):
    faults = [e for e in story.events("FAULT_REPORT") if
              story.names.get(e.f["task"]) == "carl"]
    given = answer(story, "address", int)
    expect(faults and given == faults[0].f["address"],
           "the address of carl's last page fault", "you say 0x%x" % given)


@test("4: who holds the safe and never uses it", 3)
def holder(story):
    users = {c.request.source for c in story.calls(target="keeper")}
    holders = {story.names.get(e.f["to_task"]) for e in story.events("CAP_MAP")
               if story.names.get(e.f["object"]) == "safe"}
    idle = holders & {"anna", "bert", "carl"} - users
    given = answer(story, "holder", str)
    expect({given} == idle, "the one who holds \"safe\" and does not call it",
           "you say \"%s\"" % given)


@test("5: how post refuses", 1)
def refusal(story):
    results = [c.result for c in story.calls(target="post", tag=LETTER)
               if c.reply and c.result < 0]
    given = answer(story, "refusal", int)
    expect(given == results[0], "the label of post's refusals",
           "you say %d" % given)
