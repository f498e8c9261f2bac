# Symbols for the programs of a machine in QEMU, as they are loaded.
#
# The kernel calls port_image_loaded(space, task, base, name) each time a
# program's image is in place. An internal breakpoint on its first instruction
# finds the arguments where the calling convention puts them, adds the
# symbols of the file of that name among the programs built, and goes on. So
# `break hello.c:main` may be typed before the program is there.
#
# QEMU sets breakpoints by address, in no memory and in no address space: each
# program has addresses of its own.
import os
import gdb

gdb.execute("source " + __file__.rpartition("/")[0] + "/images.py")

PROGRAMS = os.environ["VITRINE_PROGRAMS"]
ARGUMENTS = {
    "riscv:rv64": ("$a1", "$a2", "$a3"),
    "aarch64": ("$x1", "$x2", "$x3"),
    "i386:x86-64": ("$rsi", "$rdx", "$rcx"),
}


class ImageHook(gdb.Breakpoint):
    """Stops nowhere: adds the symbols of the image and lets go."""

    def __init__(self):
        super().__init__("*port_image_loaded", internal=True)
        self.silent = True

    def stop(self):
        machine = gdb.newest_frame().architecture().name()
        if machine == "riscv:rv64":
            # The function is empty: back from it, there is no breakpoint to
            # step over. (On aarch64 the machine hangs after this.)
            gdb.execute("set $pc = $ra")
        names = ARGUMENTS[machine]
        task, base, name = [gdb.parse_and_eval(n) for n in names]
        name = name.cast(gdb.lookup_type("char").pointer()).string()
        path = os.path.join(PROGRAMS, name.rpartition("/")[2])
        add_image(task, base, path)
        return False


ImageHook()
