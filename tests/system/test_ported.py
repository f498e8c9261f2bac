# Programs as a user of L4Re would port them (tests/ported): each prints what is
# expected, with one CPU and with four, and whatever the order of events is.
import re
from harness import main, root, run, test

FOLDER = root / "tests/ported"
wanted = (FOLDER / "expected.txt").read_text()


def by_program(text):
    """Lines by who printed them: two programs at once mix theirs."""
    lines = text.splitlines()
    return sorted(lines, key=lambda line: line.partition("|")[0])


def add(fact, *options):
    @test("ported programs print what is expected " + fact)
    def _():
        r = run(*options, FOLDER / "ported.cfg").expect(0)
        assert by_program(r.out) == by_program(wanted), r
        assert not re.search(r"^vitrine:", r.err, re.M), r


add("with one CPU")
add("with four", "--cpus", "4")
for seed in "1", "2", "3":
    add("in the order of seed " + seed, "--seed", seed)
add("with messages that take the long way", "--no-fast-path")
main()
