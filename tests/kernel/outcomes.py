# The conformance suite's tests as a table, by object; and a check (TAP with
# --check) that each has one name of the form `object: operation, outcome`
# (or `object: fact`), that none has another's, and that no object is without.
#
#   python3 tests/kernel/outcomes.py            the table (Markdown)
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
OBJECTS = ("alien", "debugger", "dma", "every object", "exception", "factory",
           "fault", "gate", "icu", "ipc", "irq", "item", "kip", "log",
           "memory", "meta", "semaphore", "task", "thread", "vcpu",
           "scheduler", "refcnt", "del irq", "platform control")
# Tests of ipc.c from before names began with their object.
EARLY = "ipc"


def names():
    for path in sorted(here.glob("*.c")):
        for table in re.findall(r"^const struct kernel_test \w+\[\] = \{"
                                r"(.*?)^\};", path.read_text(), re.S | re.M):
            table = re.sub(r'"\s*\n\s*"', "", table)
            for macro, name in re.findall(r'(WAY_TESTS\(|\{)"([^"]*)"',
                                          table):
                ends = (", cancelled", ", timed out",
                        ", the waiting thread deleted")
                for end in ends if macro != "{" else ("",):
                    yield path.name, name + end


def split(file, name):
    head, colon, fact = name.partition(": ")
    if not colon:
        return EARLY if file == "ipc.c" else "", name
    return head, fact


def table():
    rows = sorted((split(f, n) + (f,) for f, n in names()),
                  key=lambda r: r[0])
    print("| object | operation, outcome | file |\n|---|---|---|")
    for head, fact, file in rows:
        print("| %s | %s | `%s` |" % (head, fact, file))


def check():
    found = list(names())
    plain = [n for _, n in found]
    heads = {split(f, n)[0] for f, n in found}
    facts = [
        ("each test has a name of its own",
         sorted({n for n in plain if plain.count(n) > 1})),
        ("each name begins with its object",
         [n for f, n in found if not split(f, n)[0]]),
        ("no object is without tests",
         [o for o in OBJECTS if not any(h.startswith(o) for h in heads)]),
        ("there are some hundred", [] if len(found) > 250 else [len(found)]),
    ]
    print("1..%d" % len(facts))
    for n, (fact, wrong) in enumerate(facts, 1):
        print("%s %d - %s" % ("not ok" if wrong else "ok", n, fact))
        for w in wrong:
            print("#   %s" % w)
    sys.exit(any(wrong for _, wrong in facts))


check() if "--check" in sys.argv else table()
