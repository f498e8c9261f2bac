# L4Re's 92 C service functions (ABI.md, appendix B): services.txt has each with
# the test that calls it (TAP).
#
#   check_services.py ROOT
#
# The list is complete (92, all declared), and a test that is named does call the
# function.
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
COUNT = 92
lines = [line.split(None, 1) for line in
         (pathlib.Path(__file__).parent / "services.txt").read_text()
         .splitlines() if line and not line.startswith("#")]
cases = {name: case.strip() for name, case in lines}
headers = "".join(p.read_text() for p in
                  (root / "sim-kernel/include/l4/re").rglob("*.h"))


def wrong(name, case):
    if not re.search(r"\b%s\s*\(" % name, headers):
        return "no public header declares it"
    path = root / case
    if not path.exists():
        return "there is no %s" % case
    if not re.search(r"\b%s\s*\(" % name, path.read_text()):
        return "%s does not call it" % case
    return None


failed = 0
print("1..%d" % (len(cases) + 1))
for i, (name, case) in enumerate(sorted(cases.items()), 1):
    problem = wrong(name, case)
    failed += bool(problem)
    print("%sok %d - %s" % ("not " if problem else "", i, name))
    if problem:
        print("#   " + problem)
complete = len(cases) == len(lines) == COUNT
print("%sok %d - there are %d" % ("" if complete else "not ", len(cases) + 1,
                                  COUNT))
sys.exit(bool(failed) or not complete)
