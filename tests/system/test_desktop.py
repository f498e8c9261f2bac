# A system to live in: `./vitrine run desktop`, with nothing else said.
import shutil
import termios
import desk
from desk import Desk
from harness import (USAGE, Skip, build, environment, main, root, run, scratch,
                     test)

WORDS = [root / "vitrine", "--out", scratch / "out", "run",
         "examples/desktop/desktop.cfg"]
IMAGE = scratch / "out/disk.img"
PAGE = (root / "examples/desktop/disk/www/index.html").read_bytes()


def start(*words):
    if not (build / "tools/gateway/vitrine-gateway").exists():
        raise Skip("no gateway: libslirp-dev was missing")
    return Desk([*WORDS, *words], env=environment, cwd=root)


@test("files, network and all servers killed, in one system of one command")
def _():
    live = start()
    try:
        assert "made now" in live.text and str(IMAGE) in live.text, live.text
        desk.lives_on(live, PAGE)
        assert not desk.wrong(IMAGE), desk.wrong(IMAGE)
    finally:
        live.close()


@test("its disk is kept from run to run, and one run has it at a time")
def _():
    live = start()
    try:
        assert "made now" not in live.text, live.text
        live.until("cat /disk/file", "^kept")
        second = run("--out", scratch / "out",
                     "desktop").expect(USAGE)
        assert "another run has this disk" in second.err, second
        live.command("sleep 2")  # ext2 writes all a second after a change
        assert live.end() == 0, live.text
    finally:
        live.close()
    assert not desk.wrong(IMAGE), desk.wrong(IMAGE)


@test("a terminal's keys are the system's, also while a program computes")
def _():
    live = start()
    try:
        for key, said in (("\x03", r"\^C"), ("\x1a", r"\^Z")):
            live.type("spin_spinner\r", "spin_spinner\r?\n")
            live.type(key, said)
            live.until("jobs", "stopped  spin_spinner" if key == "\x1a"
                       else "jobs")
        live.type("fg\r", "spin_spinner\r?\n")
        live.type("\x03", r"\^C")
        live.type("if true\r", "\n> ")
        live.type("\x03", r"\^C\r?\n\$ ")
        live.type("while true; do echo 3 > /x; done; echo no\r", "echo no")
        live.type("\x03", r"\^C\r?\n\$ ")
        # Left, Home, Delete, End, a character of two bytes, Ctrl-W, Tab.
        for keys, said in (("echo ac\x1b[Db\x1b[1~\x1b[3~e\x1b[4~d\r", "^abcd"),
                           ("echo ö\x7fx yy\x17z\r", "^x z"),
                           ("cat /disk/mo\t\r", "^This file lies"),
                           ("ls /di\t\r", "^motd")):
            live.type(keys, "(?m)" + said)
        now = termios.tcgetattr(live.keys)
        assert now[6][termios.VINTR] == b"\x1c", now
        assert live.end() == 0, live.text
    finally:
        live.close()


@test("options go before what the description wants")
def _():
    mine = scratch / "mine.img"
    shutil.copy(IMAGE, mine)
    r = run("--disk", mine, "--net", "hub", "desktop", "--", "-c",
            "sleep 0.1; cat /disk/file; exit 7").expect(7)
    assert "kept" in r.out and "vitrine: " not in r.err, r


@test("the end waits until what was written is on the disk")
def _():
    mine = scratch / "end.img"
    for how in ("poweroff", "reboot"):
        shutil.copy(IMAGE, mine)
        r = run("--disk", mine, "--net", "hub", "desktop", "--", "-c",
                "sleep 1; echo %s > /disk/how; %s; exit 7" % (how[0], how)
                ).expect(0)
        assert "ext2| closed" in r.out, r
        assert not desk.wrong(mine), "%s\n%s" % (desk.wrong(mine), r)


main()
