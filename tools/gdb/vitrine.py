# Symbols for simulated programs, as they are loaded.
#
# The simulator calls sim_image_hook(task, base, path) each time a program's
# image is in place: path is the unstripped ELF on the host, base what its
# addresses are shifted by (programs are static position-independent). An
# internal breakpoint there adds the symbols and goes on, so that pending
# breakpoints such as `break hello.c:main` find their place before the
# program runs.
import gdb
import gdb.unwinder

gdb.execute("source " + __file__.rpartition("/")[0] + "/images.py")

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
        add_image(task, base, path.string())
        return False


def attached():
    """The programs that were loaded before gdb came: the simulator's own
    list (images.c)."""
    table = gdb.parse_and_eval("images")
    for i in range(int(table["image_count"])):
        image = table["image"][i]
        add_image(int(image["task"]), int(image["base"]),
                  image["module"]["path"].string())


class CheckUnwinder(gdb.unwinder.Unwinder):
    """The way back from a check that leaves its function.

    A check in line (servers/lib/sim/checks_x86_64.h) goes on behind the
    program's code, which belongs to no function; where it comes back to is
    in the instruction `lea BACK(%rip), %r11` there. To gdb it then is a call
    like any other, and `next` and `step` step over it."""

    LEA_R11 = b"\x4c\x8d\x1d"
    OFFSETS = (0, 5, 10)  # two loads of 5 bytes may come first
    USER = range(0x1000000000, 0x9000000000)

    def __init__(self):
        super().__init__("vitrine-check")

    def back(self, pc, r11):
        code = bytes(gdb.selected_inferior().read_memory(pc, 24))
        at = code.find(self.LEA_R11)
        if at in self.OFFSETS:
            after = at + len(self.LEA_R11)
            distance = int.from_bytes(code[after:after + 4], "little",
                                      signed=True)
            return pc + after + 4 + distance
        behind_lea = code[:1] == b"\xe9" or code[:4] == b"\x65\xff\x24\x25"
        return r11 if behind_lea else None

    def __call__(self, frame):
        pc = int(frame.read_register("rip"))
        if pc not in self.USER or gdb.find_pc_line(pc).symtab:
            return None
        try:
            back = self.back(pc, int(frame.read_register("r11")))
        except gdb.MemoryError:
            return None
        if back is None or not gdb.find_pc_line(back).symtab:
            return None
        sp = frame.read_register("rsp")
        unwound = frame.create_unwind_info(FrameId(sp, frame.read_register(
            "rip")))
        unwound.add_saved_register(
            "rip", gdb.Value(back).cast(gdb.lookup_type("unsigned long")))
        unwound.add_saved_register("rsp", sp)
        unwound.add_saved_register("rbp", frame.read_register("rbp"))
        return unwound


class FrameId:
    """What gdb tells frames apart by."""

    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


ImageHook()
for _file in ("l4.py", "back.py"):
    gdb.execute("source " + __file__.rpartition("/")[0] + "/" + _file)
if gdb.selected_inferior().pid:
    attached()
if gdb.selected_inferior().architecture().name() == "i386:x86-64":
    gdb.unwinder.register_unwinder(None, CheckUnwinder(), replace=True)
