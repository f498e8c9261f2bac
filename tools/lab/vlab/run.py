# Runs one system of a lab in the simulator or on a machine, under limits.
#
# Nothing a program prints is a verdict: what counts is the kernel's trace.
# Limits: virtual time (the lab's), host CPU time, size of every file written,
# console output. A run that meets one is an ordinary, judged run.
import re
import signal
import string
import struct
import subprocess

from . import machine
from .kernel import simulator
from .places import Problem, programs_of
from .story import Story

HOST_SECONDS = 60
PATIENCE = 10  # wall seconds for one of the processor's: others are at work, too
TRACE_BYTES = 64 << 20  # the RAM is a file, too
CONSOLE_BYTES = 1 << 18
SAID_LINES = 4
SECTOR = 512


def _modules(text, lab, out, programs):
    """The boot modules a description names: the lab's programs, then those
    of the build."""
    found = []
    for name in dict.fromkeys(re.findall(r"rom/([A-Za-z0-9_.+-]+)", text)):
        for folder in (out, lab.folder, programs):
            if (folder / name).is_file():
                found.append(folder / name)
                break
        else:
            raise Problem("%s: no module '%s'" % (lab.folder, name))
    return found


def filled(path, values):
    """A description with its ${NAME}s filled in."""
    return string.Template(path.read_text()).safe_substitute(
        {name: str(value) for name, value in values.items()})


def fresh_disk(path, system, values):
    """Writes a system's disk: word i of it is the value SEED + i. The options
    for it."""
    if not system.disk:
        return []
    first = values.get("SEED", 0)
    words = range(first, first + system.disk * SECTOR // 8)
    path.write_bytes(struct.pack("<%dQ" % len(words), *words))
    return ["--disk", path]


class Run:
    """One run that has ended: code, console, story."""

    def __init__(self, lab, system, values, seed, out):
        self.lab, self.system, self.seed = lab, system, seed
        self.values = values
        self.sources = out / "src"
        where = out / ("%s-%d" % (system.name, seed))
        where.mkdir(exist_ok=True)
        self.trace = where / "run.vtr"
        self.console_file = where / "console.txt"
        words = [*self._machine(out), *system.options, *self._disk(where),
                 *(["--trace", self.trace] if system.trace else []),
                 *self._modules(where, out)]
        self.words = ["prlimit", "--cpu=%d" % HOST_SECONDS, "--core=0",
                      "--fsize=%d" % TRACE_BYTES] + [str(w) for w in words]
        self._go()
        self.story = Story.read(self.trace, self)
        self.story.values = values

    def _machine(self, out):
        """The line's beginning: the simulator, or QEMU's."""
        system = self.system
        if system.target:
            return machine.words(system, system.until, self.seed)
        return [simulator(out, system), "--programs", programs_of(""),
                "--system", system.name, "--ram", system.ram,
                "--until", system.until, "--seed", str(self.seed)]

    def _disk(self, where):
        self.disk = where / "disk.img"
        return fresh_disk(self.disk, self.system, self.values)

    def _modules(self, where, out):
        """What is booted: sigma0, the root task, and what that starts."""
        programs = programs_of(self.system.target)
        if self.system.root:
            root = out / self.system.root
            return [programs / "sigma0", root if root.is_file() else
                    programs / self.system.root]
        text = filled(self.lab.files[self.system.file], self.values)
        description = where / self.system.file
        description.write_text(text)
        return ["--command", "rom/ned rom/" + self.system.file,
                programs / "sigma0", programs / "moe", programs / "ned",
                description, *_modules(text, self.lab,
                                       out / self.system.target, programs)]

    def _go(self):
        self.trace.unlink(missing_ok=True)
        with open(self.console_file, "wb") as console:
            try:
                done = subprocess.run(
                    self.words, stdin=subprocess.DEVNULL, stdout=console,
                    stderr=subprocess.STDOUT, timeout=PATIENCE * HOST_SECONDS)
                self.code = done.returncode
            except subprocess.TimeoutExpired:
                self.code = -9
        with open(self.console_file, "rb") as console:
            raw = console.read(CONSOLE_BYTES)
        text = re.sub(r"\x1b\[[0-9;]*m", "", raw.decode(errors="replace"))
        self.console = text

    def said(self):
        """What the simulator said went wrong: faults with their places, a
        limit. For a person to read: a program may print such lines, too."""
        if self.code in (-signal.SIGKILL, -signal.SIGXCPU):
            return ["ended after %d s of the host's processor: an endless loop"
                    " with nothing in it?" % HOST_SECONDS]
        lines, more = [], False
        for line in self.console.splitlines():
            more = line.startswith("vitrine: ") and not \
                line.endswith("nobody handled") or more and line[:1] == " "
            if more:
                lines.append(line)
        return lines[:SAID_LINES]
