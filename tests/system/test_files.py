# Files on a disk, from outside: what programs in the simulator wrote is what
# the host's tools find, and the file system is without a fault.
import hashlib
import subprocess
from devices import FILE_SYSTEMS, debugfs_write, file_system, tool
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


def holds_on(kind, program):
    """The program's facts hold on a new file system, which is sound then."""
    path = file_system(scratch, kind)
    r = run_system(path, program).expect(0)
    assert "not ok" not in r.out and "\n1.." in r.out, r
    is_sound(path)
    return path


for kind in FILE_SYSTEMS:
    @test(kind + ": all that files can do, and e2fsck finds nothing")
    def _(kind=kind):
        path = holds_on(kind, "test-fs")
        state = debugfs(path, "show_super_stats -h").decode()
        assert "clean" in [line.split()[-1] for line in state.splitlines()
                           if line.startswith("Filesystem state")], state


for kind in FILE_SYSTEMS:
    @test(kind + ": many names, beyond 4 GiB, no room")
    def _(kind=kind):
        holds_on(kind, "test-limits")


@test("what is written is what the host reads, and the other way round")
def _():
    path = file_system(scratch, "ext4")
    (scratch / "from-host").write_bytes(b"0123456789abcdef" * 5000)
    done = subprocess.run(
        [tool("debugfs"), "-w", "-f", "-", path],
        input=b'write "%s" large\nmkdir d\nsymlink l large\n'
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


def with_files(kind):
    """A file system with two files and a directory, not closed."""
    path = file_system(scratch, kind)
    (scratch / "from-host").write_bytes(b"0123456789abcdef" * 1000)
    debugfs_write(path, 'write "%s" one' % (scratch / "from-host"),
                  'write "%s" two' % (scratch / "from-host"), "mkdir d",
                  "set_super_value state 0")
    return path


def poke(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


for kind in FILE_SYSTEMS:
    @test(kind + ": what was not closed is repaired, and written")
    def _(kind=kind):
        path = with_files(kind)
        # An inode whose name has gone, a wrong count, no bit in the bitmaps.
        debugfs_write(path, "unlink one", "sif two links_count 7",
                      "freeb %s" % debugfs(path, "blocks two").split()[0]
                      .decode(), "freei two", "set_super_value state 0")
        assert e2fsck(path, "-fn")[0] == 4
        r = run("--disk", path, root / "examples/files/disk.cfg").expect(0)
        assert "1 corrected, 1 without a name freed" in r.out, r
        is_sound(path)
        assert debugfs(path, "cat motd") == b"Stays"
        assert len(debugfs(path, "cat two")) == 16000


def is_refused(path, why):
    before = path.read_bytes()
    r = run("--disk", path, root / "examples/files/disk.cfg")
    assert "read-only: " in r.out and why in r.out and "e2fsck" in r.out, r
    assert r.code != 0, r
    assert path.read_bytes() == before


@test("what it cannot repair is read, not written: e2fsck is named")
def _():
    path = with_files("ext2")
    block = debugfs(path, "blocks one").split()[0].decode()
    debugfs_write(path, "sif two block[0] " + block, "set_super_value state 0")
    is_refused(path, "a block of it is another's, too")
    path = with_files("ext2-4k")
    at = int(debugfs(path, "blocks d").split()[0]) * 4096
    poke(path, at + 4, b"\x03\0")
    is_refused(path, "a directory is damaged")
    path = with_files("ext2-4k")
    poke(path, at + 12 + 4, b"\x0c\0")
    poke(path, at + 24, b"\x0c\0\0\0\xe8\x0f\x01\x01/")
    is_refused(path, "a name in it is damaged")
    path = with_files("ext4")
    at = int(debugfs(path, "blocks d").split()[0]) * 1024
    poke(path, at + 12 + 8, b"x")
    is_refused(path, "a checksum is wrong")
    path = with_files("ext4")
    debugfs_write(path, "feature needs_recovery")
    is_refused(path, "its journal must be replayed")
    path = with_files("ext2")
    debugfs_write(path, "set_super_value state 2")
    is_refused(path, "it has errors")


@test("a disk with no file system is one clear line")
def _():
    path = scratch / "none.img"
    path.write_bytes(b"\0" * 65536)
    r = run("--disk", path, "--until", "5", root / "examples/files/disk.cfg")
    assert "no file system" in r.out, r


main()
