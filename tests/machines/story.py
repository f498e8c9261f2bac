"""Two stories (`vitrine trace --to story`): what one tells and the other not.

tools/trace/story.c says what a story leaves out, and why. Left out here, too,
is a driver's part: how many bytes its device takes at a time, and so how often
it interrupts, is the device's own business; and io's, which looks at all
devices that the machine has. Nor is it compared what moe took
back last: it does so when it finds time, and the run may end before that. An
interrupt without a name is called by its number, which is of no meaning.
"""
import difflib
import re

NUMBERED = re.compile(r"^(irq) \d+")
LATE = " taken back from "
DRIVERS = {"demo": ("uart", "io"), "irq": ("uart",), "disk": ("driver", "io")}


def parts(text, without):
    """Its parts by title: lines."""
    found, lines = {}, []
    for line in text.splitlines():
        if line.startswith("== "):
            lines = found.setdefault(NUMBERED.sub(r"\1 ...", line[3:]), [])
        else:
            lines.append(line)
    for title in found:
        while title.startswith("moe") and LATE in (found[title] or [""])[-1]:
            found[title].pop()
    return {title: lines for title, lines in found.items()
            if title not in without}


def differences(name, wanted, got):
    """Lines, each with its thread; [] if example `name` told one story."""
    sides = [parts(text, DRIVERS.get(name, ())) for text in (wanted, got)]
    different = []
    for title in sorted(set(sides[0]) | set(sides[1])):
        a, b = (side.get(title, []) for side in sides)
        different += ["%s: %s" % (title, line) for line in
                      difflib.unified_diff(a, b, "simulator", "machine", n=2,
                                           lineterm="")]
    if not sides[0]:
        different.append("the simulator tells nothing")
    return different
