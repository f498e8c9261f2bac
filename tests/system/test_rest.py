# No server holds a capability it does not use: what each holds when all is
# quiet is what the table in its README says it needs, no more and no less.
#
#   ## Capabilities it holds
#   At rest in `examples/echo/echo.cfg`, as task `server`: those of every
#   program, and
#   | capability | type | rights | number | why |
#
# The words in the first marks are those of `./vitrine run`; disk.img is a fresh
# disk. A capability is
# called by its fixed slot (task, factory, ...), else by its object's name, else
# `moe` (an object moe made for it), `own` (made by itself) or `given`; names
# and types may have * and ?; rows without go first. `number` is 2, 0-1 or 1+.
# servers/README.md has the table of every program. A new server joins by this
# section alone.
import fnmatch
import functools
import json
import re
import subprocess
import sys
from devices import disk, file_system
from harness import (main, root, run, scratch, test, vitrine)

HEADING = "## Capabilities it holds"
COLUMNS = ["capability", "type", "rights", "number", "why"]
SLOTS = {1: "task", 2: "factory", 3: "thread", 4: "rm", 5: "log", 6: "icu",
         7: "scheduler", 8: "parent", 9: "mem_alloc", 10: "jdb", 17: "rom"}
BEFORE_MOE = {4: "sigma0"}  # moe has no region map



def has_program(folder):
    build = folder / "meson.build"
    return build.exists() and "programs +=" in build.read_text()


servers = sorted(p for p in (root / "servers").iterdir()
                 if p.name != "lib" and has_program(p))


class Row:
    def __init__(self, cells):
        assert len(cells) == len(COLUMNS), "a row has five cells: %s" % cells
        self.name, self.type, self.rights, number, self.why = cells
        m = re.fullmatch(r"(\d+)(?:-(\d+)|(\+))?", number)
        assert m, "%s: number %s is none of 2, 0-1, 1+" % (self.name, number)
        self.least = int(m[1])
        self.most = 10 ** 6 if m[3] else int(m[2] or m[1])
        assert self.why, "%s: why does it need that?" % self.name
        self.found = 0

    def fits(self, held):
        return fnmatch.fnmatchcase(held["name"], self.name) and \
            fnmatch.fnmatchcase(held["type"], self.type)


def section(path):
    text = path.read_text()
    assert HEADING in text, "%s has no section \"%s\"" % (path, HEADING)
    return re.split(r"^## ", text.split(HEADING, 1)[1], flags=re.M)[0]


def rows(text):
    table = [[c.strip().strip("`") for c in line.strip().strip("|").split("|")]
             for line in text.splitlines() if line.startswith("|")]
    assert table and table[0] == COLUMNS, "a table of %s" % COLUMNS
    return [Row(cells) for cells in table[2:]]


def wanted(server):
    """Words of the run, the task's name, and the rows of its table."""
    text = section(server / "README.md")
    m = re.search(r"At\s+rest\s+in\s+`([^`]+)`,\s+as\s+task\s+`([^`]+)`", text)
    assert m, "At rest in `...`, as task `...`: is missing"
    found = rows(text)
    if re.search(r"every\s+program", text):
        names = {r.name for r in found}
        found += [r for r in rows(section(root / "servers/README.md"))
                  if r.name not in names]
    return m[1], m[2], sorted(found, key=lambda r: "*" in r.name)


def archive(path):
    subprocess.run([sys.executable, root / "tests/servers/files/etc_tar.py",
                    path], check=True)
    return path


def no_events(path):
    path.write_text("")
    return path


@functools.cache
def at_end(words):
    """The graph of capabilities when the run `words` has come to rest."""
    trace, graph = scratch / "rest.vtr", scratch / "rest.json"
    found = [disk(scratch) if w == "disk.img" else
             scratch / w if w in ("screen.ppm", "console.txt") else
             no_events(scratch / w) if w == "events.txt" else
             file_system(scratch) if w == "ext2.img" else
             archive(scratch / w) if w == "etc.tar" else
             root / w if (root / w).is_file() else w for w in words.split()]
    run("--trace", trace, *found).expect(0)
    vitrine("graph", trace, "--at", "end", "-o", graph).expect(0)
    return json.loads(graph.read_text())


def held_by(graph, task):
    objects = {o["id"]: o for o in graph["objects"]}
    holder = [o for o in graph["objects"]
              if o["type"] == "task" and o["name"] == task]
    assert len(holder) == 1, "%d tasks are called %s" % (len(holder), task)
    moe = [o["id"] for o in graph["objects"]
           if o["type"] == "task" and o["name"] == "moe"]
    slots = {**SLOTS, **BEFORE_MOE} if task == "moe" else SLOTS
    for c in graph["capabilities"]:
        if c["task"] != holder[0]["id"]:
            continue
        o = objects[c["object"]]
        name = slots.get(c["slot"])
        if not name and o["name"] != "%s %d" % (o["type"], o["id"]):
            name = o["name"]
        elif not name and "from_task" not in c:
            name = "own"
        elif not name:
            name = "moe" if c["from_task"] in moe else "given"
        yield {"name": name, "type": o["type"], "rights": c["rights"],
               "slot": c["slot"]}


def compare(task, found, held):
    wrong = []
    for c in held:
        row = next((r for r in found if r.fits(c)), None)
        if not row:
            wrong.append("holds %(type)s %(name)s (%(rights)s, slot "
                         "%(slot)#x), which its README does not name" % c)
            continue
        row.found += 1
        if set(c["rights"]) - set(row.rights):
            wrong.append("%s: rights %s, its README says %s"
                         % (c["name"], c["rights"], row.rights))
    for row in found:
        if not row.least <= row.found <= row.most:
            wrong.append("%s: %d, its README says %d to %d"
                         % (row.name, row.found, row.least, row.most))
    assert not wrong, "task %s\n%s" % (task, "\n".join(wrong))


def add(server):
    @test("%s holds what it needs" % server.name)
    def _():
        words, task, found = wanted(server)
        compare(task, found, list(held_by(at_end(words), task)))


for folder in servers:
    add(folder)


@test("a capability too many is noticed, and one too few")
def _():
    words, task, found = wanted(root / "servers/sigma0")
    held = list(held_by(at_end(words), task))
    for wrong in (held[1:], held + [dict(held[0], name="more")],
                  [dict(held[0], rights="rwsdvx")] + held[1:]):
        for row in found:
            row.found = 0
        try:
            compare(task, found, wrong)
        except AssertionError:
            continue
        raise AssertionError("was not noticed: %s" % wrong)


main()
