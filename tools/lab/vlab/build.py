# Builds a lab's programs from a student's folder.
#
# The compiler, flags and libraries are those of the build's own programs
# (build/programs/sdk.json, written by Meson), so that a student's program is
# checked like any other. A program takes a fifth of a second.
import json
import pathlib
import subprocess

from . import kernel
from .places import PROGRAMS, Problem

COMPILE_SECONDS = 60  # ends a compiler that is led into endless work


class BuildFailed(Exception):
    """The student's program does not compile: the compiler's words."""


def sdk():
    path = PROGRAMS / "sdk.json"
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise Problem("%s: %s (./vitrine setup builds it)" %
                      (path, error.strerror)) from None


def _run(words, where):
    try:
        done = subprocess.run(words, cwd=where, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=COMPILE_SECONDS)
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
        raise BuildFailed("%s is missing" % name)
    if path.stat().st_size > 1 << 20:
        raise BuildFailed("%s is larger than 1 MiB" % name)
    return path


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
    return kernel.build(lab, core, out, _run)


def programs(lab, folder, out):
    """Compiles every program of the lab into `out`. The warnings.

    Raises BuildFailed with the compiler's text."""
    tools = sdk()
    folder = pathlib.Path(folder).resolve()
    tree = out / "src"
    tree.mkdir(parents=True, exist_ok=True)
    for path in lab.given():
        (tree / path.name).write_bytes(path.read_bytes())
    for name in lab.edit:
        (tree / name).write_bytes(student_file(lab, folder, name).read_bytes())
    said = _kernel(lab, tree, out)
    for program, sources in lab.programs.items():
        objects = []
        for source in sources:
            target = out / (program + "-" + source + ".o")
            said += _run(tools["cc"] + tools["compile"] +
                         ["-I.", "-c", source, "-o", str(target)], tree)
            objects.append(str(target))
        said += _run(tools["cc"] + [
            "-o", str(out / program), *objects, "-pie",
            "-Wl,--whole-archive", *tools["start"], "-Wl,--no-whole-archive",
            "-Wl,--start-group", *tools["libs"], "-Wl,--end-group",
            *tools["link"]], tree)
    return said
