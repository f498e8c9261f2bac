# The tour, typed: each console block's commands, and what they print.
#
#   ```console
#   $ ./vitrine run hello
#   Hello from Vitrine! I am rom/hello.
#   ```
#
# `...` is left out (shown.py); `(exit code N)` at the end says what the command
# ends with, if not with 0.
# Pages are given as arguments. Prints TAP.
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
sys.path.insert(0, str(here.parent / "system"))
from harness import environment, root, scratch  # noqa: E402
from shown import pattern  # noqa: E402
from tap import done, fact  # noqa: E402

TIMEOUT_S = 900


def blocks(text):
    """(line number, command, wanted lines) of each command."""
    found, inside = [], False
    for n, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append((n, line[2:], []))
        elif inside:
            found[-1][2].append(line)
    return found


def exit_code(wanted):
    """The code it ends with; takes the line that says so."""
    said = re.fullmatch(r"\(exit code (\d+)\)", wanted[-1]) if wanted else None
    if said:
        wanted.pop()
    return int(said.group(1)) if said else 0


def try_page(page):
    folder = scratch / "tour"
    folder.mkdir(exist_ok=True)
    (folder / "out").mkdir(exist_ok=True)
    command = folder / "vitrine"
    command.write_text('#!/bin/sh\nexec "%s/vitrine" "$@"\n' % root)
    command.chmod(0o755)
    for n, typed, wanted in blocks(page.read_text("utf-8")):
        code = exit_code(wanted)
        r = subprocess.run(["sh", "-c", typed], cwd=folder, env=environment,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False,
                           timeout=TIMEOUT_S)
        fact(re.fullmatch(pattern(wanted), r.stdout) is not None
             and r.returncode == code,
             "%s:%d: %s" % (page.relative_to(root), n, typed),
             "exit code %d\n%s" % (r.returncode, r.stdout))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        try_page(pathlib.Path(name).resolve())
    sys.exit(done())
