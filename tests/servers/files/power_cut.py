#!/usr/bin/env python3
"""The power is cut at every write of a scenario, and in the middle of it.

    power_cut.py PROGRAM        (power_cut.c; a TAP producer)

What is tested, for each cut (after each write request, and after half of
the sectors of every third) of a file system without journal, as servers/ext2 promises it:
 1. the file system says that it was not closed, unless it was in order (a
    superblock whose checksum is wrong says it, too);
 2. e2fsck -fy repairs it: it exits with 0 or 1, and then e2fsck -fn finds
    nothing;
 3. each file that was synced, and that nothing had begun to change since, is
    under its name with its content; of two such files of which one was being
    renamed over the other, the name has one's content or the other's.
For ext4 every fifth cut, all with VITRINE_EVERY_CUT=1. Its file system has two
groups: a superblock with a checksum, torn between its sectors, is replaced by
e2fsck from the second; in a file system of one group there is none.
Not tested, for it is not so: that what was under way is there, or whole.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from devices import file_system, tool  # noqa: E402

program = sys.argv[1]
SIZE = {"ext2": "2M", "ext4": "10M"}  # two groups: a second superblock
STEP = {"ext2": 1, "ext4": 5}  # VITRINE_EVERY_CUT=1: all of them
E2FSCK = tool("e2fsck")


def call(*words):
    return subprocess.run([str(w) for w in words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)


def requests(image, folder):
    """The sectors of each write request of the scenario."""
    done = call(program, "run", image, 10 ** 9, folder / "whole",
                folder / "whole.facts")
    assert done.returncode == 0, done.stdout
    (folder / "facts").write_text("")
    return [int(line) for line in done.stdout.split()]


def says_closed(image):
    """The state in the superblock: 1, all is well."""
    with open(image, "rb") as f:
        f.seek(1024 + 58)
        return f.read(2) == b"\1\0"


def cut_at(image, folder, cut):
    """None, or what is wrong after a cut at this many sectors."""
    out, facts = folder / ("%d.img" % cut), folder / ("%d.facts" % cut)
    try:
        done = call(program, "run", image, cut, out, facts)
        if done.returncode:
            return "the driver: " + done.stdout
        was_closed = says_closed(out)
        done = call(E2FSCK, "-fy", out)
        if done.returncode > 1:
            return "e2fsck -fy: %d\n%s" % (done.returncode, done.stdout)
        if done.returncode and was_closed and "checksum does not match super" \
                not in done.stdout:
            return "it said that it was closed:\n" + done.stdout
        found = call(E2FSCK, "-fn", out)
        if found.returncode:
            return "e2fsck -fn: %s" % found.stdout
        looked = call(program, "check", out, facts)
        if looked.returncode:
            return looked.stdout + "e2fsck had said:\n" + done.stdout
        return None
    finally:
        out.unlink(missing_ok=True)
        facts.unlink(missing_ok=True)


def cuts_of(sizes):
    """After each request, and within every third one."""
    cuts, at = {0}, 0
    for i, size in enumerate(sizes):
        if size > 1 and i % 3 == 0:
            cuts.add(at + size // 2)
        at += size
        cuts.add(at)
    return sorted(cuts)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-cut-"))
    kinds = ("ext2", "ext4")
    print("1..%d" % len(kinds))
    failures = 0
    try:
        for number, kind in enumerate(kinds, 1):
            image = file_system(folder, kind, SIZE[kind])
            cuts = cuts_of(requests(image, folder))
            if not os.environ.get("VITRINE_EVERY_CUT"):
                cuts = cuts[::STEP[kind]]
            with concurrent.futures.ThreadPoolExecutor(
                    len(os.sched_getaffinity(0))) as pool:
                wrong = [(c, w) for c, w in zip(cuts, pool.map(
                    lambda c: cut_at(image, folder, c), cuts)) if w]
            print("%s %d - %s: power cut at each of %d points" % (
                "not ok" if wrong else "ok", number, kind, len(cuts)))
            for cut, text in wrong[:3]:
                print("# %d: %s" % (cut, text.replace("\n", "\n#   ")))
            if wrong:
                print("# %d in all" % len(wrong))
            failures += bool(wrong)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return failures


sys.exit(main() != 0)
