# l4 back [N]: N events earlier, in the simulator under `vitrine replay --back
# N --gdb` or the monitor's key g.
#
# The simulator keeps copies of itself (sim-kernel/port/sim/checkpoint.c). One
# is told, by its pipe, up to which event to go on and wait there for a
# debugger; gdb leaves the process it has and takes that one.
import struct
import time

import gdb

PATIENCE_S = 300


class Back(gdb.Command):
    """l4 back [N]: the run as it was N events earlier (1)"""

    def __init__(self):
        super().__init__("l4 back", gdb.COMMAND_RUNNING)

    def wake(self, record):
        """The latest copy that is early enough goes on up to RECORD."""
        pid = gdb.selected_inferior().pid
        table = gdb.parse_and_eval("checkpoints")
        for i in reversed(range(int(table["count"]))):
            copy = table["copy"][i]
            if int(copy["record"]) > record:
                continue
            try:
                with open("/proc/%d/fd/%d" % (pid, int(copy["wake"])),
                          "wb", buffering=0) as pipe:
                    pipe.write(struct.pack("Q", record))
                return
            except OSError:
                continue  # it made room for later ones
        raise gdb.GdbError("there is no copy of the run that early")

    def other_process(self):
        for _ in range(PATIENCE_S * 20):
            pid = int(gdb.parse_and_eval("checkpoints.shared->stands"))
            if pid:
                return pid
            time.sleep(0.05)
        raise gdb.GdbError("the run did not come back")

    def invoke(self, argument, from_tty):
        if not gdb.parse_and_eval("checkpoints.shared"):
            raise gdb.GdbError("this run keeps no copies of itself "
                               "(vitrine replay TRACE --back N --gdb does)")
        record = int(gdb.parse_and_eval("control.record"))
        record -= int(argument or "1")
        if record < 1:
            raise gdb.GdbError("there is no event that early")
        gdb.execute("set var checkpoints.shared->stands = 0")
        gdb.execute("set var checkpoints.shared->debug = 1")
        self.wake(record)
        pid = self.other_process()
        gdb.execute("kill", to_string=True)
        gdb.execute("attach %d" % pid, to_string=True)
        gdb.execute("tbreak sim_stop_hook", to_string=True)
        gdb.execute("continue", to_string=True)
        gdb.execute("up", to_string=True)
        print("at event %d" % record)


Back()
