# Which devices an example or a probe wants, as options of `vitrine run`: for
# the tests here and those of tests/machines.
import pathlib

SECTORS, SECTOR = 64, 512
FIRST = b"This is sector 0.\n"

# Golden file -> program and argument for systems/device.cfg. What only some
# machines have is a list of these.
PROBES = {
    "probe-block": ("probe", "block"),
    "probe-net": ("probe", "net"),
    "probe-console": ("probe", "console"),
    "clock-goldfish": ("clocks", "google,goldfish-rtc"),
    "clock-pl031": ("clocks", "arm,pl031"),
    "port-16550": ("ports", "ns16550a"),
    "port-pl011": ("ports", "arm,pl011"),
    "port-console": ("ports", "console"),
}
# Where the simulator has no such device, its golden file is the machine's.
MACHINE_ONLY = {"clock-cmos": ("clocks", "motorola,mc146818")}
ONLY_ON = {"clock-cmos": ("x86_64",), "clock-goldfish": ("riscv64",),
           "clock-pl031": ("aarch64",),
           "port-16550": ("riscv64", "x86_64"), "port-pl011": ("aarch64",)}


def disk(folder):
    """A fresh disk image."""
    path = pathlib.Path(folder) / "disk.img"
    path.write_bytes(FIRST.ljust(SECTORS * SECTOR, b"\0"))
    return path


def options(name, folder):
    """The devices for golden/NAME.txt."""
    if name == "net":
        return ["--net", "hub", "--net", "hub"]
    if name in ("disk", "probe-block"):
        return ["--disk", "%s,snapshot" % disk(folder)]
    if name == "probe-net":
        return ["--net", "pcap:"]
    if name in ("probe-console", "port-console"):
        return ["--console", str(pathlib.Path(folder) / "console.txt")]
    return []
