"""A fuzz harness for an interface: what a decoder hands to its caller is checked.

The server's side: handlers that look whether each argument is what the
description says (a text of at most N bytes that ends, bytes that can be read, a
capability that came), and that answer anything the description allows. The
client's side: each stub is called and gets an answer that the input makes up.
tests/fuzz/decoder.c drives both.
"""
from emit_c import function, given, guard_note, limit, taken


def check(i, m, a):
    return {"word": f"(void){a.name};",
            "int": f"(void){a.name};",
            "text": f"decoder_text({a.name}, {limit(i, m, a)});",
            "bytes": f"decoder_bytes({a.name}, {a.name}_size, "
                     f"{limit(i, m, a)});",
            "cap": f"decoder_cap({a.name}, {str(a.optional).lower()});"}[a.kind]


def fill(i, m, a):
    most = limit(i, m, a)
    return {"word": f"*ret_{a.name} = input_word();",
            "int": f"*ret_{a.name} = (long)input_word();",
            "text": f"decoder_fill_text(ret_{a.name}, {most});",
            "bytes": f"decoder_fill_bytes(ret_{a.name}, ret_{a.name}_size, "
                     f"{most});",
            "cap": f"*ret_{a.name} = DECODER_CAP;",
            "flexpage": f"ret_{a.name}->raw = input_word();"}[a.kind]


def handler(i, m):
    parameters = ["struct l4re_session *session"]
    for a in m.takes:
        parameters += taken(a)
    for a in m.gives:
        parameters += given(a, True)
    body = "    (void)session;\n"
    body += "".join(f"    {check(i, m, a)}\n" for a in m.takes)
    body += "".join(f"    {fill(i, m, a)}\n" for a in m.gives)
    return function(f"static long on_{m.name}", parameters,
                    body + "    return decoder_result();\n")


def sent(i, m, a):
    """Arguments of a stub's call for what it takes."""
    return {"word": ["input_word()"], "int": ["(long)input_word()"],
            "text": [f"decoder_make_text({limit(i, m, a)})"],
            "bytes": ["decoder_data", f"input_byte() % ({limit(i, m, a)} + 1)"],
            "cap": ["DECODER_CAP"]}[a.kind]


def stub(i, m):
    """A call of the stub, and a look at what it returned."""
    declare, after, arguments = "", "", ["DECODER_CAP"]
    for a in m.takes:
        arguments += sent(i, m, a)
    for a in m.gives:
        most, name = limit(i, m, a), a.name
        if a.kind == "text":
            declare += f"    char *{name} = decoder_room({most} + 1);\n"
            after += (f"    if (result >= 0)\n"
                      f"        decoder_text({name}, {most});\n"
                      f"    free({name});\n")
        elif a.kind == "bytes":
            declare += (f"    size_t {name}_size = input_byte() % ({most} + 1);"
                        f"\n    size_t {name}_room = {name}_size;\n"
                        f"    char *{name} = decoder_room({name}_size);\n")
            after += (f"    if (result >= 0)\n"
                      f"        decoder_bytes({name}, {name}_size, {name}_room);"
                      f"\n    free({name});\n")
        elif a.kind in ("cap", "flexpage"):
            arguments.append("DECODER_CAP" if a.kind == "cap"
                             else "l4_fpage_all()")
            continue
        else:
            kind = "long" if a.kind == "int" else "l4_umword_t"
            declare += f"    {kind} {name};\n"
        arguments += ([name] if a.kind == "text" else
                      [name, f"&{name}_size"] if a.kind == "bytes" else
                      [f"&{name}"])
    call = f"{i.name}_{m.name}({', '.join(arguments)})"
    body = declare + f"    long result = {call};\n" + after
    return function(f"static void ask_{m.name}", ["void"],
                    body + "    (void)result;\n")


def harness(interface):
    """The text of NAME-fuzz.c."""
    i = interface
    names = [m.name for m in i.methods]
    return (guard_note(i) + f'#include "{i.name}-server.h"\n#include "decoder.h"'
            "\n#include <stdlib.h>\n\n"
            + "\n".join(handler(i, m) for m in i.methods) + "\n"
            + "\n".join(stub(i, m) for m in i.methods) + "\n"
            + f"static const struct {i.name}_methods methods = {{\n"
            + "".join(f"    .{n} = on_{n},\n" for n in names) + "};\n\n"
            + "const struct decoder decoder = {\n"
            f"    .interface = &{i.name}_interface,\n"
            "    .methods = &methods,\n"
            f"    .ask = {{{', '.join('ask_' + n for n in names)}}},\n"
            f"    .count = {len(names)},\n}};\n")
