# What passes and what does not.
#
#   @test("each call is answered", points=2, system="echo")
#   def answered(story):
#       calls = story.calls("client", "server")
#       expect(all(c.reply for c in calls), "an answer to each call",
#              "one was never answered", near=calls)
#
# A lab's tests.py registers its tests by the decorator, in the order they
# are judged. A test whose `after` failed is left out and says why: its own
# failure would tell nothing. vary(random) of tests.py, where there is one,
# gives the values that fill in the descriptions; compose(texts) gives more of
# them from what was handed in (file name -> text; ValueError: it is no good).
import builtins
import concurrent.futures
import dataclasses
import importlib.util
import multiprocessing
import os
import pathlib
import random
import traceback

from . import build
from .lab import student_of
from .places import LABS, Problem
from .run import Run

DOES_COMPILE = "a program that compiles"
PASSED, FAILED, BLOCKED = "passed", "failed", "blocked"


@dataclasses.dataclass
class Test:
    name: str
    points: int
    system: str
    after: tuple
    hidden: bool
    check: object


@dataclasses.dataclass
class Verdict:
    """One test of one submission, over all seeds tried."""
    name: str
    max_points: int
    status: str = PASSED
    wanted: str = ""
    happened: str = ""
    excerpt: list = dataclasses.field(default_factory=list)
    said: list = dataclasses.field(default_factory=list)  # by the simulator
    seed: int = None  # the first that failed
    system: str = ""
    hidden: bool = False

    points = property(lambda v: v.max_points if v.status == PASSED else 0)


class Unmet(Exception):
    """An expectation that did not hold."""

    def __init__(self, wanted, happened, near):
        super().__init__(wanted)
        self.wanted, self.happened, self.near = wanted, happened, near


def expect(condition, wanted, happened="it did not", near=None):
    """Ends the test unless `condition` holds. `wanted` and `happened` are
    for the student; `near` (a message, call, list or time in ns) chooses
    the piece of the sequence that is shown."""
    if not condition:
        if isinstance(happened, (list, tuple)):
            happened = "%d" % len(happened)
        raise Unmet(wanted, str(happened).strip(), near)


_registry = []


def test(name, points=1, system=None, after=(), hidden=False):
    after = (after,) if isinstance(after, str) else tuple(after)

    def register(function):
        _registry.append(Test(name, points, system, after, hidden, function))
        return function
    return register


def again(lab, system, on, points=1, instead=()):
    """Registers another lab's tests of `system` for the system `on`, where
    they are called "ON: NAME": what held in the simulator must hold on a
    machine. Those in `instead` (name -> function) are judged by that, or left
    out (None)."""
    mine, instead = list(_registry), dict(instead)
    other = [t for t in _load(LABS / lab / "tests.py").tests
             if t.system == system and instead.get(t.name, t.check)]
    _registry[:] = mine
    for t in other:
        test("%s: %s" % (on, t.name), points, on,
             ["%s: %s" % (on, a) for a in t.after])(
                 instead.get(t.name, t.check))


@dataclasses.dataclass
class Tests:
    """What a tests.py holds."""
    tests: list
    vary: object
    compose: object

    def values(self, lab, out, seed, token):
        """What fills in the descriptions: the same for the same seed and
        token, and not to be guessed without the token. A personal lab's
        token is the student's name, and the seed only chooses the schedule,
        which is a value, too (SCHEDULE). `out` is where the programs were
        built."""
        schedule = {"SCHEDULE": seed}
        if lab.personal:
            seed = 0
        values = schedule | self.vary(
            random.Random("%s %d %s" % (lab.name, seed, token)))
        texts = {name: (out / "src" / name).read_text(errors="replace")
                 for name in lab.edit}
        try:
            return values | self.compose(texts)
        except ValueError as error:
            raise build.BuildFailed(str(error)) from None


def _load(path):
    """The tests of a file."""
    _registry.clear()
    spec = importlib.util.spec_from_file_location("lab_tests", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Tests(list(_registry), getattr(module, "vary", lambda rng: {}),
                 getattr(module, "compose", lambda texts: {}))


def load_tests(lab, more=()):
    """The lab's tests, then those of the files `more` (an instructor's)."""
    loaded = _load(lab.folder / "tests.py")
    for path in more:
        extra = _load(path).tests
        for t in extra:
            t.hidden = True
        loaded.tests += extra
    for t in loaded.tests:
        t.system = t.system or next(iter(lab.systems))
        if t.system not in lab.systems:
            raise Problem("%s: test '%s': no system '%s'" %
                          (lab.folder / "tests.py", t.name, t.system))
    return loaded


def _judge_one(verdict, t, run):
    try:
        t.check(run.story)
    except Unmet as failure:
        verdict.status = FAILED
        verdict.wanted, verdict.happened = failure.wanted, failure.happened
        verdict.excerpt = run.story.excerpt(failure.near)
    except (ArithmeticError, LookupError, AttributeError) as bug:
        # A story the test's author did not think of.
        where = traceback.extract_tb(bug.__traceback__)[-1]
        verdict.status = FAILED
        verdict.wanted = "a run this test can judge"
        verdict.happened = "%s (%s:%d); the run ended: %s" % (
            bug, where.name, where.lineno, run.story.end)
        verdict.excerpt = run.story.excerpt(run.story.last_time)
    if verdict.status == FAILED:
        verdict.seed = run.seed
        if any(name.endswith(".c") for name in run.lab.edit):
            verdict.said = run.said()  # else the fault is the question


def judge(lab, folder, out, seeds=(0,), token="", more=(), progress=None,
          jobs=os.cpu_count() or 1):
    """Builds a submission and judges it on each seed.

    `jobs` seeds are judged at once. Returns (verdicts, text of the compiler).
    A test failed once is not tried on further seeds; a submission that does
    not compile fails all."""
    loaded = load_tests(lab, more)
    tests = loaded.tests
    if more:  # who knows what these ask for
        lab = dataclasses.replace(lab, reads=None)
    token = student_of(lab, pathlib.Path(folder)) or token
    verdicts = {t.name: Verdict(t.name, t.points, system=t.system,
                                hidden=t.hidden) for t in tests}
    try:
        said = build.programs(lab, folder, out)
        values = {seed: loaded.values(lab, out, seed, token)
                  for seed in seeds}
    except build.BuildFailed as failure:
        for v in verdicts.values():
            v.status, v.wanted = FAILED, DOES_COMPILE
            v.happened = "it does not"
        return list(verdicts.values()), str(failure)
    def one_seed(seed):
        return _seed_verdicts(tests, _runs(lab, tests, out, seed,
                                           values[seed]))
    for seed, found in _each_seed(one_seed, seeds, jobs):
        _merge(tests, verdicts, found)
        if progress:
            progress(seed)
        if all(v.status != PASSED for v in verdicts.values()):
            break
    return list(verdicts.values()), said


# What the processes of _each_seed do: they have it by their birth (fork), as
# tests cannot be sent to them.
_work = None


def _do_work(seed):
    return _work(seed)


def _each_seed(work, seeds, jobs):
    """(seed, work(seed)) in order, by `jobs` processes: what is done with a
    story is Python's, of which one process does one thing at a time."""
    global _work
    if jobs < 2 or len(seeds) < 2:
        for seed in seeds:
            yield seed, work(seed)
        return
    _work = work
    with concurrent.futures.ProcessPoolExecutor(
            jobs, multiprocessing.get_context("fork")) as pool:
        try:
            yield from _ahead(pool, seeds, 2 * jobs)
        finally:
            pool.shutdown(cancel_futures=True)


def _ahead(pool, seeds, most):
    """(seed, what was done for it) in order, at most `most` ahead."""
    waiting = []
    for seed in seeds:
        waiting.append((seed, pool.submit(_do_work, seed)))
        if len(waiting) > most:
            seed, future = waiting.pop(0)
            yield seed, future.result()
    for seed, future in waiting:
        yield seed, future.result()


def _runs(lab, tests, out, seed, values):
    """One run of every system that a test wants; of one seed's, those on
    machines take long, so they go on at once."""
    systems = [lab.systems[n] for n in dict.fromkeys(t.system for t in tests)]
    systems = [s for s in systems if s.seeds is None or seed <= s.seeds]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        apart = pool if any(s.target for s in systems) else builtins
        made = list(apart.map(lambda s: Run(lab, s, values, seed, out),
                              systems))
    runs = {s.name: run for s, run in zip(systems, made)}
    for run in made:
        run.others = runs
    return runs


def _seed_verdicts(tests, runs):
    """name -> verdict on one seed, of the tests whose system was run."""
    found = {}
    for t in tests:
        if t.system in runs:
            found[t.name] = Verdict(t.name, t.points)
            if not any(a in found and found[a].status != PASSED
                       for a in t.after):
                _judge_one(found[t.name], t, runs[t.system])
            else:
                found[t.name].status = BLOCKED
    return found


def _merge(tests, verdicts, found):
    """Adds one seed's verdicts: a test that failed before stays failed for
    its first reason."""
    for t in tests:
        verdict = verdicts[t.name]
        if verdict.status != PASSED or t.name not in found:
            continue
        missing = [a for a in t.after if verdicts[a].status != PASSED]
        if missing:
            verdict.status = BLOCKED
            verdict.happened = "first mend: " + missing[0]
        else:
            new = found[t.name]
            verdict.status, verdict.seed = new.status, new.seed
            verdict.wanted, verdict.happened = new.wanted, new.happened
            verdict.excerpt, verdict.said = new.excerpt, new.said
