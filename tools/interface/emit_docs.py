"""What people and tools read about an interface: a page, a table.

Pages for all (`--pages FOLDER`) are docs/servers/interfaces: one for each
description, one for the protocols of L4Re's services (out of the comments of
servers/lib/l4re_c/protocol.h), and an index.
"""
import pathlib
import re

EVERYWHERE = """## Errors of every method

The decoder refuses what is malformed before a handler sees it: -L4_EMSGTOOSHORT
(words are missing), -L4_EMSGTOOLONG (more bytes than there may be),
-L4_EMSGMISSARG (a capability is missing, a zero byte in a text), -L4_ENOSYS (no
such operation, or this server has none), -L4_EBADPROTO (another protocol).
"""
ERROR = re.compile(r"-((?:L4|FILES|NET|PROCESS)_E[A-Z0-9]+)")
MANY = {"word": "0 to 2^64 - 1", "int": "-2^63 to 2^63 - 1",
        "flexpage": "memory or I/O ports"}


def signature(m):
    def one(a):
        size = f"<{a.limit}>" if a.kind in ("text", "bytes") else ""
        return f"{a.kind}{size}{'?' if a.optional else ''} {a.name}"
    text = f"{m.name}({', '.join(one(a) for a in m.takes)})"
    if m.gives:
        text += f" -> ({', '.join(one(a) for a in m.gives)})"
    return text


def rights(a):
    return "".join(letter for letter, bit in (("r", 4), ("w", 1), ("s", 2))
                   if a.limit & bit)


def range_of(a):
    """What an argument can be, in words."""
    if a.kind == "text":
        return f"0 to {a.limit} bytes, none of them zero"
    if a.kind == "bytes":
        return f"0 to {a.limit} bytes"
    if a.kind == "cap":
        return f"rights {rights(a)}" + ("; may be left out" if a.optional
                                        else "")
    return MANY[a.kind]


def arguments_table(m):
    rows = [(a, "takes") for a in m.takes] + [(a, "gives") for a in m.gives]
    if not rows:
        return []
    return (["| argument | | type | range |", "|---|---|---|---|"]
            + [f"| {a.name} | {way} | {a.kind} | {range_of(a)} |"
               for a, way in rows] + [""])


def in_a_trace(i, m):
    """A call as tools/trace/protocols.c writes it: no items, bytes counted."""
    example = {"word": lambda n: str(n + 1), "int": lambda n: str(-n - 1),
               "text": lambda n: f'"{m.takes[n].name}"',
               "bytes": lambda n: f"{min(16, m.takes[n].limit)} bytes"}
    words, said = 1, []
    for n, a in enumerate(m.takes):
        if a.kind not in example:
            continue
        if words >= 7:  # a record has the first seven words
            said.append("...")
            break
        said.append(example[a.kind](n))
        size = {"text": len(a.name), "bytes": min(16, a.limit)}.get(a.kind)
        words += 1 if size is None else 1 + -(-size // 8)
        if a.kind == "text" and words > 7:
            known = (7 - (words - -(-size // 8))) * 8
            said[-1] = f'"{a.name[:known]}..."'
    return f"{i.name}.{m.name}({', '.join(said)}) -> ok"


def method(i, m):
    errors = list(dict.fromkeys(ERROR.findall(m.note)))
    said = ", ".join("-" + e for e in errors) if errors else (
        "none but those of every method and of the server's resources")
    return ([f"## {m.name}", "", "```", signature(m), "```", "",
             f"Operation {m.number}"
             + ("; the answer may come later." if m.later else "."), ""]
            + ([m.note, ""] if m.note else []) + arguments_table(m)
            + [f"Errors: {said}.", "", f"In a trace: `{in_a_trace(i, m)}`", ""])


def page(interface):
    """A Markdown page."""
    i = interface
    out = [f"# {i.name}", "", i.note, "",
           f"Protocol {i.protocol:#x}. Clients include `{i.name}-client.h`, "
           f"servers `{i.name}-server.h`.", ""]
    for m in i.methods:
        out += method(i, m)
    return "\n".join(out).rstrip() + "\n\n" + EVERYWHERE


# ---- L4Re's protocols: out of comments ----

def one_line(comment):
    lines = (re.sub(r"^\s*\*\s", "", line) for line in comment.splitlines())
    return " ".join(" ".join(lines).split()).replace("|", "\\|")


def operations(body):
    """(name, number, what is said) of an enum's entries; a comment stands
    before an entry or behind it on the same line."""
    before = ""
    for part in re.finditer(r"/\*(.*?)\*/|(\w+) = (0x[0-9a-fA-F]+|\d+),"
                            r"(?:[ \t]*/\*(.*?)\*/)?", body, re.S):
        if part[1] is not None:
            before = one_line(part[1])
            continue
        yield part[2], part[3], one_line(part[4]) if part[4] else before
        before = ""


def protocols_page(path):
    """A page of what protocol.h declares: an enum for each protocol."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    head = re.match(r"/\*\n(.*?)\n \*/", text, re.S)[1]
    head = "\n".join(line[3:] for line in head.splitlines())
    out = ["# L4Re's protocols", "",
           "What clients and moe say to each other, out of "
           "`servers/lib/l4re_c/protocol.h`.", "", "```", head, "```", ""]
    for found in re.finditer(r"/\* (L4RE?_PROTO_\w+|MOE_PROTO_\w+)[^\n]*\*/\n"
                             r"enum \w* ?\{(.*?)\n\};", text, re.S):
        rows = list(operations(found[2]))
        out += [f"## {found[1]}", "", "| operation | number | words, items "
                "-> answer |", "|---|---|---|"]
        out += [f"| `{n}` | {v} | {s} |" for n, v, s in rows] + [""]
    return "\n".join(out).rstrip() + "\n"


def pages(interfaces, root):
    """name -> text of all pages, the index too."""
    found = {f"{i.name}.md": page(i) for i in interfaces}
    found["l4re.md"] = protocols_page(
        root / "servers/lib/l4re_c/protocol.h")
    lines = ["# Interfaces", "",
             "Generated from the descriptions; the documentation's tests see "
             "that they are fresh:", "",
             "    tools/interface/interface.py --pages "
             "docs/servers/interfaces", "",
             "| interface | protocol | |", "|---|---|---|"]
    for i in sorted(interfaces, key=lambda i: i.name):
        first = i.note.split("\n\n")[0].split(". ")[0].replace("\n", " ")
        lines.append(f"| [{i.name}]({i.name}.md) | {i.protocol:#x} | "
                     f"{first.rstrip('.')} |")
    lines.append("| [L4Re's protocols](l4re.md) | | dataspaces, region maps, "
                 "name spaces, DMA spaces, parents |")
    found["README.md"] = "\n".join(lines) + "\n"
    return found


def arguments(listed):
    return [{"kind": a.kind, "name": a.name,
             **({"max": a.limit} if a.kind in ("text", "bytes") else {}),
             **({"optional": True} if a.optional else {})} for a in listed]


def table(interfaces):
    """For tools that decode messages: as data, to be written as JSON."""
    return {"interfaces": [
        {"name": i.name, "protocol": i.protocol, "methods": [
            {"name": m.name, "number": m.number, "in": arguments(m.takes),
             "out": arguments(m.gives)} for m in i.methods]}
        for i in interfaces]}
