# The whole echo server stays under 40 lines, and the interfaces' pages are what
# their descriptions say (TAP). The page itself is typed by check_ten_minutes.py.
#
#   check_servers.py ROOT
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1])
echo = root / "examples/echo"
LINES = 40


def code_lines(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    return [line for line in text.splitlines() if line.strip()]


cases = []
used = len(code_lines(echo / "server.c"))
cases.append(("echo's server has %d lines of code, under %d" % (used, LINES),
              [] if used < LINES else ["too many"]))
# The interfaces' pages, made anew.
with tempfile.TemporaryDirectory() as fresh:
    subprocess.run([sys.executable, root / "tools/interface/interface.py",
                    "--pages", fresh], check=True)
    there, wanted = ({p.name: p.read_text() for p in folder.iterdir()}
                     for folder in (root / "docs/servers/interfaces",
                                    pathlib.Path(fresh)))
    for name in sorted(set(there) | set(wanted)):
        cases.append(("docs/servers/interfaces/%s is what its description says"
                      % name, [] if there.get(name) == wanted.get(name) else
                      ["make it anew: its README says how"]))

failed = 0
print("1..%d" % len(cases))
for number, (what, missing) in enumerate(cases, 1):
    failed += bool(missing)
    print("%sok %d - %s" % ("not " if missing else "", number, what))
    for m in missing:
        print("#   not there: " + m)
sys.exit(bool(failed))
