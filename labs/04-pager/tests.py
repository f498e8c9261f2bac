# Lab 4 is judged by page faults, what was mapped, and what was read.
from vlab import expect, test

PAGE = 4096
ZONE = 4
SHARED, COPY, END = ZONE, 2 * ZONE, 3 * ZONE
R, W = 4, 2
WINDOW, READ, DONE, ASK = 0x401, 0x410, 0x411, 0x402
WORD, WRITTEN = 5, 7


def vary(rng):
    return {"SEED": rng.randrange(1000, 1 << 30)}


def window(story):
    calls = story.calls("paged", "pager", WINDOW)
    expect(calls, "the program to announce its window", "it did not")
    return calls[0].request.mr0


def page_of(story, address):
    return (address - window(story)) // PAGE


def worker_faults(story, first=0, last=END):
    """The faults in pages first..last-1 of the window."""
    return [c for c in story.faults("paged", "pager")
            if first <= page_of(story, c.request.mr0) < last]


def mapped(story, first, last):
    """page -> the mappings the pager made there, in order."""
    found = {page: [] for page in range(first, last)}
    for m in story.maps("pager", "paged"):
        page = page_of(story, m.to_va)
        if page in found:
            found[page].append(m)
    return found


def reads(story):
    """(page, value, message) of every read the worker told, in order."""
    return [(m.mr0, m.mr1, m)
            for m in story.messages("paged", "paged", tag=READ)]


def each_answered(story, first, last):
    faults = worker_faults(story, first, last)
    expect(faults, "page faults in pages %d to %d" % (first, last - 1),
           "there are none")
    for call in faults:
        expect(call.reply, "an answer to each fault", "none came", call)


@test("demand: a fault is answered with a page at its place", 2, "zones")
def answered(story):
    each_answered(story, 0, SHARED)
    for call in worker_faults(story, 0, SHARED):
        expect(call.result >= 0, "a page", "error %d" % call.result, call)
        at = call.request.mr0 & ~(PAGE - 1)
        here = [m for m in story.maps("pager", "paged") if m.to_va == at]
        expect(here, "a mapping at 0x%x" % at,
               story.maps("pager", "paged")[-1:] or "nothing mapped", call)


DEMAND = "demand: a fault is answered with a page at its place"


@test("demand: one page at a time, to read and write", 1, "zones",
      after=DEMAND)
def one_page(story):
    for page, maps in mapped(story, 0, SHARED).items():
        expect(len(maps) == 1, "page %d mapped once" % page,
               "%d times" % len(maps), maps)
        expect(maps[0].size == PAGE, "4096 bytes", maps[0].size, maps)
        expect(maps[0].rights & (R | W) == R | W, "rights rw",
               maps[0], maps)


@test("demand: every page is a page of its own, of zeros", 2, "zones",
      after="demand: one page at a time, to read and write")
def fresh(story):
    frames = [m.frame for maps in mapped(story, 0, SHARED).values()
              for m in maps]
    expect(len(set(frames)) == len(frames), "%d frames" % len(frames),
           "%d" % len(set(frames)))
    seed = story.values["SEED"]
    of_zone = [r for r in reads(story) if r[0] < SHARED]
    for page, value, m in of_zone[:-ZONE]:
        expect(value == 0, "page %d to read 0" % page, hex(value), m)
    for page, value, m in of_zone[-ZONE:]:
        expect(value == seed + page, "page %d to read 0x%x" %
               (page, seed + page), hex(value), m)


@test("shared: one frame, the template, in all pages", 3, "zones",
      after=DEMAND)
def shared(story):
    each_answered(story, SHARED, COPY)
    maps = [m for maps in mapped(story, SHARED, COPY).values() for m in maps]
    expect(len({m.frame for m in maps}) == 1 and len(maps) >= ZONE,
           "one frame in 4 pages", "%d frames in %d mappings" %
           (len({m.frame for m in maps}), len(maps)), maps)
    values = [v for page, v, _ in reads(story) if SHARED <= page < COPY]
    wanted = story.values["SEED"] + WORD
    expect(values[:ZONE] == [wanted] * ZONE, "word 5 to read 0x%x" % wanted,
           " ".join(map(hex, values[:ZONE])) or "nothing read")


SHARING = "shared: one frame, the template, in all pages"


@test("shared: the pages are read only", 2, "zones", after=SHARING)
def read_only(story):
    for maps in mapped(story, SHARED, COPY).values():
        for m in maps:
            expect(not m.rights & W, "rights without w", m, m)


@test("shared: a write is refused", 2, "zones", after=SHARING)
def refused(story):
    wrote = [c for c in worker_faults(story, SHARED, COPY)
             if c.request.mr0 & 2]
    expect(wrote, "a write fault in a shared page", "there is none")
    expect(wrote[-1].reply, "an answer", "none came", wrote[-1])
    expect(wrote[-1].result < 0, "a negative label",
           "label %d" % wrote[-1].result, wrote[-1])


@test("copy: a page that is only read is the template, read only", 2,
      "zones", after=SHARING)
def copy_read(story):
    template = mapped(story, SHARED, COPY)[SHARED][0].frame
    last = mapped(story, COPY, END)[END - 1]
    expect(len(last) == 1, "page %d mapped once" % (END - 1),
           "%d times" % len(last), last)
    expect(last[0].frame == template, "the template's frame", "another one",
           last)
    expect(not last[0].rights & W, "rights without w", last[0], last)


@test("copy: a written page is a frame of its own, to read and write", 3,
      "zones", after=SHARING)
def copy_write(story):
    template = mapped(story, SHARED, COPY)[SHARED][0].frame
    frames = set()
    for page in range(COPY, END - 1):
        maps = mapped(story, COPY, END)[page]
        expect(maps, "page %d to be mapped" % page, "it is not")
        expect(maps[-1].rights & W and maps[-1].frame != template,
               "page %d writable, not the template's frame" % page, maps[-1],
               maps)
        frames.add(maps[-1].frame)
    expect(len(frames) == ZONE - 1, "%d frames" % (ZONE - 1),
           "%d" % len(frames))


@test("copy: a written page keeps the template's words, and the template "
      "its own", 3, "zones",
      after="copy: a written page is a frame of its own, to read and write")
def contents(story):
    seed = story.values["SEED"]
    expect(story.messages("paged", "paged", tag=DONE),
           "the program to come to its end", "it did not")
    tail = [r for r in reads(story)][-(2 * ZONE + 1):]
    wanted = []
    for i in range(ZONE):
        wanted.append((COPY + i, seed + WORD))
        wanted.append((COPY + i, i + 1 if i < ZONE - 1 else seed + WRITTEN))
    wanted.append((SHARED, seed + WRITTEN))
    for (page, want), (where, got, m) in zip(wanted, tail):
        expect((page, want) == (where, got), "page %d to read 0x%x" %
               (page, want), "page %d reads 0x%x" % (where, got), m)


@test("a fault beyond the window is refused", 2, "beyond", after=DEMAND)
def beyond(story):
    start = window(story)
    outside = [c for c in story.faults("paged", "pager")
               if c.request.mr0 & ~7 == start + END * PAGE]
    expect(outside, "a fault behind the window", "there is none")
    expect(outside[0].reply and outside[0].result < 0, "a negative label",
           outside[0], outside[0])


@test("nested: the page comes from the outer pager", 3, "nested")
def nested(story):
    faults = worker_faults(story, 0, ZONE)
    expect(faults, "page faults", "there are none")
    asked = story.calls("pager", "outer", ASK)
    expect(asked, "the pager to ask the outer one", "it did not", faults)
    for call in faults:
        expect(call.reply and call.result >= 0, "a page", call, call)
    ours = {m.frame for m in story.maps("outer", "pager")}
    for m in story.maps("pager", "paged"):
        expect(m.frame in ours, "a frame that came from outer", m, m)


@test("nested: each page once, at its place, and kept", 3, "nested",
      after="nested: the page comes from the outer pager")
def nested_places(story):
    seed = story.values["SEED"]
    for page, maps in mapped(story, 0, ZONE).items():
        expect(len(maps) == 1, "page %d mapped once" % page,
               "%d times" % len(maps), maps)
    asked = [c.request.mr0 for c in story.calls("pager", "outer", ASK)]
    expect(sorted(asked) == list(range(ZONE)), "each page asked for once",
           "asked for pages %s" % asked, story.calls("pager", "outer", ASK))
    for page, value, m in reads(story)[-ZONE:]:
        expect(value == seed + page, "page %d to read 0x%x" %
               (page, seed + page), hex(value), m)
