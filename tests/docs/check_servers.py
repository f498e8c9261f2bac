# docs/servers/README.md against examples/echo (TAP): what the page tells to
# write is what stands there, and the whole server stays under 40 lines; and the
# interfaces' pages against their descriptions.
#
#   check_servers.py ROOT
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1])
page = (root / "docs/servers/README.md").read_text()
echo = root / "examples/echo"
LINES = 40


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def code_lines(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    return [line for line in text.splitlines() if line.strip()]


files = {p.name: plain(p.read_text()) for p in echo.iterdir() if p.is_file()}
blocks = [b for b in re.findall(r"^```\n(.*?)^```", page, re.M | re.S)
          if not b.startswith("## ")]
cases = []
for number, block in enumerate(blocks, 1):
    # A call stands for itself, whatever is done with its result.
    parts = [block] if "\n}" in block or "=" in block or "interface" in block \
        else block.replace(");", ")|").split("|")
    missing = [p for p in map(plain, parts)
               if p and not any(p in text for text in files.values())]
    cases.append(("block %d of the page is in examples/echo" % number,
                  missing))
used = len(code_lines(echo / "server.c"))
cases.append(("echo's server has %d lines of code, under %d" % (used, LINES),
              [] if used < LINES else ["too many"]))
cases.append(("the page has blocks to compare",
              [] if len(blocks) >= 4 else ["only %d" % len(blocks)]))

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
