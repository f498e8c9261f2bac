#!/usr/bin/env python3
"""Runs a system on a QEMU machine, as `vitrine-sim` runs it in the simulator.

  QEMU's serial port --> standard output; lines of the kernel's reports
                         ("vitrine: ...") --> standard error
  the machine stops  --> result and trace are read out of its memory
  SIGUSR1            --> the trace so far, while the machine goes on

The kernel ends by a reset, which QEMU is told to take for a stop; so memory
is still there. Time is counted in instructions (-icount: 1 ns each), so that
a run does not depend on the host; --realtime lets the host's clock run it.
Several CPUs (--cpus) take turns, by the same count; --parallel gives each a
thread of the host and the host's clock. With devices that work by themselves
(--disk, --net, --console) time that nobody computes in is the host's, too.
"""
import argparse
import os
import re
import select
import shlex
import shutil
import signal
import socket as socketlib
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

import archive
from qmp import Kernel, Monitor
from source import Source
from typist import Typist

LIMIT, USAGE, BUG, INTERRUPTED = 102, 103, 104, 130
KEY_INTERRUPT = b"\x1c"  # Ctrl-\, as in the simulator (terminal.c)
RESULT_MAGIC = 0x746c757365726976
START = b"\x02"  # the kernel's first byte: firmware spoke before it
VTR_VERSION = 2  # of <l4/vitrine/trace_events.h>
TRACE_RECORDS = 1 << 18
START_S = 300  # for QEMU's monitor, on a host that is slow
LAST_LINES = 20
QEMU_LEAST = (7, 0)
TOO_OLD = "QEMU %d.%d is too old: %d.%d or later is needed"
RAM_LEAST = 16 << 20

MACHINES = {
    "riscv64": ["qemu-system-riscv64", "-M", "virt"],
    "aarch64": ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57"],
    "x86_64": ["qemu-system-x86_64", "-M", "microvm", "-cpu", "max"],
}


# Boot loaders that take the kernel without ELF around it.
RAW = {"aarch64": ".bin"}


def arguments(words=None):
    p = argparse.ArgumentParser(description="Runs a system on a QEMU machine.")
    p.add_argument("--target", choices=MACHINES, required=True)
    p.add_argument("--kernel", required=True)
    p.add_argument("--system", default="?")
    p.add_argument("--command", default="")
    p.add_argument("--ram", default="64M")
    p.add_argument("--cpus", type=int, default=1)
    p.add_argument("--parallel", action="store_true")
    p.add_argument("--qemu", action="append", default=[], metavar="WORDS",
                   help="more words for QEMU, as a shell splits them")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--until", default="")
    p.add_argument("--trace", default="")
    p.add_argument("--trace-tasks", default="", metavar="NAME,...")
    p.add_argument("--input", default="")
    p.add_argument("--keys", action="store_true")
    p.add_argument("--disk", action="append", default=[])
    p.add_argument("--net", action="append", default=[])
    p.add_argument("--forward", action="append", default=[])
    p.add_argument("--console", default="")
    p.add_argument("--screen", default="")
    p.add_argument("--events", default="")
    p.add_argument("--realtime", action="store_true")
    p.add_argument("--host-clock", action="store_true",
                   help="programs may measure by the machine's clock")
    p.add_argument("--gdb", default="", help="socket for gdb; wait for it")
    p.add_argument("--time-limit", type=float, default=60,
                   help="seconds on the wall; 0: none")
    p.add_argument("modules", nargs="+")
    return p.parse_args(words)


def parse_time(text):
    """"2s", "500ms": nanoseconds."""
    if not text:
        return archive.NEVER
    number, unit = re.fullmatch(r"([0-9.]+)(s|ms|us|ns|)", text).groups()
    scale = {"s": 10**9, "": 10**9, "ms": 10**6, "us": 1000, "ns": 1}
    return int(float(number) * scale[unit])


def parse_ram(text):
    number, unit = re.fullmatch(r"(\d+)([KMG]?)", text).groups()
    return int(number) << {"": 0, "K": 10, "M": 20, "G": 30}[unit]


class Console:
    """The machine's text: the program's to stdout, reports to stderr."""

    def __init__(self, source):
        self.source = source
        self.plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
        self.rest, self.started, self.report = b"", False, False
        self.firmware_failed = None
        self.last = []

    def feed(self, data):
        self.rest += data
        if not self.started:
            _, mark, after = self.rest.partition(START)
            if not mark:
                failed = re.search(rb"(\w+: [^\r\n]*failed[^\r\n]*)[\r\n]",
                                   self.rest)  # the whole line is there
                self.firmware_failed = failed and failed[1].decode(
                    errors="replace")
                return
            self.started, self.rest = True, after
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            self.line(line.replace(b"\r", b"") + b"\n")
        if self.rest and not b"vitrine: ".startswith(self.rest[:9]) \
                and not self.report and not self.plain:
            self.write(sys.stdout, self.rest)
            self.rest = b""

    def line(self, line):
        text = line.startswith(b"vitrine: ")
        self.report = text or (self.report and line.startswith(b" " * 9))
        if self.report:
            line = self.source.line(line)
        self.last = (self.last + [line])[-LAST_LINES:]
        self.write(sys.stderr if self.report else sys.stdout, line)

    def write(self, to, data):
        if self.plain:
            data = re.sub(rb"\x1b\[[0-9;]*[@-~]", b"", data)
        (sys.stdout if to is sys.stderr else sys.stderr).flush()
        to.buffer.write(data)
        to.flush()

    def close(self):
        if self.rest:
            self.line(self.rest)
            self.rest = b""


def crc32c_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82f63b78 if n & 1 else 0)
        table.append(n)
    return table


def crc32c(data):
    table, crc = crc32c_table(), 0xffffffff
    for byte in data:
        crc = table[(crc ^ byte) & 0xff] ^ crc >> 8
    return crc ^ 0xffffffff


def write_trace(o, monitor, kernel, folder):
    """The kernel's ring as a trace file, oldest record first."""
    ring = monitor.physical(kernel.symbol("trace_ring"), 40, folder)
    record, size, start, count, _ = struct.unpack("<5Q", ring)
    if not count:
        return
    data = monitor.physical(kernel.physical(record), size * 64, folder)
    data = (data[start * 64:] + data[:start * 64])[:count * 64]
    header = struct.pack("<8sIIQQ16s16s", b"VIRTVTR1", VTR_VERSION, 64,
                         parse_ram(o.ram), o.seed, o.target.encode(),
                         o.system.encode()[:15])
    part = "%s.%d.part" % (o.trace, os.getpid())
    with open(part, "wb") as file:
        file.write(header)
        for at in range(0, len(data), 64 << 12):
            piece = data[at:at + (64 << 12)]
            file.write(struct.pack("<IIIIQII", 0x4b4e4843, 0,
                                   len(piece) // 64, len(piece),
                                   *struct.unpack_from("<Q", piece),
                                   crc32c(piece), 0))
            file.write(piece)
    os.replace(part, o.trace)


def quoted(name):
    """A file's name in a list of QEMU's."""
    return os.path.abspath(name).replace(",", ",,")


def disk_words(text, number):
    """-drive for FILE, FILE,ro or FILE,snapshot."""
    name, _, how = text.rpartition(",")
    if how not in ("ro", "snapshot"):
        name, how = text, ""
    drive = "id=disk%d,if=none,format=raw,file=%s%s" % (
        number, quoted(name),
        {"ro": ",readonly=on", "snapshot": ",snapshot=on", "": ""}[how])
    return ["-drive", drive]


def sink(path):
    """A socket at which whatever is sent is read and forgotten."""
    wire = socketlib.socket(socketlib.AF_UNIX, socketlib.SOCK_DGRAM)
    wire.bind(path)

    def drain():
        while wire.recv(1 << 16):
            pass
    threading.Thread(target=drain, daemon=True).start()


def forward_words(forwards):
    """hostfwd of QEMU's user network for the --forward options."""
    words = ""
    for text in forwards:
        kind, _, ports = text.rpartition(":")[0].rpartition(":")
        host, guest = text.split(":")[-2:]
        words += ",hostfwd=%s:127.0.0.1:%s-:%s" % (kind or "tcp", host, guest)
    return words


def tell_forwards(o, monitor):
    """Which ports of the host lead to the machine."""
    for line in monitor.human("info usernet").splitlines() if o.forward else []:
        m = re.match(r"\s*(TCP|UDP)\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+"
                     r"(\d+)\s+\S+\s+(\d+)", line)
        if m:
            say("127.0.0.1:%s goes to the machine's %s port %s"
                % (m[2], m[1], m[3]))
            sys.stderr.flush()


def net_words(text, number, folder, forwards=()):
    """A port at the hub, or a wire at whose end nobody listens, with what is
    said copied to a capture file."""
    kind, _, files = text.partition(":")
    hears, _, says = files.partition(",")
    if kind == "user":
        return ["-netdev", "user,id=net%d%s" % (number, forward_words(forwards))]
    if kind == "link":
        raise archive.BadInput("--net link: links simulators only")
    if kind == "hub":
        return ["-netdev", "hubport,id=net%d,hubid=0" % number]
    if hears:
        raise archive.BadInput("--net pcap:IN plays capture files in the"
                               " simulator only")
    wire = os.path.join(folder, "wire%d" % number)
    sink(wire)
    words = ["-netdev", "dgram,id=net%d,local.type=unix,local.path=%s.nic,"
             "remote.type=unix,remote.path=%s" % (number, wire, wire)]
    if says:
        words += ["-object", "filter-dump,id=dump%d,netdev=net%d,file=%s"
                  % (number, number, quoted(says))]
    return words


# Where eight virtio slots share a page of registers, each kind of device has
# a page of its own, so that io can give them to different drivers; but input
# devices share the console's, there are four pages. (x86_64's eight slots are in
# one.)
FIRST_SLOT = {"aarch64": {
    "virtio-blk": 0, "virtio-net": 8, "virtio-serial": 16, "virtio-gpu": 24,
    "virtio-keyboard": 20, "virtio-tablet": 21}}


def slots(target, devices):
    """(slot, device)..., in the order of the devices."""
    first = FIRST_SLOT.get(target)
    if not first:
        return list(enumerate(devices))
    used = {}
    for device in devices:
        kind = next(k for k in first if device.startswith(k))
        used.setdefault(kind, []).append(device)
    return [(first[kind] + i, device) for kind in used
            for i, device in enumerate(used[kind])]


def screen_words(text):
    """(the file's name, the screen's device) for FILE or FILE,ramfb."""
    name, _, how = text.rpartition(",")
    return (name, "ramfb") if how == "ramfb" else (text, "virtio-gpu-device")


def device_words(o, folder):
    """Disks, adapters, console, screen, input devices in the virtio slots, as in
    the simulator (sim-kernel/port/sim/devices.c): the same order, addresses and
    clock."""
    words = ["-global", "virtio-mmio.force-legacy=off",
             "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
    devices = []
    for i, text in enumerate(o.disk):
        words += disk_words(text, i)
        devices.append("virtio-blk-device,drive=disk%d" % i)
    if o.forward and "user" not in o.net:
        o.net.append("user")
    for i, text in enumerate(o.net):
        words += net_words(text, i, folder,
                           o.forward if i == o.net.index(text) else ())
        devices.append("virtio-net-device,netdev=net%d,mac=52:54:00:12:34:%02x"
                       % (i, 0x56 + i))
    if o.console:
        words += ["-chardev", "file,id=vcon,path=" + quoted(o.console)]
        devices += ["virtio-serial-device,max_ports=1"]
    if o.screen:
        o.screen, screen = screen_words(o.screen)
        if screen != "ramfb":
            devices += [screen]
        elif o.target == "aarch64":
            words += ["-device", screen]
        else:
            raise archive.BadInput("--screen: QEMU's %s machine has no ramfb;"
                                   " the simulator and aarch64 have"
                                   % o.target)
        o.screen_is_slow = screen != "ramfb"
    if o.events:
        devices += ["virtio-keyboard-device", "virtio-tablet-device"]
    for slot, device in slots(o.target, devices):
        words += ["-device", "%s,bus=virtio-mmio-bus.%d" % (device, slot)]
    if o.console:
        words += ["-device", "virtconsole,chardev=vcon"]
    return words


def qemu_words(o, socket, archive_path):
    words = MACHINES[o.target] + [
        "-m", "%dK" % (parse_ram(o.ram) >> 10), "-display", "none",
        "-monitor", "none", "-no-user-config", "-nodefaults",
        "-chardev", "stdio,id=console",
        "-serial", "chardev:console",
        "-qmp", "unix:%s,server=on,wait=off" % socket,
        "-action", "reboot=shutdown,shutdown=pause",
        "-kernel", o.kernel + RAW.get(o.target, ""), "-initrd", archive_path]
    if o.target == "riscv64":  # firmware without its many lines of text
        words += ["-device", "loader,cpu-num=0,addr=%d"
                  % Kernel(o.kernel).symbol("quiet_start")]
    o.screen_is_slow = False  # a device that answers in the host's time
    words += device_words(o, os.path.dirname(archive_path))
    by_host = o.gdb
    if o.cpus > 1:
        words += ["-smp", str(o.cpus)]
    if o.parallel:
        words += ["-accel", "tcg,thread=multi"]
    elif not (o.realtime or o.input == "-" or by_host):
        # A disk answers in the host's time. If an idle machine's clock jumped
        # to its next timer meanwhile, with none it would jump to the end of
        # time.
        devices = (o.disk or o.net or o.console or o.events or
                   o.screen_is_slow)
        words += ["-icount", "shift=0,sleep=" + ("on" if devices else "off")]
    if o.target == "x86_64" and not any("-M" in more for more in o.qemu):
        # QEMU 7.2 takes pin 0 of a second I/O APIC for pin 2.
        words += ["-M", "ioapic2=off"]
    for more in o.qemu:
        words += shlex.split(more)
    if o.gdb:
        words += ["-gdb", "unix:%s,server=on,wait=off" % o.gdb, "-S"]
    return words


def qemu_environment():
    """QEMU's heap in large pages of the host saves 2 ms of its start (glibc
    2.35; others ignore it)."""
    return {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", **os.environ}


def drain(fd, console, monitor):
    """What the machine wrote between our last look and its stop. What QEMU had
    no room for in the pipe follows before it answers a second question: it
    looks at both in turns."""
    silent = 0
    while silent < 2:
        if select.select([fd], [], [], 0.02)[0]:
            data = os.read(fd, 65536)
            if not data:
                return
            console.feed(data)
            silent = 0
        else:
            monitor.is_stopped()
            silent += 1


def watch(o, qemu, monitor, console):
    """Passes the console on until the machine stops; False: it does not."""
    end = time.monotonic() + (o.time_limit or 1e9)
    fd = qemu.stdout.fileno()
    typist = Typist(o.events, monitor) if o.events else None
    while True:
        if typist:
            typist.look()
        ready, _, _ = select.select([fd], [], [], 0.02)
        if ready:
            data = os.read(fd, 65536)
            if not data:
                return True
            console.feed(data)
            if console.firmware_failed:
                raise archive.BadInput("the firmware did not start the kernel:"
                                       " " + console.firmware_failed)
        elif monitor.is_stopped() and not o.gdb:
            drain(fd, console, monitor)
            return True
        if "SHUTDOWN" in monitor.events:
            o.gdb = ""
        if o.look and o.trace:
            o.look = False
            monitor.command("stop")
            o.write_trace()
            monitor.command("cont")
        if time.monotonic() > end:
            return False


def result(monitor, kernel, folder):
    data = monitor.physical(kernel.symbol("machine_result"), 16, folder)
    magic, code = struct.unpack("<QQ", data)
    return code if magic == RESULT_MAGIC else None


def hang(o, monitor, console, kernel):
    monitor.command("stop")
    console.close()
    if console.started:
        say("no end after %g s on the wall; its last lines:" % o.time_limit)
    else:
        say("the firmware did not start the kernel in %g s; its last lines:"
            % o.time_limit)
    for line in console.last or [b"(none)\n"]:
        sys.stderr.write("         " + line.decode(errors="replace"))
    sys.stderr.write(monitor.registers().replace("\r", ""))


def say(text):
    sys.stdout.flush()
    print("vitrine: " + text, file=sys.stderr)


def run(o, folder):
    path = os.path.join(folder, "archive")
    data = archive.pack(o.modules, o.command, parse_time(o.until), o.seed,
                        TRACE_RECORDS if o.trace else 0,
                        archive.HOST_CLOCK if o.host_clock else 0,
                        o.trace_tasks)
    ram = parse_ram(o.ram)
    if ram < RAM_LEAST:
        raise archive.BadInput("a machine has at least %dM of RAM (--ram)"
                               % (RAM_LEAST >> 20))
    if len(data) > ram / 2:
        raise archive.BadInput("the boot archive (%d KiB) is too large for %d"
                               " KiB of RAM (see --ram)" % (len(data) >> 10,
                                                            ram >> 10))
    with open(path, "wb") as file:
        file.write(data)
    socket = os.path.join(folder, "qmp")
    stdin = subprocess.DEVNULL
    if o.input and o.input != "-":
        stdin = open(o.input, "rb")
    elif o.input or sys.stdin.isatty():
        stdin = sys.stdin
    errors = open(os.path.join(folder, "errors"), "w+")
    terminal = lend_terminal(o, stdin)
    qemu = subprocess.Popen(qemu_words(o, socket, path), stdin=stdin,
                            stdout=subprocess.PIPE, stderr=errors,
                            env=qemu_environment())
    try:
        console = Console(Source(o.target, o.modules))
        kernel = Kernel(o.kernel)
        monitor = Monitor(socket, time.monotonic() + START_S,
                          lambda: qemu.poll() is None)
        if o.gdb:  # which QEMU listened to before it answered us
            open(o.gdb + ".ready", "w").close()
        if monitor.version < QEMU_LEAST:
            raise archive.BadInput(TOO_OLD % (monitor.version + QEMU_LEAST))
        tell_forwards(o, monitor)
        o.write_trace = lambda: write_trace(o, monitor, kernel, folder)
        ended = watch(o, qemu, monitor, console)
        code = result(monitor, kernel, folder)
        if not ended:
            hang(o, monitor, console, kernel)
            code = LIMIT
        console.close()
        if o.screen:
            monitor.command("screendump", filename=os.path.abspath(o.screen))
        if o.trace:
            o.write_trace()
        if code is None:
            say("the machine stopped without a result")
        if code in (None, BUG):
            sys.stderr.write(monitor.registers().replace("\r", ""))
            code = BUG
        return code
    except (OSError, EOFError) as error:
        errors.seek(0)
        said = errors.read().strip().splitlines()
        if not too_old(o):
            say("QEMU: %s" % (said[0] if said else error))
        return USAGE
    finally:
        qemu.kill()
        qemu.wait()
        if terminal:
            termios.tcsetattr(stdin, termios.TCSADRAIN, terminal)


def lend_terminal(o, stdin):
    """QEMU takes a terminal's keys one by one. With --keys Ctrl-C is one, and
    Ctrl-\\ interrupts. How the terminal was; QEMU is killed and cannot say."""
    if stdin is not sys.stdin or not stdin.isatty():
        return None
    before = termios.tcgetattr(stdin)
    if o.keys:
        now = termios.tcgetattr(stdin)
        now[6][termios.VINTR] = KEY_INTERRUPT
        now[6][termios.VQUIT] = now[6][termios.VSUSP] = b"\0"
        termios.tcsetattr(stdin, termios.TCSADRAIN, now)
    return before


def too_old(o):
    """QEMU did not start: because it does not know our options yet?"""
    version = subprocess.run([MACHINES[o.target][0], "--version"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True).stdout
    found = re.search(r"version (\d+)\.(\d+)", version)
    old = found and tuple(map(int, found.groups())) < QEMU_LEAST
    if old:
        say(TOO_OLD % (*map(int, found.groups()), *QEMU_LEAST))
    return old


def terminated(number, frame):
    raise KeyboardInterrupt  # so that QEMU ends, too


def look(o):
    o.look = True


def main():
    o = arguments()
    o.look = False
    signal.signal(signal.SIGTERM, terminated)
    signal.signal(signal.SIGUSR1, lambda number, frame: look(o))
    if o.trace and parse_ram(o.ram) < 128 << 20:
        o.ram = "128M"  # the ring takes 16 MiB
    if not shutil.which(MACHINES[o.target][0]):
        say("%s is missing (apt-get install qemu-system)"
            % MACHINES[o.target][0])
        return USAGE
    with tempfile.TemporaryDirectory(prefix="vitrine-qemu-") as folder:
        try:
            return run(o, folder)
        except archive.BadInput as error:
            say(str(error))
            return USAGE
        except KeyboardInterrupt:
            say("interrupted")
            return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
