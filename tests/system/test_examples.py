# Each example: its exit code, what it prints, what is reported about it.
#
# golden/NAME.txt holds the console's text, and after a line "--- stderr" the
# reports. Addresses inside a program's image depend on the compiler: their
# last six digits are written as "......" there (the first digits name the
# program's slot); that they are right is asked of addr2line, and that two
# runs print the same ones is compared as they are.
#
# VITRINE_UPDATE_GOLDEN=1 writes the files anew: look at the difference.
# (harness.py, check_golden)
import re
import shutil
import subprocess
from harness import (EXAMPLES, Skip, check_golden, main, program, run, test,
                     words)

IMAGE = 0x100000  # where a program's image begins in its slot
SLOT = 0x10000000


for example in EXAMPLES:
    test(example + " prints what golden/%s.txt says, twice" % example)(
        lambda name=example: check_golden(name, *words(name)))


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
