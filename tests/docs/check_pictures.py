# The pictures in docs/pictures are what a run gives today: same texts in the
# same numbers (where a shape stands is Graphviz's business). With --update
# they are made anew.
import collections
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
sys.path.insert(0, str(here.parent / "system"))
sys.path.insert(0, str(here.parent.parent / "tools/docs"))
from harness import environment, root, scratch  # noqa: E402
import pictures  # noqa: E402
from tap import done, fact  # noqa: E402


def texts(path):
    """The texts of a picture; times and addresses depend on the compiler."""
    found = re.findall(r"<text[^>]*>(?:<tspan[^>]*>)?([^<]*)",
                       path.read_text("utf-8"))
    changing = r"0x[0-9a-f]+|[0-9.]+ [mu]s|[0-9a-f]{9,}|\[[0-9a-f]+\]"
    return collections.Counter(re.sub(changing, "#", x) for x in found)


def main():
    committed = root / "docs/pictures"
    if "--update" in sys.argv:
        pictures.make(committed, env=environment)
        return 0
    fresh = scratch / "pictures"
    fresh.mkdir()
    pictures.make(fresh, env=environment)
    for name in pictures.recipes():
        old, new = (texts(f / (name + ".svg")) for f in (committed, fresh))
        fact(old == new, name, "gone: %s\nnew: %s" % (dict(old - new),
                                                      dict(new - old)))
    return done()


sys.exit(main())
