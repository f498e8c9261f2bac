# C files taken apart into functions, and put together again.
#
#   base:   ... static int f(int x) { <body> } ...
#   piece:      int f(int y) { <another body> }
#   splice(base, piece, {"f"}):  base, with the other body
#
# Only as much of C is known as that takes: comments, strings, preprocessor
# lines and braces. House style (labels and functions at column 0) is not
# needed: a student's editor may have another.
import re

_TOKEN = re.compile(r"""
    (?P<skip> /\*.*?\*/ | //[^\n]* | [ \t]*\n )
  | (?P<directive> (?<![^\n])[ \t]*\#(?:[^\n\\]|\\\n|\\.)* )
  | (?P<text> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
  | (?P<mark> [{};] )
  | (?P<other> [^{};"'/\n#]+ | . )
""", re.X | re.S)
_HEAD = re.compile(r"\b(\w+)\s*\([^{}]*\)\s*$", re.S)


def functions(text):
    """name -> (start, body, end): where each function defined in `text`
    begins, its opening brace, and the place behind its closing one."""
    found = {}
    depth, start, body, name = 0, None, None, None
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token.group()
        if kind == "mark" and word == "{":
            if depth == 0 and start is not None and body is None:
                head = _HEAD.search(_plain(text[start:token.start()]))
                name = head.group(1) if head else None
                body = token.start()
            depth += 1
        elif kind == "mark" and word == "}":
            depth -= 1
            if depth == 0 and name:
                found[name] = (start, body, token.end())
                start = body = name = None
        elif kind == "mark" and depth == 0:
            start = body = name = None
        elif kind in ("other", "text") and depth == 0 and start is None \
                and word.strip():
            start = token.start() + len(word) - len(word.lstrip())
    return found


def _plain(text):
    """Without comments and preprocessor lines."""
    return "".join(" " if t.lastgroup in ("skip", "directive") else t.group()
                   for t in _TOKEN.finditer(text))


def body_of(text, name):
    """The function's body with its braces; None if there is none."""
    place = functions(text).get(name)
    return text[place[1]:place[2]] if place else None


def splice(base, piece, names):
    """`base` with the bodies that `piece` has of the functions `names`.
    ValueError names the first that either has not."""
    for name in names:
        body, place = body_of(piece, name), functions(base).get(name)
        if body is None or place is None:
            raise ValueError("there is no function %s()" % name)
        base = base[:place[1]] + body + base[place[2]:]
    return base


def words_of(body):
    """The identifiers of a body, without those in comments and strings; and
    whether it has preprocessor lines."""
    words, directive = set(), False
    for token in _TOKEN.finditer(body):
        if token.lastgroup == "other":
            words.update(re.findall(r"[A-Za-z_$]\w*", token.group()))
        directive |= token.lastgroup == "directive"
    return words, directive
