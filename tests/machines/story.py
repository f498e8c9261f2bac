"""Two stories (`vitrine trace --to story`): what one tells and the other not.

tools/trace/story.c says what a story leaves out, and why. Left out here, too,
is a driver's part: how many bytes its device takes at a time, so how often it
interrupts, and where its registers are, is the device's own business; and
io's, which looks at all devices that the machine has. Nor is it compared what
moe took back last: it does so when it finds time, and the run may end before
that. An object without a name is called by its number, which depends on how
many there were before: it has none here.
"""
import difflib
import re

NUMBERED = re.compile(r"\b(irq|factory|gate|task|thread|semaphore) \d+")
TO = re.compile(r"^-> |: irq$|^memory .* to ")  # before or behind a receiver
LATE = " taken back from "
DRIVERS = {"demo": ("uart", "io"), "irq": ("uart",),
           "disk": ("driver", "io"), "screen": ("fb", "io"),
           "net": ("driver-0", "driver-1", "io")}
# Whose threads meet as time has it: compared is what is said, not how often, in
# which order, who had to wait for it, and what was left over at the end.
LOOSE = ("net", "smp")
NOISE = re.compile(r"\birq\b|thread switch$|^ends with: receive timeout$|"
                   + LATE)
ONE_OF_MANY = re.compile(r"/\d+")


def parts(text, without):
    """Its parts by title: lines, but for those about `without`."""
    found, lines = {}, []
    for line in NUMBERED.sub(r"\1 ...", text).splitlines():
        if line.startswith("== "):
            lines = found.setdefault(line[3:], [])
        else:
            lines.append(line)
    for title in found:
        while title.startswith("moe") and LATE in (found[title] or [""])[-1]:
            found[title].pop()
    kept = {title: [line for line in lines if TO.sub("", line) not in without]
            for title, lines in found.items()
            if not set(re.split(" for |, ", title)) & set(without)}
    return {title: lines for title, lines in kept.items() if lines}


def loosely(sequences):
    """Of each program, what it says to anybody: lines, each once."""
    said = {}
    for title, lines in sequences.items():
        who = ONE_OF_MANY.sub("", title.split(" for ")[0])
        said.setdefault(who, set()).update(
            ONE_OF_MANY.sub("", line) for line in lines
            if not NOISE.search(line))
    return {who: sorted(lines) for who, lines in said.items() if lines}


def differences(name, wanted, got):
    """Lines, each with its thread; [] if example `name` told one story."""
    sides = [parts(text, DRIVERS.get(name, ())) for text in (wanted, got)]
    if name in LOOSE:
        sides = [loosely(side) for side in sides]
    different = []
    for title in sorted(set(sides[0]) | set(sides[1])):
        a, b = (side.get(title, []) for side in sides)
        different += ["%s: %s" % (title, line) for line in
                      difflib.unified_diff(a, b, "simulator", "machine", n=2,
                                           lineterm="")]
    if not sides[0]:
        different.append("the simulator tells nothing")
    return different
