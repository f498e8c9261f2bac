# docs/servers/README.md, typed: each file the page gives is written, what they
# say is built, and the page's command prints what the page shows (TAP).
#
#   `examples/parrot/server.c`:      a file's name, then a block: its content
#   ```console                       a command, and what it prints
#
# All of it happens in a folder of the test's own, so the tree stays as it is.
# There a small Meson project takes the place of this one: it reads the folder's
# meson.build with the same variables and builds programs the way programs
# outside the tree are built (build/programs/sdk.json).
import json
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
sys.path.insert(0, str(here.parent / "system"))
from check_tour import blocks  # noqa: E402
from harness import environment, meson_build, root, scratch  # noqa: E402
from shown import pattern  # noqa: E402
from tap import done, fact  # noqa: E402

LINES = 40
PROJECT = """project('ten minutes')
programs = {}
interfaces = {}
systems = {}
subdir('%(folder)s')
foreach name, file : interfaces
  headers = custom_target(name + '-interface', input: file,
    output: [name + '-client.h', name + '-server.h'],
    command: [find_program('%(tool)s'), '@INPUT@',
              '--client', '@OUTPUT0@', '--server', '@OUTPUT1@'])
endforeach
foreach name, program : programs
  custom_target(name, input: program['sources'], output: name,
    depends: headers, build_by_default: true,
    command: %(before)s + ['-o', '@OUTPUT@', '@INPUT@'] + %(after)s)
endforeach
"""


def project(folder):
    sdk = json.loads((meson_build / "programs/sdk.json").read_text())
    return PROJECT % {
        "folder": folder,
        "tool": root / "tools/interface/interface.py",
        "before": sdk["cc"] + sdk["compile"] + ["-Werror", "-I."],
        "after": ["-pie", "-Wl,--whole-archive", *sdk["start"],
                  "-Wl,--no-whole-archive", "-Wl,--start-group", *sdk["libs"],
                  "-Wl,--end-group", *sdk["link"]]}


def sh(words, folder):
    return subprocess.run(words, cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=900)


def code_lines(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return [line for line in text.splitlines() if line.strip()]


def type_files(page, desk):
    files = re.findall(r"^`(examples/[^`]*)`:\n\n```\n(.*?)^```$", page,
                       re.M | re.S)
    for name, content in files:
        (desk / name).parent.mkdir(parents=True, exist_ok=True)
        (desk / name).write_text(content)
    return dict(files)


def main():
    desk = scratch / "desk"
    page = root / "docs/servers/README.md"
    text = page.read_text("utf-8")
    files = type_files(text, desk)
    fact(len(files) == 5, "the page gives five files", list(files))
    folder, = {str(pathlib.Path(name).parent) for name in files}
    fact("`%s`" % folder in text and
         "add `'%s'` to" % pathlib.Path(folder).name in text,
         "it says where they belong")
    fact(not (root / folder).exists(), "and there is nothing yet")
    server = code_lines(files[folder + "/server.c"])
    fact(len(server) < LINES, "its server has %d lines of code, under %d"
         % (len(server), LINES))
    (desk / "meson.build").write_text(project(folder))
    r = sh(["meson", "setup", "build"], desk)
    fact(r.returncode == 0, "meson reads what is for it", r.stdout)
    r = sh(["ninja", "-C", "build"], desk)
    fact(r.returncode == 0, "everything compiles, without a warning", r.stdout)
    config, = (desk / folder).glob("*.cfg")
    for program in (desk / "build").glob(config.stem + "_*"):
        (desk / folder / program.name).symlink_to(program)
    for n, typed, wanted in blocks(text):
        name = typed.split()[-1]
        fact(typed == "./vitrine run " + config.stem,
             "line %d runs the description %s" % (n, name), typed)
        r = sh([root / "vitrine", "run", config], desk)
        fact(r.returncode == 0 and re.fullmatch(pattern(wanted), r.stdout),
             "line %d: %s prints what the page says" % (n, typed), r.stdout)
    sys.exit(done())


main()
