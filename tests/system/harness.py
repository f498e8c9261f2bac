# What every system test here shares: the system under test, and TAP.
#
#       build folder (Meson)  <--links--  folder made by hand  <-- ./vitrine
#
# The tests run the very command a person types. It would build first; the
# build folder it is given is therefore one made by hand: links to what Meson
# built, an empty Ninja file, and the stamp of a complete set-up.
#
# A test is a function with @test("a fact"); it fails by an AssertionError and
# is left out by a Skip. main() runs them in order and prints TAP.
import atexit
import copy
import ctypes
import ctypes.util
import functools
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback

import devices

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
meson_build = pathlib.Path(os.environ.get("VITRINE_TEST_BUILD",
                                          root / "build")).resolve()
scratch = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-system-"))
atexit.register(shutil.rmtree, scratch, ignore_errors=True)
TIMEOUT_S = 600  # of one run: ends a hang, decides nothing else

EXAMPLES = ("hello", "clntsrv", "echo", "pager", "revoke", "isolation", "spin",
            "smp", "irq", "disk", "net", "files", "screen", "demo")
FAULT, DEADLOCK, LIMIT, USAGE, BUG, TRACE, INTERRUPTED = (
    100, 101, 102, 103, 104, 105, 130)


class Skip(Exception):
    """Raised by a test that cannot run here; the text says why."""


# --- the system under test -------------------------------------------------

def make_build_folder():
    folder = scratch / "build"
    folder.mkdir()
    for name in ("programs", "sim-kernel", "tools"):
        (folder / name).symlink_to(meson_build / name)
    (folder / "build.ninja").write_text("build runnable: phony\n")
    sums = subprocess.run(
        ["cksum", root / "tools/packages.txt",
         root / "tools/fetch-sources.sh"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    (folder / ".setup").write_text("build run test\n" + sums)
    return folder


build = make_build_folder()
environment = dict(os.environ, VITRINE_BUILD=str(build), LC_ALL="C",
                   NO_COLOR="1", DEBUGINFOD_URLS="")


def program(name):
    """The ELF file of one of the build's programs."""
    return meson_build / "programs" / name


def uncoloured(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class Run:
    """A command that has ended: code, out, err."""

    def __init__(self, words, **options):
        self.words = [str(w) for w in words]
        done = subprocess.run(
            self.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment, timeout=TIMEOUT_S,
            **{"stdin": subprocess.DEVNULL, **options})
        self.code = done.returncode
        self.out = uncoloured(done.stdout.decode(errors="replace"))
        self.err = done.stderr.decode(errors="replace")

    def __str__(self):
        return "$ %s\n%s%s-> %d" % (" ".join(self.words), self.out, self.err,
                                    self.code)

    def expect(self, code):
        assert self.code == code, "exit code %d wanted\n%s" % (code, self)
        return self


def vitrine(*words, **options):
    """./vitrine WORDS..."""
    return Run([root / "vitrine", *words], **options)


def run(*words, **options):
    """./vitrine run WORDS..."""
    return vitrine("run", *words, **options)


def simulator(*words, **options):
    """The simulator without the command around it."""
    sim = build / "sim-kernel/port/sim/vitrine-sim"
    return Run([sim, *words], **options)


def words(name):
    """An example with the devices it wants, as words of `run`."""
    return [*devices.options(str(name), scratch), name]


def system(name):
    """One of this folder's descriptions."""
    return here / "systems" / (name + ".cfg")


def description(text, name="test.cfg"):
    """A description written on the spot."""
    path = scratch / name
    path.write_text(text)
    return path


def run_traced(*words):
    """A run and the bytes of its trace."""
    path = scratch / "run.vtr"
    path.unlink(missing_ok=True)
    r = run("--trace", path, *words)
    assert path.exists(), "no trace was written\n%s" % r
    return r, path.read_bytes()


def parts_left(folder):
    """Temporary files that a run left behind."""
    return [p.name for p in folder.iterdir() if ".part" in p.name]


# --- golden files --------------------------------------------------------

def mask_addresses(text):
    return re.sub(r"0x(1[1-8][0-9a-f]{2})[0-9a-f]{6}\b", r"0x\1......", text)


def shown(r):
    """What a run said; how long something took is the kernel's of the day."""
    return "%s--- stderr\n%s--- exit code %d\n" % (
        re.sub(r" in \d+ us", " in ... us", r.out), mask_addresses(r.err),
        r.code)


def check_golden(name, *words):
    """`run WORDS` prints what golden/NAME.txt says, twice."""
    r = run(*words)
    golden = here / "golden" / (name + ".txt")
    if os.environ.get("VITRINE_UPDATE_GOLDEN"):
        golden.write_text(shown(r))
    wanted = golden.read_text()
    assert shown(r) == wanted, "wanted:\n%s\ngot:\n%s" % (wanted, shown(r))
    again = run(*words)
    assert (again.out, again.err) == (r.out, r.err), "the second run differs"


# --- traces ----------------------------------------------------------------

@functools.cache
def header_constants(prefix):
    """The enum constants of the trace's one header that begin with PREFIX,
    numbered from 0 in their order, or as written there."""
    text = (root / "sim-kernel/include/l4/vitrine/trace_events.h").read_text()
    found = {}
    for body in re.findall(r"enum \w*\s*\{(.*?)\};", text, re.S):
        body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
        number = 0
        for word in body.split(","):
            m = re.match(r"\s*(\w+)(?:\s*=\s*(\d+))?\s*$", word)
            if not m:
                continue
            number = int(m[2]) if m[2] else number
            if m[1].startswith(prefix):
                found[m[1][len(prefix):]] = number
            number += 1
    return found


@functools.cache
def event_numbers():
    text = (root / "sim-kernel/include/l4/vitrine/trace_events.h").read_text()
    return {name: int(n) for n, name in re.findall(r"X\((\d+), (\w+),", text)}


class Record:
    """One record of a trace, by the layout in trace_events.h."""
    layout = struct.Struct("<QIHBB6Q")

    def __init__(self, data, at):
        (self.time, self.thread, self.event, self.cpu, self.flags,
         *self.arg) = self.layout.unpack_from(data, at)


def unpacked(r):
    """The records that one stands for (trace_handover.h)."""
    n = event_numbers()
    if r.event != n["HANDOVER"]:
        return [r]
    a, b, c, label, mr0, mr1 = r.arg
    to, ip, via, leave_ip = (a & 0x3fffff, a >> 22 & (1 << 40) - 1,
                             b & 0x3fffff, b >> 22 & (1 << 40) - 1)
    later = r.time + 10 * (a >> 62 | b >> 62 << 2)
    dest = c & 0xffffffff
    dest = dest - (dest >> 31 << 32) & (1 << 64) - 1
    tag_label = c >> 48
    tag = (tag_label - (tag_label >> 15 << 16) << 16 | (c >> 38 & 1) << 12 |
           c >> 32 & 63) & (1 << 64) - 1
    call = r.flags & header_constants("VTR_F_")["CALL"]
    why = header_constants("VTR_WHY_")["REPLY" if call else "OPEN_WAIT"]

    def part(name, time, thread, flags, *arg):
        p = copy.copy(r)
        p.event, p.time, p.thread, p.flags = n[name], time, thread, flags
        p.arg = list(arg) + [0] * (6 - len(arg))
        return p

    return [part("ENTER", r.time, r.thread, 0, 0, ip, dest, tag),
            part("IPC", later, r.thread, r.flags, to, via, label, tag, mr0,
                 mr1),
            part("IPC_BLOCK", later, r.thread, 0, to if call else 0, why, via, (1 << 64) - 1),
            part("SWITCH", later, to, 0, to, r.thread, c >> 39 & 255, 1),
            part("LEAVE", later, to, 0, to, leave_ip)]


@functools.cache
def zstd():
    """The library's function that unpacks (Python has none of its own)."""
    unpack = ctypes.CDLL(ctypes.util.find_library("zstd")).ZSTD_decompress
    unpack.restype = ctypes.c_size_t
    unpack.argtypes = (ctypes.c_char_p, ctypes.c_size_t) * 2
    return unpack


def chunk(data, at):
    """The bytes of the records of the chunk at AT, and where the next is."""
    magic, codec, count, size = struct.unpack_from("<IIII", data, at)
    assert magic == 0x4b4e4843, "no chunk at %d" % at
    at += 32
    assert at + size <= len(data), "the trace is cut short"
    if codec == 0:
        assert size == 64 * count
        return data[at:at + size], at + size
    plain = ctypes.create_string_buffer(64 * count)
    got = zstd()(plain, 64 * count, data[at:at + size], size)
    assert got == 64 * count, "a chunk that cannot be unpacked"
    return plain.raw, at + size


def records(data):
    """The records of a trace file's bytes; it must be whole."""
    assert data[:8] == b"VIRTVTR1", "this is no trace"
    at = 64
    while at < len(data):
        plain, at = chunk(data, at)
        for i in range(0, len(plain), 64):
            yield from unpacked(Record(plain, i))


# --- TAP -------------------------------------------------------------------

tests = []


def test(fact):
    def register(function):
        tests.append((fact, function))
        return function
    return register


def comment(text):
    for line in str(text).splitlines():
        print("#   " + line)


def main():
    """Runs what was registered; with arguments, the tests whose fact holds
    one of them."""
    wanted = sys.argv[1:]
    chosen = [t for t in tests
              if not wanted or any(w in t[0] for w in wanted)]
    failed = 0
    print("1..%d" % len(chosen))
    for number, (fact, function) in enumerate(chosen, 1):
        try:
            function()
            print("ok %d - %s" % (number, fact))
        except Skip as why:
            print("ok %d - %s # SKIP %s" % (number, fact, why))
        except Exception as error:
            failed += 1
            print("not ok %d - %s" % (number, fact))
            if not isinstance(error, AssertionError):
                comment(traceback.format_exc())
            comment(error)
        sys.stdout.flush()
    sys.exit(failed > 0)
