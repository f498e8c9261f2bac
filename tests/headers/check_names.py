# Every name of names.txt is where it says, with its number (TAP).
#
#   check_names.py INCLUDE_DIR CC...
#
# For each group a C file is made that includes the group's header and nothing
# else, and compiled by each compiler. A twin's type is that of the function in
# signatures.c with a UTCB appended.
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).parent
include, compilers = sys.argv[1], sys.argv[2:]
ARCHS = {"x86_64": "amd64", "aarch64": "arm64", "riscv64": "riscv"}
UTCB_FIRST = {"l4_thread_control_alien": "(l4_utcb_t *utcb, int on)",
              "l4_utcb_inherit_fpu": "(l4_utcb_t *u, int switch_on)"}


def groups():
    group = None
    for line in (here / "names.txt").read_text().splitlines():
        if line.startswith("<"):
            header, _, arch = line.partition("> ")
            group = {"header": header.strip("<>"), "arch": arch, "lines": []}
            yield group
        elif line and not line.startswith("#"):
            group["lines"].append(line)


def signatures():
    text = (here / "signatures.c").read_text()
    return {name: (ret, args) for ret, name, args in
            re.findall(r"^SAME\((.*?), (\w+), (\(.*\))\)$", text, re.M)}


def twin_args(name, args):
    if name in UTCB_FIRST:
        return UTCB_FIRST[name]
    inner = "" if args == "(void)" else args[1:-1] + ", "
    return "(%sl4_utcb_t *utcb)" % inner


def twin(name, known):
    ret, args = known[name]
    return ("void *f_%s(void) { return (void *)&%s; }\n"
            "%s (*const u_%s)%s = %s_u;\n" %
            (name, name, ret, name, twin_args(name, args), name))


def checks(line, known):
    """The C text for one line of a group."""
    name, equals, value = line.partition(" = ")
    if equals:
        return '_Static_assert((%s) == (%s), "%s");\n' % (name, value, line)
    kind, *words = line.split()
    if kind == "fields":
        struct = words.pop(0).rstrip(":")
        made = ["unsigned char a_%s[sizeof(((%s *)0)->%s)];\n" %
                (w.replace(".", "_"), struct, w) for w in words]
        return "".join(m.replace("a_", "a_%s_" % struct, 1) for m in made)
    make = {
        "types": lambda w: "typedef %s t_%s;\n" % (w, w),
        "enums": lambda w: "enum %s e_%s;\n" % (w, w),
        "macros": lambda w: "#ifndef %s\n#error %s\n#endif\n" % (w, w),
        "functions": lambda w:
            "void *f_%s(void) { return (void *)&%s; }\n" % (w, w),
        "twins": lambda w: twin(w, known),
    }[kind]
    return "".join(make(w) for w in words)


def compiles(cc, group, known):
    source = "#include <%s>\n" % group["header"]
    source += "".join(checks(line, known) for line in group["lines"])
    return subprocess.run(
        cc + ["-xc", "-std=gnu17", "-Wall", "-Werror", "-fsyntax-only",
              "-I" + include, "-"],
        input=source, text=True, capture_output=True)


def main():
    known = signatures()
    every = list(groups())
    count = failed = 0
    for command in compilers:
        cc = shlex.split(command)
        count += 1
        if not shutil.which(cc[0]):
            print("ok %d - %s # SKIP not installed" % (count, command))
            continue
        machine = subprocess.run(cc + ["-dumpmachine"], text=True,
                                 capture_output=True).stdout
        arch = ARCHS[machine.split("-")[0]]
        wrong = ""
        for group in every:
            if group["arch"] in ("", arch):
                wrong += compiles(cc, group, known).stderr
        failed += bool(wrong)
        print("%sok %d - %s: every name, where it belongs" %
              ("not " if wrong else "", count, arch))
        print("".join("# %s\n" % w for w in wrong.splitlines()), end="")
    print("1..%d" % count)
    sys.exit(bool(failed))


main()
