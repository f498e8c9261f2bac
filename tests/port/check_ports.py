# Do all ports agree? (sim-kernel/port/README.md)
#
#   port.h, its first half  -->  each entry is defined once in each port
#   files of the machines   -->  the same names, so that diffing two teaches
#
# Folders are found by their port_arch.h: a new port is checked from its first
# day. Code is read without its comments, as text.
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = ROOT / "sim-kernel/port"
# What every port has; a machine (all but the simulator) has some more.
EVERY = {"console.c", "frame.c", "machine.c", "machine.h", "main.c",
         "meson.build", "port_arch.h", "space.c"}
MACHINE = EVERY | {"entry.S", "irqchip.c", "kernel.ld.S", "layout.h"}
# And nothing else, but for these.
# clock.S is user code that tells the time; riscv64 has firmware, and no
# instruction that counts zeros; both kinds of aarch64's interrupt controllers are in use; x86_64
# has no device tree, a clock to be measured, I/O ports, and lies nowhere.
MORE = {"riscv64": {"bits.c", "clock.S", "quiet.c"},
        "aarch64": {"clock.S", "gic.h", "gicv2.c", "gicv3.c"},
        "x86_64": {"acpi.c", "acpi.h", "clock.S", "hidden.h", "io.c",
                   "timer.c"}}

failures = 0
number = 0


def report(fact, bad):
    global failures, number
    number += 1
    failures += bool(bad)
    print("%sok %d - %s" % ("not " if bad else "", number, fact))
    for line in bad:
        print("# " + line)


def code(path):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", path.read_text(), flags=re.S)


def entries():
    """The names the core calls, in the contract's order."""
    text = (PORTS / "port.h").read_text()
    first = text.split("The core calls the port")[1]
    first = first.split("The port calls the core")[0]
    first = re.sub(r"/\*.*?\*/|^.*?\*/", " ", first, flags=re.S)
    return re.findall(r"\b(port_\w+)\s*\([^;{]*\)\s*;", first)


def defined(name, text):
    return len(re.findall(r"\b%s\s*\([^;{}()]*\)\s*\{" % name, text))


def check_entries(port, names, shared):
    own = "".join(code(p) for p in sorted(port.glob("*.[ch]")))
    if port.name != "sim":
        own += shared
    bad = [n + " is not defined" for n in names
           if not defined(n, own)]
    report(port.name + " defines every entry of port.h", bad)


def check_files(port):
    have = {p.name for p in port.iterdir() if p.suffix != ".md"}
    wanted = EVERY if port.name == "sim" else MACHINE
    bad = [n + " is missing" for n in sorted(wanted - have)]
    if port.name != "sim":
        bad += [n + " is in no other machine's folder" for n in
                sorted(have - wanted - MORE.get(port.name, set()))]
    report(port.name + " has the file names of a port", bad)


def main():
    ports = sorted(p.parent for p in PORTS.glob("*/port_arch.h"))
    names = entries()
    shared = "".join(code(p) for p in sorted((PORTS / "common").glob("*.c")))
    report("port.h was understood: its entries, at least three ports",
           [] if len(names) > 30 and len(ports) >= 3 and
           "port_space_map" in names else ["%s %s" % (names, ports)])
    for port in ports:
        check_entries(port, names, shared)
        check_files(port)
    print("1..%d" % number)
    return failures > 0


sys.exit(main())
