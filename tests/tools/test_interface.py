# tools/interface: what it accepts, what it refuses with file and line, and
# that the table says what the description says. Prints TAP.
import json
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent.parent
tool = root / "tools/interface/interface.py"
count = failures = 0


def fact(holds, name, said=""):
    global count, failures
    count += 1
    failures += not holds
    print("%s %d - %s" % ("ok" if holds else "not ok", count, name))
    if not holds:
        print("# " + said.replace("\n", "\n# "))


def compiled(folder, text, *options):
    path = pathlib.Path(folder, "x.iface")
    path.write_text(text)
    return subprocess.run([sys.executable, tool, path, *options],
                          stderr=subprocess.PIPE, text=True, check=False)


def refuses(folder, text, line, what):
    r = compiled(folder, text)
    wanted = "x.iface:%d: " % line
    fact(r.returncode == 1 and wanted in r.stderr and what in r.stderr
         and r.stderr.count("\n") == 1, "refused: " + what, r.stderr)


HEAD = "interface x 0x4400;\n"
WRONG = (
    ("", 1, "'interface' expected, not the end of the file"),
    ("interface x;", 1, "its protocol number expected"),
    ("interface x 0;\nm();", 1, "protocol 0x0: 1 to 0x7fff"),
    ("interface x 0x8000;\nm();", 1, "1 to 0x7fff"),
    (HEAD, 2, "interface x has no method"),
    (HEAD + "m()", 2, "';' expected"),
    (HEAD + "m(float a);", 2, "no type 'float'"),
    (HEAD + "m(text a);", 2, "'<' expected"),
    (HEAD + "m(word a, word a);", 2, "two arguments are called 'a'"),
    (HEAD + "m();\n\nm();", 4, "two methods are called 'm'"),
    (HEAD + "m(bytes<500> a);", 2, "can take 65 words, a message holds 63"),
    (HEAD + "m() -> (bytes<504> a);", 2, "its answer can take 64 words"),
    (HEAD + "m(cap<rwx> a);", 2, "rights 'rwx': only r, w and s"),
    (HEAD + "m(cap? a, cap b);", 2, "only the last capability"),
    (HEAD + "m(cap a, cap b, cap c, cap d);", 2, "4 capabilities: 3 at most"),
    (HEAD + "m(%s);" % ", ".join("word a%d" % i for i in range(17)), 2,
     "17 arguments: 16 at most"),
    (HEAD + "m() -> (cap? a);", 2, "an answer leaves nothing out"),
    (HEAD + "m(flexpage p);", 2, "only an answer gives a flexpage"),
    (HEAD + "m($);", 2, "'$' means nothing here"),
)


def main():
    with tempfile.TemporaryDirectory(prefix="vitrine-iface-") as folder:
        for text, line, what in WRONG:
            refuses(folder, text, line, what)
        table = pathlib.Path(folder, "t.json")
        r = compiled(folder, "// Doc.\n" + HEAD + "/* a\n * b */\n"
                     "later m(text<7> t, cap? c) -> (int i);\nn();\n",
                     "--table", table, "--page", pathlib.Path(folder, "p.md"),
                     "--fuzz", pathlib.Path(folder, "f.c"))
        fact(r.returncode == 0, "a good description", r.stderr)
        wanted = {"interfaces": [{"name": "x", "protocol": 0x4400, "methods": [
            {"name": "m", "number": 0,
             "in": [{"kind": "text", "name": "t", "max": 7},
                    {"kind": "cap", "name": "c", "optional": True}],
             "out": [{"kind": "int", "name": "i"}]},
            {"name": "n", "number": 1, "in": [], "out": []}]}]}
        fact(json.loads(table.read_text()) == wanted, "its table",
             table.read_text())
        page = pathlib.Path(folder, "p.md").read_text()
        fact("m(text<7> t, cap? c) -> (int i)" in page and "a\nb" in page
             and "may come later" in page
             and "| t | takes | text | 0 to 7 bytes" in page
             and 'In a trace: `x.m("t") -> ok`' in page, "its page", page)
        harness = pathlib.Path(folder, "f.c").read_text()
        fact("decoder_text(t, X_M_T_MAX)" in harness
             and "decoder_cap(c, true)" in harness
             and ".ask = {ask_m, ask_n}" in harness, "its harness", harness)
        other = pathlib.Path(folder, "y.iface")
        other.write_text("interface y 0x4400;\nm();\n")
        r = subprocess.run([sys.executable, tool,
                            pathlib.Path(folder, "x.iface"), other, "--table",
                            table], stderr=subprocess.PIPE, text=True,
                           check=False)
        fact(r.returncode == 1 and "same protocol number" in r.stderr,
             "two interfaces with one protocol number", r.stderr)
    print("1..%d" % count)
    return 1 if failures else 0


sys.exit(main())
