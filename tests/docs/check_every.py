# Nothing one can start or call is without its page (TAP): each sub-command of
# ./vitrine has a section of docs/commands.md and a help text; each server and
# each folder of tools a README, which the page above it leads to; each page of
# the site's contents is there. (check_pages.py: system calls.)
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
from tap import done, fact  # noqa: E402

root = here.parent.parent
SHARED = {"interfaces", "lib"}  # of servers: no programs


def folders(place):
    return sorted(p.name for p in (root / place).iterdir()
                  if p.is_dir() and not p.name.startswith("_"))


commands = re.search(r"^    (demo \|.*)\)$", (root / "vitrine").read_text(),
                     re.M)[1].split(" | ")
sections = re.findall(r"^## (.*)$", (root / "docs/commands.md").read_text(),
                      re.M)
named = {word for s in sections for part in s.split(", ")
         for word in part.split()[:1]}
for command in commands:
    fact(command in named, "docs/commands.md has a section: " + command,
         named)
    said = subprocess.run([root / "vitrine", "help", command],
                          stdout=subprocess.PIPE, text=True)
    fact(said.returncode == 0 and command in said.stdout,
         "vitrine help " + command, said.stdout)
fact(not named - set(commands), "each section is a command's",
     named - set(commands))
fact(len(commands) > 15, "the commands were found", commands)

index = (root / "servers/README.md").read_text()
for name in folders("servers"):
    fact((root / "servers" / name / "README.md").is_file(),
         "servers/%s has a page" % name)
    if name not in SHARED:
        fact(re.search(r"\b%s\b" % name, index), "servers/README.md names it: "
             + name)
index = (root / "tools/README.md").read_text()
for name in folders("tools"):
    fact((root / "tools" / name / "README.md").is_file(),
         "tools/%s has a page" % name)
    fact(re.search(r"\b%s\b" % name, index), "tools/README.md names it: "
         + name)
for page in re.findall(r'"([^"*]*\.md)"', (root / "docs/site.toml").read_text()):
    fact((root / page).is_file(), "docs/site.toml: " + page)
sys.exit(done())
