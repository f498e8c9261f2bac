# The examples on a machine with several CPUs: what they print is what they
# print on one, but for its order, which is the machine's choice.
import re
from harness import EXAMPLES, here, main, run, test, words

SEEDS = (0, 1, 2)


def golden(name):
    text = (here / "golden" / (name + ".txt")).read_text()
    out, _, end = text.partition("--- stderr\n")
    return out, int(end.rsplit("exit code ", 1)[1].split()[0].rstrip("-"))


def lines(text):
    """In any order; what a time depends on the turns is left out."""
    return sorted(re.sub(r"at most \d+ us late| in \d+ us", "",
                         text).splitlines())


def check(name, *options):
    out, code = golden(name)
    r = run("--cpus", "4", *options, *words(name)).expect(code)
    assert lines(r.out) == lines(out), (
        "wanted, in any order:\n%s\ngot:\n%s" % (out, r))


for example in EXAMPLES:
    @test(example + " on four CPUs in turns, seeds 0 to 2")
    def _(name=example):
        for seed in SEEDS:
            check(name, "--seed", seed)

    @test(example + " on four CPUs, a thread of the host for each")
    def _(name=example):
        check(name, "--parallel")


main()
