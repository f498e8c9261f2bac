# A lab: what stands in its lab.toml, and the files around it.
#
#   labs/02-messages/
#     lab.toml      number, title, files to edit, programs, systems
#     README.md     the handout
#     calc.c ...    starter (to edit) and given files
#     echo.cfg      system descriptions; ${NAME} is filled in for each run
#     tests.py      what is judged
#
# `shared` names files of labs/lib that belong to the lab as if they stood in
# its folder: given files, descriptions, starters of another lab's. A system
# with `targets` is also one for each of these machines, "disk@riscv64".
#
# Only the files under `edit` are ever taken from a student's folder; all
# others come from the lab's own, so that a changed test or client is of no
# use to anybody. In a `personal` lab the values in the descriptions come from
# the name in student.txt, so that every student has answers of their own.
import dataclasses
import functools
import pathlib
import re
import tomllib

from .places import LABS, MACHINES, Problem


@dataclasses.dataclass(frozen=True)
class System:
    """What is started and how long it may run."""
    name: str
    file: str  # the description, "" for a root task without one
    until: str  # virtual time, as --until takes it
    ram: str
    root: str  # the program that is the root task, "": moe, and ned
    options: tuple  # more of the simulator's
    disk: int  # sectors of a disk, 0: none (run.py: what is on it)
    trace: bool  # false: only the console is judged (of a given program)
    kernel: tuple  # the files of [kernel] that its simulator is made with
    seeds: int  # the last seed it is tried on; None: all that are asked for
    target: str  # the machine, "": the simulator


@dataclasses.dataclass(frozen=True)
class CoreFile:
    """What a student's file of the kernel stands for."""
    core: str  # the file's name there
    replace: tuple  # functions to be rewritten; (): those of holes/


@dataclasses.dataclass(frozen=True)
class Lab:
    number: int
    title: str
    about: str
    folder: pathlib.Path
    edit: tuple  # file names, the student's
    programs: dict  # program -> its source files
    systems: dict  # name -> System
    personal: bool  # its values come from the student's name
    seeds: int  # schedules that `check` tries if not told otherwise
    shared: tuple  # paths of given files that several labs have
    kernel: dict  # file to edit -> CoreFile (see kernel.py)
    reads: tuple  # events its tests ask for besides messages; None: any

    def given(self):
        """Paths of the source files that are not the student's."""
        return [p for name, p in self.files.items()
                if name not in self.edit and p.suffix in (".c", ".h")]

    @functools.cached_property
    def files(self):
        """Every file that belongs to it: name -> path."""
        return {p.name: p for p in (*self.folder.iterdir(), *self.shared)
                if p.is_file()}

    @property
    def targets(self):
        """The machines its programs are built for, the simulator's "" with
        them."""
        return tuple(dict.fromkeys(s.target for s in self.systems.values()))

    @property
    def name(self):
        return self.folder.name


def _must(condition, path, text):
    if not condition:
        raise Problem("%s: %s" % (path, text))


def _system(name, entry, target, kernel):
    return System(name, entry.get("file", ""), entry.get("until", "200ms"),
                  entry.get("ram", "32M"), entry.get("root", ""),
                  tuple(entry.get("options", ())), entry.get("disk", 0),
                  entry.get("trace", True),
                  tuple(entry.get("kernel", kernel)),
                  entry.get("machine-seeds", 0) if target else
                  entry.get("seeds"), target)


def load(folder):
    """The lab in a folder; Problem if its lab.toml is no good."""
    path = folder / "lab.toml"
    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise Problem("%s: %s" % (path, error.strerror)) from None
    except tomllib.TOMLDecodeError as error:
        raise Problem("%s: %s" % (path, error)) from None
    for key, kind in (("number", int), ("title", str), ("about", str),
                      ("edit", list), ("programs", dict), ("systems", dict)):
        _must(isinstance(data.get(key), kind), path, "no %s" % key)
    kernel, systems = {}, {}
    for name, entry in data.get("kernel", {}).items():
        entry = {"core": entry} if isinstance(entry, str) else entry
        kernel[name] = CoreFile(entry["core"],
                                tuple(entry.get("replace", ())))
    for name, entry in data["systems"].items():
        entry = {"file": entry} if isinstance(entry, str) else entry
        for target in ("", *entry.get("targets", ())):
            _must(target in ("", *MACHINES), path,
                  "system %s: no machine '%s'" % (name, target))
            full = "%s@%s" % (name, target) if target else name
            systems[full] = _system(full, entry, target, tuple(kernel))
    lab = Lab(data["number"], data["title"], data["about"], folder,
              tuple(data["edit"]), data["programs"], systems,
              data.get("personal", False), data.get("seeds", 0),
              tuple(LABS / "lib" / n for n in data.get("shared", ())),
              kernel, tuple(data["reads"]) if "reads" in data else None)
    for system in systems.values():
        _must(system.root or system.file in lab.files, path,
              "system %s: there is no %s" % (system.name, system.file))
    for program, sources in data["programs"].items():
        for source in sources:
            _must(source in lab.files, path,
                  "program %s: there is no %s" % (program, source))
    return lab


def all_labs():
    """Every lab there is, by number."""
    labs = [load(f.parent) for f in LABS.glob("[0-9]*/lab.toml")]
    return sorted(labs, key=lambda lab: lab.number)


STUDENT = "student.txt"


def student_of(lab, folder):
    """The name a personal lab's values come from; "" for other labs."""
    if not lab.personal:
        return ""
    path = folder / STUDENT
    try:
        name = path.read_text(errors="replace").strip()
    except OSError:
        name = ""
    if not name:
        raise Problem("%s: your name is missing (./vitrine lab start writes "
                      "it)" % path)
    return name


def find(word):
    """The lab called by number ("2"), name ("02-messages") or a folder that
    `lab start` made."""
    labs = all_labs()
    for lab in labs:
        if re.fullmatch(r"\d+", word) and int(word) == lab.number:
            return lab
        if word in (lab.name, lab.name.partition("-")[2]):
            return lab
    known = ", ".join(str(lab.number) for lab in labs)
    raise Problem("there is no lab '%s' (there are %s)" % (word, known))
