# The simulator built for an aarch64 host, run under qemu-user.
#
#   aarch64_host.py BUILD     BUILD: a cross build (.ci/run); what is missing of
#                             it is made here, and no more than is needed
#
# A program's output, the kernel's conformance suite, and two labs with their
# solutions must be as on any host. Traces are read by this host's tools, those
# of build/. Not tried by this: what qemu-user does otherwise than a kernel
# (docs/caveats.md).
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
build = pathlib.Path(sys.argv[1]).resolve()
tools = root / "build/tools"
sys.path.insert(0, str(root / "tools/lab"))

# A processor without SVE: qemu-user takes registers back from another place of
# a signal's frame than the kernel, if there are both.
QEMU = "qemu-aarch64 -cpu cortex-a72 -L /usr/aarch64-linux-gnu"
SIMULATOR = "sim-kernel/port/sim/vitrine-sim"
SECONDS = 600
failed = []


def report(good, name, said=""):
    print("%s %s" % ("ok" if good else "FAILED", name), flush=True)
    if not good:
        failed.append(name)
        print(said)


def make(*targets):
    subprocess.run(["ninja", "-C", build, "--quiet", *targets], check=True)


def view_of(folder):
    """A build folder whose simulator runs here, with this host's tools."""
    wrapper = folder / SIMULATOR
    wrapper.parent.mkdir(parents=True)
    wrapper.write_text('#!/bin/sh\nexec %s %s "$@"\n' %
                       (QEMU, build / SIMULATOR))
    wrapper.chmod(0o755)
    (folder / "programs").symlink_to(build / "programs")
    (folder / "tools").symlink_to(tools)
    return folder


def run(view, *words):
    done = subprocess.run(
        [view / SIMULATOR, "--programs", view / "programs", *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=SECONDS)
    return done.returncode, done.stdout


def libraries():
    """Those that a lab's programs are linked with."""
    sdk = json.loads((build / "programs/sdk.json").read_text())
    return [str(pathlib.Path(p).relative_to(build))
            for p in sdk["start"] + sdk["libs"]]


def lab(number, scratch):
    """(points, all there are, what was said) of a lab's solution."""
    from vlab import judge, lab as labs, solutions
    the_lab = labs.find(number)
    folder, out = (scratch / (number + part) for part in ("", "-out"))
    folder.mkdir()
    out.mkdir()
    solutions.lay(the_lab, folder)
    verdicts, said = judge.judge(the_lab, folder, out, (0,))
    return (sum(v.points for v in verdicts), sum(v.max_points for v in verdicts),
            "\n".join([said] + ["%s: %s" % (v.name, v.happened)
                                for v in verdicts if v.status != "passed"]))


def main(scratch):
    names = ["sigma0", "moe", "ned", "hello", "ktest"]
    programs = {n: build / "programs" / n for n in names}
    make(SIMULATOR, *("programs/" + n for n in names), *libraries())
    view = view_of(scratch / "build")
    os.environ["VITRINE_BUILD"] = str(view)  # vlab looks there

    code, said = run(view, "--command", "rom/hello", programs["sigma0"],
                     programs["moe"], programs["hello"])
    report((code, said) == (0, "Hello from Vitrine! I am rom/hello.\n"),
           "hello", "exit code %d\n%s" % (code, said))
    code, said = run(view, programs["sigma0"], programs["ktest"])
    bad = [line for line in said.splitlines() if line.startswith("not ok")]
    many = said.count("\nok ")
    report(not bad and many > 400, "%d conformance tests" % many,
           "\n".join(bad) or said[-2000:])
    for number in ("2", "4"):
        points, most, said = lab(number, scratch)
        report(points == most > 0, "lab %s: %d of %d points" %
               (number, points, most), said)


with tempfile.TemporaryDirectory(prefix="vitrine-aarch64-") as folder:
    main(pathlib.Path(folder))
sys.exit(bool(failed))
