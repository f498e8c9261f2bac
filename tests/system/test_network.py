# Machines on a wire: the stack inside, the host's network, another simulator.
#
# Ports are taken as they are free and read from what the run says; no test
# leaves 127.0.0.1.
import http.client
import re
import socket
import subprocess
import threading
from harness import (USAGE, Skip, build, environment, main, root, run, scratch,
                     system, test, vitrine)

PAGE = (root / "examples/http/index.html").read_bytes()
LIMIT_S = 600  # ends a hang, decides nothing


def need_gateway():
    if not (build / "tools/gateway/vitrine-gateway").exists():
        raise Skip("no gateway: libslirp-dev was missing")


class Live:
    """A run with ports of the host, read from what it says at its start."""

    def __init__(self, *words, ports=1):
        need_gateway()
        self.process = subprocess.Popen(
            [root / "vitrine", "run", *map(str, words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment)
        self.timer = threading.Timer(LIMIT_S, self.process.kill)
        self.timer.start()
        self.said, self.ports = b"", []
        while len(self.ports) < ports:
            line = self.process.stderr.readline()
            assert line, "it ended: %s" % self.said.decode()
            self.said += line
            found = re.search(rb"127\.0\.0\.1:(\d+) goes to", line)
            self.ports += [int(found[1])] if found else []
        self.out = ""
        for said in ("listening", "address 10.0.2.15"):
            self.wait_for(said)

    def wait_for(self, said):
        """Until the machine has said this."""
        while said not in self.out:
            line = self.process.stdout.readline()
            assert line, "it ended: %s" % self.out
            self.out += line.decode()

    def end(self):
        out, err = self.process.communicate()
        self.timer.cancel()
        self.out += out.decode()
        assert self.process.returncode == 0, \
            "%s%s-> %d" % (self.out, (self.said + err).decode(),
                           self.process.returncode)


def get(port, path, method="GET"):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
    c.request(method, path)
    answer = c.getresponse()
    return answer.status, answer.read()


@test("a web server and its client, on a stack each")
def _():
    r = run("http").expect(0)
    assert r.out.count("It works") == 2, r
    again = run("http")
    assert again.out == r.out, "the second run differs"


@test("the host asks through a forwarded port, and a replay is the same")
def _():
    trace = scratch / "http.vtr"
    live = Live("--forward", "0:80", "--trace", trace, "http", "serve", 3)
    port = live.ports[0]
    assert get(port, "/") == (200, PAGE)
    assert get(port, "/nowhere")[0] == 404
    assert get(port, "/index.html", "HEAD") == (200, b"")
    live.end()
    assert live.out.count("GET /: 200") == 1, live.out
    r = vitrine("replay", trace).expect(0)
    assert "the same" in r.err, r


@test("several ask at once")
def _():
    live = Live("--forward", "0:80", "--forward", "udp:0:53", "http", "serve",
                6, ports=2)
    results = []
    threads = [threading.Thread(
        target=lambda: results.append(get(live.ports[0], "/")))
        for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    live.end()
    assert results == [(200, PAGE)] * 6, results


@test("the machine ends once the other end has its answer, not before")
def _():
    live = Live("--forward", "0:80", "http", "serve", 1)
    c = http.client.HTTPConnection("127.0.0.1", live.ports[0], timeout=LIMIT_S)
    c.request("GET", "/")
    live.wait_for("GET /: 200")
    try:
        live.process.wait(timeout=1)
        assert False, "it ended while the host was reading"
    except subprocess.TimeoutExpired:
        pass
    assert c.getresponse().read() == PAGE
    c.close()
    live.end()


@test("two simulators on one wire")
def _():
    wire = scratch / "wire"
    server = subprocess.Popen(
        [root / "vitrine", "run", "--net", "link:%s" % wire,
         system("link"), "server"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    timer = threading.Timer(LIMIT_S, server.kill)
    timer.start()
    r = run("--net", "link:%s,52:54:00:12:34:99" % wire, system("link"),
            "client")
    out = server.communicate()[0].decode()
    timer.cancel()
    assert r.code == 0 and server.returncode == 0, "%s\n%s" % (r, out)
    assert "status 200" in r.out, r
    assert not wire.exists(), "the socket is left behind"


@test("what --net and --forward refuse")
def _():
    for words, said in (
            (["--forward", "80"], "is not [udp:]HOSTPORT:GUESTPORT"),
            (["--forward", "x:80"], "is not [udp:]HOSTPORT:GUESTPORT"),
            (["--net", "link:/nowhere/wire"], "/nowhere/wire"),
            (["--net", "link:%s,1:2" % (scratch / "w")], "no address")):
        r = run(*words, "hello").expect(USAGE)
        assert said in r.err and r.err.count("\n") <= 2, r


@test("a port that somebody has is refused")
def _():
    need_gateway()
    with socket.create_server(("127.0.0.1", 0)) as s:
        r = run("--forward", "%d:80" % s.getsockname()[1], "hello")
    r.expect(USAGE)
    assert "in use" in r.err, r


main()
