# The documentation's site: every page is in it, every link leads somewhere
# (tools/docs), and Sphinx, where it is installed, has nothing to say.
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
sys.path.insert(0, str(here.parent.parent / "tools/docs"))
import build  # noqa: E402
from tap import done, fact  # noqa: E402

with tempfile.TemporaryDirectory(prefix="vitrine-site-") as folder:
    problem = ""
    try:
        build.assemble(pathlib.Path(folder) / "source", with_pictures=False)
    except build.Problem as found:
        problem = found
    fact(not problem, "each page has a section, each link a target", problem)
    sphinx = subprocess.run(
        ["/usr/bin/python3", "-c", "import sphinx, myst_parser, furo"],
        stderr=subprocess.DEVNULL, check=False)
    if sphinx.returncode or problem:
        print("ok 2 - the generator warns of nothing # SKIP no generator")
        print("1..2")
        sys.exit(1 if problem else 0)
    made = subprocess.run(
        ["/usr/bin/python3", "-m", "sphinx", "-q", "-W", "--keep-going", "-b",
         "dummy", folder + "/source", folder + "/out"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    fact(made.returncode == 0, "the generator warns of nothing", made.stdout)
sys.exit(done())
