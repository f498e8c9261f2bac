"""Reading an interface description (NAME.iface) into plain data.

    // What the server is for.
    interface echo 0x4300;

    // Says it again.
    say(text<100> what) -> (text<100> answer);
    later wait(word us);

A description is one interface: its name, its protocol number (the label of
requests), and its methods in the order of their numbers. `later` marks a
method whose answer may come after the handler has returned. The comment
before a method is its documentation.

    type         one argument                              in a message
    word, int    unsigned, signed number                   one word
    text<N>      text of at most N bytes                   length, bytes
    bytes<N>     any bytes, at most N                      length, bytes
    cap<rws>     capability with these rights (all: rws)   item
    cap<rws>?    the same, may be left out; the last one
    flexpage     memory or I/O ports; in answers only      item

Arguments are in the message in the order they are written; items come behind
all words. A message must fit into 63 words.
"""
import dataclasses
import re

WORDS_MAX = 63
WORD = 8
CAPS_MAX = 3
ARGUMENTS_MAX = 16
ITEMS = ("cap", "flexpage")
RIGHTS = {"r": 4, "w": 1, "s": 2}
METHODS_MAX = 1 << 16

TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<note>//[^\n]*|/\*.*?\*/)|(?P<arrow>->)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>[();,<>?])", re.S)


class Problem(Exception):
    """What is wrong with a description, with file and line."""


@dataclasses.dataclass
class Argument:
    kind: str  # word, int, text, bytes, cap
    name: str
    limit: int = 0  # text, bytes: most bytes; cap: rights
    optional: bool = False

    def words(self):
        """The most words it takes; an item takes two."""
        if self.kind in ("text", "bytes"):
            return 1 + -(-self.limit // WORD)
        return 2 if self.kind in ITEMS else 1


@dataclasses.dataclass
class Method:
    name: str
    number: int
    note: str
    takes: list
    gives: list
    later: bool


@dataclasses.dataclass
class Interface:
    name: str
    protocol: int
    note: str
    methods: list


class Reader:
    """The tokens of a file, one after the other."""

    def __init__(self, path, text):
        self.path, self.tokens, self.at = path, [], 0
        line, at = 1, 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Problem(f"{path}:{line}: '{text[at]}' means nothing here")
            if found.lastgroup != "space":
                self.tokens.append((found.lastgroup, found.group(), line))
            line += found.group().count("\n")
            at = found.end()
        self.tokens.append(("end", "the end of the file", line))

    def fail(self, what):
        raise Problem(f"{self.path}:{self.tokens[self.at][2]}: {what}")

    def next(self, kind, what):
        found, text, _ = self.tokens[self.at]
        if found != kind:
            self.fail(f"{what} expected, not {text}")
        self.at += 1
        return text

    def skip(self, text):
        """Takes `text` if it comes next."""
        if self.tokens[self.at][1] != text:
            return False
        self.at += 1
        return True

    def need(self, text):
        if not self.skip(text):
            self.fail(f"'{text}' expected, not {self.tokens[self.at][1]}")

    def note(self):
        """The comment directly before what follows, without its signs."""
        lines = []
        while self.tokens[self.at][0] == "note":
            text = self.tokens[self.at][1]
            if text.startswith("/*"):
                lines += [x.strip(" *") for x in text[2:-2].splitlines()]
            else:
                lines.append(text[2:].strip())
            self.at += 1
        return "\n".join(lines).strip()


def number_of(text):
    return int(text, 0)


def read_limit(r, kind, name):
    if kind in ("text", "bytes"):
        r.need("<")
        limit = number_of(r.next("number", f"how many bytes '{name}' has"))
        r.need(">")
        return limit
    if kind != "cap" or not r.skip("<"):
        return sum(RIGHTS.values()) if kind == "cap" else 0
    letters = r.next("name", "rights (r, w, s)")
    if not set(letters) <= set(RIGHTS):
        r.fail(f"rights '{letters}': only r, w and s")
    r.need(">")
    return sum(RIGHTS[x] for x in set(letters) | {"r"})


def read_argument(r):
    kind = r.next("name", "a type")
    if kind not in ("word", "int", "text", "bytes", "cap", "flexpage"):
        r.fail(f"no type '{kind}': word, int, text<N>, bytes<N>, cap or "
               "flexpage")
    limit = read_limit(r, kind, kind)
    optional = kind == "cap" and r.skip("?")
    return Argument(kind, r.next("name", "the argument's name"), limit,
                    optional)


def read_arguments(r):
    r.need("(")
    found = []
    while not r.skip(")"):
        if found:
            r.need(",")
        found.append(read_argument(r))
    names = [a.name for a in found]
    for name in names:
        if names.count(name) > 1:
            r.fail(f"two arguments are called '{name}'")
    if len(found) > ARGUMENTS_MAX:
        r.fail(f"{len(found)} arguments: {ARGUMENTS_MAX} at most")
    caps = [a for a in found if a.kind == "cap"]
    if any(a.optional for a in caps[:-1]):
        r.fail("only the last capability may be left out")
    if len(caps) > CAPS_MAX:
        r.fail(f"{len(caps)} capabilities: {CAPS_MAX} at most")
    return found


def check_size(r, name, what, arguments, head):
    words = head + sum(a.words() for a in arguments)
    if words > WORDS_MAX:
        r.fail(f"{name}: its {what} can take {words} words, a message holds "
               f"{WORDS_MAX}")


def read_method(r, number):
    note = r.note()
    later = r.skip("later")
    name = r.next("name", "a method")
    takes = read_arguments(r)
    gives = read_arguments(r) if r.skip("->") else []
    check_size(r, name, "request", takes, 1)
    check_size(r, name, "answer", gives, 0)
    if any(a.kind == "flexpage" for a in takes):
        r.fail(f"{name}: only an answer gives a flexpage")
    if any(a.optional for a in gives):
        r.fail(f"{name}: an answer leaves nothing out")
    r.need(";")
    return Method(name, number, note, takes, gives, later)


def read(path):
    """The interface described in the file. Raises Problem, OSError."""
    with open(path, encoding="utf-8") as file:
        r = Reader(path, file.read())
    note = r.note()
    r.need("interface")
    name = r.next("name", "the interface's name")
    protocol = number_of(r.next("number", "its protocol number"))
    if not 0 < protocol < 1 << 15:
        r.fail(f"protocol {protocol:#x}: 1 to 0x7fff")
    r.need(";")
    methods = []
    while r.tokens[r.at][0] != "end":
        note_only = r.at
        if r.note() and r.tokens[r.at][0] == "end":
            break
        r.at = note_only
        methods.append(read_method(r, len(methods)))
        if methods[-1].name in [m.name for m in methods[:-1]]:
            r.fail(f"two methods are called '{methods[-1].name}'")
    if not methods:
        r.fail(f"interface {name} has no method")
    return Interface(name, protocol, note, methods)
