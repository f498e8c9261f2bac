# Runs one system of a lab in the simulator, under limits.
#
# Nothing a program prints is a verdict: what counts is the kernel's trace.
# Limits: virtual time (the lab's), host CPU time, size of every file written,
# console output. A run that meets one is an ordinary, judged run.
import re
import string
import struct
import subprocess

from .kernel import simulator
from .places import PROGRAMS, Problem
from .story import Story

HOST_SECONDS = 20
TRACE_BYTES = 64 << 20  # the RAM is a file, too
CONSOLE_BYTES = 1 << 18
SECTOR = 512


def _modules(text, lab, out):
    """The boot modules a description names: the lab's programs, then those
    of the build."""
    found = []
    for name in dict.fromkeys(re.findall(r"rom/([A-Za-z0-9_.+-]+)", text)):
        for folder in (out, lab.folder, PROGRAMS):
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
        words = [simulator(out, system),
                 "--programs", PROGRAMS, "--system", system.name,
                 "--ram", system.ram, "--until", system.until,
                 "--seed", str(seed), *system.options,
                 *self._disk(where),
                 *(["--trace", self.trace] if system.trace else []),
                 *self._modules(where, out)]
        self.words = ["prlimit", "--cpu=%d" % HOST_SECONDS, "--core=0",
                      "--fsize=%d" % TRACE_BYTES] + [str(w) for w in words]
        self._go()
        self.story = Story.read(self.trace, self)
        self.story.values = values

    def _disk(self, where):
        """A fresh disk: word i of it is the value SEED + i."""
        self.disk = where / "disk.img"
        if not self.system.disk:
            return []
        first = self.values.get("SEED", 0)
        words = range(first, first + self.system.disk * SECTOR // 8)
        self.disk.write_bytes(struct.pack("<%dQ" % len(words), *words))
        return ["--disk", self.disk]

    def _modules(self, where, out):
        """What is booted: sigma0, the root task, and what that starts."""
        if self.system.root:
            root = out / self.system.root
            return [PROGRAMS / "sigma0", root if root.is_file() else
                    PROGRAMS / self.system.root]
        text = filled(self.lab.folder / self.system.file, self.values)
        description = where / self.system.file
        description.write_text(text)
        return ["--command", "rom/ned rom/" + self.system.file,
                PROGRAMS / "sigma0", PROGRAMS / "moe", PROGRAMS / "ned",
                description, *_modules(text, self.lab, out)]

    def _go(self):
        self.trace.unlink(missing_ok=True)
        with open(self.console_file, "wb") as console:
            try:
                done = subprocess.run(
                    self.words, stdin=subprocess.DEVNULL, stdout=console,
                    stderr=subprocess.STDOUT, timeout=3 * HOST_SECONDS)
                self.code = done.returncode
            except subprocess.TimeoutExpired:
                self.code = -9
        with open(self.console_file, "rb") as console:
            raw = console.read(CONSOLE_BYTES)
        text = re.sub(r"\x1b\[[0-9;]*m", "", raw.decode(errors="replace"))
        self.console = text

