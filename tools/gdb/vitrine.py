# Symbols for simulated programs, as they are loaded.
#
# The simulator calls sim_image_hook(task, base, path) each time a program's
# image is in place: path is the unstripped ELF on the host, base what its
# addresses are shifted by (programs are static position-independent). An
# internal breakpoint there adds the symbols and goes on, so that pending
# breakpoints such as `break hello.c:main` find their place before the
# program runs.
#
#   vitrine-tasks    lists the programs loaded so far

import gdb

images = []  # (task, base, path), in the order loaded

REGISTERS = {
    "i386:x86-64": ("$rdi", "$rsi", "$rdx"),
    "aarch64": ("$x0", "$x1", "$x2"),
}


def hook_arguments(frame):
    """Task, base and path: by name, or where the calling convention puts
    them when the compiler kept no names."""
    try:
        return [frame.read_var(name) for name in ("task", "base", "path")]
    except ValueError:
        names = REGISTERS[frame.architecture().name()]
        values = [gdb.parse_and_eval(name) for name in names]
        return values[:2] + [values[2].cast(
            gdb.lookup_type("char").pointer())]


class ImageHook(gdb.Breakpoint):
    """Stops nowhere: adds the symbols of the image and lets go."""

    def __init__(self):
        super().__init__("sim_image_hook", internal=True)
        self.silent = True

    def stop(self):
        task, base, path = hook_arguments(gdb.newest_frame())
        mask = (1 << 64) - 1
        image = (int(task) & 0xffffffff, int(base) & mask, path.string())
        images.append(image)
        try:
            gdb.execute("add-symbol-file '%s' -o %#x" % (image[2], image[1]),
                        to_string=True)
        except gdb.error as error:
            print("vitrine: no symbols for %s: %s" % (image[2], error))
        return False


class Tasks(gdb.Command):
    """vitrine-tasks: the programs loaded so far, with task id and base."""

    def __init__(self):
        super().__init__("vitrine-tasks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        if not images:
            print("no program is loaded yet")
        for task, base, path in images:
            print("task %-5d %#014x  %s" % (task, base, path))


ImageHook()
Tasks()
