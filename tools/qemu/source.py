"""Source lines for addresses in programs, from their debug information.

The kernel's reports name an address as "[program+0x1234]"; people read
"in function (file.c:12)", as in the simulator's.
"""
import os
import re
import shutil
import subprocess

PLACE = re.compile(rb"\[([\w.-]+)\+0x([0-9a-f]+)\]")
# A system call's own lines: whoever made it is meant.
STUBS = ("/include/l4/", "/lib/libc/")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))) + "/"


def short(where):
    """A file of ours by its path in the checkout."""
    where = os.path.normpath(where.split(" ")[0])
    return re.sub(r"^(\.\./)+", "", where.removeprefix(ROOT))


class Source:
    def __init__(self, target, programs):
        self.files = {os.path.basename(p): p for p in programs}
        tools = ("%s-linux-gnu-addr2line" % target, "addr2line")
        self.tool = next(filter(None, map(shutil.which, tools)), None)

    def frames(self, name, offset):
        """(function, file:line), the innermost first."""
        done = subprocess.run([self.tool, "-f", "-i", "-e", self.files[name],
                               "%#x" % offset], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
        lines = done.stdout.split("\n")
        return [(f, short(where))
                for f, where in zip(lines[::2], lines[1::2])
                if f != "??" and not where.startswith("??")]

    def place(self, found):
        name = found[1].decode()
        if self.tool and name in self.files:
            frames = self.frames(name, int(found[2], 16))
            for function, where in frames:
                if not any(stub in "/" + where for stub in STUBS) \
                        or (function, where) == frames[-1]:
                    return ("in %s (%s)" % (function, where)).encode()
        return b"in %s+0x%s" % (found[1], found[2])

    def line(self, line):
        """The line with every place in words."""
        return PLACE.sub(self.place, line)
