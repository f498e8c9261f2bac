#!/usr/bin/env python3
# The examples and the kernel suite on a QEMU machine (TAP):
#
#   ./vitrine test --target NAME   -->  run.py NAME KERNEL PROGRAMS [OPTION...]
#
# OPTIONs are those of tools/qemu/run.py (--cpus 4). With them gdb's test, which
# takes its own, is left out.
#
# Each example must say what it says in the simulator (the golden files of
# tests/system) and end as there. What differs by nature is masked: addresses,
# how late a metronome was, how long a count took, how many bytes a device takes
# at once, which devices share a page of registers, and how a machine calls a
# division by zero. Tests of the kernel suite are passed on,
# one by one. Probes of devices (tests/system/devices.py) print what they see in
# registers and rings: QEMU's devices and the simulator's models are compared
# by that. The trace of each example tells the simulator's story (story.py).
# A machine that hangs is ended by --time-limit.
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/system/golden"
sys.path.insert(0, str(ROOT / "tests/system"))
sys.path.insert(0, str(ROOT / "tests/servers/kenge"))
sys.dont_write_bytecode = True
import check_kenge  # noqa: E402
import desk  # noqa: E402
import devices  # noqa: E402
import ends  # noqa: E402
import story  # noqa: E402

target, kernel, programs = sys.argv[1], *map(os.path.abspath, sys.argv[2:4])
options = sys.argv[4:]
LIMIT_S = 600  # ends a hang, decides nothing
USAGE = 103
PROBES = {**devices.PROBES, **devices.MACHINE_ONLY}
UNORDERED = ("net",)  # what its two nodes say first is up to the wire
UNHANDLED = 100  # the suite has faults that nobody handles, on purpose
# Other machines of a kind: QEMU's words, and a short system that shows it.
OTHERS = {
    "aarch64": [("with a GICv3", "-M virt,gic-version=3", "spin")],
    "x86_64": [("as a q35", "-M q35", "irq"), ("as a pc", "-M pc", "irq"),
               ("without XSAVE and SMEP", "-cpu qemu64", "isolation")],
}
# What the kernel cannot do without, and what it says then.
REFUSED = {
    "x86_64": [("a machine without a clock", "-M microvm,pit=off",
                "there is no clock to measure the CPU's by"),
               ("a machine without ACPI tables", "-M microvm,acpi=off",
                "ACPI")],
}

count = failed = 0


def report(ok, fact, more=""):
    global count, failed
    count += 1
    failed += not ok
    print("%sok %d - %s: %s" % ("" if ok else "not ", count, target, fact))
    if not ok:
        for line in more.splitlines():
            print("# " + line)
    sys.stdout.flush()


def skip(fact, why):
    global count
    count += 1
    print("ok %d - %s: %s # SKIP %s" % (count, target, fact, why))


def start(words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=LIMIT_S + 60, cwd=programs,
                          env=dict(os.environ, NO_COLOR="1"))
    return (done.returncode, done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"))


def machine_words(words):
    """run.py without the command around it."""
    return [sys.executable, ROOT / "tools/qemu/run.py", "--target", target,
            "--kernel", kernel, "--time-limit", str(LIMIT_S), *options, *words]


def machine(*words):
    return start(machine_words(words))


def popen(*words):
    return subprocess.Popen(machine_words(words), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            cwd=programs)


def modules(name, cfg=""):
    """What moe loads for an example: `run` knows it, and so does this."""
    if name == "hello":
        return "rom/hello", ["hello"]
    return modules_of(ROOT / "examples" / name / (cfg or name + ".cfg"))


def modules_of(cfg):
    more = subprocess.run(
        ["awk", "-f", ROOT / "tools/cli/modules.awk", cfg, programs,
         "sigma0", "moe", "ned", cfg.name],
        stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    return "rom/ned rom/" + cfg.name, ["ned", cfg] + [m for m in more if m]


def masked(text):
    text = re.sub(r"0x[0-9a-f]+\.*( in \w+ \([^)]*\))?", "0x...", text)
    text = re.sub(r"at most \d+ us late", "at most ... us late", text)
    text = re.sub(r" in \d+ us", " in ... us", text)
    text = re.sub(r"(?m)^io\| .* can reach registers of .*\n", "", text)
    text = re.sub(r"with \d+ interrupts", "with ... interrupts", text)
    return re.sub(r'(task "divide"): .*', r"\1: ...", text)


def shown(code, out, err):
    return masked("%s--- stderr\n%s--- exit code %d\n" % (out, err, code))


def compare(name, fact, got):
    got, wanted = shown(*got), masked((GOLDEN / (name + ".txt")).read_text())
    if name in UNORDERED:
        got, wanted = ("".join(sorted(text.splitlines(True)))
                       for text in (got, wanted))
    report(got == wanted, fact, "".join(difflib.unified_diff(
        wanted.splitlines(True), got.splitlines(True), "wanted", target)))


def tool(name):
    return pathlib.Path(os.environ.get("VITRINE_BUILD", ROOT / "build"),
                        "tools", name)


def told(trace):
    code, out, err = start([tool("vitrine-trace"), "--to", "story", trace])
    return out if code == 0 else "== vitrine-trace: exit code %d\n%s" % (code,
                                                                         err)


def same_story(name, trace):
    in_sim = scratch / (name + "-sim.vtr")
    start([ROOT / "vitrine", "run", "--trace", in_sim,
           *devices.options(name, scratch), name])
    different = story.differences(name, told(in_sim), told(trace))
    report(not different, name + " tells the simulator's story",
           "\n".join(different))


def other_machine(what, qemu, name):
    command, files = modules(name)
    got = shown(*machine("--qemu", qemu, "--command", command, "sigma0", "moe",
                         *files))
    wanted = masked((GOLDEN / (name + ".txt")).read_text())
    report(got == wanted, "%s says the same %s" % (name, what), got)


def refused(what, qemu, sentence):
    code, out, err = machine("--qemu", qemu, "--command", "rom/hello",
                             "sigma0", "moe", "hello")
    lines = [line for line in err.splitlines() if line.startswith("vitrine:")]
    report(code == USAGE and len(lines) == 1 and sentence in lines[0],
           what + " is refused in a sentence", "exit code %d\n%s%s"
           % (code, out, err))


def files_on_disk():
    """Servers that have no work any more let the machine end."""
    fact = "files on a disk, and then the end"
    command, files = modules("files", "disk.cfg")
    image = devices.file_system(scratch, "ext4")
    code, out, err = machine("--disk", image, "--command", command, "sigma0",
                             "moe", *files)
    report(code == 0 and 'client| disk/motd: "Stays"' in out and not err,
           fact, "exit code %d\n%s%s" % (code, out, err))


def shown_picture(fact, name, picture=devices.picture(320, 200)):
    """What examples/screen draws, as QEMU's monitor takes it."""
    path = scratch / (name + ".ppm")
    report(path.exists() and path.read_bytes() == picture, fact)


def ramfb():
    """The same in RAM, where a machine has that."""
    command, files = modules("screen")
    path = scratch / "ramfb.ppm"
    machine("--screen", "%s,ramfb" % path, "--command", command, "sigma0",
            "moe", *files)
    shown_picture("so it is by ramfb", "ramfb")


def example(name):
    if target not in devices.ONLY_ON.get(name, (target,)):
        return skip(name, "this machine lacks its device")
    command, files = modules(name)
    trace = scratch / (name + ".vtr")
    compare(name, name + " says what it says in the simulator",
            machine("--system", name, "--command", command, "--trace", trace,
                    *devices.options(name, scratch), "sigma0", "moe", *files))
    if name == "screen":
        shown_picture("the picture is on the screen", name)
    same_story(name, trace)


def probe(name):
    """The same program before QEMU's device and before the simulator's."""
    fact = name + ": QEMU's device says what the simulator's model says"
    if target not in devices.ONLY_ON.get(name, (target,)):
        return skip(fact, "not a device of this machine")
    which, argument = PROBES[name]
    cfg = ROOT / "tests/system/systems/device.cfg"
    compare(name, fact, machine(
        "--system", name, "--command",
        "rom/ned rom/device.cfg %s %s" % (which, argument),
        *devices.options(name, scratch), "sigma0", "moe", "ned", cfg,
        "sys-probe", "sys-clocks", "sys-ports", "sys-firmware"))
    if name in devices.DRAWING:
        shown_picture("what the probe drew is on the screen", name,
                      devices.probe_picture())


def kernel_suite():
    code, out, err = machine("sigma0", "ktest")
    plan = re.search(r"^1\.\.(\d+)$", out, re.M)
    notes, seen = [], 0
    for line in out.splitlines():
        found = re.match(r"(not )?ok \d+ - (.*)", line)
        if found:
            seen += 1
            report(not found[1], "kernel: " + found[2], "\n".join(notes))
            notes = []
        elif line.startswith("#"):
            notes.append(line[2:])
    report(plan and seen == int(plan[1]) and code == UNHANDLED,
           "the kernel suite came to its end",
           "exit code %d after %d tests\n%s" % (code, seen, err))


def c_library():
    """Its test programs, area by area, in one run."""
    command, files = modules_of(ROOT / "tests/servers/libc/all.cfg")
    code, out, err = machine("--command", command, "sigma0", "moe", *files)
    planned = sum(map(int, re.findall(r"(?m)^1\.\.(\d+)$", out)))
    said = re.findall(r"(?m)^(?:not )?ok .*", out)
    bad = [line for line in said if line.startswith("not")]
    report(code == 0 and not bad and len(said) == planned > 400,
           "the C library's tests hold: %d facts" % len(said),
           "exit code %d, %d planned\n%s\n%s" % (code, planned,
                                                 "\n".join(bad), err))


def ported():
    """Programs of L4Re's users; two at once mix their lines."""
    folder = ROOT / "tests/ported"
    command, files = modules_of(folder / "ported.cfg")
    code, out, err = machine("--command", command, "sigma0", "moe", *files)
    wanted = (folder / "expected.txt").read_text()
    if target != "x86_64":  # the one machine with a trap flag
        wanted = re.sub(r"(?m)^singlestep\| .*", "singlestep| no trap flag here",
                        wanted)
    different = "\n".join(difflib.unified_diff(
        sorted(wanted.splitlines()), sorted(out.splitlines()), lineterm=""))
    report(code == 0 and not different, "ported programs print what is expected",
           "exit code %d\n%s\n%s" % (code, different, err))


def alone(name, argument, pattern):
    """A program with no server below it: small here, too, and it runs."""
    size = check_kenge.loaded_bytes(os.path.join(programs, name))
    report(0 < size < check_kenge.LIMIT,
           "%s is under 64 KiB: %d bytes" % (name, size))
    code, out, err = machine("--command", "%s %s" % (name, argument), name)
    report(code == 0 and re.fullmatch(pattern, out),
           name + " runs alone on the kernel",
           "exit code %d\n%s%s" % (code, out, err))


def fixed():
    """Programs linked to fixed addresses, low ones too (test_ends.py)."""
    cfg = ROOT / "tests/system/systems/fixed.cfg"
    code, out, err = machine("--command", "rom/ned rom/fixed.cfg", "sigma0",
                             "moe", "ned", cfg, "sys-fixed", "sys-low")
    said = "fixed| stored by the linker, main at "
    report(code == 0 and "0x0000003f00100000: it is taken" in out and
           out.count(said + "3f00100000\n") == 2 and
           out.count(said + "400000\n") == 1 and "low\t0\n" in out,
           "programs run where they are linked to",
           "exit code %d\n%s%s" % (code, out, err))


def forwarded():
    """The web server's page, through QEMU's user network."""
    fact = "the host gets a page through a forwarded port"
    command, files = modules("http")
    server = subprocess.Popen(
        machine_words(["--forward", "0:80", "--command", command + " serve 1",
                       "sigma0", "moe", *files]),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=programs)
    page, out, said = b"", b"", server.stderr.readline()
    port = re.search(rb"127\.0\.0\.1:(\d+) goes to", said)
    # Who asks before there is an address and a listener may be refused.
    while port and not (b"listening" in out and b"address 10." in out):
        line = server.stdout.readline()
        if not line:
            break
        out += line
    try:
        if port:
            url = "http://127.0.0.1:%d/" % int(port[1])
            page = urllib.request.urlopen(url, timeout=LIMIT_S).read()
    except OSError as error:
        said += str(error).encode()
    more, err = server.communicate()
    out += more
    report(server.wait() == 0 and
           page == (ROOT / "examples/http/index.html").read_bytes(), fact,
           (out + said + err).decode(errors="replace"))


def desktop():
    """The desktop, as a person starts it: its servers are killed one by one."""
    fact = "no server of the desktop takes down the others"
    page = ROOT / "examples/desktop/disk/www/index.html"
    live = None
    try:
        live = desk.Desk([ROOT / "vitrine", "--out", scratch, "run", "--target",
                          target, "--time-limit", str(LIMIT_S), "desktop"])
        desk.lives_on(live, page.read_bytes())
        wrong = desk.wrong(scratch / ("disk-%s.img" % target))
        report(not wrong, fact, wrong)
    except AssertionError as error:
        report(False, fact, str(error))
    finally:
        if live:
            live.close()


def debugger():
    """Breakpoints in the kernel and in a program that is not loaded yet."""
    fact = "gdb stops in the kernel and in a program, with symbols"
    if not shutil.which("gdb-multiarch"):
        return skip(fact, "gdb-multiarch is missing")
    words = [ROOT / "vitrine", "gdb", "--target", target, "--time-limit",
             str(LIMIT_S), "clntsrv", "--batch"]
    for command in ("break ipc_start", "continue", "backtrace 2",
                    "ignore 1 20", "continue", "delete",
                    "break client.c:main", "continue", "backtrace",
                    "print argv[0]", "next", "vitrine-tasks"):
        words += ["-ex", command]
    _, out, err = start(words)
    patterns = (r"Breakpoint 1, ipc_start \(.*core/ipc\.c:",
                r"#1 .*invoke", r"Breakpoint 1, ipc_start",
                r"Breakpoint 2, main \(argc=.*client\.c:", r"#1 .*libc_start",
                r'"rom/clntsrv_client"', r"task \d+ .*/sigma0",
                r"task \d+ .*/moe", r"task \d+ .*/clntsrv_server")
    at, missing = 0, ""
    for pattern in patterns:
        found = re.compile(pattern).search(out, at)
        if not found:
            missing = pattern
            break
        at = found.end()
    report(not missing, fact, "not there: %s\n%s%s" % (missing, out, err))


with tempfile.TemporaryDirectory(prefix="vitrine-machines-") as folder:
    scratch = pathlib.Path(folder)
    for path in sorted(GOLDEN.glob("*.txt")):
        (probe if path.stem in PROBES else example)(path.stem)
    if target == "aarch64":
        ramfb()
    if not options:
        files_on_disk()
        ends.run(sys.modules[__name__])
        desktop()
for machine_kind in OTHERS.get(target, []):
    other_machine(*machine_kind)
for machine_kind in REFUSED.get(target, []):
    refused(*machine_kind)
alone("kenge_hello", "", r"Hello from the only program, kenge_hello\.\n")
alone("kenge_pingpong", "500", r"500 rounds, \d+ ns each\n")
fixed()
if not options:
    c_library()
    ported()
    forwarded()
    debugger()
kernel_suite()
print("1..%d" % count)
sys.exit(failed > 0)
