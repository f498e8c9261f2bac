"""How runs on a machine end that do not end well, and what is told of them.

A guest that hangs or panics has a kernel with one instruction replaced: by a
jump to itself, or by one that does not exist.
"""
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import time

LIMIT, USAGE, BUG = 102, 103, 104
WAIT_S = 600
# How long a hang is watched, and a run that is looked at; longer where all is
# slow.
HANG_S, LOOK_S = (4, 60), (3, 30, 300)
SLOW = """local L4 = require("L4")
local beats = L4.default_loader:start({}, "rom/spin_metronome 9999999")
print("begun")
beats:wait()
"""
# A jump to itself, and an instruction that does not exist.
LOOP = {"riscv64": 0x0000006f, "aarch64": 0x14000000, "x86_64": 0xfeeb}
NONE = {"riscv64": 0x00000000, "aarch64": 0x00000000, "x86_64": 0x0b0f}
REGISTERS = re.compile(r"^ *(pc +|.*PC=|.*RIP=)[0-9a-f]{8,}", re.M)
HELLO = ("--command", "rom/hello", "sigma0", "moe", "hello")


def patched(m, symbol, instruction):
    """run.py's words for a kernel with this instruction at `symbol`."""
    sys.path.insert(0, str(m.ROOT / "tools/qemu"))
    from qmp import Kernel
    kernel = Kernel(m.kernel)
    at, copy = kernel.symbol(symbol), m.scratch / "kernel"
    loads = [s for s in kernel.segments if s[0] == 1]
    code = struct.pack("<I", instruction)
    elf = bytearray(kernel.data)
    for _, _, offset, _, physical, size, *_ in loads:
        if physical <= at < physical + size:
            start = offset + at - physical
            elf[start:start + 4] = code
    copy.write_bytes(elf)
    raw = bytearray(pathlib.Path(m.kernel + ".bin").read_bytes())
    start = at - min(s[4] for s in loads)
    raw[start:start + 4] = code
    copy.with_suffix(".bin").write_bytes(raw)
    return "--kernel", copy


def readable(m, trace):
    """Is there a trace, whole, with something in it?"""
    code, out, err = m.start([m.tool("vitrine-trace"), "--strict", trace])
    return code == 0 and "CREATE" in out


def told(m, fact, code, wanted, text, *patterns):
    """The exit code, and each pattern somewhere."""
    missing = [p for p in patterns if not re.search(p, text, re.M)]
    m.report(code == wanted and not missing, fact, "exit code %d; missing: %s"
             "\n%s" % (code, missing, text))


def until(m):
    trace = m.scratch / "until.vtr"
    command, files = m.modules("spin")
    code, out, err = m.machine("--until", "20ms", "--trace", trace,
                               "--command", command, "sigma0", "moe", *files)
    told(m, "--until ends a run, with its trace", code, LIMIT,
         err + "\nwhole: %s" % readable(m, trace),
         r"^vitrine: limit reached after 0\.02\d+ s", "^whole: True")


def hang(m):
    trace = m.scratch / "hang.vtr"
    for limit in HANG_S:
        code, out, err = m.machine(
            "--time-limit", str(limit), "--trace", trace,
            *patched(m, "ipc_start", LOOP[m.target]), *HELLO)
        whole = readable(m, trace)
        if whole:
            break  # it came that far
    told(m, "a guest that hangs is ended, with registers and trace", code,
         LIMIT, err + "\nwhole: %s" % whole,
         r"^vitrine: no end after %d s on the wall; its last lines:" % limit,
         REGISTERS.pattern, "^whole: True")


def panic(m):
    trace = m.scratch / "panic.vtr"
    code, out, err = m.machine("--trace", trace, *patched(
        m, "ipc_start", NONE[m.target]), *HELLO)
    told(m, "a kernel that panics says where, with registers and trace", code,
         BUG, err + "\nwhole: %s" % readable(m, trace),
         r"^vitrine: trap in the kernel: ", r"^vitrine: kernel assertion at ",
         REGISTERS.pattern, "^whole: True")


def look_once(m, trace, limit_s):
    """A run of so many seconds, looked at on its way: (mistakes, whether the
    look came in time)."""
    slow = m.scratch / "slow.cfg"
    slow.write_text(SLOW)
    command, files = m.modules_of(slow)
    run = m.popen("--trace", trace, "--realtime", "--until", "%ds" % limit_s,
                  "--command", command, "sigma0", "moe", *files)
    seen = b""
    while b"begun" not in seen and (more := os.read(run.stdout.fileno(), 65536)):
        seen += more
    run.send_signal(signal.SIGUSR1)
    while not trace.exists() and run.poll() is None:
        time.sleep(0.02)
    first = trace.exists() and trace.stat().st_mtime_ns
    running = run.poll() is None
    code, graph, err = m.start([m.tool("vitrine-graph"), trace])
    run.communicate(timeout=m.LIMIT_S)
    later = trace.exists() and trace.stat().st_mtime_ns
    good = code == 0 and "metronome" in graph and run.returncode == LIMIT
    return "" if good else "graph %d, run %d, said %r\n%s%s" % (
        code, run.returncode, seen, graph[-500:], err), \
        running and first < later


def look(m):
    """The trace, and a graph of it, while the machine runs."""
    trace = m.scratch / "look.vtr"
    for limit_s in LOOK_S:
        trace.unlink(missing_ok=True)
        mistakes, in_time = look_once(m, trace, limit_s)
        if mistakes or in_time:
            break
    m.report(in_time and not mistakes,
             "trace and graph are read while the machine runs",
             mistakes or "the machine ended too soon")


def only_line(m, fact, code, out, err, pattern):
    """Bad input: one line that says so, exit code 103."""
    lines = err.splitlines()
    m.report(code == USAGE and len(lines) == 1 and not out and
             re.fullmatch(pattern, lines[0]), fact,
             "exit code %d\n%s%s" % (code, out, err))


def bad_memory(m):
    large = m.scratch / "large"
    with open(large, "wb") as file:
        file.truncate(40 << 20)
    only_line(m, "an archive too large for RAM", *m.machine(*HELLO, large),
              r"vitrine: the boot archive \(\d+ KiB\) is too large for \d+ KiB"
              r" of RAM \(see --ram\)")
    only_line(m, "RAM too small for the kernel",
              *m.machine("--ram", "5M", *HELLO),
              r"vitrine: a machine has at least 16M of RAM \(--ram\)")


def bad_qemu(m):
    folder = m.scratch / "old"
    folder.mkdir()
    fake = folder / ("qemu-system-" + m.target)
    fake.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'QEMU emulator"
                    " version 5.2.0' || { echo \"$0: -action: invalid"
                    " option\" >&2; exit 1; }\n")
    fake.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = "%s:%s" % (folder, path)
    result = m.machine(*HELLO)
    os.environ["PATH"] = path
    only_line(m, "a QEMU too old", *result,
              r"vitrine: QEMU 5\.2 is too old: 7\.0 or later is needed")


def bad_firmware(m):
    only_line(m, "firmware that is missing",
              *m.machine("--qemu=-bios /nowhere/firmware", *HELLO),
              r"vitrine: QEMU: .*/nowhere/firmware.*")


def bad_tree(m):
    """The machine's own device tree, with the timer's name spoilt."""
    if m.target == "x86_64":
        return  # it has none
    good, bad = m.scratch / "good.dtb", m.scratch / "bad.dtb"
    sys.path.insert(0, str(m.ROOT / "tools/qemu"))
    import run
    words = list(run.MACHINES[m.target])
    words[2] += ",dumpdtb=%s" % good
    subprocess.run(words + ["-m", "64M", "-display", "none"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    data = good.read_bytes()
    for name in (b"timebase-frequency\0", b"arm,armv8-timer\0"):
        data = data.replace(name, b"x" + name[1:])
    bad.write_bytes(data)
    sentence = {  # its firmware wants the timer, too
        "riscv64": r"the firmware did not start the kernel: "
                   r"init_coldboot: timer init failed \(error -\d+\)",
        "aarch64": r"the device tree has no timer"}[m.target]
    only_line(m, "a device tree without a timer",
              *m.machine("--qemu=-dtb %s" % bad, *HELLO),
              "vitrine: " + sentence)


def quiet(m):
    """Firmware of riscv64: what tools/qemu and port/riscv64/quiet.c ask of it."""
    if m.target != "riscv64":
        return
    sys.path.insert(0, str(m.ROOT / "tools/qemu"))
    import run
    o = run.arguments(["--target", m.target, "--kernel", m.kernel, "none"])
    empty = m.scratch / "empty"
    empty.write_bytes(bytes(4096))
    words = run.qemu_words(o, str(m.scratch / "qmp"), str(empty))
    done = subprocess.run(words + ["-action", "shutdown=poweroff"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=WAIT_S)
    m.report(done.stdout.startswith(run.START) and b"archive" in done.stdout,
             "firmware says nothing before the kernel", repr(done.stdout))
    code, out, err = m.machine(*patched(m, "quiet_tree", 0x00008067), *HELLO)
    m.report(code == 0 and "Hello" in out, "firmware may have the whole tree",
             "exit code %d\n%s%s" % (code, out, err))


def run(m):
    for check in (until, hang, panic, look, bad_memory, bad_qemu, bad_firmware,
                  bad_tree, quiet):
        check(m)
