#!/usr/bin/env python3
# Packs the student's and the instructor's archive: see README.md.
#
#   dist.py --to FOLDER      (VITRINE_BUILD: the simulator's build)
import argparse
import contextlib
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/lab"))
sys.dont_write_bytecode = True
from vlab import build, kernel, lab as labs  # noqa: E402
from vlab.places import BUILD, CORE, MACHINES, Problem, build_of  # noqa: E402

# What a student does not get, and what of it he does.
LEFT_OUT = ("labs/solutions/", "tests/", "tools/dist/", "tools/cli/dist.sh",
            "tools/lab/vlab/solutions.py", ".github/")
STAYS = ("tests/meson.build", "tests/kernel/", "tests/servers/net/peer.")
OTHER_HOSTS = ("aarch64",)  # students' laptops: cross/NAME-linux.ini
NOT_HERE = """if not fs.is_dir('sealed' / sealed_for)
  error('this archive has no kernel for ' + sealed_for + ': ask your lecturer')
endif
"""


def version():
    text = (ROOT / "meson.build").read_text()
    return re.search(r"version: '([^']+)'", text).group(1)


def files():
    """Names of what git knows and what is there."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"],
                          stdout=subprocess.PIPE)
    if done.returncode:
        raise Problem("%s: archives are made of a git checkout" % ROOT)
    names = done.stdout.decode().split("\0")
    return sorted(n for n in names if n and (ROOT / n).exists())


def is_students(name):
    return name.startswith(STAYS) or not name.startswith(LEFT_OUT)


def copy(names, to):
    for name in names:
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)


# --- the core with holes -----------------------------------------------------

def holed():
    """core file -> its text with the holes of every lab."""
    found = {}
    for lab in labs.all_labs():
        for name, file in lab.kernel.items():
            if not file.replace:
                found[file.core] = kernel.starter(lab, name)
    return found


def kernels():
    """(folder of sealed files, how its core files are compiled, where)."""
    yield _simulator(_cpu_family(), BUILD)
    for name in OTHER_HOSTS:
        if name != _cpu_family() and shutil.which(name + "-linux-gnu-gcc"):
            with _configured(name) as other:
                yield _simulator(name, other)
    for name in MACHINES:
        other = build_of(name)
        if (other / "compile_commands.json").is_file():
            yield "%s-%s" % (name, name), \
                kernel.compile_words(other, "vitrine-kernel"), other


def _simulator(family, where):
    return "sim-" + family, kernel.compile_words(where, "libsim-core.a"), where


@contextlib.contextmanager
def _configured(family):
    """A build folder of the simulator for another host: nothing is built in
    it, it says how the core is compiled."""
    with tempfile.TemporaryDirectory(prefix="vitrine-dist-") as folder:
        done = subprocess.run(
            ["meson", "setup", "--cross-file",
             ROOT / "cross" / (family + "-linux.ini"), "-Duser=false",
             "-Dtools=false", folder, ROOT], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise Problem("meson, for %s:\n%s" % (family, done.stdout[-2000:]))
        yield pathlib.Path(folder)


def missing(made):
    """What labs want that is not among the sealed kernels, as lines."""
    for lab in labs.all_labs():
        for target in lab.targets:
            if target and "%s-%s" % (target, target) not in made:
                yield "without %s no lab %d: ./vitrine setup --target %s, " \
                    "then again" % (target, lab.number, target)
    for name in OTHER_HOSTS:
        if "sim-" + name not in made:
            yield "no simulator for hosts with %s: install " \
                "gcc-%s-linux-gnu, then again" % (name, name)


def _cpu_family():
    """Meson's word for this machine."""
    name = platform.machine()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def seal(to):
    """Writes the files with holes, and what the build uses instead."""
    texts = holed()
    made = []
    for folder, words, where in kernels():
        target = to / "sim-kernel/core/sealed" / folder
        target.mkdir(parents=True)
        for name in texts:
            out = target / (pathlib.Path(name).stem + ".s")
            line = kernel.set_files(list(words), o=out, c=CORE / name,
                                    MF="/dev/null")
            line[line.index("-c")] = "-S"
            build.run_compiler([*line, "-g0", "-I" + str(CORE)], where)
            text = re.sub(r"^\s*\.(file|ident).*\n", "", out.read_text(),
                          flags=re.M)
            out.write_text(text)
        made.append(folder)
    for name, text in texts.items():
        (to / "sim-kernel/core" / name).write_text(text)
    path = to / "sim-kernel/core/meson.build"
    text = path.read_text()
    lines = ["sealed_for = port + '-' + host_machine.cpu_family()\n",
             NOT_HERE]
    for name in texts:
        text = text.replace("  '%s',\n" % name, "")
        lines.append("core_sources += files('sealed' / sealed_for / '%s.s')\n"
                     % pathlib.Path(name).stem)
    path.write_text(text + "".join(lines))
    return made


def leave_out_folders(to):
    """Programs of tests that are not there are not built."""
    path = to / "meson.build"
    lines = path.read_text().splitlines(True)
    path.write_text("".join(
        line for line in lines
        if not (found := re.fullmatch(r"subdir\('(tests/.+)'\)\n", line)) or
        (to / found.group(1)).is_dir()))


# --- archives ----------------------------------------------------------------

def pack(folder, target):
    part = target.with_name(target.name + ".part")
    with tarfile.open(part, "w:gz") as archive:
        archive.add(folder, folder.name, filter=_anonymous)
    part.replace(target)


def _anonymous(info):
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def main():
    p = argparse.ArgumentParser(prog="./vitrine dist")
    p.add_argument("--to", required=True, type=pathlib.Path)
    target = p.parse_args().to
    target.mkdir(parents=True, exist_ok=True)
    names = files()
    with tempfile.TemporaryDirectory(prefix="vitrine-dist-") as scratch:
        for who, wanted in (("instructor", lambda name: True),
                            ("student", is_students)):
            folder = pathlib.Path(scratch) / ("vitrine-%s-%s" %
                                              (who, version()))
            copy(filter(wanted, names), folder)
            note = ""
            if who == "student":
                made = seal(folder)
                note = "; kernels: " + ", ".join(made)
                note += "".join("\n    " + line for line in missing(made))
                leave_out_folders(folder)
            archive = target / (folder.name + ".tar.gz")
            pack(folder, archive)
            print("%s: %.1f MB%s" % (archive, archive.stat().st_size / 1e6,
                                     note))


if __name__ == "__main__":
    try:
        main()
    except (Problem, build.BuildFailed) as problem:
        print("vitrine: %s" % problem, file=sys.stderr)
        sys.exit(103)
