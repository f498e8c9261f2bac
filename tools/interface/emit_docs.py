"""What people and tools read about an interface: a page, a table."""


def signature(m):
    def one(a):
        size = f"<{a.limit}>" if a.kind in ("text", "bytes") else ""
        return f"{a.kind}{size}{'?' if a.optional else ''} {a.name}"
    text = f"{m.name}({', '.join(one(a) for a in m.takes)})"
    if m.gives:
        text += f" -> ({', '.join(one(a) for a in m.gives)})"
    return text


def page(interface):
    """A Markdown page."""
    i = interface
    out = [f"# {i.name}", "", i.note, "",
           f"Protocol {i.protocol:#x}. Clients include `{i.name}-client.h`, "
           f"servers `{i.name}-server.h`.", ""]
    for m in i.methods:
        out += [f"## {m.name}", "", "```", signature(m), "```", "",
                f"Operation {m.number}"
                + ("; the answer may come later." if m.later else "."), "",
                m.note, ""]
    return "\n".join(out).rstrip() + "\n"


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
