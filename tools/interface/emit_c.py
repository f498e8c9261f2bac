"""C headers of an interface: stubs for clients, a skeleton for servers.

The output is meant to be read: one function for each method, made of the
calls of <l4/re/c/message.h>.
"""
from describe import ITEMS


def comment(note, indent=""):
    lines = note.splitlines()
    if not lines:
        return ""
    if len(lines) == 1:
        return f"{indent}/* {lines[0]} */\n"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/*\n{body}{indent} */\n"


def constant(interface, *parts):
    return "_".join((interface.name,) + parts).upper()


def limit(interface, method, argument):
    return constant(interface, method.name, argument.name, "max")


def taken(a):
    """The parameters for what a method takes: (C type and name)..."""
    return {"word": [f"l4_umword_t {a.name}"],
            "int": [f"long {a.name}"],
            "text": [f"const char *{a.name}"],
            "bytes": [f"const void *{a.name}", f"size_t {a.name}_size"],
            "cap": [f"l4_cap_idx_t {a.name}"],
            "flexpage": [f"l4_fpage_t {a.name}"]}[a.kind]


def given(a, server):
    """The parameters for what a method gives."""
    if a.kind == "cap" and not server:
        return [f"l4_cap_idx_t {a.name}"]  # the slot it goes to
    if a.kind == "flexpage" and not server:
        return [f"l4_fpage_t {a.name}"]  # the place it goes to
    return {"word": [f"l4_umword_t *ret_{a.name}"],
            "int": [f"long *ret_{a.name}"],
            "text": [f"char *ret_{a.name}"],
            "bytes": [f"void *ret_{a.name}", f"size_t *ret_{a.name}_size"],
            "cap": [f"l4_cap_idx_t *ret_{a.name}"],
            "flexpage": [f"l4_fpage_t *ret_{a.name}"]}[a.kind]


def function(head, parameters, body):
    """Folded the way clang-format would do it, more or less."""
    line = head + "("
    pad = " " * len(line)
    lines = []
    for i, p in enumerate(parameters):
        p += ")" if i == len(parameters) - 1 else ", "
        if len(line) + len(p.rstrip()) > 80 and line.strip():
            lines.append(line.rstrip())
            line = pad
        line += p
    return "\n".join(lines + [line]) + "\n{\n" + body + "}\n"


def write(a, name, what, most):
    """Puts an argument into a message `what`."""
    call = {"word": f"l4re_msg_word({what}, {name});",
            "int": f"l4re_msg_word({what}, (l4_umword_t){name});",
            "text": f"l4re_msg_text({what}, {name}, {most});",
            "bytes": f"l4re_msg_bytes({what}, {name}, {name}_size, {most});",
            "cap": f"l4re_msg_cap({what}, {name}, {a.limit:#x});",
            "flexpage": f"l4re_msg_flexpage({what}, {name});"}[a.kind]
    return call


def client_stub(interface, m):
    i = interface
    parameters = [f"l4_cap_idx_t {i.name}_cap"]
    for a in m.takes:
        parameters += taken(a)
    for a in m.gives:
        parameters += given(a, False)
    body = (f"    struct l4re_msg m = l4re_msg_start({constant(i, 'protocol')},"
            f"\n                                       "
            f"{constant(i, m.name)});\n")
    for a in sorted(m.takes, key=lambda a: a.kind in ITEMS):
        line = write(a, a.name, "&m", limit(i, m, a))
        if a.optional:
            line = f"if (l4_is_valid_cap({a.name}))\n        {line}"
        body += f"    {line}\n"
    for a in m.gives:
        if a.kind == "cap":
            body += f"    l4re_msg_receive_cap(&m, {a.name});\n"
        elif a.kind == "flexpage":
            body += f"    l4re_msg_receive_flexpage(&m, {a.name});\n"
    read = [read_given(i, m, a) for a in m.gives if a.kind not in ITEMS]
    if not read:
        body += f"    return l4re_msg_call({i.name}_cap, &m, NULL);\n"
    else:
        body += (f"    struct l4re_msg_in in;\n"
                 f"    long result = l4re_msg_call({i.name}_cap, &m, &in);\n"
                 f"    if (result < 0)\n        return result;\n"
                 + "".join(read)
                 + "    return l4re_msg_in_result(&in, result);\n")
    return comment(m.note) + function(f"static inline long {i.name}_{m.name}",
                                      parameters, body)


def read_given(i, m, a):
    most = limit(i, m, a)
    return {"word": f"    *ret_{a.name} = l4re_msg_in_word(&in);\n",
            "int": f"    *ret_{a.name} = (long)l4re_msg_in_word(&in);\n",
            "text": f"    l4re_msg_in_text(&in, ret_{a.name}, {most});\n",
            "bytes": f"    *ret_{a.name}_size = l4re_msg_in_bytes(&in, "
                     f"ret_{a.name}, *ret_{a.name}_size);\n"}[a.kind]


def guard_note(interface):
    return f"/* Generated from {interface.name}.iface by tools/interface. */\n"


def guard(interface, side, includes, body):
    name = constant(interface, side, "h")
    return (guard_note(interface) + f"#ifndef {name}\n#define {name}\n\n{includes}\n{body}\n#endif\n")


def client(interface):
    """The text of NAME-client.h."""
    i = interface
    numbers = [f"    {constant(i, 'protocol')} = {i.protocol:#x},\n"]
    for m in i.methods:
        numbers.append(f"    {constant(i, m.name)} = {m.number},\n")
        for a in m.takes + m.gives:
            if a.kind in ("text", "bytes"):
                numbers.append(f"    {limit(i, m, a)} = {a.limit}, /* bytes */"
                               "\n")
    head = (f"/*\n * Requests to `{i.name}`. A result below 0 is an L4 error "
            "or -(2000 + IPC error);\n * what is returned through ret_... "
            "counts only if it is not. Text needs room\n * for its limit and a "
            "zero byte; a ret_..._size says how much room there is\n * and "
            "becomes how much came; a capability goes to the slot that is "
            "given,\n * a flexpage to the place.\n */\n")
    body = (comment(i.note) + "enum {\n" + "".join(numbers) + "};\n\n" + head
            + "\n" + "\n".join(client_stub(i, m) for m in i.methods))
    return guard(i, "client", "#include <l4/re/c/message.h>\n", body)


# ---- The server's side ----

def method_type(i, m):
    parameters = ["struct l4re_session *session"]
    for a in m.takes:
        parameters += taken(a)
    for a in m.gives:
        parameters += given(a, True)
    lines, line = [], f"    long (*{m.name})("
    pad = " " * len(line)
    for n, p in enumerate(parameters):
        p += ");" if n == len(parameters) - 1 else ", "
        if len(line) + len(p.rstrip()) > 80:
            lines.append(line.rstrip())
            line = pad
        line += p
    return comment(m.note, "    ") + "\n".join(lines + [line]) + "\n"


def server_reads(i, m):
    """Declarations and reading of what a request brings."""
    before, after, cap = "", "", 0
    for a in m.takes:
        most = limit(i, m, a)
        if a.kind == "text":
            before += f"    char {a.name}[{most} + 1];\n"
            after += f"    l4re_msg_in_text(&r->in, {a.name}, {most});\n"
        elif a.kind == "bytes":
            before += f"    char {a.name}[{most}];\n"
            after += (f"    size_t {a.name}_size =\n        "
                      f"l4re_msg_in_bytes(&r->in, {a.name}, {most});\n")
        elif a.kind == "cap":
            after += f"    l4_cap_idx_t {a.name} =\n        "
            after += (f"r->cap_count > {cap} ? r->caps[{cap}] : "
                      "L4_INVALID_CAP;\n")
            cap += 1
        else:
            cast = "(long)" if a.kind == "int" else ""
            kind = "long" if a.kind == "int" else "l4_umword_t"
            after += f"    {kind} {a.name} = {cast}l4re_msg_in_word(&r->in);\n"
    return before, after


def server_gives(i, m):
    """Declarations, arguments and writing of what an answer brings."""
    declare, arguments, write_all = "", [], ""
    for a in sorted(m.gives, key=lambda a: a.kind in ITEMS):
        most = limit(i, m, a)
        name = f"ret_{a.name}"
        if a.kind == "text":
            declare += f'    char {name}[{most} + 1] = "";\n'
        elif a.kind == "bytes":
            declare += (f"    char {name}[{most}];\n"
                        f"    size_t {name}_size = {most};\n")
        else:
            kind = {"word": "l4_umword_t", "int": "long",
                    "cap": "l4_cap_idx_t", "flexpage": "l4_fpage_t"}[a.kind]
            start = {"cap": "L4_INVALID_CAP",
                     "flexpage": "{0}"}.get(a.kind, "0")
            declare += f"    {kind} {name} = {start};\n"
        write_all += "    " + write(a, name, "answer", most) + "\n"
    for a in m.gives:
        name = f"ret_{a.name}"
        if a.kind == "bytes":
            arguments += [name, f"&{name}_size"]
        else:
            arguments.append(name if a.kind == "text" else f"&{name}")
    return declare, arguments, write_all


def server_method(i, m):
    before, after = server_reads(i, m)
    declare, outs, write_all = server_gives(i, m)
    arguments = ["session"]
    for a in m.takes:
        arguments += [a.name] + ([f"{a.name}_size"] if a.kind == "bytes"
                                 else [])
    needed = sum(a.kind == "cap" and not a.optional for a in m.takes)
    body = before + declare + after
    body += "    if (r->in.error)\n        return r->in.error;\n"
    if needed:
        body += (f"    if (r->cap_count < {needed})\n"
                 "        return -L4_EMSGMISSARG;\n")
    body += f"    if (!methods->{m.name})\n        return -L4_ENOSYS;\n"
    call = f"methods->{m.name}({', '.join(arguments + outs)});"
    if write_all:
        body += f"    long result =\n        {call}\n"
        body += ("    if (result < 0)\n        return result;\n" + write_all
                 + "    return result;\n")
    else:
        body += f"    return {call}\n"
    parameters = ["struct l4re_session *session",
                  f"const struct {i.name}_methods *methods",
                  "struct l4re_request *r", "struct l4re_msg *answer"]
    if not write_all:
        body = "    (void)answer;\n" + body
    return function(f"static inline long {i.name}_on_{m.name}", parameters,
                    body)


def server_later(i, m):
    parameters = ["struct l4re_server *server", "struct l4re_caller caller",
                  "long result"]
    body = "    struct l4re_msg answer = l4re_msg_start_answer();\n"
    writes = ""
    for a in sorted(m.gives, key=lambda a: a.kind in ITEMS):
        writes += f"        {write(a, a.name, '&answer', limit(i, m, a))}\n"
    for a in m.gives:
        parameters += taken(a)
    if writes:
        body += "    if (result >= 0) {\n" + writes + "    }\n"
    body += ("    return l4re_server_answer(server, caller, result, &answer);"
             "\n")
    return ("/* Answers a caller that the handler kept. 0, or an error: the "
            "caller is gone. */\n"
            + function(f"static inline long {i.name}_{m.name}_answer",
                       parameters, body))


def dispatch(i):
    cases = "".join(f"    case {constant(i, m.name)}:\n"
                    f"        return {i.name}_on_{m.name}(session, methods, r, "
                    "answer);\n" for m in i.methods)
    body = ("    switch (l4re_msg_in_word(&r->in)) {\n" + cases
            + "    default:\n        return -L4_ENOSYS;\n    }\n")
    body = ("    if (!r->in.words)\n        return -L4_EMSGTOOSHORT;\n" + body)
    return function(f"static inline long {i.name}_dispatch",
                    ["struct l4re_session *session", "const void *methods",
                     "struct l4re_request *r", "struct l4re_msg *answer"],
                    body)


def server(interface):
    """The text of NAME-server.h."""
    i = interface
    later = any(m.later for m in i.methods)
    methods = (f"/* What a server of `{i.name}` does; NULL: -L4_ENOSYS. Each "
               "returns a result\n * that is not negative, or an L4 error. */\n"
               f"struct {i.name}_methods {{\n"
               + "\n".join(method_type(i, m) for m in i.methods) + "};\n")
    parts = [methods] + [server_method(i, m) for m in i.methods]
    parts += [server_later(i, m) for m in i.methods if m.later]
    parts += [dispatch(i),
              f"static const struct l4re_interface {i.name}_interface = {{\n"
              f'    .name = "{i.name}",\n'
              f"    .protocol = {constant(i, 'protocol')},\n"
              f"    .answers_later = {'true' if later else 'false'},\n"
              f"    .dispatch = {i.name}_dispatch,\n}};\n"]
    return guard(i, "server", f'#include "{i.name}-client.h"\n'
                 "#include <l4/re/c/server.h>\n", "\n".join(parts))


# ---- The interface as data ----

def table_row(m):
    kinds = {"word": "WORD", "int": "WORD", "text": "TEXT", "bytes": "BYTES",
             "cap": "CAP"}
    listed = "".join(f"\n      {{L4_VITRINE_ARGUMENT_{kinds[a.kind]}, "
                     f"{a.limit}}}," for a in m.takes)
    values = f", {{{listed}\n     }}" if listed else ", {{0, 0}}"
    return f'    {{"{m.name}", {m.number}, {len(m.takes)}{values}}},\n'


def table(interface):
    """The text of NAME-table.h."""
    i = interface
    rows = "".join(table_row(m) for m in i.methods)
    return guard(i, "table", f'#include "{i.name}-client.h"\n'
                 "#include <l4/vitrine/interface.h>\n",
                 f"static const struct l4_vitrine_method {i.name}_table[] = {{"
                 f"\n{rows}}};\n")
