# Bad input: one clear line that names file and line where there is one, an
# exit code that is not 0, and every file that was there as it was.
import os
import random
import resource
import struct
from harness import (BUG, TRACE, USAGE, comment, description,
                     main, parts_left, program, root, run, scratch,
                     simulator, system, test, vitrine)

HEADER, PROGRAM_HEADER, HEADERS_MAX = 64, 56, 16
CASES = int(os.environ.get("VITRINE_ELF_CASES", 300))


def expect_line(r, code, *parts):
    """Exactly one line of complaint, with these parts; no run began."""
    r.expect(code)
    said = r.err or r.out
    assert said.count("\n") == 1, "one line wanted\n%s" % r
    for part in parts:
        assert part in said, "%r is not said\n%s" % (part, r)


def expect_script_line(r, *parts):
    """As above, said by ned of the script it runs."""
    assert r.code not in (0, BUG), r
    lines = r.out.splitlines() + r.err.splitlines()
    assert len(lines) == 1, "one line wanted\n%s" % r
    for part in parts:
        assert part in lines[0], "%r is not said\n%s" % (part, r)


# --- names -----------------------------------------------------------------

@test("a program or description that is missing")
def _():
    r = run("no-such-thing")
    expect_line(r, USAGE, "vitrine: ", "no-such-thing", "hello", "clntsrv")
    expect_line(run(scratch / "none.cfg"), USAGE, "none.cfg: no such file")
    expect_line(run(scratch / "none"), USAGE, "none: no such file")
    expect_line(run(scratch), USAGE, "is not a file")


@test("a description that names a module that is missing")
def _():
    cfg = description('local L4 = require("L4")\n\n'
                      'L4.default_loader:start({}, "rom/absent")\n')
    expect_line(run(cfg), USAGE, "%s:3: no module 'absent'" % cfg)


@test("a module that is only found to be missing at run time")
def _():
    cfg = description('local L4 = require("L4")\n'
                      'L4.default_loader:start({}, "rom/" .. "absent")\n')
    expect_script_line(run(cfg), "test.cfg:2:", "absent")


# --- scripts ---------------------------------------------------------------

BROKEN = {
    "a syntax error": ('local x = 1\nlocal y = = 2\n', "test.cfg:2:"),
    "an error": ('local x = 1\n\nerror("so it is")\n',
                 "test.cfg:3: so it is"),
    "an unknown variable's field": ('local x = nothing.at_all\n',
                                    "test.cfg:1:"),
    "an unknown capability": (
        'local L4 = require("L4")\n'
        'L4.default_loader:start({caps = {a = L4.Env.nonesuch}},\n'
        '                        "rom/hello")\n', "test.cfg:2:", "nonesuch"),
    "a value that is no capability": (
        'local L4 = require("L4")\n'
        'L4.default_loader:start({caps = {a = 17}}, "rom/hello")\n',
        "test.cfg:2:", "capability"),
    "a misspelt option": (
        'local L4 = require("L4")\n'
        'L4.default_loader:start({cpas = {}}, "rom/hello")\n',
        "test.cfg:2:", "cpas"),
    "a misspelt part of L4": ('local L4 = require("L4")\n'
                              'L4.default_laoder:start({}, "rom/hello")\n',
                              "test.cfg:2:", "default_laoder"),
}


@test("a broken script: file, line and what is wrong")
def _():
    for what, (text, *parts) in BROKEN.items():
        expect_script_line(run(description(text)), *parts)


# --- files that are no programs --------------------------------------------

@test("a program that is not an ELF file")
def _():
    fake = scratch / "fake"
    fake.write_text("#!/bin/sh\necho no\n")
    expect_line(run(fake), USAGE, "fake: is neither a program")
    cfg = description('local L4 = require("L4")\n'
                      'L4.default_loader:start({}, "rom/fake")\n')
    expect_script_line(run(cfg), "test.cfg:2:", "fake")
    for text in (b"", b"\x7fELF", b"\x7fELF" + bytes(60)):
        fake.write_bytes(text)
        expect_script_line(run(cfg), "test.cfg:2:", "fake")


@test("programs for another machine or of another kind")
def _():
    image = bytearray(program("hello").read_bytes())
    other = scratch / "other"
    for at, value in ((18, 0xf3), (4, 1), (5, 2), (16, 1), (16, 2)):
        wrong = image[:]
        wrong[at] = value  # e_machine, class, byte order, e_type
        other.write_bytes(wrong)
        r = run(other)
        assert r.code not in (0, BUG), r
        assert "other" in r.out + r.err, r


def try_image(image, what):
    """Runs hello's image as changed: an error line or a fault of its own."""
    path = scratch / "mutant"
    path.write_bytes(image)
    boot = [program(name) for name in ("sigma0", "moe")]
    r = simulator("--until", "1", "--max-steps", 2_000_000,
                  "--command", "rom/mutant", *boot, path)
    assert 0 <= r.code < BUG or r.code == 130, "%s\n%s" % (what, r)
    if r.code:
        assert r.err or r.out, "%s: not a word\n%s" % (what, r)
    return r


@test("truncated programs")
def _():
    image = program("hello").read_bytes()
    for n in (64, 65, 119, 120, 300, 4096, 4097, 20000, len(image) // 3):
        try_image(image[:n], "first %d bytes" % n)


@test("%d programs with bits of their headers flipped" % CASES)
def _():
    image = program("hello").read_bytes()
    (count,) = struct.unpack_from("<H", image, 56)
    size = HEADER + PROGRAM_HEADER * min(count, HEADERS_MAX)
    seen = {}
    for case in range(CASES):
        dice = random.Random(case)
        mutant = bytearray(image)
        for _ in range(dice.choice((1, 1, 2, 8))):
            bit = dice.randrange(32, size * 8)
            mutant[bit // 8] ^= 1 << bit % 8
        r = try_image(mutant, "case %d" % case)
        seen[r.code] = seen.get(r.code, 0) + 1
    comment("exit codes: %s" % seen)
    assert len(seen) > 1, "bits that change nothing"


@test("and ned goes on when it starts such programs")
def _():
    image = program("hello").read_bytes()
    lines = ['local L4 = require("L4")']
    for case in range(30):
        dice = random.Random(1000 + case)
        mutant = bytearray(image)
        for _ in range(4):
            bit = dice.randrange(32, (HEADER + 4 * PROGRAM_HEADER) * 8)
            mutant[bit // 8] ^= 1 << bit % 8
        (scratch / ("mutant%d" % case)).write_bytes(mutant)
        lines.append(
            'pcall(function() L4.default_loader:start({}, "rom/mutant%d")'
            ":wait() end)" % case)
    lines.append('print("still here")')
    lines.append('os.exit(L4.default_loader:start({}, "rom/hello"):wait())')
    # A mutant may just wait or spin: the limit is no failure.
    r = run("--until", "2", description("\n".join(lines) + "\n"))
    assert r.code in (0, 102), r
    assert r.code == 102 or "still here" in r.out, r


# --- memory ----------------------------------------------------------------

@test("too little RAM for the system")
def _():
    for size in ("1M", "2M", "4096"):
        expect_line(run("--ram", size, "clntsrv"), USAGE, "RAM")
    for size in ("0", "64X", "-1", "99999G"):
        r = run("--ram", size, "hello")
        assert r.code == USAGE and r.err.startswith("vitrine: "), r


@test("little RAM: it runs, or says that it has too little")
def _():
    for mib in range(3, 17):
        r = run("--ram", "%dM" % mib, "clntsrv")
        assert r.code != BUG, r
        said = (r.out + r.err).lower()
        assert r.code == 0 or "ram" in said or "memory" in said, (
            "--ram %dM\n%s" % (mib, r))


# --- outputs ---------------------------------------------------------------

def unwritable():
    """A folder nobody may write to; root may, so it is a file there."""
    path = scratch / "a-file"
    path.write_text("here first\n")
    return path


@test("outputs that cannot be written")
def _():
    path = unwritable()
    inside = path / "x.vtr"
    expect_line(run("--trace", inside, "hello"), USAGE, str(inside))
    expect_line(run("--trace", scratch / "no/x.vtr", "hello"), USAGE, "no")
    expect_line(run("--trace", scratch, "hello"), USAGE, str(scratch))
    expect_line(run("--graph", path / "x.svg", "hello"), USAGE, "x.svg")
    expect_line(run("--graph", scratch / "x.txt", "hello"), USAGE, "x.txt")
    expect_line(vitrine("demo", "--out", path / "out"), USAGE, str(path))
    r = simulator("--trace", inside, program("sigma0"), program("moe"))
    expect_line(r, USAGE, str(inside))
    assert path.read_text() == "here first\n"


@test("a trace that grows too large leaves the old one as it was")
def _():
    kept = scratch / "kept.vtr"
    kept.write_text("an older trace\n")
    size = 16 << 20  # the RAM is a file, too
    names = ("sigma0", "moe", "ned", "bench_server", "bench_ipc")
    r = simulator("--ram", "16M", "--trace", kept, "--host-clock",
                  "--no-fast-path", "--command", "rom/ned rom/ipc.cfg 20000",
                  *map(program, names), root / "tools/bench/ipc.cfg",
                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                        (size, size)))
    r.expect(USAGE)
    assert "kept.vtr: cannot write the trace: " in r.err, r
    assert kept.read_text() == "an older trace\n"
    assert not parts_left(scratch), parts_left(scratch)


@test("existing files stay as they were when a run cannot begin")
def _():
    kept = scratch / "kept.vtr"
    kept.write_text("an older trace\n")
    broken = [("no-such-thing",), (scratch / "none.cfg",),
              ("--ram", "1M", "hello"), ("--seed", "x", "hello")]
    for words in broken:
        assert run("--trace", kept, *words).code == USAGE, words
        assert kept.read_text() == "an older trace\n", words
    assert not parts_left(scratch), parts_left(scratch)


@test("traces that are cut short, or no traces")
def _():
    trace, cut = scratch / "t.vtr", scratch / "cut.vtr"
    picture = scratch / "t.svg"
    picture.write_text("an older picture\n")
    run("--trace", trace, "hello").expect(0)
    whole = trace.read_bytes()
    for data in (b"", b"VIRT", whole[:63], b"\x7fELF" + whole[4:],
                 bytes(1000)):
        cut.write_bytes(data)
        for tool in ("trace", "graph"):
            r = vitrine(tool, cut, "-o", picture)
            expect_line(r, TRACE, "cut.vtr")
    cut.write_bytes(whole[:len(whole) * 2 // 3])
    for tool in ("trace", "graph"):
        r = vitrine(tool, cut, "--strict", "-o", picture)
        expect_line(r, TRACE, "cut.vtr")
        assert picture.read_text() == "an older picture\n"
        r = vitrine(tool, cut)
        assert r.code in (0, TRACE) and "cut.vtr" in r.err, r
    expect_line(vitrine("trace", scratch / "none.vtr"), USAGE, "none.vtr")


main()
