# Each example: its exit code, what it prints, what is reported about it.
#
# golden/NAME.txt holds the console's text, and after a line "--- stderr" the
# reports. Addresses inside a program's image depend on the compiler: their
# last six digits are written as "......" there (the first digits name the
# program's slot); that they are right is asked of addr2line, and that two
# runs print the same ones is compared as they are.
#
# VITRINE_UPDATE_GOLDEN=1 writes the files anew: look at the difference.
import os
import re
import shutil
import subprocess
from harness import EXAMPLES, Skip, here, main, program, run, test

IMAGE = 0x100000  # where a program's image begins in its slot
SLOT = 0x10000000


def mask(text):
    return re.sub(r"0x(1[1-8][0-9a-f]{2})[0-9a-f]{6}\b", r"0x\1......", text)


def shown(r):
    return "%s--- stderr\n%s--- exit code %d\n" % (r.out, mask(r.err), r.code)


def check_golden(name):
    r = run(name)
    golden = here / "golden" / (name + ".txt")
    if os.environ.get("VITRINE_UPDATE_GOLDEN"):
        golden.write_text(shown(r))
    wanted = golden.read_text()
    assert shown(r) == wanted, "wanted:\n%s\ngot:\n%s" % (wanted, shown(r))
    again = run(name)
    assert (again.out, again.err) == (r.out, r.err), "the second run differs"


for example in EXAMPLES:
    test(example + " prints what golden/%s.txt says, twice" % example)(
        lambda name=example: check_golden(name))


@test("a report's source line is the one addr2line finds")
def _():
    if not shutil.which("addr2line"):
        raise Skip("addr2line is missing")
    r = run("isolation")
    found = re.findall(r"by ip 0x([0-9a-f]+) in (\w+) \((\S+):(\d+)\)", r.err)
    assert len(found) == 4, "four faults have a place\n%s" % r
    for ip, function, file, line in found:
        # The reported address is that of the access, or behind it when a
        # check found it: both belong to the line, or the one just before.
        offset = int(ip, 16) % SLOT - IMAGE
        said = subprocess.run(
            ["addr2line", "-i", "-f", "-e", program("isolation_crash"),
             hex(offset - 1), hex(offset)],
            stdout=subprocess.PIPE, text=True, check=True).stdout
        assert function in said.split(), said
        assert re.search(re.escape(file) + ":" + line + r"\b", said), (
            "%s:%s is not in\n%s" % (file, line, said))


main()
