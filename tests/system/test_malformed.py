# Each service against malformed messages (tests/servers/malformed): right
# errors, no crash, and nothing lost. One line of targets.c is a target, one of
# malformed.cfg its server.
#
# VITRINE_MALFORMED=N sends N messages to each instead of 100,000,
# VITRINE_MALFORMED_SEED=S others. A failure names the seed.
import os
import pathlib
import re
import tarfile
from harness import devices, main, root, run, scratch, test

COUNT = int(os.environ.get("VITRINE_MALFORMED", 100_000))
SEED = int(os.environ.get("VITRINE_MALFORMED_SEED", 1))
folder = root / "tests/servers/malformed"
targets = re.findall(r"^    {TABLE\((\w+),", (folder / "targets.c").read_text(),
                     re.M)
# probe and depot have a test of their own (tests/servers/server).
ELSEWHERE = {"probe", "depot"}


def archive():
    """A tar archive of a file, a directory and a link."""
    path = scratch / "malformed.tar"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, kind in (("a", tarfile.REGTYPE), ("d", tarfile.DIRTYPE),
                           ("d/a", tarfile.REGTYPE), ("l", tarfile.SYMTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.mode = kind, "d/a", 0o755
            tar.addfile(entry)
    return path


def add(target):
    @test("%s: %d malformed messages" % (target, COUNT))
    def _():
        disk = ["--disk", "%s,snapshot" % devices.disk(scratch)]
        (scratch / "events.txt").write_text("")
        wants = {"archive": ["--module", archive()],
                 "ext2": ["--disk", "%s,snapshot"
                          % devices.file_system(scratch)],
                 "event": ["--events", scratch / "events.txt"],
                 "block": disk, "vbus": disk, "inhibitor": disk, "icu": disk,
                 "platform": disk, "nic": ["--net", "hub"],
                 "goos": ["--screen", scratch / "screen.ppm"]}
        r = run("--until", "600", *wants.get(target.split("_")[0], []),
                folder / "malformed.cfg", target, COUNT, SEED)
        r.expect(0)
        assert r.out.count("\nok ") + r.out.startswith("ok ") >= 4, r
        assert "not ok" not in r.out, r


for name in targets:
    add(name)


@test("every interface that is described is a target")
def _():
    described = {pathlib.Path(p).stem for p in root.glob("*/**/*.iface")
                 if not {"build", "extern"} & set(p.parts)}
    missing = described - set(targets) - ELSEWHERE
    assert not missing, "no line in targets.c: %s" % missing


main()
