# The solution of a lab, right or wrong, as a folder: for lecturers and for
# the tests of the labs. The student archive has neither this nor them.
#
#   labs/solutions/NN-name/FILE...      the solution: what differs from the
#                                       starter of what may be changed
#   labs/solutions/NN-name/wrong/NAME.patch   what differs from it, or
#   labs/solutions/NN-name/wrong/NAME/        the files that differ
#   labs/solutions/NN-name/right/...          the same, of other good ones
#
# In labs inside the kernel the core file is the solution, and a wrong one has
# only the functions that differ.
import shutil
import subprocess

from . import csource, kernel
from .places import SOLUTIONS, Problem


def names(lab, kind="wrong"):
    """The wrong solutions there are, or the other "right" ones."""
    folder = SOLUTIONS / lab.name / kind
    return sorted(p.stem for p in folder.iterdir()) if folder.is_dir() else []


def lay(lab, target, name=None, kind="wrong"):
    """Writes the solution's files into the folder `target`: the solution
    itself, or the one called `name`."""
    folder = SOLUTIONS / lab.name
    if not folder.is_dir():
        raise Problem("%s: no such folder" % folder)
    if name and name not in names(lab, kind):
        raise Problem("lab %d has no %s solution '%s' (there are %s)" %
                      (lab.number, kind, name, ", ".join(names(lab, kind))))
    for file in lab.edit:
        if file in lab.files:  # what needs no change is not there
            shutil.copy(_begun(lab.files[file]), target)
    for file in lab.kernel:
        (target / file).write_text(kernel.core_text(lab, file))
    patch = folder / kind / ("%s.patch" % name)
    differs = name and not patch.is_file()
    for place in (folder, folder / kind / name) if differs else (folder,):
        for path in place.iterdir():
            if path.is_file() and path.name in lab.kernel:
                _splice(target / path.name, path)
            elif path.is_file():
                shutil.copy(path, target)
    if patch.is_file():
        _apply(patch, target)


def _begun(path):
    """A file to edit as it is before the solution: the starter's, or the
    solution of the lab that it comes from."""
    solved = SOLUTIONS / path.parent.name / path.name
    return solved if solved.is_file() else path


def _apply(patch, target):
    done = subprocess.run(["patch", "-s", "-p1", "-d", target, "-i", patch],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        raise Problem("%s: does not fit the solution:\n%s" %
                      (patch, done.stdout))


def _splice(target, piece):
    text = piece.read_text()
    try:
        target.write_text(csource.splice(target.read_text(), text,
                                         csource.functions(text)))
    except ValueError as error:
        raise Problem("%s: %s" % (piece, error)) from None
