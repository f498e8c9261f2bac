# Which devices an example or a probe wants, as options of `vitrine run`: for
# the tests here and those of tests/machines.
import os
import pathlib
import shutil
import subprocess

SECTORS, SECTOR = 64, 512
# What mke2fs is told for a file system of this kind.
COMMON = "none,filetype,sparse_super,large_file,dir_index,resize_inode"
FILE_SYSTEMS = {
    "ext2": ["-b", "1024", "-I", "128", "-O", COMMON],
    "ext2-4k": ["-b", "4096", "-I", "256", "-O", COMMON],
    "ext4": ["-b", "1024", "-I", "256", "-J", "size=1", "-O", COMMON +
             ",has_journal,extent,64bit,flex_bg,metadata_csum,huge_file,"
             "dir_nlink,extra_isize"],
}
# A key is pressed and let go; the pointer moves.
TYPED = "10 key 30 1\n20 key 30 0\n40 abs 0 100\n40 abs 1 200\n"
UUID = "c0ffee00-1234-5678-9abc-def012345678"
FIRST = b"This is sector 0.\n"

# These leave a picture on the screen (probe_picture()).
DRAWING = ("probe-gpu", "probe-firmware")
# Golden file -> program and argument for systems/device.cfg. What only some
# machines have is a list of these.
PROBES = {
    "probe-block": ("probe", "block"),
    "probe-net": ("probe", "net"),
    "probe-console": ("probe", "console"),
    "probe-gpu": ("probe", "gpu"),
    "probe-input": ("probe", "input"),
    "probe-firmware": ("firmware", "ramfb"),
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
           "probe-firmware": ("aarch64",),
           "port-16550": ("riscv64", "x86_64"), "port-pl011": ("aarch64",)}


def picture(width, height):
    """What examples/screen draws."""
    def wave(at, size):
        third, v = size // 3, at % size
        return 0 if v > 2 * third else (
            v if v < third else 2 * third - v) * 255 // third

    def pixel(x, y):
        if min(x, y, width - 1 - x, height - 1 - y) < 4 or \
                x * height // width == y:
            return 255, 255, 255
        third, shade = width // 3, 255 if (x // 32 + y // 32) % 2 else 160
        return tuple(wave(x + at, width) * shade // 255
                     for at in (2 * third, third, 0))

    return b"P6\n%d %d\n255\n" % (width, height) + b"".join(
        bytes(pixel(x, y)) for y in range(height) for x in range(width))


def probe_picture():
    """What probe_gpu.c and firmware.c leave on the screen."""
    return b"P6\n32 16\n255\n" + b"".join(
        bytes((x * 8, y * 16, 0x40)) for y in range(16) for x in range(32))


def disk(folder):
    """A fresh disk image."""
    path = pathlib.Path(folder) / "disk.img"
    path.write_bytes(FIRST.ljust(SECTORS * SECTOR, b"\0"))
    return path


def file_system(folder, kind="ext2", size="4M", name=None):
    """A fresh disk image with a file system on it, the same each time."""
    path = pathlib.Path(folder) / (name or kind + ".img")
    path.unlink(missing_ok=True)
    with open(path, "wb") as f:
        f.truncate(int(size[:-1]) << 20)
    done = subprocess.run(
        [tool("mke2fs"), "-q", "-F", *FILE_SYSTEMS[kind], "-U", UUID,
         "-E", "hash_seed=" + UUID, path],
        env=dict(os.environ, E2FSPROGS_FAKE_TIME="1767225600",
                 MKE2FS_CONFIG="/dev/null"), # the host's taste does not count
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
    return path


def tool(name):
    """The path of a system administrator's tool."""
    found = shutil.which(name, path=os.environ.get("PATH", "") +
                         ":/usr/sbin:/sbin")
    assert found, name + " is missing (apt-get install e2fsprogs)"
    return found


def debugfs_write(path, *requests):
    """What debugfs is asked to change in an image, one after the other."""
    subprocess.run([tool("debugfs"), "-w", "-f", "-", path],
                   input="\n".join(requests).encode(), stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE, check=True)


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
    if name == "probe-input":
        path = pathlib.Path(folder) / "typed.txt"
        path.write_text(TYPED)
        return ["--events", str(path)]
    if name in ("screen", "probe-gpu"):
        return ["--screen", str(pathlib.Path(folder) / (name + ".ppm"))]
    if name == "probe-firmware":
        return ["--screen", str(pathlib.Path(folder) / (name + ".ppm")) +
                ",ramfb"]
    return []
