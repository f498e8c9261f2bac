#!/usr/bin/env python3
# Each lab, proved: the starter fails every test for the stated reason, the
# solution passes on many schedules, each wrong solution fails as stated.
#
#   labs/solutions/NN-name/            solution, wrong/NAME..., expect.toml
#
# A wrong solution is a patch of the solution, or the files that differ.
#
# VITRINE_LAB_SEEDS: schedules for the solution (4; CI: 100).
# Prints TAP; arguments choose labs by number.
import os
import pathlib
import sys
import tempfile
import tomllib

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tools/lab"))
sys.dont_write_bytecode = True
os.environ.setdefault("VITRINE_BUILD",
                      os.environ.get("VITRINE_TEST_BUILD", str(root / "build")))
from vlab import judge, kernel, lab as labs, machine, places, solutions  # noqa: E402

SEEDS = int(os.environ.get("VITRINE_LAB_SEEDS", "4"))
WRONG_SEEDS = 1
WRONG_LEAST = 3
count = failed = 0


def report(good, name, lines=()):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    for line in lines:
        print("#   " + line)
    sys.stdout.flush()


def verdicts(lab, folder, seeds):
    with tempfile.TemporaryDirectory(prefix="vitrine-labs-") as out:
        found, said = judge.judge(lab, folder, pathlib.Path(out),
                                  range(max(seeds, lab.seeds) + 1))
    return found, said


def lines_of(v):
    return ["%s: %s" % (v.name, v.status), "wanted " + v.wanted,
            "happened " + v.happened, "seed %s" % v.seed, *v.excerpt]


def check_starter(lab, stated):
    with tempfile.TemporaryDirectory(prefix="vitrine-starter-") as folder:
        kernel.lay_starter(lab, pathlib.Path(folder))
        if lab.personal:
            (pathlib.Path(folder) / labs.STUDENT).write_text("Ada Lovelace")
        found, said = verdicts(lab, pathlib.Path(folder), lab.seeds)
    for v in found:
        reason = stated.get(v.name)
        good = reason is not None and v.status != judge.PASSED and \
            reason in v.happened
        report(good, "%s: the starter fails: %s" % (lab.name, v.name),
               [] if good else ["stated: %s" % reason, *lines_of(v), said])
    for name in set(stated) - {v.name for v in found}:
        report(False, "%s: expect.toml: no test '%s'" % (lab.name, name))


def check_solution(lab, name=None):
    with tempfile.TemporaryDirectory(prefix="vitrine-solution-") as folder:
        solutions.lay(lab, pathlib.Path(folder), name, "right")
        found, said = verdicts(lab, pathlib.Path(folder), SEEDS)
    bad = [v for v in found if v.status != judge.PASSED]
    report(not bad, "%s: the solution%s passes on %d schedules" %
           (lab.name, " '%s'" % name if name else "", SEEDS + 1), [said] * bool(bad) +
           [line for v in bad for line in lines_of(v)])


def check_wrong(lab, name, stated):
    with tempfile.TemporaryDirectory(prefix="vitrine-wrong-") as mixed:
        solutions.lay(lab, pathlib.Path(mixed), name)
        found, said = verdicts(lab, pathlib.Path(mixed), WRONG_SEEDS)
    by_name = {v.name: v for v in found}
    lines = []
    for test, reason in stated.items():
        v = by_name.get(test)
        if v is None:
            lines.append("no test '%s'" % test)
        elif v.status == judge.PASSED or reason not in v.happened:
            lines += ["stated: %s" % reason, *lines_of(v), said]
    report(not lines and stated, "%s: wrong solution '%s' is caught" %
           (lab.name, name), lines)


def check_lab(lab):
    folder = places.SOLUTIONS / lab.name
    with open(folder / "expect.toml", "rb") as file:
        stated = tomllib.load(file)
    check_starter(lab, stated["starter"])
    for name in (None, *solutions.names(lab, "right")):
        check_solution(lab, name)
    wrong = stated.get("wrong", {})
    for name, tests in wrong.items():
        check_wrong(lab, name, tests)
    present = set(solutions.names(lab))
    report(present == set(wrong) and len(wrong) >= WRONG_LEAST,
           "%s: at least %d wrong solutions, each with its reason" %
           (lab.name, WRONG_LEAST), sorted(present ^ set(wrong)))


def main(wanted):
    global count
    for lab in labs.all_labs():
        if wanted and str(lab.number) not in wanted:
            continue
        missing = [m for t in lab.targets if t and (m := machine.missing(t))]
        if missing:
            count += 1
            print("ok %d - %s # SKIP not installed: %s" %
                  (count, lab.name, ", ".join(missing)))
        else:
            check_lab(lab)
    print("1..%d" % count)
    return failed != 0


sys.exit(main(sys.argv[1:]))
