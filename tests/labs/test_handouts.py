#!/usr/bin/env python3
# The handouts, followed literally: each command in a code block is typed, in
# order, in an empty folder with nothing but ./vitrine in it. What a page shows
# of their output, the lines behind a command in its block, must be true
# (tests/docs/shown.py says how `...` is read); each page shows some.
#
# A command may end with what its work ends with (points missing, a dead-lock
# of the starter: 0 to 102), not with an error of use (103 and up). A page
# names only files that are there: `name.c` in its text is in the folder that
# `lab start` makes, or in the tree.
#
# Arguments choose labs by number. Prints TAP.
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tools/lab"))
sys.dont_write_bytecode = True
build = os.environ.get("VITRINE_TEST_BUILD", str(root / "build"))
os.environ["VITRINE_BUILD"] = build
sys.path.insert(0, str(root / "tests/docs"))
from shown import pattern  # noqa: E402
from vlab import judge, lab as labs, machine  # noqa: E402

TIMEOUT_S = 900
USAGE = 103
count = failed = 0


def report(good, name, said=""):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name), flush=True)
    if not good:
        print("# " + str(said).replace("\n", "\n# "), flush=True)


def commands(text):
    """(line number, command, wanted lines) of every command in the indented
    code blocks."""
    found, block = [], None  # its indentation
    for n, line in enumerate(text.splitlines(), 1):
        typed = re.match(r"( {4,})(?:\./|\.\./|cd )", line)
        if typed and block in (None, typed.group(1)):
            block = typed.group(1)
            found.append((n, line.strip(), []))
        elif block and line.startswith(block):
            found[-1][2].append(line[len(block):])
        else:
            block = None
    return found


def follow(lab, folder):
    page = lab.folder / "README.md"
    vitrine = folder / "vitrine"
    vitrine.write_text('#!/bin/sh\nexec "%s/vitrine" "$@"\n' % root)
    vitrine.chmod(0o755)
    where, shown = folder, 0
    for n, typed, wanted in commands(page.read_text()):
        name = "%s:%d: %s" % (lab.name, n, typed)
        if typed.startswith("cd "):
            where = where / typed[3:]
            report(where.is_dir(), name, "there is no such folder")
            continue
        # What a student does at leisure, a test does on three schedules.
        short = re.sub(r"--seeds \d+", "--seeds 2", typed)
        done = subprocess.run(["sh", "-c", short], cwd=where,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=TIMEOUT_S)
        good = not wanted or re.fullmatch(pattern(wanted), done.stdout)
        shown += len(wanted)
        report(done.returncode < USAGE and good, name, "exit code %d\n%s%s" %
               (done.returncode, done.stdout[-2000:],
                "" if good else "the page shows\n" + "\n".join(wanted)))
    report(shown, "%s: shows what its commands print" % lab.name)
    return where


def check_names(lab, mine):
    text = (lab.folder / "README.md").read_text()
    named = set(re.findall(r"`([\w./-]+\.(?:c|h|toml|cfg|md|rules|txt))`",
                           text))
    missing = [n for n in sorted(named)
               if not (mine / n).exists() and not (root / n).exists() and
               not list((root / "sim-kernel/core").glob(n))]
    report(not missing, lab.name + ": names only files that are there",
           missing)
    points = re.search(r"^(\d+) points", text, re.M)
    total = sum(t.points for t in judge.load_tests(lab).tests)
    report(points and int(points.group(1)) == total,
           "%s: says that there are %d points" % (lab.name, total),
           points.group() if points else "it says nothing")


for lab in labs.all_labs():
    if len(sys.argv) > 1 and str(lab.number) not in sys.argv[1:]:
        continue
    missing = [m for t in lab.targets if t and (m := machine.missing(t))]
    if missing:
        count += 1
        print("ok %d - %s # SKIP not installed: %s" %
              (count, lab.name, ", ".join(missing)))
        continue
    with tempfile.TemporaryDirectory(prefix="vitrine-handout-") as folder:
        check_names(lab, follow(lab, pathlib.Path(folder)))
print("1..%d" % count)
sys.exit(failed != 0)
