# The solution of a lab, right or wrong, as a folder: for lecturers and for
# the tests of the labs. The student archive has neither this nor them.
#
#   labs/solutions/NN-name/FILE...      the solution
#   labs/solutions/NN-name/wrong/NAME/  the files that differ from it
#
# In labs inside the kernel the core file is the solution, and a wrong one has
# only the functions that differ.
import shutil

from . import csource, kernel
from .places import SOLUTIONS, Problem


def wrong_names(lab):
    folder = SOLUTIONS / lab.name / "wrong"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def lay(lab, target, wrong=None):
    """Writes the solution's files into the folder `target`."""
    folder = SOLUTIONS / lab.name
    if not folder.is_dir():
        raise Problem("%s: no such folder" % folder)
    if wrong and wrong not in wrong_names(lab):
        raise Problem("lab %d has no wrong solution '%s' (there are %s)" %
                      (lab.number, wrong, ", ".join(wrong_names(lab))))
    for name in lab.kernel:
        (target / name).write_text(kernel.core_text(lab, name))
    for place in (folder, folder / "wrong" / wrong) if wrong else (folder,):
        for path in place.iterdir():
            if path.is_file() and path.name in lab.kernel:
                _splice(target / path.name, path)
            elif path.is_file():
                shutil.copy(path, target)


def _splice(target, piece):
    text = piece.read_text()
    try:
        target.write_text(csource.splice(target.read_text(), text,
                                         csource.functions(text)))
    except ValueError as error:
        raise Problem("%s: %s" % (piece, error)) from None
