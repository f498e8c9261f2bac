# Builds a lab's programs from a student's folder.
#
# The compiler, flags and libraries are those of the build's own programs
# (build/programs/sdk.json, written by Meson), so that a student's program is
# checked like any other. A program takes a fifth of a second.
#
# What is handed in may be hostile, and what it must not do would show in no
# trace: so nothing is built of it
#
# S1  that has machine code of its own or leaves the checks out (sealed.h)
# S2  that defines a name beginning with _, as the checks have
# S3  that reads a file besides the lab's and the public headers (a solution
#     by its path)
# S4  that makes the compiler run without end, or fill memory or disk
import concurrent.futures
import itertools
import json
import os
import pathlib
import subprocess

from . import kernel, machine
from .places import LAB_TOOLS, Problem, programs_of

COMPILE_SECONDS = 60  # ends a compiler that is led into endless work
PATIENCE = 10  # wall seconds for one of the processor's
LIMITS = ["prlimit", "--core=0", "--fsize=%d" % (256 << 20),
          "--as=%d" % (4 << 30), "--cpu=%d" % COMPILE_SECONDS]  # S4


class BuildFailed(Exception):
    """The student's program does not compile: the compiler's words."""


def sdk(target=""):
    path = programs_of(target) / "sdk.json"
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise Problem("%s: %s (./vitrine setup builds it)" %
                      (path, error.strerror)) from None


def run_compiler(words, where):
    try:
        done = subprocess.run([*LIMITS, *words], cwd=where,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=PATIENCE * COMPILE_SECONDS)
    except subprocess.TimeoutExpired:
        raise BuildFailed("the compiler did not end") from None
    if done.returncode != 0:
        raise BuildFailed(done.stdout[:8000])
    return done.stdout


def student_file(lab, folder, name):
    """The student's file of that name. It must be a plain file inside the
    folder: a link could show the grader somebody else's work."""
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise BuildFailed("%s is missing: lab %d needs %s" % (
            name, lab.number, ", ".join(lab.edit)))
    if path.stat().st_size > 1 << 20:
        raise BuildFailed("%s is larger than 1 MiB" % name)
    return path


def _naming_files_of(folder):
    """run_compiler(), with the student's names for the files in `folder`."""
    def run(words, where):
        try:
            return run_compiler(words, where).replace("%s/" % folder, "")
        except BuildFailed as failure:
            raise BuildFailed(str(failure).replace("%s/" % folder,
                                                   "")) from None
    return run


def _kernel(lab, tree, out):
    """The simulator of a lab inside the kernel."""
    if not lab.kernel:
        return ""
    core = out / "core"
    core.mkdir(exist_ok=True)
    try:
        for name, file in lab.kernel.items():
            text = (tree / name).read_text(errors="replace")
            (core / file.core).write_text(kernel.with_bodies(lab, name, text))
    except ValueError as error:
        raise BuildFailed(str(error)) from None
    return kernel.build(lab, core, out, _naming_files_of(core))


def _allowed(tools, tree):
    """The folders whose files a program may be made of."""
    folders, words = [tree, LAB_TOOLS], tools["compile"]
    for i, word in enumerate(words):
        for option in ("-I", "-isystem"):
            if word.startswith(option) and word != option:
                folders.append(word.removeprefix(option))
        if word in ("-idirafter", "-I", "-isystem"):
            folders.append(words[i + 1])
        if word == "-include":
            folders.append(pathlib.Path(words[i + 1]).parent)
    return [pathlib.Path(f).resolve() for f in folders]


def _check_files(rule, tree, allowed):
    """Keeps S3: `rule` is what the compiler says it read, as for make."""
    names = rule.read_text(errors="replace").replace("\\\n", " ")
    for name in names.partition(": ")[2].split():
        path = (tree / name).resolve()
        if not any(path.is_relative_to(folder) for folder in allowed):
            raise BuildFailed("%s may not be included" % name)


def _check_names(target):
    """Keeps S2."""
    said = subprocess.run(["nm", "--defined-only", "--format=posix", target],
                          stdout=subprocess.PIPE, text=True).stdout
    for line in said.splitlines():
        name, kind = line.split()[:2]
        if name.startswith("_") and kind not in "rd":
            raise BuildFailed("%s: names that begin with _ belong to the "
                              "compiler and the library" % name)


def _object(tools, tree, source, target, allowed):
    """Compiles one file of a program. The warnings."""
    rule = target.with_suffix(".d")
    said = run_compiler(tools["cc"] + tools["compile"] +
                ["-include", str(LAB_TOOLS / "sealed.h"), "-MD", "-MF",
                 str(rule), "-I.", "-c", source, "-o", str(target)], tree)
    _check_files(rule, tree, allowed)
    _check_names(target)
    return said


def programs(lab, folder, out, targets=None):
    """Compiles every program of the lab into `out`, a machine's into
    `out`/TARGET. The warnings.

    Raises BuildFailed with the compiler's text."""
    folder = pathlib.Path(folder).resolve()
    tree = out / "src"
    tree.mkdir(parents=True, exist_ok=True)
    for path in lab.given():
        (tree / path.name).write_bytes(path.read_bytes())
    for name in lab.edit:
        (tree / name).write_bytes(student_file(lab, folder, name).read_bytes())
    said = _kernel(lab, tree, out)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for target in lab.targets if targets is None else targets:
            machine.ready(target)
            (out / target).mkdir(exist_ok=True)
            said += _programs(lab, tree, out / target, target, pool)
    return said


def _programs(lab, tree, out, target, pool):
    """The programs of one machine; each file is compiled once."""
    tools = sdk(target)
    allowed = _allowed(tools, tree)
    made = {}
    for source in dict.fromkeys(itertools.chain(*lab.programs.values())):
        made[source] = out / (source + ".o")

    def link(program):
        return run_compiler(tools["cc"] + [
            "-o", str(out / program), *(str(made[s])
                                        for s in lab.programs[program]),
            "-pie",
            "-Wl,--whole-archive", *tools["start"], "-Wl,--no-whole-archive",
            "-Wl,--start-group", *tools["libs"], "-Wl,--end-group",
            *tools["link"]], tree)
    said = [*pool.map(lambda s: _object(tools, tree, s, made[s], allowed),
                      made)]
    return "".join(said + [*pool.map(link, lab.programs)])
