# The programs loaded so far: their symbols, and the command that lists them.
# Loaded by vitrine.py (the simulator) and machine.py (QEMU).
import gdb

images = []  # (task, base, path), in the order loaded


def add_image(task, base, path):
    """Symbols of the ELF file `path`, whose addresses are shifted by `base`."""
    image = (int(task) & 0xffffffff, int(base) & (1 << 64) - 1, path)
    images.append(image)
    try:
        gdb.execute("add-symbol-file '%s' -o %#x" % (path, image[1]),
                    to_string=True)
    except gdb.error as error:
        print("vitrine: no symbols for %s: %s" % (path, error))


class Tasks(gdb.Command):
    """vitrine-tasks: the programs loaded so far, with task id and base."""

    def __init__(self):
        super().__init__("vitrine-tasks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        if not images:
            print("no program is loaded yet")
        for task, base, path in images:
            print("task %-5d %#014x  %s" % (task, base, path))


Tasks()
