# docs/kernel/ against the public headers (TAP).
#
#   check_pages.py ROOT CC...
#
# Each page has the fixed sections; its Signature says what the headers say;
# its Example compiles as the body of a function, with the page's includes;
# the index has it. Each function of <l4/sys/*.h> that sends a message, itself
# or by another one, stands in the Signature of a page.
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
compiler = sys.argv[2:]
include = root / "sim-kernel/include"
folder = root / "docs/kernel"
SECTIONS = ["Signature", "Rights", "Effect", "Errors", "Cost", "Example",
            "Difference from L4Re"]
SENDS = re.compile(r"\b(__l4_arch_syscall|__l4_msg_call\w*|__l4_kd_\w+)\s*\(")
FUNCTION = re.compile(r"L4_INLINE\s+([\w\s\*]+?)\b((?:__)?(?:l4|fiasco)_\w+)"
                      r"\s*\(([^;{]*?)\)\s*\{(.*?)\n\}", re.S)


def plain(text):
    """A declaration without what does not matter."""
    text = re.sub(r"L4_DEFAULT_PARAM\(\w+\)|L4_CONST", "", text)
    return re.sub(r"\s+", "", text)


def read_headers():
    """name -> (declaration, body), of all inline functions."""
    found = {}
    for path in sorted(include.glob("l4/**/*.h")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        for result, name, args, body in FUNCTION.findall(text):
            found.setdefault(name, (plain(result + name + "(" + args + ")"),
                                    body))
    return found


def senders(functions):
    """The names of those that end in a system call."""
    found = {n for n, f in functions.items() if SENDS.search(f[1])}
    more = True
    while more:
        more = {n for n, f in functions.items() if n not in found and
                any(re.search(r"\b%s\s*\(" % s, f[1]) for s in found)}
        found |= more
    return {n for n in found if not n.startswith("__")
            and not n.endswith("_u")}


def public_names(functions, names):
    """Those of <l4/sys/*.h> (an L4Re program's), and this machine's."""
    found = set()
    for path in list(include.glob("l4/sys/*.h")) + \
            list(include.glob("l4/sys/arch/amd64/*.h")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        found |= {n for n in names if re.search(r"\b%s\(" % n, text)}
    return found


def sections(text):
    parts = re.split(r"^## (.*)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2])), parts[1::2]


def code(section):
    return "\n".join(re.findall(r"^```c\n(.*?)^```", section, re.S | re.M))


def check_page(path, functions):
    text = path.read_text()
    parts, order = sections(text)
    assert order == SECTIONS, "its sections are %s" % order
    assert text.startswith("# %s\n" % path.stem), "its title is another"
    for name, part in parts.items():
        assert part.strip(), "nothing under %s" % name
    signature = code(parts["Signature"])
    named = re.findall(r"\b((?:l4|fiasco)_\w+)\(", signature)
    for declaration in re.sub(r"#include.*", "", signature).split(";")[:-1]:
        name = re.search(r"(\w+)\(", declaration)[1]
        assert name in functions, "no header has %s()" % name
        assert plain(declaration) == functions[name][0], (
            "%s() is declared otherwise" % name)
    includes = "".join(re.findall(r"#include.*\n", signature))
    program = "%svoid example(void);\nvoid example(void)\n{\n%s\n}\n" % (
        includes, code(parts["Example"]))
    done = subprocess.run(
        compiler + ["-std=gnu17", "-Wall", "-Wextra", "-Werror",
                    "-Wno-unused-variable", "-fsyntax-only",
                    "-I" + str(include), "-x", "c", "-"],
        input=program, text=True, stderr=subprocess.PIPE)
    assert done.returncode == 0, "its example:\n" + done.stderr
    return named


def main():
    functions = read_headers()
    index = (folder / "README.md").read_text()
    named, number, failed = set(), 0, 0

    def report(problem, name):
        nonlocal number, failed
        number += 1
        failed += bool(problem)
        print("%s %d - %s" % ("not ok" if problem else "ok", number, name))
        for line in str(problem).splitlines() if problem else []:
            print("#   " + line)

    for path in sorted(folder.glob("*.md")):
        if path.stem == "README":
            continue
        problem = ""
        try:
            named |= set(check_page(path, functions))
            assert "(%s)" % path.name in index, "it is not in the index"
        except AssertionError as error:
            problem = error
        report(problem, "page " + path.stem)
    wanted = public_names(functions, senders(functions))
    missing = sorted(wanted - named)
    report("" if len(wanted) > 100 and not missing else
           "of %d functions these have no page: %s" % (
               len(wanted), " ".join(missing)),
           "every function that sends a message has a page")
    for link in sorted(set(re.findall(r"\]\((\w+\.md)\)", index))):
        if not (folder / link).exists():
            report("there is no such page", "index: " + link)
    print("1..%d" % number)
    sys.exit(failed > 0)


main()
