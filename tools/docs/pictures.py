"""The documentation's pictures, made from real runs.

docs/pictures/pictures.toml says which; each system runs once for all the
pictures that show it.
"""
import pathlib
import subprocess
import tomllib

root = pathlib.Path(__file__).resolve().parent.parent.parent
recipes_file = root / "docs/pictures/pictures.toml"


class Problem(Exception):
    """A picture could not be made."""


def recipes():
    return tomllib.loads(recipes_file.read_text("utf-8"))


def _vitrine(*words, env=None):
    done = subprocess.run([root / "vitrine", *words], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode:
        raise Problem("./vitrine %s: exit code %d\n%s" % (
            " ".join(map(str, words)), done.returncode, done.stdout))


def make(folder, env=None, progress=None):
    """Makes every picture as folder/NAME.svg. Raises Problem."""
    folder = pathlib.Path(folder)
    wanted = recipes()
    traces = {}
    for n, (name, recipe) in enumerate(wanted.items()):
        if progress:
            progress("picture", n + 1, len(wanted))
        system, options = recipe["system"], recipe.get("run", [])
        run = (system, *options)
        if run not in traces:
            traces[run] = folder / ("%s-%d.vtr" % (system, len(traces)))
            _vitrine("run", system, *options, "--trace", traces[run], env=env)
        kind = "trace" if "trace" in recipe else "graph"
        _vitrine(kind, traces[run], *recipe[kind], "-o",
                 folder / (name + ".svg"), env=env)
    for path in traces.values():
        path.unlink()
