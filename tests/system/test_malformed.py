# Each service against malformed messages (tests/servers/malformed): right
# errors, no crash, and nothing lost. One line of targets.c is a target, one of
# malformed.cfg its server.
#
# VITRINE_MALFORMED=N sends N messages to each instead of the default (the aim
# is 100000), VITRINE_MALFORMED_SEED=S others. A failure names the seed.
import os
import pathlib
import re
from harness import devices, main, root, run, scratch, test

COUNT = int(os.environ.get("VITRINE_MALFORMED", 10_000))
SEED = int(os.environ.get("VITRINE_MALFORMED_SEED", 1))
folder = root / "tests/servers/malformed"
targets = re.findall(r"^    {TABLE\((\w+),", (folder / "targets.c").read_text(),
                     re.M)
# probe and depot have a test of their own (tests/servers/server).
ELSEWHERE = {"probe", "depot"}


def add(target):
    @test("%s: %d malformed messages" % (target, COUNT))
    def _():
        disk = ["--disk", "%s,snapshot" % devices.disk(scratch)]
        (scratch / "events.txt").write_text("")
        wants = {"event": ["--events", scratch / "events.txt"],
                 "block": disk, "vbus": disk, "nic": ["--net", "hub"],
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
