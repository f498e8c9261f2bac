# docs/invariants.md and docs/reading-guide.md against the core (TAP):
# check_invariants.py ROOT
#
# The guide names each file of the core (NAME.h stands for NAME.c, too).
#
# Each invariant `I<n>` in the comment at the top of a core file has one row,
# | `file` I<n> | what | checker | tests |, whose checker is a function of the
# core (or "compared ..." where no function can see it) and whose tests exist.
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
core = root / "sim-kernel/core"
sources = {p: p.read_text() for p in sorted(core.glob("*.[ch]"))}
functions = set(re.findall(r"\b(\w+)\(", "\n".join(sources.values())))
rows = {}
for line in (root / "docs/invariants.md").read_text().splitlines():
    cells = [c.strip() for c in line.strip("|").split("|")]
    name = re.fullmatch(r"`(\w+)` (I\d+)", cells[0])
    if name:
        rows.setdefault(name.groups(), []).append(cells[1:])


def invariants():
    for path, text in sources.items():
        head = re.match(r"/\*.*?\*/", text, re.S)
        for number in re.findall(r"^ \* (I\d+)  ", head[0] if head else "",
                                 re.M):
            yield path.stem, number


def check(row):
    assert row, "docs/invariants.md has no row `%s` %s" % name
    assert len(row) == 1, "it has more than one row"
    what, checkers, tests = row[0]
    assert what and checkers and tests, "its row is not complete"
    for checker in re.findall(r"`(\w+)`", checkers):
        assert checker in functions, "there is no %s()" % checker
    for test in re.findall(r"`([^`]+)`", tests):
        assert (root / test).is_file(), "there is no %s" % test


failed = number = 0
found = list(invariants())
for name in found:
    number += 1
    try:
        check(rows.get(name))
        print("ok %d - %s %s" % (number, *name))
    except AssertionError as error:
        failed += 1
        print("not ok %d - %s %s\n#   %s" % (number, *name, error))
stale = sorted(set(rows) - set(found))
number += 1
print("%s %d - no row for an invariant that is gone" % (
    "not ok" if stale or len(found) < 20 else "ok", number))
for name in stale:
    print("#   " + " ".join(name))
guide = set(re.findall(r"`(?:\w+/)*(\w+)\.[ch]`",
                       (root / "docs/reading-guide.md").read_text()))
missing = sorted({p.stem for p in sources} - guide)
number += 1
print("%s %d - the reading guide names every file of the core" % (
    "not ok" if missing else "ok", number))
for name in missing:
    print("#   it has no `%s`" % name)
print("1..%d" % number)
sys.exit(failed > 0 or bool(stale) or bool(missing))
