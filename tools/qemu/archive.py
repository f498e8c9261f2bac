"""The boot archive: kernel modules, command and options in one file.

The layout is sim-kernel/port/common/archive.h's. Files of ELF format are cut
behind their last segment: a loader needs no debug information.
"""
import os
import struct

MAGIC = 0x3163726172746976
HEADER = struct.Struct("<QQIIQQQ256s64s")
ENTRY = struct.Struct("<QQ48s")
NEVER = (1 << 64) - 1
FILES_MAX = 128
HOST_CLOCK = 1  # of the flags


class BadInput(Exception):
    """What the person who typed must hear: one sentence."""


def loadable(data):
    """An ELF file without what lies behind its last segment."""
    if data[:4] != b"\x7fELF" or len(data) < 64:
        return data
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    end = offset + size * count
    for i in range(count):
        at = offset + i * size
        if at + 56 > len(data):
            return data
        kind, _, start, _, _, length = struct.unpack_from("<IIQQQQ", data, at)
        if kind == 1:
            end = max(end, start + length)
    return data[:end] if end <= len(data) else data


def read_module(path):
    try:
        with open(path, "rb") as file:
            return loadable(file.read())
    except OSError as error:
        raise BadInput("%s: cannot read the boot module: %s"
                       % (path, error.strerror)) from None


def text(value, size, what):
    data = os.fsencode(value)
    if len(data) >= size:
        raise BadInput("%s is too long (%d characters)" % (what, size - 1))
    return data


def pack(paths, command, until_ns=NEVER, seed=0, trace_records=0,
         flags=0, trace_tasks=""):
    """The archive's bytes; the first two files are sigma0 and the root."""
    if len(paths) > FILES_MAX:
        raise BadInput("more than %d boot modules" % FILES_MAX)
    at = HEADER.size + ENTRY.size * len(paths)
    entries, files = b"", b""
    for path in paths:
        data = read_module(path)
        padding = -(at + len(files)) % 16
        files += bytes(padding)
        name = text(os.path.basename(path), 48, "a boot module's name")
        entries += ENTRY.pack(at + len(files), len(data), name)
        files += data
    return HEADER.pack(MAGIC, at + len(files), len(paths), flags, trace_records,
                       until_ns, seed, text(command, 256, "the command"),
                       text(trace_tasks, 64, "the list of tasks")) + entries + files
