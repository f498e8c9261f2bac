# gdb settings for the simulator; vitrine.py beside it is loaded after this.
#
# A fault of a simulated program arrives as a host signal: it is the
# simulator's daily work, so gdb hands it on without a word. Breakpoints in
# programs stay pending until the program is loaded.
set confirm off
set pagination off
set breakpoint pending on
set print thread-events off
handle SIGSEGV SIGBUS SIGFPE SIGILL nostop noprint pass
