# The story of a run: its trace as tasks, threads, messages, mappings.
#
#   calls = story.calls("client", "server")
#   expect(len(calls) == 3, "three calls", calls, near=calls)
#
# Read once from `vitrine-trace --to json` (one line per record). A person or
# task is named as the system description's log tag names it; a name stands
# for all tasks and threads that carry it.
#
# I1  messages are in the order the kernel passed them.
# I2  a Call's reply comes from the very thread that got the request, or from
#     whom it forwarded the reply capability to; None: never answered.
# I3  a task's name is the first that the kernel, moe or ned gave it: what a
#     student's program calls itself, or a task it made, counts for nothing.
import collections
import dataclasses
import json
import struct
import subprocess

from .places import GRAPH_TOOL, TRACE_TOOL, Problem

CALL, REPLY, ITEMS, IRQ, FAULT = 1, 2, 4, 8, 16  # VTR_F_*
TASK = 1  # VTR_T_TASK
ROWS_MAX = 200000  # ten times what the longest of our runs has
PAGE_FAULT = -2
EXCEPTION = -5
END_REASONS = ("result", "idle", "fault", "deadlock", "limit", "panic",
               "interrupted")


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def text_of(record):
    words = [record[k] for k in ("name0", "name1", "name2", "name3")]
    raw = struct.pack("<4Q", *words)
    text = raw.split(b"\0")[0].decode(errors="replace")
    return "".join(c if c.isprintable() else "?" for c in text)


@dataclasses.dataclass(slots=True)
class Message:
    """One message the kernel passed from a thread to another."""
    time: int  # ns
    sender: int  # thread ids
    receiver: int
    source: str  # names of their tasks
    target: str
    via: str  # name of the gate, "" if none
    label: int  # what the receiver saw of the sender
    tag: int  # the tag's label, signed
    words: int
    items: int
    mr0: int
    mr1: int
    flags: int

    kind = property(lambda m: "fault" if m.flags & FAULT else
                    "irq" if m.flags & IRQ else
                    "reply" if m.flags & REPLY else
                    "call" if m.flags & CALL else "send")

    def __str__(self):
        text = "%10.2f us  %s -> %s  %s" % (self.time / 1000, self.source,
                                            self.target, self.kind)
        text += " %d" % self.tag if self.kind == "reply" else \
            " 0x%x" % self.tag if self.tag >= 0 else " proto %d" % self.tag
        shown = ["0x%x" % w for w in (self.mr0, self.mr1)[:self.words]]
        if self.words > 2:
            shown.append("...")
        if shown:
            text += " (%s)" % ", ".join(shown)
        if self.items:
            text += " +%d item%s" % (self.items, "s"[:self.items > 1])
        return text


@dataclasses.dataclass(slots=True)
class Call:
    """A call and its answer."""
    request: Message
    reply: Message = None
    error: int = None  # IPC error code, where the call ended with one

    time = property(lambda c: c.request.time)
    result = property(lambda c: c.reply.tag if c.reply else None)

    def __str__(self):
        end = str(self.reply).lstrip() if self.reply else \
            "error %d" % self.error if self.error is not None else \
            "never answered"
        return "%s => %s" % (self.request, end)


@dataclasses.dataclass(slots=True)
class Mapping:
    """A page (or more) that one task handed to another."""
    time: int
    source: str
    target: str
    from_va: int
    to_va: int
    size: int
    rights: int  # R 4, W 2, X 1
    frame: int

    def __str__(self):
        return "%10.2f us  %s maps %d bytes at 0x%x to %s at 0x%x, %s" % (
            self.time / 1000, self.source, self.size, self.from_va,
            self.target, self.to_va,
            "".join(c for c, bit in zip("rwx", (4, 2, 1))
                    if self.rights & bit))


@dataclasses.dataclass(slots=True)
class Event:
    """Any other record, with its fields as attributes of `f`."""
    time: int
    name: str
    who: str
    f: dict

    def __str__(self):
        fields = " ".join("%s=%s" % (k, v) for k, v in self.f.items())
        return "%10.2f us  %s %s %s" % (self.time / 1000, self.who,
                                        self.name, fields)


_UNREAD = (b'"event":"ENTER"', b'"event":"LEAVE"')


def _is_read(line):
    """Is the record worth being understood? Neither are the mappings that the
    kernel makes at the start, half of a short run's records."""
    if b'"event":"MEM_MAP"' in line:
        return b'"from_task":0,' not in line
    return not any(name in line for name in _UNREAD)


_ALWAYS = ("NAME", "BIND", "CREATE", "IPC", "IPC_ERROR", "END")


def _rows(path, reads):
    """The records that a story is made of, the first ROWS_MAX: a program
    that fills its trace must not fill the grader's memory."""
    rows = []
    only = [] if reads is None else ["--event=" + ",".join(_ALWAYS + reads)]
    with subprocess.Popen([TRACE_TOOL, path, "--to", "json", *only],
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as tool:
        for line in tool.stdout:
            if _is_read(line):
                rows.append(json.loads(line))
            if len(rows) == ROWS_MAX:
                tool.kill()
                return rows
        said = tool.stderr.read()
    if tool.returncode not in (0, 105):
        raise Problem(said.decode(errors="replace").strip())
    return rows


class Story:
    """All of it. Empty (no tasks, no messages) when the run wrote none."""

    def __init__(self, run=None):
        self.run = run
        self.names = {}  # object id -> name
        self.task_of = {}  # thread id -> task id
        self.task_ids = set()
        self.messages_all = []
        self.calls_all = []
        self.maps_all = []
        self.events_all = []
        self.cpu_ns = collections.Counter()  # thread id -> ns
        self.held = collections.defaultdict(dict)  # task -> slot -> object
        self.end = "none"
        self.result = None
        self.last_time = 0
        self._open = {}  # caller thread -> Call
        self._running = (0, 0)
        self._called = {}  # what name() said

    @staticmethod
    def read(path, run=None):
        story = Story(run)
        if not path.is_file() or path.stat().st_size == 0:
            return story
        rows = _rows(path, run.lab.reads if run else None)
        story._read_names(rows)
        for row in rows:
            story._take(row)
        return story

    # --- reading -----------------------------------------------------------

    def _read_names(self, rows):
        """Names before all else: a message may pass before its sender has
        one. Only the kernel, moe and ned name tasks (I3)."""
        trusted, task_of, settled = set(), {0: 0}, set()
        for row in rows:
            kind, by = row["event"], task_of.get(row["thread"])
            official = row["thread"] == 0 or by in trusted
            if kind == "BIND":
                task_of[row["thread"]] = row["task"]
            elif kind == "CREATE" and row["type"] == TASK:
                self.task_ids.add(row["object"])
                if row["thread"] == 0:
                    trusted.add(row["object"])
            elif kind == "NAME":
                made, name = row["object"], text_of(row)
                if made in settled:
                    continue
                if official:
                    settled.add(made)
                    self.names[made] = name
                    if name == "ned" and made in self.task_ids:
                        trusted.add(made)
                elif made not in self.task_ids:
                    self.names[made] = name

    def name(self, thread):
        """The name of a thread's task, or of an object."""
        found = self._called.get(thread)
        if found is None:
            found = self._called[thread] = self._look_up(thread)
        return found

    def _look_up(self, thread):
        task = self.task_of.get(thread, thread)
        return self.names.get(task, self.names.get(thread, "#%d" % thread))

    def _take(self, row):
        self.last_time = row["time"]
        handler = getattr(self, "_on_" + row["event"].lower(), None)
        if handler:
            handler(row)
        if row["event"] in ("PAGE_FAULT", "EXCEPTION", "FAULT_REPORT",
                            "IPC_ERROR", "TIMEOUT", "INVOKE", "RESULT", "SWITCH",
                            "IPC_BLOCK", "MEM_UNMAP", "CAP_MAP", "CAP_UNMAP",
                            "THREAD_PRIO", "MARK", "WAIT", "IRQ", "CREATE"):
            fields = {k: v for k, v in row.items()
                      if k not in ("time", "cpu", "event", "flags")}
            self.events_all.append(Event(row["time"], row["event"],
                                         self.name(row["thread"]), fields))

    def _on_bind(self, row):
        self.task_of[row["thread"]] = row["task"]
        self._called.clear()

    def _on_switch(self, row):
        who, since = self._running
        self.cpu_ns[who] += row["time"] - since
        self._running = (row["to"], row["time"])

    def _on_ipc(self, row):
        tag = row["tag"]
        m = Message(row["time"], row["thread"], row["to"],
                    self.name(row["thread"]), self.name(row["to"]),
                    self.names.get(row["via"], "") if row["via"] else "",
                    row["label"], signed(tag) >> 16, tag & 63,
                    tag >> 6 & 63, row["mr0"], row["mr1"], row["flags"])
        self.messages_all.append(m)
        if m.flags & REPLY:
            call = self._open.pop(m.receiver, None)
            if call:
                call.reply = m
        elif m.flags & CALL:
            call = Call(m)
            self._open[m.sender] = call
            self.calls_all.append(call)

    def _on_ipc_error(self, row):
        call = self._open.pop(row["thread"], None)
        if call:
            call.error = row["code"]

    def _on_mem_map(self, row):
        if row["from_task"]:
            self.maps_all.append(Mapping(
                row["time"], self.name(row["from_task"]),
                self.name(row["to_task"]), row["from_va"], row["to_va"],
                1 << (row["order_rights"] >> 8), row["order_rights"] & 15,
                row["paddr"]))

    def _on_cap_map(self, row):
        self.held[row["to_task"]][row["to_slot"]] = row["object"]

    def _on_cap_unmap(self, row):
        if row["rights"] & 15 == 15 or row["rights"] == 0:
            self.held[row["task"]].pop(row["slot"], None)

    def _on_end(self, row):
        who, since = self._running
        self.cpu_ns[who] += row["time"] - since
        self.end = END_REASONS[row["reason"]]
        self.result = row["result"]

    # --- asking ------------------------------------------------------------

    @staticmethod
    def _is(name, wanted):
        return wanted is None or name == wanted or (
            not isinstance(wanted, str) and name in wanted)

    def messages(self, source=None, target=None, kind=None, tag=None):
        """Messages by names of tasks, kind and tag label; None: any."""
        return [m for m in self.messages_all
                if self._is(m.source, source) and self._is(m.target, target)
                and (kind is None or m.kind == kind)
                and (tag is None or m.tag == tag)]

    def calls(self, source=None, target=None, tag=None):
        """Calls (not page faults) with their answers."""
        return [c for c in self.calls_all
                if self._is(c.request.source, source)
                and self._is(c.request.target, target)
                and c.request.kind == "call"
                and (tag is None or c.request.tag == tag)]

    def faults(self, source=None, target=None):
        """Page faults as the calls they are; request.mr0 is the address
        with bit 1 for a write."""
        return [c for c in self.calls_all
                if c.request.kind == "fault" and c.request.tag == PAGE_FAULT
                and self._is(c.request.source, source)
                and self._is(c.request.target, target)]

    def maps(self, source=None, target=None):
        return [m for m in self.maps_all
                if self._is(m.source, source) and self._is(m.target, target)]

    def events(self, name, who=None):
        return [e for e in self.events_all
                if e.name == name and self._is(e.who, who)]

    def threads(self, task):
        """Ids of the threads of the tasks with that name."""
        return [t for t, k in self.task_of.items()
                if self.names.get(k) == task]

    def cpu_time(self, task):
        """CPU time of all threads of a task, ns."""
        return sum(self.cpu_ns[t] for t in self.threads(task))

    def holds(self, task, name):
        """Does a task of that name hold an object called `name` at the end?"""
        return any(self.names.get(o) == name
                   for k, slots in self.held.items()
                   if self.names.get(k) == task for o in slots.values())

    def broken_rules(self, policy):
        """What `vitrine graph --check` says of rules that do not hold."""
        tool = subprocess.run([GRAPH_TOOL, self.run.trace, "--check", policy],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if tool.returncode not in (0, 1):
            raise Problem(tool.stdout.strip())
        return tool.stdout.splitlines() if tool.returncode else []

    def of(self, system):
        """The story of another system of the same schedule; None: it was not
        run on it."""
        run = self.run.others.get(system)
        return run and run.story

    def submitted(self, name):
        """The text of a file that was handed in."""
        path = self.run.sources / name
        return path.read_text(errors="replace")

    def excerpt(self, near, lines=8):
        """The messages around a moment, a record or a list of them."""
        if isinstance(near, (list, tuple)):
            near = near[-1] if near else None
        if near is None:
            return []
        moment = near if isinstance(near, int) else near.time
        tasks = None
        request = getattr(near, "request", near)
        if isinstance(request, Message):
            tasks = {request.source, request.target}
        shown = [m for m in self.messages_all
                 if tasks is None or m.source in tasks and m.target in tasks]
        at = sum(1 for m in shown if m.time <= moment)
        part = shown[max(0, at - lines // 2 - 1):at + lines // 2]
        return ["%s%s" % ("> " if m is request else "  ", m) for m in part]
