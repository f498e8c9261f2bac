#!/usr/bin/env python3
"""The power is cut at every write of a scenario, and in the middle of it.

    power_cut.py PROGRAM        (power_cut.c; a TAP producer)

What is tested, for each cut (after each write request, and after half of
the sectors of every third) of a file system without journal, as servers/ext2
promises it:
 1. the file system says that it was not closed, unless it was in order;
 2. e2fsck -fy repairs it: it exits with 0 or 1, and then e2fsck -fn finds
    nothing;
 3. the server repairs it by itself and can write again, and when it has,
    e2fsck -fn finds nothing. Of a write that was torn between two sectors it
    may say that it cannot;
 4. the same if power is cut at each write of that repair, and the next one is
    left to finish (at every 24th cut);
 5. after 2, 3 and 4: each file that was synced, and that nothing had begun to
    change since, is under its name with its content; of two such files of
    which one was being renamed over the other, the name has one's content or
    the other's.
Every fourth cut, for ext4 every tenth, all with VITRINE_EVERY_CUT=1. The file
systems have one group, so only one superblock: it must outlive every cut.
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
from devices import debugfs_write, file_system, tool  # noqa: E402

program = sys.argv[1]
STEP = {"ext2": 4, "ext4": 10}  # VITRINE_EVERY_CUT=1: all of them
AGAIN = 24  # cuts at which the repair is cut, too
READ_ONLY = 3  # exit code of power_cut repair
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


def image_of(folder, kind):
    """A file system with a file that has a block of attributes."""
    image = file_system(folder, kind, "4M")
    (folder / "content").write_bytes(b"0123456789" * 300)
    debugfs_write(image, "feature ext_attr",
                  'write "%s" named' % (folder / "content"),
                  "ea_set named user.long " + "attribute" * 30)
    call(E2FSCK, "-fy", image)
    return image


def says_closed(image):
    """The state in the superblock: 1, all is well."""
    with open(image, "rb") as f:
        f.seek(1024 + 58)
        return f.read(2) == b"\1\0"


def by_e2fsck(image, facts):
    """None, or what is wrong after e2fsck has repaired the image."""
    was_closed = says_closed(image)
    done = call(E2FSCK, "-fy", image)
    if done.returncode > 1:
        return "e2fsck -fy: %d\n%s" % (done.returncode, done.stdout)
    if done.returncode and was_closed:
        return "it said that it was closed:\n" + done.stdout
    found = call(E2FSCK, "-fn", image)
    if found.returncode:
        return "e2fsck -fn: %s" % found.stdout
    looked = call(program, "check", image, facts)
    if looked.returncode:
        return looked.stdout + "e2fsck had said:\n" + done.stdout
    return None


def by_server(image, out, facts, may_refuse):
    """What is wrong after the server has repaired the image, and how many
    sectors that took; the image stays."""
    done = call(program, "repair", image, 10 ** 9, out, facts)
    if done.returncode == READ_ONLY and may_refuse:
        return None, 0
    if done.returncode:
        return "the server: %d\n%s" % (done.returncode, done.stdout), 0
    found = call(E2FSCK, "-fn", out)
    if found.returncode:
        return "after the server, e2fsck -fn: %s\nThe server had said: %s" % (
            found.stdout, done.stdout), 0
    return None, int(done.stdout.split()[-2])


def by_server_again(image, out, facts, sectors):
    """None, or what is wrong if power is cut while the server repairs."""
    half = out.with_suffix(".half")
    try:
        for cut in range(0, sectors, 2):
            done = call(program, "repair", image, cut, half, facts)
            wrong = "" if done.returncode == 0 else done.stdout
            wrong = wrong or by_server(half, out, facts, False)[0]
            if wrong:
                return "cut at %d of the repair: %s" % (cut, wrong)
        return None
    finally:
        half.unlink(missing_ok=True)


def cut_at(image, folder, cut, is_torn, again):
    """None, or what is wrong after a cut at this many sectors."""
    disk, out, facts = (folder / ("%d.%s" % (cut, kind))
                        for kind in ("img", "out", "facts"))
    try:
        done = call(program, "run", image, cut, disk, facts)
        if done.returncode:
            return "the driver: " + done.stdout
        wrong, sectors = by_server(disk, out, facts, is_torn)
        if again and not wrong:
            wrong = by_server_again(disk, out, facts, sectors)
        return wrong or by_e2fsck(disk, facts)
    finally:
        for path in (disk, out, facts):
            path.unlink(missing_ok=True)


def cuts_of(sizes):
    """After each request, and within every third one: sectors -> is torn."""
    cuts, at = {0: False}, 0
    for i, size in enumerate(sizes):
        if size > 1 and i % 3 == 0:
            cuts[at + size // 2] = True
        at += size
        cuts[at] = False
    return sorted(cuts.items())


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-cut-"))
    kinds = ("ext2", "ext4")
    print("1..%d" % len(kinds))
    failures = 0
    try:
        for number, kind in enumerate(kinds, 1):
            image = image_of(folder, kind)
            cuts = cuts_of(requests(image, folder))
            if not os.environ.get("VITRINE_EVERY_CUT"):
                cuts = cuts[::STEP[kind]]
            cuts = [(cut, is_torn, i % AGAIN == 0)
                    for i, (cut, is_torn) in enumerate(cuts)]
            with concurrent.futures.ThreadPoolExecutor(
                    len(os.sched_getaffinity(0))) as pool:
                wrong = [(c[0], w) for c, w in zip(cuts, pool.map(
                    lambda c: cut_at(image, folder, *c), cuts)) if w]
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
