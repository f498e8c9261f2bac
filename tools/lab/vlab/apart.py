# Calls of a function, each in a process of its own, some at once.
#
#   each(work, lines, jobs)   (line, work(*line)) as they end, in any order
#
# A process that ends without an answer (out of memory, killed) costs its call
# alone: the others go on as before, and the call is tried once more; then its
# answer is None. One that is left behind by a caller that was killed does what
# it was at and ends.
import collections
import contextlib
import multiprocessing
import multiprocessing.connection
import signal

TRIES = 2


def _answer(here, there, work, line):
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once
    here.close()  # who waits for the answer is another
    answer = work(*line)
    with contextlib.suppress(BrokenPipeError):
        there.send(answer)


def _start(context, work, line):
    """A process at work: where its answer comes, and the process."""
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(here, there, work, line))
    process.start()
    there.close()  # the process's alone: its end is the pipe's
    return here, process


def each(work, lines, jobs):
    context = multiprocessing.get_context("fork")
    waiting = collections.deque((line, 1) for line in lines)
    running = {}  # where an answer comes -> (process, line, which try)
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                line, tried = waiting.popleft()
                here, process = _start(context, work, line)
                running[here] = process, line, tried
            for here in multiprocessing.connection.wait(list(running)):
                process, line, tried = running.pop(here)
                try:
                    answer = here.recv()
                except (EOFError, OSError):
                    answer = None
                here.close()
                process.join()
                if answer is None and tried < TRIES:
                    waiting.append((line, tried + 1))
                else:
                    yield line, answer
    finally:
        for process, *_ in running.values():
            process.terminate()
            process.join()
