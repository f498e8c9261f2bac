# The shell and the console in the simulator, driven by what is typed (--input)
# or by a script, and compared word by word with NAME.txt.
#
#      test_shell.py SIM PROGRAMS [--update]
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
PROGRAMS = ("sigma0", "moe", "ned", "proc", "cons", "shell", "tmpfs", "vfs",
            "ls", "cat", "wc", "hello", "spin_spinner", "isolation_crash")
DESKTOP_PROGRAMS = ("block", "ext2", "nic", "switch", "net", "http_server")
UP, LEFT, BACK = "\x1b[A", "\x1b[D", "\x7f"
INTERRUPT, SUSPEND, END, COMMAND = "\x03", "\x1a", "\x04", "\x05"
# Longer than all that a console keeps: what follows reaches the next one.
LONG = "\r" * 600

TYPED = {
    "edits a line": "ecco" + BACK * 2 + "ho onx" + LEFT + BACK + "n\r"
                    "echo two\r" + UP + UP + "\rexit 3\r",
    "gives keys to programs": "cat\ra line\rab" + BACK + "c\r" + END +
                              "echo after\rexit\r",
    "ends a program by ctrl-c": "spin_spinner\r" + INTERRUPT +
                                "echo after\rexit\r",
    "sends a program to the background":
        "spin_spinner\r" + SUSPEND + "jobs\rkill %1\rexit\r",
    "goes on when the console is killed":
        "kill cons\r" + LONG + "echo still here\rexit\r",
    "has a console with commands": LONG + COMMAND + "list\r" + COMMAND + "cat two\r" +
        COMMAND + "grep Hello\r" + COMMAND + "nosuch\r" + COMMAND +
        "show three\r" + COMMAND + "timestamp two on\r" + COMMAND +
        "info two\r" + "hello >> /x\rexit\r",
}
# What docs/servers/living.md shows.
PAGE = here.parents[2] / "docs/servers/living.md"
LIVED = "is lived in"
TYPED[LIVED] = """echo hello world > /motd
cat /motd /motd | wc
ls -l
spin_spinner &
jobs
kill %1
isolation_crash divide
caps vfs
kill vfs
sleep 0.1
cat /motd
exit
""".replace("\n", "\r")
SCRIPTS = {
    "runs pipes and files": """echo hello world | wc
echo one > /a
echo two >> /a
cat /a
cat < /a | cat | wc
ls /
ls -l
wc < /none
""",
    "says what is wrong": """nosuch
echo "no end
| wc
echo a & echo b
cat >
echo a | echo b
kill nobody
kill %7
fg
exit 4
""",
    "keeps jobs": """spin_spinner &
jobs
kill %1
sleep 0.01
isolation_crash divide
hello
""",
    "ends any server and goes on": """echo kept > /file
kill vfs
sleep 0.05
cat /file
kill tmpfs
sleep 0.05
ls /
echo new > /file
cat /file
kill proc
sleep 0.05
hello
kill cons
sleep 0.05
hello
""",
}


# Every server of examples/desktop, ended one after the other.
DESKTOP = here.parents[2] / "examples/desktop/desktop.cfg"
SERVERS = ("tmpfs", "block", "ext2", "vfs", "nic", "switch", "net",
           "http_server", "proc", "cons")
DESKTOP_SCRIPT = "echo kept > /disk/file\n" + "".join(
    "kill %s\nsleep 0.5\nhello\ncat /disk/file\n" % s for s in SERVERS) + "ps\n"


def desktop(sim, programs, folder):
    """What is wrong with a desktop whose servers are killed; "": nothing."""
    image, script = folder / "disk.img", folder / "script.sh"
    with open(image, "wb") as f:
        f.truncate(4 << 20)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", image], check=True)
    script.write_text(DESKTOP_SCRIPT)
    r = subprocess.run(
        [sim, "--until=60", "--disk=%s" % image, "--net=hub",
         "--command=rom/ned rom/desktop.cfg disk net rom/script.sh",
         *(str(programs / p) for p in PROGRAMS + DESKTOP_PROGRAMS),
         str(DESKTOP), str(script)], stdin=subprocess.DEVNULL, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = r.stdout.decode(errors="replace")
    wrong = [] if r.returncode == 0 else ["code %d" % r.returncode]
    wrong += ["%s does not run again" % s for s in SERVERS
              if "%s was killed; it runs again" % s not in text]
    listed = text[text.rindex(" ID STATE"):] if " ID STATE" in text else ""
    wrong += ["%s is not listed" % s for s in SERVERS
              if not re.search(r"runs .* %s$" % s, listed, re.M)]
    for what, line in (("hello", "Hello from Vitrine"), ("cat", "kept")):
        count = len(re.findall("^%s" % line, text, re.M))
        if count != len(SERVERS):
            wrong.append("%s worked %d times of %d" % (what, count,
                                                       len(SERVERS)))
    return "\n".join(wrong + [text]) if wrong else ""


def run(sim, programs, *options, words="", modules=()):
    command = [sim, "--until=60", "--command=rom/ned rom/desk.cfg " + words,
               *options, *(str(programs / p) for p in PROGRAMS),
               str(here / "desk.cfg"), *modules]
    r = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=120,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = r.stdout.decode(errors="replace").replace("\r", "^M")
    text = text.replace("\x1b", "^[")
    text = re.sub(r"\[ *\d+\.\d{6}\]", "[TIME]", text)
    text = re.sub(r"\d+ lines, \d+ bytes", "N lines, M bytes", text)
    text = re.sub(r"and \d+ of its own", "and some of its own", text)
    # A prompt is written again as often as the console comes back to one.
    return "".join(line + "\n" for line in text.splitlines()
                   if line.strip("$ ^M[K")) + "-> %d\n" % r.returncode


def outcome(sim, programs, folder, name):
    if name in TYPED:
        keys = folder / "keys"
        keys.write_bytes(TYPED[name].encode())
        return run(sim, programs, "--input=%s" % keys)
    script = folder / "script.sh"
    script.write_text(SCRIPTS[name])
    return run(sim, programs, words="rom/script.sh",
               modules=[str(script)])


def on_page(text):
    """Is this transcript, without its first line, on the page?"""
    shown = "```\n%s```\n" % text.split("\n", 1)[1]
    page = PAGE.read_text()
    if "--update" in sys.argv:
        page = re.sub("```\n.*?```\n", lambda m: shown, page, flags=re.S)
        PAGE.write_text(page)
    return shown in page


def main():
    sim, programs = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = list(TYPED) + list(SCRIPTS)
    failed = 0
    print("1..%d" % (len(cases) + 1))
    for number, name in enumerate(cases, 1):
        golden = here / "golden" / (name.replace(" ", "-") + ".txt")
        with tempfile.TemporaryDirectory(prefix="vitrine-shell-") as folder:
            got = outcome(sim, programs, pathlib.Path(folder), name)
        if "--update" in sys.argv:
            golden.write_text(got)
        wanted = golden.read_text() if golden.exists() else ""
        if name == LIVED and not on_page(got):
            wanted = "docs/servers/living.md shows another"
        failed += got != wanted
        print("%s %d - the shell %s"
              % ("not ok" if got != wanted else "ok", number, name))
        if got != wanted:
            print("".join("# %s\n" % line for line in got.splitlines()))
    with tempfile.TemporaryDirectory(prefix="vitrine-shell-") as folder:
        wrong = desktop(sim, programs, pathlib.Path(folder))
    print("%s %d - no server of the desktop takes down the others"
          % ("not ok" if wrong else "ok", len(cases) + 1))
    print("".join("# %s\n" % line for line in wrong.splitlines()), end="")
    return failed > 0 or bool(wrong)


sys.exit(main())
