# For a simulator that waits for a debugger (`vitrine run --monitor`, key g;
# `vitrine replay --back N --gdb`): the symbols of what is loaded, and on to
# where it stands: in the kernel, behind the event that was shown.
# $vitrine_gdb is this folder.
python gdb.execute("source " + vitrine_gdb + "/vitrine.gdb")
python gdb.execute("source " + vitrine_gdb + "/vitrine.py")
tbreak sim_stop_hook
continue
up
