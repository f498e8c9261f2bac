# tools/qemu/qmp.py before a monitor that is not QEMU's. Prints TAP.
import json
import pathlib
import socket
import sys
import tempfile
import threading

root = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(root / "tools/qemu"))
sys.dont_write_bytecode = True
from qmp import Monitor  # noqa: E402

GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2}}}}
STOPPED = {"event": "SHUTDOWN"}
count = failures = 0


def fact(holds, name):
    global count, failures
    count += 1
    failures += not holds
    print("%s %d - %s" % ("ok" if holds else "not ok", count, name))


def serve(listener, lines):
    """Says these lines, and answers one command."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rw") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
        file.flush()
        if GREETING in lines and file.readline():
            file.write(json.dumps({"return": {}}) + "\n")
            file.flush()


def monitor(*lines):
    with tempfile.TemporaryDirectory(prefix="vitrine-qmp-") as folder:
        path = folder + "/qmp"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            thread = threading.Thread(target=serve, args=(listener, lines))
            thread.start()
            try:
                return Monitor(path, 0)
            except EOFError:
                return None
            finally:
                listener.close()
                thread.join(600)


m = monitor(GREETING)
fact(m and m.version == (7, 2) and not m.events, "a greeting is understood")
m = monitor(STOPPED, GREETING)
fact(m and m.version == (7, 2) and m.events == ["SHUTDOWN"],
     "what happened before the greeting is kept")
fact(monitor(STOPPED) is None, "a monitor that goes away is told as that")
print("1..%d" % count)
sys.exit(failures > 0)
