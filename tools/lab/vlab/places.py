# Where things are: the checkout, the build folder, the tools in it.
#
# Every other file asks here, so that a student archive laid out differently
# needs one change. VITRINE_BUILD works as for ./vitrine itself.
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("VITRINE_BUILD", ROOT / "build")).resolve()
LABS = ROOT / "labs"
LAB_TOOLS = ROOT / "tools/lab"
CORE = ROOT / "sim-kernel/core"
SOLUTIONS = LABS / "solutions"
PROGRAMS = BUILD / "programs"
MACHINES = ("riscv64", "aarch64", "x86_64")
MACHINE = ROOT / "tools/qemu/run.py"
SIMULATOR = BUILD / "sim-kernel/port/sim/vitrine-sim"
TRACE_TOOL = BUILD / "tools/vitrine-trace"
GRAPH_TOOL = BUILD / "tools/vitrine-graph"


def build_of(target):
    """The build folder of a machine; the simulator's is that of ""."""
    return BUILD.with_name("%s-%s" % (BUILD.name, target)) if target else BUILD


def programs_of(target):
    return build_of(target) / "programs"


class Problem(Exception):
    """Something a person must mend; the text says what, with file and line.
    `vitrine lab` prints it and exits with 103."""
