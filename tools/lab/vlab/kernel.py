# Labs inside the kernel: a core file with holes, and a simulator built of it.
#
# In lab.toml, [kernel] names the core file a student's file stands for. The
# lab's holes/FILE has, for each function taken out, what is there instead:
#
#   core file + holes/FILE          -> the starter ("lab start" writes it)
#   core file + bodies of a student -> compiled, linked: out/vitrine-sim-FILE
#
# Functions that are to be replaced (`replace`) have no hole: the starter has
# them as they are.
#
# So the core file itself is the solution and cannot rot; and of a student
# only the bodies of these functions are taken, nothing around them.
import json
import re
import shlex
import shutil
import subprocess

from . import csource
from .places import BUILD, CORE, SIMULATOR, Problem

# What a body may not name: the trace is what it is judged by, assembly and
# attributes would get around the compiler, the rest is no business of a core.
_FORBIDDEN = re.compile(r"(asm|__asm|__asm__|__attribute|__attribute__|"
                        r"_Pragma|trace_\w*|handover_\w*|vlog_\w*|report_\w*|"
                        r"port_(?!time|cpu)\w*|__builtin_(?!expect)\w*)$")


def holes(lab, name):
    """The text of the holes of a student's file."""
    return (lab.folder / "holes" / name).read_text()


def core_text(lab, name):
    return (CORE / lab.kernel[name].core).read_text()


def names_of(lab, name):
    """The functions that are the student's."""
    return lab.kernel[name].replace or tuple(
        csource.functions(holes(lab, name)))


def starter(lab, name):
    """The core file with its holes."""
    if lab.kernel[name].replace:
        return core_text(lab, name)
    return csource.splice(core_text(lab, name), holes(lab, name),
                          names_of(lab, name))


def lay_starter(lab, target):
    """A student's folder as it begins, of any lab."""
    shutil.copytree(lab.folder, target, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(
                        "meson.build", "__pycache__", "tests.py", "lab.toml",
                        "holes"))
    for path in lab.shared:
        shutil.copy(path, target)
    for name in lab.kernel:
        (target / name).write_text(starter(lab, name))


def with_bodies(lab, name, text):
    """The core file with the bodies that `text` has. ValueError says what a
    person must mend."""
    names = names_of(lab, name)
    for function in names:
        body = csource.body_of(text, function)
        if body is None:
            raise ValueError("%s: there is no function %s(), or a brace too "
                             "many or too few in it or before it" %
                             (name, function))
        words, directive = csource.words_of(body)
        bad = sorted(w for w in words if _FORBIDDEN.match(w))
        if bad or directive:
            raise ValueError("%s: %s() may not use %s" % (
                name, function, ", ".join(bad) or "the preprocessor"))
    return csource.splice(core_text(lab, name), text, names)


def compile_words(build, library):
    """How a build compiles the core's files for the kernel in `library`: the
    words for one of them; all are compiled alike."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"].endswith("/core/boot.c") and \
                library in entry["output"]:
            return shlex.split(entry["command"])
    raise Problem("%s: nothing is said about the core" % build)


def set_files(words, **files):
    """Other files for the options o (output), c (source), MF (rule)."""
    for option, path in files.items():
        words[words.index("-" + option) + 1] = str(path)
    return words


def simulator(out, system):
    """Where the simulator for a system is; the build's own if the lab is not
    about the kernel."""
    if not system.kernel:
        return SIMULATOR
    return out / "-".join([SIMULATOR.name, *system.kernel])


def _object(lab, name, tree, out, run):
    """Compiles one core file of `tree`; (its object, what was said)."""
    source = lab.kernel[name].core
    target = out / (source + ".o")
    words = set_files(compile_words(BUILD, "libsim-core.a"), o=target,
                      c=tree / source, MF=out / "dep")
    at = words.index("-c")
    words[at:at] = ["-I" + str(CORE), "-Wno-unused-function",
                    "-Werror=implicit-function-declaration",
                    "-fdiagnostics-color=never"]
    return str(target), run(words, BUILD)


def build(lab, tree, out, run):
    """Compiles the core files in `tree` and links the simulators that the
    lab's systems want into `out`. run(words, folder) runs a compiler; its
    text is returned."""
    built = {name: _object(lab, name, tree, out, run) for name in lab.kernel}
    said = "".join(text for _, text in built.values())
    link = subprocess.run(
        ["ninja", "-C", BUILD, "-t", "commands", "-s",
         SIMULATOR.relative_to(BUILD)], stdout=subprocess.PIPE, text=True)
    words = shlex.split(link.stdout.splitlines()[-1])
    # Before the core's archive, so that its own file is not looked for.
    at = next(i for i, w in enumerate(words) if "libsim-core" in w)
    for system in {s.kernel: s for s in lab.systems.values()}.values():
        words[words.index("-o") + 1] = str(simulator(out, system))
        objects = [built[name][0] for name in system.kernel]
        said += run(words[:at] + objects + words[at:], BUILD)
    return said
