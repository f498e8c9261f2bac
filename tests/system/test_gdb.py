# A debugger on the simulator: breakpoints, stacks, steps and variables in the
# kernel and in programs that are loaded later.
import re
import shutil
from harness import Skip, main, records, run_traced, scratch, test, vitrine


def gdb(system, *commands, options=()):
    """./vitrine gdb in batch mode, the commands from a script."""
    if not shutil.which("gdb"):
        raise Skip("gdb is missing")
    script = scratch / "script.gdb"
    script.write_text("".join(c + "\n" for c in commands))
    return vitrine("gdb", *options, system, "--batch", "-x", script)


def expect(r, *patterns):
    """The patterns occur in the output, in this order."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern, re.M).search(r.out, at)
        assert found, "nothing matches %r there\n%s" % (pattern, r)
        at = found.end()


@test("the kernel: break, backtrace, step, print")
def _():
    r = gdb("hello", "break ipc_start", "run", "bt", "info args", "step",
            "step", "print *t", "info breakpoints")
    expect(r, r"^Breakpoint 1, ipc_start \(.*\) at .*sim-kernel/core/ipc\.c:",
           r"^#0 +ipc_start \(", r"^#\d+ .*machine_run",
           r"^#\d+ .*\bmain \(", r"breakpoint already hit 1 time")


@test("a program: break in main before it is loaded, backtrace, step, print")
def _():
    r = gdb("clntsrv", "break client.c:main", "run", "bt", "print argc",
            "print argv[0]", "next", "next", "next", "info locals", "step",
            "vitrine-tasks")
    expect(r, r"^Breakpoint 1, main \(argc=(?:argc@entry=)?2, .*\) at "
           r".*examples/clntsrv/client\.c:\d+$",
           r"^#0 +main \(argc=(?:argc@entry=)?2, ", r"^\$1 = 2$",
           r'^\$2 = 0x[0-9a-f]+ "rom/clntsrv_client"$',
           r"^\d+\t.*\n\d+\t.*\n\d+\t", r"^i = 1$", r"^\d+\t +\w",
           r"^task \d+ .*programs/ned$",
           r"^task \d+ .*programs/clntsrv_server$",
           r"^task \d+ .*programs/clntsrv_client$")


@test("two programs, each has its own main; one file, two instances")
def _():
    r = gdb("clntsrv", "break server.c:main", "break client.c:main", "run",
            "continue", "print argv[1]", "continue", "print argv[1]",
            "continue")
    expect(r, r"^Breakpoint 1, main \(",
           r"^Breakpoint 2, main \(.*\) at .*client\.c:", r'= 0x\w+ "1"$',
           r"^Breakpoint 2(?:\.\d+)?, main \(.*\) at .*client\.c:",
           r'= 0x\w+ "7"$',
           r"client-b\| operation 99: no such operation",
           r"exited normally")


@test("a function of a program called again and again stops each time")
def _():
    r = gdb("clntsrv", "break calc_neg", "tbreak client.c:main", "run",
            "continue", "print a", "bt", "continue", "continue",
            "info breakpoints", "delete", "continue")
    expect(r, r"^Temporary breakpoint 2, main ", r"^Breakpoint 1(?:\.\d+)?, ",
           r"^#\d+ .*main \(", r"^Breakpoint 1", r"^Breakpoint 1",
           r"already hit 3 times", r"exited normally")


@test("a fault is passed on to its program, not to gdb")
def _():
    r = gdb("isolation", "run", "print $_exitcode")
    expect(r, r"^victim\| my secret is as it was$", r"exited normally",
           r"^\$1 = 0$")
    assert "received signal" not in r.out + r.err, r


@test("a stop at a program's fault shows where, with its stack")
def _():
    r = gdb("isolation", "break port_fault_report", "run",
            "print *trap", "continue", "delete", "continue")
    expect(r, r"^Breakpoint 1, port_fault_report ", r"cause = CAUSE_PAGE_FAULT",
           r"^Breakpoint 1, port_fault_report ", r"exited normally")


@test("stops and steps change nothing in the trace")
def _():
    wanted = run_traced("clntsrv")[1]
    path = scratch / "gdb.vtr"
    gdb("clntsrv", "break server.c:main", "break client.c:main",
        "break ipc_start if 0", "run", "next", "next", "continue", "step",
        "continue", "next", "delete", "continue", options=("--trace", path))
    got = path.read_bytes()
    assert len(list(records(got))) == len(list(records(wanted)))
    assert got == wanted, "the traces differ"


@test("l4 commands show the kernel's tasks, threads, capabilities, waits")
def _():
    r = gdb("clntsrv", "break client.c:main", "run", "l4 tasks", "l4 threads",
            "l4 caps server", "l4 mappings server", "l4 ipc",
            "l4 who-holds calc", "l4 trace 3", "l4 caps nobody",
            options=("--trace", scratch / "l4.vtr"))
    expect(r, r"^server \(task \d+\) +\d+ capabilities, +\d+ mappings$",
           r"^server \(thread \d+\) +of server +prio +\d+  blocked  "
           r"waits for anybody", r"^ *0x16 rwsv +calc \(gate \d+\)$",
           r"^0x[0-9a-f]+ +\d+ KiB r.. -> 0x",
           r"^server \(thread \d+\) waits for anybody",
           r"^ned \(task \d+\) +slot 0x\w+ rwsdv$",
           r"^server \(task \d+\) +slot 0x16 rwsv$",
           r"^ +\d+\.\d{3} us thread \d+ +[A-Z_]+ +0x")
    assert "there is no task 'nobody'" in r.err + r.out, r


main()
