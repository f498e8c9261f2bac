#!/usr/bin/env python3
# The archives: what the student's holds and does not hold; and that it builds
# alone, in an empty folder, where solutions of the labs that need its sealed
# kernels (11, 12, and 13 with the machines it has) get all points.
#
# VITRINE_DIST_BUILD=1 builds it (some minutes); else only the contents are
# looked at. The sources of musl and Lua are taken from here. Prints TAP.
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tools/lab"))
sys.dont_write_bytecode = True
os.environ["VITRINE_BUILD"] = os.environ.get("VITRINE_TEST_BUILD",
                                             str(root / "build"))
from vlab import csource, kernel, lab as labs, solutions  # noqa: E402

count = failed = 0
scratch = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-dist-test-"))


def report(good, name, said=""):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name), flush=True)
    if not good:
        print("# " + str(said).replace("\n", "\n# "), flush=True)


def typed(folder, *words, code=0):
    """A command in the unpacked archive."""
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith("VITRINE_")}
    done = subprocess.run(words, cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=3000)
    report(done.returncode == code, "there: " + " ".join(words),
           "exit code %d\n%s" % (done.returncode, done.stdout[-2000:]))
    return done.stdout


def unpack(who):
    path, = scratch.glob("vitrine-%s-*.tar.gz" % who)
    with tarfile.open(path) as archive:
        archive.extractall(scratch)
    return scratch / path.name.removesuffix(".tar.gz")


made = subprocess.run([sys.executable, root / "tools/dist/dist.py", "--to",
                       scratch], stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT, text=True)
report(made.returncode == 0, "both archives are made", made.stdout)
if made.returncode:
    print("1..%d" % count)
    sys.exit(1)
student, teacher = unpack("student"), unpack("instructor")

report((teacher / "labs/solutions/04-pager/pager.c").is_file() and
       (teacher / "tests/labs/test_labs.py").is_file(),
       "the instructor's has solutions and tests")
names = [str(p.relative_to(student)) for p in student.rglob("*")]
bad = [n for n in names if "solution" in n or n.startswith("tests/labs") or
       n.startswith("tests/mutants") or "expect.toml" in n]
report(not bad, "the student's has neither", bad)

# No file of a solution is there under another name, nor a removed function.
texts = {p: p.read_bytes() for p in student.rglob("*") if p.is_file()}
whole = [str(s) for s in (root / "labs/solutions").rglob("*.c")
         if s.read_bytes() in texts.values() and
         s.read_bytes() != (root / "labs" / s.parent.name / s.name)
         .read_bytes() if (root / "labs" / s.parent.name / s.name).is_file()]
report(not whole, "no solution is there under another name", whole)
left = []
for lab in labs.all_labs():
    for name, file in lab.kernel.items():
        for function in () if file.replace else kernel.names_of(lab, name):
            body = csource.body_of(kernel.core_text(lab, name), function)
            plain = re.sub(r"\s+", " ", body).encode()
            left += ["%s in %s" % (function, p) for p, t in texts.items()
                     if plain in re.sub(rb"\s+", b" ", t)]
report(not left, "no function that a lab takes out is there", left)

# That nothing is missing which a meson.build names is seen at once.
(student / "extern").symlink_to(root / "extern")
typed(student, "meson", "setup", "tried")
shutil.rmtree(student / "tried", ignore_errors=True)

if os.environ.get("VITRINE_DIST_BUILD"):
    typed(student, "./vitrine", "--yes", "lab", "list")
    typed(student, "./vitrine", "lab", "start", "1", "mine", "--name", "Ada")
    said = typed(student, "./vitrine", "lab", "check", "1", "mine", code=1)
    report("0 of 10 points" in said, "lab 1 is judged there", said)
    typed(student, "./vitrine", "lab", "start", "11", "kernel")
    said = typed(student, "./vitrine", "lab", "check", "11", "kernel", code=1)
    report("0 of 41 points" in said and "(the run ended: idle)" in said,
           "a kernel with holes is built and judged there", said)
    for lab in labs.all_labs():
        if (lab.kernel or lab.targets != ("",)) and all(
                (student / "sim-kernel/core/sealed" / (t + "-" + t)).is_dir()
                for t in lab.targets if t):
            mine = student / ("solved-%d" % lab.number)
            mine.mkdir()
            solutions.lay(lab, mine)
            for target in filter(None, lab.targets):
                typed(student, "./vitrine", "--yes", "setup", "--target",
                      target)
            typed(student, "./vitrine", "lab", "check", str(lab.number),
                  mine.name)
    typed(student, "./vitrine", "run", "hello")

shutil.rmtree(scratch)
print("1..%d" % count)
sys.exit(failed != 0)
