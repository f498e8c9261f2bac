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
UP, LEFT, BACK = "\x1b[A", "\x1b[D", "\x7f"
INTERRUPT, SUSPEND, END, COMMAND = "\x03", "\x1a", "\x04", "\x05"
# Longer than all that a console keeps: what follows reaches the next one.
LONG = "\r" * 600

TYPED = {
    "edits a line": "ecco" + BACK * 2 + "ho onx" + LEFT + BACK + "n\r"
                    "echo two\r" + UP + UP + "\rexit 3\r",
    "knows the keys of a terminal":
        "echo bd\x1b[Dc\x01\x06\x06\x06\x06\x06a\x1b[4~e\r"
        "xecho one\x1b[1~\x1b[3~\x1b[8~ two three\x17\r"
        "echo öä\x1b[1;5D\x7fü\r" + "\x10\x10\x0e\x02\x04\x02x\r"
        "echo " + "0123456789" * 9 + "\x1b[H\x1b[C\x1b[F!\r"
        "hi\t\t\r" "\x0cexit\r",
    "asks for more of a command":
        "if false\rthen echo no\relse\recho yes; fi\recho 4 &&\recho $?\r"
        "for x in 1\rdo echo $x; done\rexit\r",
    "ends a loop by ctrl-c":
        "while true; do echo 3 > /x; done; echo no\r" + INTERRUPT +
        "cat /x\rexit\r",
    "completes words":
        "hello > /tea\recho > /term\rcat /te\tm\t\x15cat t\t\ta\t\r"
        "ec\t/t\t\x15x\t\r\x15e\t\x15\rexit\r",
    "gives keys to programs": "cat\ra line\rab" + BACK + "c\r" + END +
                              "echo after\rexit\r",
    "ends a program by ctrl-c": "spin_spinner\r" + INTERRUPT +
                                "echo after\rexit\r",
    "stops a program by ctrl-z":
        "spin_spinner\r" + SUSPEND + "jobs\rbg\rjobs\rfg\r" + SUSPEND +
        "jobs\rspin_spinner &\rjobs\rkill %1\rsleep 0.1\rfg\r" + INTERRUPT +
        "jobs\rexit\r",
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
    "has variables and conditions": r"""X=one; echo $X "$X ${X}s" '$X' \$X
true && echo yes || echo no
false && echo yes || echo no; false; echo $?
for i in a b "c d"; do echo "<$i>"; done
if test -d /none; then echo folder; elif [ a = b ]; then echo same; else
  echo neither
fi
N=
while ! [ "$N" = xxx ]; do N=${N}x; echo $N; done
if test -e /; then for a in 1 2; do for b in x y; do echo $a$b; done; done; fi
echo hello > /h1.txt && echo > /h2.txt; echo *.txt /h?.txt '*.txt' *.none
ls /h1.txt; ls -l /*.txt / /none; cat *.txt | wc; spin_spinner & kill %1
Y=3; export Y Z=4; set; unset X Y; set
[ 3 -lt 10 ] && test ! 4 -ge 5 && [ -n "$Z" ] && [ ! -f / ] && echo all
test 1 is 2
hello || echo no; nosuch || echo "nosuch: $?"
if true; echo dropped; fi
for x; do echo; done
echo after; if
""",
    "limits programs": """limit cpu 20 spin_spinner; echo $?
limit cpu 20 limit memory 1024 hello; echo $?
echo a word | limit cpu 100 wc
limit memory 64 hello
limit cpu 10
limit disk 10 hello
limit cpu ten hello
limit cpu 10 echo no
""",
    "keeps jobs": """spin_spinner &
jobs
kill %1
sleep 0.01
isolation_crash divide
hello
""",
    "separates commands": """echo one;echo "two; three" ;; echo four # ; five
hello > /x & ; sleep 0.1; cat /x; exit 3; echo no
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


def run(sim, programs, *options, words="", modules=()):
    command = [sim, "--until=60", "--command=rom/ned rom/desk.cfg " + words,
               *options, *(str(programs / p) for p in PROGRAMS),
               str(here / "desk.cfg"), *modules]
    r = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=600,
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
    print("1..%d" % len(cases))
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
    return failed > 0


sys.exit(main())
