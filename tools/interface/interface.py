#!/usr/bin/env python3
"""interface: C headers, a page and a decoding table from NAME.iface files.

describe.py says how a description looks. Exit 1: something is wrong with it.
"""
import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
import describe  # noqa: E402
import emit_c  # noqa: E402
import emit_docs  # noqa: E402
import emit_fuzz  # noqa: E402


def options():
    p = argparse.ArgumentParser(
        prog="interface", description="Makes C headers, a page or a table "
        "for trace tools from interface descriptions.")
    p.add_argument("files", nargs="*", metavar="NAME.iface")
    p.add_argument("--client", metavar="FILE", help="write the stubs")
    p.add_argument("--server", metavar="FILE", help="write the skeleton")
    p.add_argument("--c-table", metavar="FILE",
                   help="write the interface as data for C programs")
    p.add_argument("--fuzz", metavar="FILE",
                   help="write a fuzz harness of both sides' decoders (C)")
    p.add_argument("--page", metavar="FILE", help="write a Markdown page")
    p.add_argument("--table", metavar="FILE",
                   help="write all interfaces as JSON")
    p.add_argument("--pages", metavar="FOLDER", help="write a page for each "
                   "description of servers and examples, and an index; the "
                   "folder's other pages go")
    o = p.parse_args()
    if not o.files and not o.pages:
        p.error("no description is named")
    return o


def check_all(interfaces):
    seen = {}
    for i in interfaces:
        other = seen.setdefault(i.protocol, i.name)
        if other != i.name:
            raise describe.Problem(f"{i.name} and {other} have the same "
                                   f"protocol number {i.protocol:#x}")


def described():
    """All descriptions but those of tests."""
    return sorted(p for top in ("examples", "servers")
                  for p in (ROOT / top).rglob("*.iface"))


def write_pages(folder):
    folder = pathlib.Path(folder)
    found = emit_docs.pages([describe.read(f) for f in described()], ROOT)
    folder.mkdir(exist_ok=True)
    for old in set(folder.glob("*.md")) - {folder / name for name in found}:
        old.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, "utf-8")


def run(o):
    if o.pages:
        write_pages(o.pages)
    interfaces = [describe.read(f) for f in o.files]
    check_all(interfaces)
    if len(interfaces) > 1 and (o.client or o.server or o.c_table or o.fuzz
                                or o.page):
        raise describe.Problem("one description at a time for headers "
                               "and pages")
    for path, text in ((o.client, emit_c.client), (o.server, emit_c.server),
                       (o.c_table, emit_c.table),
                       (o.fuzz, emit_fuzz.harness), (o.page, emit_docs.page)):
        if path:
            pathlib.Path(path).write_text(text(interfaces[0]), "utf-8")
    if o.table:
        pathlib.Path(o.table).write_text(
            json.dumps(emit_docs.table(interfaces), indent=1) + "\n", "utf-8")


def main():
    try:
        run(options())
    except (describe.Problem, OSError, UnicodeDecodeError) as problem:
        sys.exit(f"interface: {problem}")


if __name__ == "__main__":
    main()
