# What docs/kernel documents, and the conformance case that proves it.
#
# Each page's Errors are a table of results and of the reasons for each, set
# apart by `;`. A result for one reason is an *outcome*; that it does what it
# is for, "success", is one more (unless a result comes "always"). The first
# table of README.md holds for every request. A case names the outcomes that
# it proves (PROVE() in harness.h), and the suite says them as it runs.
#
#   outcomes.py                     all outcomes, one a line
#   outcomes.py LOG...              which case proves which (Markdown)
#   outcomes.py --check LOG...      TAP: every outcome is proved by a run whose
#                                   log is given, or in unproved.txt with the
#                                   reason; nothing else is proved
#   outcomes.py --run SIM SIGMA0 KTEST     --check, of runs it makes itself
#   outcomes.py --check-names       TAP: the tests' names (see below)
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
pages = here.parent.parent / "docs/kernel"
ROW = re.compile(r"^\| (?:IPC error )?`([^`]*)` \| (.*?) \|$", re.M)
# By what other runs of the simulator a documented outcome may be proved.
RUNS = ([], ["--cpus=4"])


# --- what is documented ----------------------------------------------------

def errors_of(path):
    text = path.read_text()
    if path.stem == "README":
        return text.split("\n## ")[0]
    return re.search(r"^## Errors\n(.*?)^## ", text, re.S | re.M)[1]


def outcomes_of(path):
    """(page, result, reason) of one page."""
    always = path.stem == "README"
    for code, when in ROW.findall(errors_of(path)):
        for reason in when.split(";"):
            reason = reason.strip()
            always |= reason.startswith("always")
            yield path.stem, code.split(",")[0], reason
    if not always:
        yield path.stem, "0", "success"


def documented():
    return [o for p in sorted(pages.glob("*.md")) for o in outcomes_of(p)]


def rights_without_an_error():
    """Pages that want a right, and say of no case without it."""
    for path in sorted(pages.glob("*.md")):
        rights = re.search(r"^## Rights\n\s*(.*?)^## ", path.read_text(),
                           re.S | re.M)
        if rights and re.match(r"[WSD]\b", rights[1]) and \
                "-L4_EPERM" not in errors_of(path) and \
                "else only" not in rights[1]:
            yield path.stem


def not_documented():
    """What L4Re answers and no page has."""
    known = {o[:2] for o in documented()}
    for line in (here / "abi_errors.txt").read_text().splitlines():
        page, _, codes = line.partition(": ")
        for code in codes.split() if not line.startswith("#") else ():
            if (page, code) not in known:
                yield "%s: %s" % (page, code)


# --- what is proved --------------------------------------------------------

def plain(code):
    """The name of the result, of the C expression the case compares with."""
    found = re.search(r"L4_IPC_\w+", code)
    return found[0] if found else code


def proofs(log):
    """outcome -> name of the case, of one log."""
    found, open_ones = {}, []
    for line in log.splitlines():
        proof = re.match(r"# proves (\w+): (.+?): (.*)$", line.rstrip())
        case = re.match(r"ok \d+ - (.*)$", line.rstrip())
        if proof:
            code = "0" if proof[3] == "success" else plain(proof[2])
            open_ones.append((proof[1], code, proof[3]))
        elif case:
            for outcome in open_ones:
                found.setdefault(outcome, case[1])
            open_ones = []
        elif line.startswith("not ok"):
            open_ones = []
    return found


def unproved():
    """outcome -> why no program can provoke it."""
    found = {}
    for line in (here / "unproved.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            outcome, why = line.split(" -- ")
            found[tuple(p.strip() for p in outcome.split(": ", 2))] = why
    return found


def read_logs(names):
    found = {}
    for name in names:
        for outcome, case in proofs(pathlib.Path(name).read_text(
                errors="replace")).items():
            found.setdefault(outcome, case)
    return found


def shown(outcome):
    return "%s: %s: %s" % outcome


# --- TAP -------------------------------------------------------------------

def tap(facts):
    print("1..%d" % len(facts))
    for n, (fact, wrong) in enumerate(facts, 1):
        print("%s %d - %s" % ("not ok" if wrong else "ok", n, fact))
        for w in wrong:
            print("#   %s" % (w,))
    sys.exit(any(wrong for _, wrong in facts))


def check(found):
    wanted, excused = documented(), unproved()
    known = set(wanted)
    tap([
        ("no outcome is documented twice",
         [shown(o) for o in sorted(known) if wanted.count(o) > 1]),
        ("every documented outcome is proved (%d of %d) or has a reason" %
         (len(known & set(found)), len(known)),
         [shown(o) for o in wanted if o not in found and o not in excused]),
        ("every case proves what is documented",
         ["%s (%s)" % (shown(o), case) for o, case in sorted(found.items())
          if o not in known]),
        ("no outcome has a reason and a proof, or is none",
         [shown(o) for o in excused if o in found or o not in known]),
        ("a right that is wanted has its error",
         list(rights_without_an_error())),
        ("what L4Re answers is documented", list(not_documented())),
        ("there are some hundred", [] if len(known) > 300 else [len(known)]),
    ])


def run(simulator, *modules):
    with tempfile.TemporaryDirectory() as folder:
        logs = []
        for n, options in enumerate(RUNS):
            logs.append(pathlib.Path(folder) / str(n))
            with logs[-1].open("w") as log:
                subprocess.run([simulator, "--until=60", *options, *modules],
                               stdout=log, stderr=subprocess.DEVNULL,
                               timeout=600)
        check(read_logs(logs))


def matrix(found):
    print("| page | result | when | case |\n|---|---|---|---|")
    excused = unproved()
    for o in documented():
        case = found.get(o) or "none: " + excused.get(o, "missing")
        print("| %s | `%s` | %s | %s |" % (*o, case))


# --- names -----------------------------------------------------------------
# Each case has one name of the form `object: operation, outcome` (or `object:
# fact`), none has another's, and no object is without.

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


def head_of(file, name):
    head, colon, _ = name.partition(": ")
    return head if colon else EARLY if file == "ipc.c" else ""


def check_names():
    found = list(names())
    plain_names = [n for _, n in found]
    heads = {head_of(f, n) for f, n in found}
    tap([
        ("each test has a name of its own",
         sorted({n for n in plain_names if plain_names.count(n) > 1})),
        ("each name begins with its object",
         [n for f, n in found if not head_of(f, n)]),
        ("no object is without tests",
         [o for o in OBJECTS if not any(h.startswith(o) for h in heads)]),
    ])


def main():
    mode = sys.argv[1] if sys.argv[1:] else ""
    if mode == "--check-names":
        check_names()
    elif mode == "--run":
        run(*sys.argv[2:])
    elif mode == "--check":
        check(read_logs(sys.argv[2:]))
    elif mode:
        matrix(read_logs(sys.argv[1:]))
    else:
        print("\n".join(map(shown, documented())))


main()
