# The commands: lab list, start, run, check, submit; grade.
#
# Exit codes: 0 all points; 1 points are missing; 103 what a person typed or
# wrote is wrong; 130 interrupted.
import argparse
import os
import pathlib
import shlex
import shutil
import sys
import tarfile
import tempfile

from . import build, kernel, report
from . import lab as labs
from .judge import judge, load_tests
from .places import PROGRAMS, ROOT, Problem
from .run import filled, fresh_disk

USAGE, INTERRUPTED = 103, 130


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        print("vitrine: " + message, file=sys.stderr)
        sys.exit(USAGE)


# How the person wrote the command: it works again where they are.
CALLED = os.environ.get("VITRINE_CALLED", "./vitrine")


def say(text=""):
    print(text, flush=True)


# --- list, start, submit ---------------------------------------------------

def cmd_list(_):
    for lab in labs.all_labs():
        say("%3d  %-34s %s" % (lab.number, lab.title, lab.about))
    return 0


def cmd_start(args):
    """A folder of one's own: the starter, and what belongs to it."""
    lab = labs.find(args.lab)
    if lab.personal and not args.name:
        raise Problem("lab %d is made for you: say who you are, --name \"Ada "
                      "Lovelace\"" % lab.number)
    target = pathlib.Path(args.folder or lab.name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Problem("%s: is there already; nothing was changed" % target)
    kernel.lay_starter(lab, target)
    if lab.personal:
        (target / labs.STUDENT).write_text(args.name + "\n")
    say("%s: %s. Read %s, edit %s, then:" % (
        target, lab.title, target / "README.md", ", ".join(lab.edit)))
    say("    %s lab check %d %s" % (CALLED, lab.number, shlex.quote(
        str(target))))
    return 0


def cmd_submit(args):
    """Packs the files to hand in."""
    lab = labs.find(args.lab)
    folder = pathlib.Path(args.folder or lab.folder)
    missing = [n for n in lab.edit if not (folder / n).is_file()]
    if missing:
        raise Problem("%s: there is no %s" % (folder, ", ".join(missing)))
    target = pathlib.Path(args.output or lab.name + ".tar.gz")
    part = target.with_name(target.name + ".part")
    labs.student_of(lab, folder)
    extra = (labs.STUDENT,) if lab.personal else ()
    with tarfile.open(part, "w:gz") as archive:
        for name in lab.edit + extra:
            archive.add(folder / name, lab.name + "/" + name)
    part.replace(target)
    say("%s: %s" % (target, ", ".join(lab.edit)))
    return 0


# --- run -------------------------------------------------------------------

def cmd_run(args):
    """Builds into FOLDER/.build and becomes `vitrine run`."""
    lab = labs.find(args.lab)
    folder = pathlib.Path(args.folder)
    if not folder.is_dir():
        raise Problem("%s: no such folder (lab run %d FOLDER [SYSTEM]; the one "
                      "you are in is .)" % (folder, lab.number))
    name, options = args.system, args.options
    if name and name.startswith("-"):
        name, options = None, [name] + options
    name = name or next(iter(lab.systems))
    if name not in lab.systems:
        raise Problem("lab %d has no system '%s' (there are %s)" %
                      (lab.number, name, ", ".join(lab.systems)))
    if options[:1] == ["--"]:
        options = options[1:]
    name, _, target = name.partition("@")
    if "--target" in options[:-1]:
        target = options[options.index("--target") + 1]
    elif target:
        options = ["--target", target, *options]
    target = "" if target == "sim" else target
    if target and lab.kernel:
        raise Problem("lab %d is inside the simulator's kernel" % lab.number)
    out = (folder / ".build").resolve()
    try:
        print(build.programs(lab, folder, out, (target,)), end="",
              file=sys.stderr)
        values = load_tests(lab).values(lab, out, 0,
                                        labs.student_of(lab, folder))
    except build.BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    system = lab.systems[name]
    sys.stdout.flush()
    simulator = kernel.simulator(out, system)
    if system.root:
        os.execv(simulator,
                 ["vitrine-sim", "--until", system.until, *system.options,
                  *options, PROGRAMS / "sigma0", PROGRAMS / system.root])
    if lab.kernel:
        os.environ["VITRINE_SIM"] = str(simulator)
    description = out / target / system.file
    description.write_text(filled(lab.files[system.file], values))
    if "--disk" not in options:
        options = [*fresh_disk(out / "disk.img", system, values), *options]
    os.execv(ROOT / "vitrine", ["vitrine", "run", "--until", system.until,
                                *system.options, *options,
                                str(description)])


# --- check -----------------------------------------------------------------

class Progress:
    """"12 of 100 schedules" on a terminal, nothing elsewhere."""

    def __init__(self, total, what):
        self.total, self.what, self.done = total, what, 0
        self.live = sys.stderr.isatty() and total > 1

    def __call__(self, *_):
        self.done += 1
        if self.live:
            print("\r%d of %d %s " % (self.done, self.total, self.what),
                  end="", file=sys.stderr, flush=True)

    def end(self):
        if self.live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def seeds_of(lab, args):
    if args.seed is not None:
        return (args.seed,)
    count = lab.seeds if args.seeds is None else args.seeds
    return range(0, count + 1)


def again_for(lab, folder, token=""):
    """How to see a failure again, as a command."""
    place = "" if folder == lab.folder else " " + shlex.quote(str(folder))
    place += " --token " + token if token else ""
    return lambda v: "%s lab check %d%s --seed %d --keep DIR" % (
        CALLED, lab.number, place, v.seed)


def cmd_check(args):
    lab = labs.find(args.lab)
    folder = pathlib.Path(args.folder) if args.folder else lab.folder
    if not folder.is_dir():
        raise Problem("%s: no such folder" % folder)
    seeds = seeds_of(lab, args)
    progress = Progress(len(seeds), "schedules")
    with tempfile.TemporaryDirectory(prefix="vitrine-lab-") as scratch:
        out = pathlib.Path(args.keep or scratch)
        out.mkdir(parents=True, exist_ok=True)
        verdicts, said = judge(lab, folder, out.resolve(), seeds,
                               args.token, args.tests, progress)
        progress.end()
        result = report.Result(lab, folder.name, verdicts, said,
                               again_for(lab, folder))
    write(result, args)
    if args.keep:
        say("Traces and consoles are in %s" % args.keep)
    return 0 if result.points == result.max_points else 1


def write(result, args):
    shown = True
    for name, writer in report.WRITERS.items():
        path = getattr(args, name)
        if path == "-":
            sys.stdout.write(writer(result))
            shown = False
        elif path:
            try:
                pathlib.Path(path).write_text(writer(result))
            except OSError as error:
                raise Problem("%s: %s" % (path, error.strerror)) from None
    if shown:
        report.terminal(result)


# --- the line --------------------------------------------------------------

def parser():
    p = Parser(prog="./vitrine lab", description="The labs: exercises judged "
               "by the kernel's trace, not by what programs print.")
    sub = p.add_subparsers(dest="command", required=True, parser_class=Parser,
                           metavar="COMMAND")
    sub.add_parser("list", help="the labs there are")

    c = sub.add_parser("start", help="a folder of your own with the starter")
    c.add_argument("lab", help="number or name")
    c.add_argument("folder", nargs="?", help="default: the lab's name")
    c.add_argument("--name", default="", help="yours; some labs are made for "
                   "each student")

    c = sub.add_parser("run", help="build and run one of the lab's systems")
    c.add_argument("lab", help="number or name")
    c.add_argument("folder", help="yours, or labs/NN-name")
    c.add_argument("system", nargs="?", help="default: the first")
    c.add_argument("options", nargs=argparse.REMAINDER,
                   help="options of ./vitrine run, after --")

    c = sub.add_parser("check", help="judge your work")
    c.add_argument("lab", help="number or name")
    c.add_argument("folder", nargs="?", help="yours (default: labs/NN-name)")
    c.add_argument("--seeds", type=int, metavar="N",
                   help="try the schedules of seeds 1..N, too")
    c.add_argument("--seed", type=int, metavar="N",
                   help="only this seed's schedule")
    c.add_argument("--keep", metavar="DIR",
                   help="leave programs, traces and consoles there")
    c.add_argument("--tests", metavar="FILE", action="append", default=[],
                   help="an instructor's further tests")
    c.add_argument("--token", default="", help=argparse.SUPPRESS)
    for name in report.WRITERS:
        c.add_argument("--" + name, metavar="FILE",
                       help="write the result for %s (-: to the terminal)"
                       % name)

    c = sub.add_parser("submit", help="pack what is to be handed in")
    c.add_argument("lab", help="number or name")
    c.add_argument("folder", nargs="?", help="yours (default: labs/NN-name)")
    c.add_argument("-o", dest="output", metavar="FILE",
                   help="default: NN-name.tar.gz")
    return p


def grade_parser():
    p = Parser(prog="./vitrine grade", description="Judges a class: each DIR "
               "is one submission, or a folder of submissions.")
    p.add_argument("dirs", nargs="+", metavar="DIR")
    p.add_argument("--lab", required=True, help="number or name")
    p.add_argument("--seeds", type=int, metavar="N", default=10,
                   help="schedules for each (default 10)")
    p.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    p.add_argument("--tests", metavar="FILE", action="append", default=[],
                   help="hidden tests, from outside the students' tree")
    p.add_argument("-o", dest="output", metavar="DIR", default="out/grades",
                   help="CSV, HTML and traces (default out/grades)")
    p.add_argument("--again", action="store_true",
                   help="judge those, too, that were judged before")
    return p


def dispatch(words):
    if words[:1] == ["grade"]:
        from . import grade
        return grade.run(grade_parser().parse_args(words[1:]))
    args = parser().parse_args(words[1:])
    return {"list": cmd_list, "start": cmd_start, "check": cmd_check,
            "run": cmd_run, "submit": cmd_submit}[args.command](args)


def main(words):
    try:
        if not PROGRAMS.is_dir():
            raise Problem("%s is not built: ./vitrine setup" % ROOT)
        return dispatch(words)
    except Problem as problem:
        print("vitrine: %s" % problem, file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
