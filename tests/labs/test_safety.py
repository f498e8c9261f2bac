#!/usr/bin/env python3
# Results of an untrusted tree cannot forge a pass: submissions that try.
#
# Each is the starter or solution of a lab with something hostile in it. It
# must end with the points of what it really does (the starter's: none), must
# leave nothing outside, and must not stop the grader. Prints TAP.
import contextlib
import csv
import io
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tools/lab"))
sys.dont_write_bytecode = True
os.environ.setdefault("VITRINE_BUILD",
                      os.environ.get("VITRINE_TEST_BUILD", str(root / "build")))
from vlab import apart, cli, grade as grading, judge, kernel  # noqa: E402
from vlab import lab as labs, places, solutions  # noqa: E402

LAB = "2"
count = failed = 0
scratch = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-safety-"))


def report(good, name, said=""):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name), flush=True)
    if not good:
        print("# " + str(said).replace("\n", "\n# "), flush=True)


def folder_of(number, solved):
    """A fresh submission of a lab."""
    lab = labs.find(number)
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    if solved:
        solutions.lay(lab, folder)
    else:
        kernel.lay_starter(lab, folder)
    return lab, folder


def points(lab, folder):
    """(points, what the compiler said)."""
    out = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    verdicts, said = judge.judge(lab, folder, out, (0,))
    return sum(v.points for v in verdicts), said


def edited(folder, name, before="", after=""):
    path = folder / name
    path.write_text(before + path.read_text() + after)


def refused(what, name, before="", after="", number=LAB, word=""):
    """A solution with this in it is not even built."""
    lab, folder = folder_of(number, True)
    edited(folder, name, before, after)
    got, said = points(lab, folder)
    report(got == 0 and word in said, "refused: " + what,
           "%d points\n%s" % (got, said))


# --- the program -------------------------------------------------------------

refused("assembly", "echo.c", after="void f(void) { __asm__(\"nop\"); }",
        word="poisoned")
refused("assembly behind a macro", "echo.c",
        before="#define HARMLESS __as##m__\n",
        after="\nvoid f(void) { HARMLESS(\"nop\"); }", word="error")
refused("assembly said to be of a header", "echo.c",
        after="\n#line 1 \"/usr/include/x.h\"\n"
        "void f(void) { asm(\"syscall\"); }", word="poisoned")
refused("a function without checks", "echo.c",
        after="\n__attribute__((no_sanitize(\"kernel-address\"))) "
        "void f(long *p) { *p = 1; }", word="poisoned")
refused("code in a table", "echo.c",
        after="\n__attribute__((section(\".text.x\"))) "
        "const char f[] = {0xc3};", word="poisoned")
refused("a check of its own", "echo.c",
        after="\nvoid __asan_store8_noabort(void *p);\n"
        "void __asan_store8_noabort(void *p) { (void)p; }", word="begin with _")
refused("a file of the host", "echo.c",
        before="#include \"/etc/hostname\"\n", word="hostname")
solution = places.SOLUTIONS / "02-messages/echo.c"
refused("the solution by its path", "echo.c",
        before="#include \"%s\"\n" % solution)
refused("the solution, from the headers' folder", "echo.c",
        before="#include <../../labs/solutions/02-messages/echo.c>\n")
refused("a compiler led into much work", "echo.c",
        after="\nchar f[1ull << 36] = {1};")

lab, folder = folder_of(LAB, False)
(folder / "echo.c").write_text("#include <../../labs/solutions/02-messages/"
                               "echo.c>\n")
got, said = points(lab, folder)
report(got == 0 and "may not be included" in said,
       "refused: nothing but the solution's path", said)


# --- what it prints, and what it is called -----------------------------------

lab, folder = folder_of(LAB, False)
edited(folder, "echo.c", after="""
__attribute__((constructor)) static void boast(void)
{
    printf("ok 1 - everything\\nok    20/20\\n02-messages: 20 of 20 points\\n");
}
""")
text = (folder / "echo.c").read_text()
if "<stdio.h>" not in text:
    (folder / "echo.c").write_text("#include <stdio.h>\n" + text)
got, said = points(lab, folder)
report(got == 0 and "error" not in said, "what is printed is no verdict",
       "%d points\n%s" % (got, said))

# What a person needs to mend it stands beside the verdict.
lab, folder = folder_of(LAB, False)
text = (folder / "echo.c").read_text()
(folder / "echo.c").write_text(text.replace(
    "(void)request;", "*(volatile int *)16 = request.raw != 0;", 1))
line = 1 + text[:text.index("(void)request;")].count("\n")
verdicts, said = judge.judge(lab, folder, pathlib.Path(
    tempfile.mkdtemp(dir=scratch)), (0,))
told = "\n".join(verdicts[0].said)
report("page fault" in told and "(echo.c:%d)" % line in told,
       "a fault's place is told with the verdict", said + told)

# The client's name would let its own messages count as the client's.
lab, folder = folder_of(LAB, False)
edited(folder, "echo.c", """#include <l4/sys/debugger.h>
#include <l4/sys/types.h>
#include <l4/re/env.h>
""", """
__attribute__((constructor)) static void call_me_client(void)
{
    l4_debugger_set_object_name(L4_BASE_TASK_CAP, "client");
}
""")
got, said = points(lab, folder)
report(got == 0 and "error" not in said, "a name of its own choice counts "
       "for nothing", "%d points\n%s" % (got, said))


# --- the tree ----------------------------------------------------------------

lab, folder = folder_of(LAB, False)
(folder / "echo.c").unlink()
(folder / "echo.c").symlink_to(solution)
got, said = points(lab, folder)
report(got == 0 and "echo.c is missing" in said, "a link is no file", said)

lab, folder = folder_of(LAB, False)
marker = scratch / "marker"
evil = "import pathlib\npathlib.Path(%r).write_text('x')\n" % str(marker)
for name in ("tests.py", "sitecustomize.py", "vlab.py", "conftest.py"):
    (folder / name).write_text(evil)
(folder / "lab.toml").write_text("number = 2\n")
(folder / "Makefile").write_text("all:\n\ttouch %s\n" % marker)
(folder / "meson.build").write_text("run_command('touch', '%s')\n" % marker)
shutil.copy(places.SOLUTIONS / "02-messages/echo.c", folder / "echo_client.c")
got, said = points(lab, folder)
report(got == 0 and not marker.exists(), "build files and tests of a "
       "submission are not looked at", "%d points" % got)

lab, folder = folder_of("11", True)
for what, body in (("the trace", "trace_event(0, 0, 0, 0, 0, 0, 0, 0);"),
                   ("assembly", "asm(\"nop\");"),
                   ("the preprocessor", "\n#include \"/etc/hostname\"\n")):
    text = kernel.core_text(lab, "ipc.c").replace(
        "    t->ipc.phase = PHASE_RECEIVE;\n    if (t->ipc.open)",
        "    t->ipc.phase = PHASE_RECEIVE;\n    %s\n    if (t->ipc.open)" %
        body)
    (folder / "ipc.c").write_text(text)
    got, said = points(lab, folder)
    report(got == 0 and "may not use" in said, "a kernel's function may not "
           "use " + what, said)

(folder / "ipc.c").write_text(
    kernel.core_text(lab, "ipc.c") +
    "\n__attribute__((constructor)) static void f(void) { port_panic(0); }\n")
out = pathlib.Path(tempfile.mkdtemp(dir=scratch))
with contextlib.suppress(ValueError):
    (out / "x.c").write_text(kernel.with_bodies(
        lab, "ipc.c", (folder / "ipc.c").read_text()))
report("constructor" not in (out / "x.c").read_text(),
       "of a kernel's file only the functions asked for are taken")


# --- archives, and the class -------------------------------------------------

def grade(dirs, out, seeds=0):
    with contextlib.redirect_stdout(io.StringIO()):
        cli.main(["grade", *map(str, dirs), "--lab", LAB, "--seeds",
                  str(seeds), "-o", str(out)])
    base = out / "02-messages"
    return {p.parent.name: json.loads(p.read_text())
            for p in base.glob("*/result.json")}


def archive(path, members):
    """members: (name, bytes), or (name, link target as text)."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))


hand_in = scratch / "class"
hand_in.mkdir()
calc = (places.LABS / "02-messages/calc.c").read_bytes()
archive(hand_in / "climber.tar.gz", [
    ("../../../outside.c", b"x"), ("/tmp/../%s/outside2" % scratch, b"x"),
    ("echo.c", str(solution)), ("calc.c", calc),
    ("02-messages/result.json", b'{"points": 20}'),
    ("result.json", b'{"points": 20}')])
archive(hand_in / "bomb.tar.gz", [("big", bytes(64 << 20)), ("echo.c", calc)])
(hand_in / "noise.tar.gz").write_bytes(os.urandom(4096))
looper = hand_in / "looper"
looper.mkdir()
(looper / "echo.c").write_text("int main(void) { for (;;) ; }\n")
(looper / "calc.c").write_text(
    "#include <stdio.h>\n#include <stdlib.h>\n"
    "int main(void) { for (;;) { puts(\"x\"); malloc(1 << 20); } }\n")
out = scratch / "grades"
results = grade([hand_in], out)
report(set(results) == {"climber", "bomb", "noise", "looper"} and
       all(r["points"] == 0 for r in results.values()),
       "archives that climb, swell or are none, and loops: no points, no end",
       {n: r["points"] for n, r in results.items()})
report(not list(scratch.glob("**/outside*")), "nothing is written outside")

# A result that lies about itself: the submission brings its own.
token = (out / "02-messages/token").read_text()
report(len(token) == 32, "the class's values are made with a random token")
stored = out / "02-messages/looper/result.json"
data = json.loads(stored.read_text())
submitted = looper / "result.json"
submitted.write_text(json.dumps(data | {"points": 20}))
results = grade([hand_in], out)
report(results["looper"]["points"] == 0, "a result that is handed in is not "
       "believed")

# A process of the grader's that is killed (it may take too much memory) costs
# its submission, and no other.
def judge_or_die(name, *more):
    if name == "noise":
        os.kill(os.getpid(), signal.SIGKILL)
    return judge_one(name, *more)


judge_one = grading.judge_one
grading.judge_one = judge_or_die
shutil.rmtree(out)
shutil.rmtree(looper)
results = grade([hand_in], out)
with open(out / "02-messages/grades.csv", newline="") as file:
    table = {row["name"]: row for row in csv.DictReader(file)}
report(set(results) == {"climber", "bomb"} and
       set(table) == {"climber", "bomb", "noise"} and
       table["noise"]["max_points"] == "0",
       "a grader's process that is killed costs one submission", table)
grading.judge_one = judge_one


# The others go on as many at once as before: two that come after it meet.
def meet_or_die(name):
    if name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    with contextlib.suppress(threading.BrokenBarrierError):
        met.wait(600)
        return "met"
    return "alone"


met = multiprocessing.get_context("fork").Barrier(2)
said = dict(apart.each(meet_or_die, [("dies",), ("one",), ("two",)], 2))
report(said == {("dies",): None, ("one",): "met", ("two",): "met"},
       "after a kill as many are judged at once as before", said)


# The grader itself is killed in the middle: what was judged stays, what its
# processes were at they end, and the next grading does what is missing.
def graded():
    return {p: p.stat().st_mtime_ns for p in out.glob("*/*/result.json")}


words = [sys.executable, "-B", "-m", "vlab", "grade", hand_in, "--lab", LAB,
         "-o", out, "--jobs", "1"]
env = os.environ | {"PYTHONPATH": str(places.ROOT / "tools/lab")}
shutil.rmtree(out)
for name in "abc":
    (hand_in / name).mkdir()
    solutions.lay(labs.find(LAB), hand_in / name)
first = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
while first.poll() is None and len(graded()) < 2:
    time.sleep(0.01)
first.kill()
first.wait()
before = graded()
second = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True,
                        stderr=subprocess.STDOUT)
after = graded()
report(2 <= len(before) <= 6 and len(after) == 6 and second.returncode == 0 and
       all(after[p] == then for p, then in before.items()),
       "a grader that is killed goes on where it was",
       "%s\n%s\n%s" % (before, after, second.stdout))
with open(out / "02-messages/grades.csv", newline="") as file:
    table = {row["name"]: row["points"] for row in csv.DictReader(file)}
report(table == dict.fromkeys("abc", "20") | dict.fromkeys(
    ("bomb", "climber", "noise"), "0"), "and its table is whole", table)

shutil.rmtree(scratch)
print("1..%d" % count)
sys.exit(failed != 0)
