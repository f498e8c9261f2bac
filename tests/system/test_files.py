# Files on a disk, from outside: what programs in the simulator wrote is what
# the host's tools find, and the file system is without a fault.
import hashlib
import subprocess
from devices import FILE_SYSTEMS, file_system, tool
from harness import main, root, run, scratch, simulator, program, test

PROGRAMS = ("sigma0", "moe", "ned", "buses.lua", "io", "block", "ext2", "vfs")


def e2fsck(path, *options):
    """e2fsck's exit code and what it said."""
    done = subprocess.run([tool("e2fsck"), *options, path],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def is_sound(path):
    code, said = e2fsck(path, "-fn")
    assert code == 0, said


def debugfs(path, request):
    done = subprocess.run([tool("debugfs"), "-R", request, path],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True)
    return done.stdout


def run_system(disk, client, *arguments):
    """The description tests/servers/files/ext2.cfg with a client."""
    files = [program(name) for name in (*PROGRAMS, client)]
    return simulator("--until=60", "--disk", disk,
                     "--command=rom/ned rom/ext2.cfg " + " ".join(
                         [client, *arguments]),
                     *files, root / "tests/servers/files/ext2.cfg")


for kind in FILE_SYSTEMS:
    @test(kind + ": all that files can do, and e2fsck finds nothing")
    def _(kind=kind):
        path = file_system(scratch, kind)
        r = run_system(path, "test-fs").expect(0)
        assert "not ok" not in r.out and "\n1.." in r.out, r
        is_sound(path)
        state = debugfs(path, "show_super_stats -h").decode()
        assert "clean" in [line.split()[-1] for line in state.splitlines()
                           if line.startswith("Filesystem state")], state


@test("what is written is what the host reads, and the other way round")
def _():
    path = file_system(scratch, "ext4")
    (scratch / "from-host").write_bytes(b"0123456789abcdef" * 5000)
    done = subprocess.run(
        [tool("debugfs"), "-w", "-f", "-", path],
        input=b"write %s large\nmkdir d\nsymlink l large\n"
        % str(scratch / "from-host").encode(), stdout=subprocess.PIPE)
    assert done.returncode == 0
    words = ("--disk", path, root / "examples/files/disk.cfg")
    r = run(*words).expect(0)
    assert 'client| disk/motd: "Stays"' in r.out, r
    is_sound(path)
    assert debugfs(path, "cat motd") == b"Stays"
    data = debugfs(path, "cat large")
    assert hashlib.sha256(data).digest() == hashlib.sha256(
        (scratch / "from-host").read_bytes()).digest()


@test("a file system that was not closed is read, not written")
def _():
    path = file_system(scratch, "ext2")
    debugfs_write(path, "set_super_value state 0")
    r = run("--disk", path, root / "examples/files/disk.cfg")
    assert "read-only: it was not closed" in r.out, r
    assert r.code != 0, r


def debugfs_write(path, request):
    subprocess.run([tool("debugfs"), "-w", "-R", request, path],
                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE, check=True)


@test("a disk with no file system is one clear line")
def _():
    path = scratch / "none.img"
    path.write_bytes(b"\0" * 65536)
    r = run("--disk", path, "--until", "5", root / "examples/files/disk.cfg")
    assert "no file system" in r.out, r


main()
