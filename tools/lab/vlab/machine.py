# The machines a lab's systems run on besides the simulator.
#
#   ready(target)       kernel, programs and libraries are built, or a Problem
#   words(...)          the line that runs modules there, as vitrine-sim's does
#
# A run there is one of QEMU (tools/qemu/run.py), bounded as in the simulator
# by virtual time; what a student's program does, it does inside the machine.
# With a disk an idle machine's time is the host's, so times differ a little
# from run to run: tests of machines compare what happened, not when.
import functools
import os
import shutil
import subprocess
import sys

from .places import BUILD, MACHINE, MACHINES, ROOT, Problem, build_of

RAM = "128M"
WALL_SECONDS = 300


def missing(target):
    """What is not installed here that the machine needs; "": nothing."""
    needed = ("qemu-system-" + target, target + "-linux-gnu-gcc")
    return ", ".join(n for n in needed if not shutil.which(n))


def kernel_of(target):
    return build_of(target) / "sim-kernel/port/common/vitrine-kernel"


@functools.cache
def ready(target):
    """Builds what is not built yet; with nothing to do half a second."""
    if not target:
        return
    if target not in MACHINES:
        raise Problem("there is no machine '%s' (there are %s)" %
                      (target, ", ".join(MACHINES)))
    done = subprocess.run([ROOT / "vitrine", "setup", "--target", target],
                          env=os.environ | {"VITRINE_BUILD": str(BUILD)},
                          stdout=subprocess.DEVNULL)
    if done.returncode:
        raise Problem("%s is not built: ./vitrine setup --target %s" %
                      (target, target))


def words(system, until, seed):
    """What comes before trace, disk and modules."""
    return [sys.executable, "-B", MACHINE, "--target", system.target,
            "--kernel", kernel_of(system.target), "--system", system.name,
            "--ram", RAM, "--until", until, "--seed", str(seed),
            "--time-limit", str(WALL_SECONDS)]
