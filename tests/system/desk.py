# The desktop (examples/desktop) as a person uses it: typing at its console,
# looking at its page. For the simulator (test_desktop.py) and the machines
# (tests/machines/run.py).
#
#      keys --pseudo-terminal--> console, shell      HTTP --> forwarded port
#
# Nothing here counts on time. What a command says ends with a word that the
# shell is told to say then; what has to come back first is asked for again,
# TRIES times at most (the page until LIMIT_S).
import os
import pty
import re
import subprocess
import termios
import threading
import time
import urllib.request
from devices import tool

LIMIT_S, TRIES, PAUSE_S = 600, 100, 0.1
DRIVERS = ("io", "block", "nic")
SERVERS = DRIVERS + ("tmpfs", "ext2", "vfs", "switch", "net", "http_server",
                     "proc", "cons")


class Desk:
    """A run of the desktop; `words` start it. Fails by AssertionError."""

    def __init__(self, words, limit_s=LIMIT_S, **options):
        self.text, self.lines = "", 0
        self.news = threading.Condition()
        self.keys, slave = pty.openpty()
        self.found = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [str(w) for w in words], stdin=slave, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options)
        os.close(slave)
        self.timer = threading.Timer(limit_s, self.process.terminate)
        self.timer.start()
        self.streams = [threading.Thread(target=self.listen, args=(stream,))
                        for stream in (self.process.stdout,
                                       self.process.stderr)]
        for thread in self.streams:
            thread.start()
        self.url = "http://127.0.0.1:%s/" % self.wait(
            r"127\.0\.0\.1:(\d+) goes to")[1]
        for said in (r"Vitrine\. `help`", "listening at port", "address 10"):
            self.wait(said)

    def listen(self, stream):
        while data := stream.read1(65536):
            with self.news:
                self.text += data.decode(errors="replace")
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def wait(self, pattern, start=0):
        """Until this is said, behind `start`: the match."""
        with self.news:
            while not (found := re.compile(pattern).search(self.text, start)):
                assert any(t.is_alive() for t in self.streams), \
                    "it ended without %s:\n%s" % (pattern, self.text)
                self.news.wait(1)
        return found

    def command(self, line):
        """What is said from the line's begin to its end."""
        self.lines += 1
        start = len(self.text)
        # As the line is echoed it has quotes in that word.
        os.write(self.keys, ("%s; echo end'-%d'\r" % (line, self.lines)
                             ).encode())
        end = self.wait("end-%d" % self.lines, start).start()
        return self.text[start:end]

    def until(self, line, wanted):
        """Gives the command until it says that."""
        for _ in range(TRIES):
            said = self.command(line)
            if re.search(wanted, said, re.M):
                return
            self.command("sleep %g" % PAUSE_S)
        raise AssertionError("`%s` does not say %s:\n%s" % (line, wanted,
                                                            self.text))

    def page(self):
        """The host gets the page. One who asks while a server is not back yet
        is refused, or cut off."""
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return urllib.request.urlopen(self.url, timeout=LIMIT_S).read()
            except OSError:
                time.sleep(PAUSE_S)
        raise AssertionError("there is no page:\n" + self.text)

    def type(self, keys, wanted):
        """Until that is said behind these keys."""
        start = len(self.text)
        os.write(self.keys, keys.encode())
        self.wait(wanted, start)

    def kill(self, server):
        start = len(self.text)
        self.command("kill " + server)
        self.wait(r"%s was killed; it runs again" % server, start)

    def end(self, command="exit"):
        """The exit code."""
        os.write(self.keys, command.encode() + b"\r")
        code = self.process.wait()
        assert termios.tcgetattr(self.keys) == self.found, "another terminal"
        self.close()
        return code

    def close(self):
        if self.process.stdout.closed:
            return
        self.timer.cancel()
        self.process.terminate()  # a machine's QEMU goes with it
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for thread in self.streams:
            thread.join()
        os.close(self.keys)
        self.process.stdout.close()
        self.process.stderr.close()


def all_answers(desk, page):
    desk.until("cat /disk/file", "^kept")
    desk.until("ls /disk", "^file$")
    desk.until("ls /", "^disk/?$")  # whatever the root's server knows of it
    desk.until("hello", "^Hello from Vitrine")
    got = desk.page()
    assert got == page, "another page: %r\n%s" % (got, desk.text)


def programs_are_files(desk):
    for line, wanted in (
            ("/disk/bin/hello", "^Hello from Vitrine! I am .*hello"),
            ("echo a b | /disk/bin/wc", "^1 2 4$"),
            ("/disk/motd", "^/disk/motd: .*ELF"),
            ("/disk", "^/disk: "),
            ("/disk/bin/none", "^/disk/bin/none: there is no such program")):
        said = desk.command(line)
        assert re.search(wanted, said, re.M), "%s:\n%s" % (line, said)


def lives_on(desk, page, servers=SERVERS):
    """Each server is killed, and everything answers again."""
    desk.command("echo kept > /disk/file")
    all_answers(desk, page)
    programs_are_files(desk)
    for server in servers:
        desk.command("echo %s > /disk/last" % server)
        desk.kill(server)  # ext2 within a second after a change, too
        all_answers(desk, page)
        desk.until("cat /disk/last", "^%s$" % server)
    listed = desk.command("ps")
    for server in SERVERS:
        assert re.search(r"runs .* %s$" % server, listed, re.M), \
            "%s does not run:\n%s" % (server, desk.text)
    desk.command("echo last > /disk/last")
    code = desk.end("poweroff")
    assert code == 0, "exit code %d\n%s" % (code, desk.text)
    assert "ext2| closed" in desk.text, desk.text


def wrong(image):
    """What is wrong with the disk as the machine has left it; "": nothing."""
    checked = subprocess.run([tool("e2fsck"), "-fn", image],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    said = subprocess.run([tool("dumpe2fs"), "-h", image],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, check=True).stdout
    closed = re.search(r"^Filesystem state: +clean$", said, re.M)
    return "" if checked.returncode == 0 and closed else checked.stdout + said
