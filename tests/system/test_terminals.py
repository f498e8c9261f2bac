# Terminals that are drivers (servers/uart, servers/console), with cons on them:
# what is written comes out, what is typed comes in, and both go on when the
# driver ends by a fault (programs/crash_after.c).
import re
from harness import main, run, scratch, system, test

LINES, CRASH_AFTER_US, ENDS_LEAST = 60, 30000, 3
MANY, OFTEN_US, ENDS_MANY = 400, 7001, 10  # 5 KB: more than a driver holds
TYPED = "some words"


def typed():
    path = scratch / "typed.txt"
    path.write_text(TYPED + "\n")
    return path


def terminal(kind, *words):
    """The run, and what came out of the terminal."""
    out = scratch / "console.txt"
    r = run("--input", typed(), "--console", out, system("terminal"), "--",
            kind, *words).expect(0)
    return r, out.read_text() if kind == "console" else r.out


def without_others(out):
    """Others' lines are on the same port, in the middle of those, too."""
    return re.sub(r"(ned: .* it runs again|(uart|io|console)\| .*)\n", "", out)


def lines_of(count):
    return ["line %d of %d" % (i, count) for i in range(1, count + 1)]


for kind in ("uart", "pl011", "console"):
    @test(kind + ": lines go out in order, a line comes in and is echoed")
    def _(kind=kind):
        r, out = terminal(kind, 5)
        wanted = "\n".join(lines_of(5) + [TYPED, "typed: " + TYPED]) + "\n"
        assert out.endswith(wanted), r
        if kind == "console":
            assert out == wanted, out

    @test(kind + ": a driver that faults is replaced; its clients go on")
    def _(kind=kind):
        r, out = terminal(kind, LINES, CRASH_AFTER_US)
        ends = len(re.findall("faulted; it runs again", r.out))
        assert ends >= ENDS_LEAST, r
        out = without_others(out)
        numbers = [int(n) for n in re.findall(r"line (\d+) of %d" % LINES, out)]
        assert numbers == list(range(1, LINES + 1)), r  # none lost, none twice
        wanted = "\n".join(lines_of(LINES)[-5:] + [TYPED, "typed: " + TYPED])
        assert wanted in out, r


    @test(kind + ": what a driver had taken outlives it, byte by byte")
    def _(kind=kind):
        r, out = terminal(kind, MANY, OFTEN_US, 0)
        assert len(re.findall("faulted; it runs again", r.out)) >= ENDS_MANY, r
        out = without_others(out)
        wanted = lines_of(MANY) + [TYPED, "typed: " + TYPED]
        assert out.startswith("\n".join(wanted)), out


    @test(kind + ": shell, console and driver at rest are no dead-lock")
    def _(kind=kind):
        r, out = terminal(kind, "rest")
        assert "$ some words\n" in out and out.endswith("$ "), out


@test("keys typed ahead outlive the console")
def _():
    r, out = terminal("console", LINES, 0, 3, 100)
    assert "cons was killed; it runs again" in r.out, r
    assert "\ntyped: " + TYPED in out, out


@test("a driver without its device says what is missing")
def _():
    r = run(system("terminal"), "--", "console")
    assert "console| no device: no such thing" in r.out, r


main()
