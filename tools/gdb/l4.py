# The kernel's world, in gdb: for the simulator and for QEMU alike.
#
#   l4 tasks            tasks, with how much they hold
#   l4 threads          threads: state, priority, whom they wait for
#   l4 caps TASK        a task's capabilities (id or name)
#   l4 mappings TASK    what memory is mapped into it
#   l4 ipc              who waits for whom, and who owes whom an answer
#   l4 trace [N]        the last N records in the trace ring
#   l4 who-holds OBJ    every capability to an object
#
# Everything starts at the kernel's list of all objects, object_all, and goes
# by the types of the debug information: no address is known here.

import gdb

TYPES = ("none", "task", "thread", "gate", "irq", "factory", "scheduler",
         "icu", "log", "debugger", "semaphore", "dma space", "vm",
         "thread group")
RIGHTS = ((4, "r"), (1, "w"), (2, "s"), (8, "d"), (16, "v"))
TASK, THREAD = 1, 2


def tree_size(root):
    return int(root["size"]) if root else 0


def container(pointer, type_name, member):
    """container_of(): the struct that the pointed-to member is in."""
    whole = gdb.lookup_type("struct " + type_name)
    offset = next(f.bitpos // 8 for f in whole.fields() if f.name == member)
    address = int(pointer) - offset
    return gdb.Value(address).cast(whole.pointer())


def objects():
    head = gdb.parse_and_eval("&object_all")
    at = head["next"]
    while at != head:
        yield container(at, "object", "all")
        at = at["next"]


def type_of(o):
    return int(o["ops"]["type"])


def name_of(o):
    """A person's name for it: its own, or its type and number."""
    if not o:
        return "nobody"
    text = o["name"].string()
    number = int(o["id"])
    kind = TYPES[type_of(o)] if type_of(o) < len(TYPES) else "object"
    return "%s (%s %d)" % (text, kind, number) if text else "%s %d" % (
        kind, number)


def as_task(o):
    return container(o, "task", "object")


def as_thread(o):
    return container(o, "thread", "object")


def thread_object(t):
    return t["object"].address if t else None


def find(text, wanted=None):
    """The object called `text`: its id or its name."""
    hits = [o for o in objects() if (wanted is None or type_of(o) == wanted)
            and text in (str(int(o["id"])), o["name"].string())]
    if not hits:
        raise gdb.GdbError("there is no %s '%s'" % (
            TYPES[wanted] if wanted else "object", text))
    return hits[-1]


def slots(task):
    """The used slots of a task's capability table."""
    table = task["caps"]
    page_slots = int(gdb.parse_and_eval("(int)CAP_PAGE_SLOTS"))
    part_pages = int(gdb.parse_and_eval("(int)CAP_PART_PAGES"))
    for page in range(int(table["dir_size"])):
        part = (table["dir"] if page < part_pages
                else table["parts"][page // part_pages])
        first = part[page % part_pages] if part else 0
        if not first:
            continue
        for i in range(page_slots):
            slot = (first + i).dereference()
            if slot["object"]:
                yield slot


def rights_text(rights):
    return "".join(c for bit, c in RIGHTS if int(rights) & bit) or "-"


def mappings(place):
    """A tree of mappings, by address."""
    if not place:
        return
    yield from mappings(place["left"])
    yield container(place, "mem_node", "place")
    yield from mappings(place["right"])


def short(value):
    """An enum without its prefix: THREAD_BLOCKED -> blocked."""
    return str(value).split("_", 1)[-1].lower()


def waiting(t):
    ipc = t["ipc"]
    phase = short(ipc["phase"])
    if short(t["state"]) != "blocked" or phase == "none":
        return ""
    anybody = phase == "receive" and ipc["open"] or not ipc["partner"]
    partner = "anybody" if anybody else name_of(thread_object(ipc["partner"]))
    via = ", through " + name_of(ipc["via"]) if ipc["via"] else ""
    how = "to send to" if phase == "send" else "for"
    return "waits %s %s%s, since %.3f us" % (
        how, partner, via, int(ipc["since"]) / 1000)


class L4(gdb.Command):
    """l4: the kernel's tasks, threads, capabilities (help l4 tasks, ...)."""

    def __init__(self):
        super().__init__("l4", gdb.COMMAND_STATUS, prefix=True)


class Listing(gdb.Command):
    """A sub-command whose function prints lines."""

    def __init__(self, name, function):
        self.__doc__ = "l4 %s: %s" % (name, function.__doc__)
        self.function = function
        super().__init__("l4 " + name, gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        for line in self.function(*gdb.string_to_argv(argument)):
            print(line)


def tasks():
    """all tasks, with how much they hold"""
    for o in objects():
        if type_of(o) == TASK:
            t = as_task(o)
            yield "%-30s %4d capabilities, %4d mappings" % (
                name_of(o), t["caps"]["used"], tree_size(t["mem"]["nodes"]))


def threads():
    """all threads: state, priority, what they wait for"""
    for o in objects():
        if type_of(o) == THREAD:
            t = as_thread(o)
            task = t["task"]
            yield "%-30s of %-12s prio %3d  %-8s %s" % (
                name_of(o),
                task["object"]["name"].string() if task else "no task",
                int(t["prio"]), short(t["state"]), waiting(t))


def caps(task):
    """the capabilities of TASK (id or name): slot, rights, object"""
    for s in slots(as_task(find(task, TASK))):
        parent = s["map"]["parent"]
        yield "%#6x %-5s %s%s" % (int(s["index"]), rights_text(s["rights"]),
                                  name_of(s["object"]),
                                  "" if parent else " (made by the kernel)")


def mapped(task):
    """the memory mapped into TASK (id or name)"""
    for n in mappings(as_task(find(task, TASK))["mem"]["nodes"]):
        size = 1 << int(n["order"])
        rights = int(n["rights"])
        yield "%#014x %8d KiB %s%s%s -> %#x" % (
            int(n["place"]["key"]), size >> 10, "r" if rights & 4 else "-",
            "w" if rights & 2 else "-", "x" if rights & 1 else "-",
            int(n["pa"]))


def ipc():
    """who waits for whom, and who owes whom an answer"""
    for o in objects():
        if type_of(o) != THREAD:
            continue
        t = as_thread(o)
        if waiting(t):
            yield "%s %s" % (name_of(o), waiting(t))
        if t["reply_to"]:
            yield "%s owes %s an answer" % (
                name_of(o), name_of(thread_object(t["reply_to"])))


def trace(count="20"):
    """the last N records that are still in the trace ring"""
    ring = gdb.parse_and_eval("trace_ring")
    have, size = int(ring["count"]), int(ring["size"])
    if not have:
        yield "the trace ring is empty (run with --trace)"
    event = gdb.lookup_type("enum vtr_event")
    for k in range(max(0, have - int(count)), have):
        r = ring["record"][(int(ring["start"]) + k) % size]
        name = str(r["event"].cast(event)).replace("VTR_", "")
        yield "%12.3f us thread %-4d %-12s %s" % (
            int(r["time"]) / 1000, int(r["thread"]), name,
            " ".join("%#x" % int(r["arg"][i]) for i in range(6)))


def who_holds(wanted):
    """every capability to OBJ (id or name)"""
    target = find(wanted)
    for o in objects():
        if type_of(o) != TASK:
            continue
        for s in slots(as_task(o)):
            if s["object"] == target:
                yield "%-30s slot %#x %s" % (name_of(o), int(s["index"]),
                                             rights_text(s["rights"]))


L4()
for _name, _function in (("tasks", tasks), ("threads", threads),
                         ("caps", caps), ("mappings", mapped), ("ipc", ipc),
                         ("trace", trace), ("who-holds", who_holds)):
    Listing(_name, _function)
