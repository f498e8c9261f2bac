#!/usr/bin/env python3
"""What libext2fs generates when it is built: its errors and CRC tables.

    generate.py errors-h|errors-c extern/e2fsprogs/lib/ext2fs/ext2_err.et.in
    generate.py crc

writes to standard output. The errors' description has a line "error_table
NAME" and pairs "ec CODE, "text""; codes count from a base that is the name,
six bits a letter, and eight zero bits (com_err's way). The CRCs are those of
crc32c.c with 8 bits at a time (CRC_LE_BITS, CRC_BE_BITS).
"""
import re
import sys

LETTERS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
CRC_LE, CRC_BE = 0x82F63B78, 0x04C11DB7


def read_errors(path):
    """(base, [(code, text)])"""
    with open(path) as f:
        text = f.read()
    name = re.search(r"^\s*error_table\s+(\w+)", text, re.M)[1]
    base = 0
    for letter in name:
        base = base << 6 | LETTERS.index(letter) + 1
    return base << 8, re.findall(r'^ec\s+(\w+),\s*\n?\s*"(.*)"', text, re.M)


def errors_h(path):
    base, errors = read_errors(path)
    lines = [f"#define {code} ({base + i}L)" for i, (code, _) in
             enumerate(errors)]
    return ("/* Generated from ext2_err.et.in. */\n#include <et/com_err.h>\n"
            + "\n".join(lines) + f"\n#define ERROR_TABLE_BASE_ext2 ({base}L)\n"
            "void initialize_ext2_error_table(void);\n")


def errors_c(path):
    base, errors = read_errors(path)
    lines = "".join(f'    "{text}",\n' for _, text in errors)
    return ("/* Generated from ext2_err.et.in. */\n"
            "#include \"e2fsprogs.h\"\n"
            f"const long ext2_error_base = {base};\n"
            f"const unsigned ext2_error_count = {len(errors)};\n"
            "const char *const ext2_error_texts[] = {\n" + lines + "};\n")


def le(value):
    for _ in range(8):
        value = value >> 1 ^ (CRC_LE if value & 1 else 0)
    return value


def be(value):
    value <<= 24
    for _ in range(8):
        value = (value << 1 ^ (CRC_BE if value & 1 << 31 else 0)) & 0xFFFFFFFF
    return value


def crc():
    return ("/* Generated: see generate.py. */\n"
            "static const uint32_t crc32table_be[1][256] = "
            + "{{\n" + "".join(f"    tobe(0x{be(i):08x}),\n"
                               for i in range(256)) + "}};\n"
            "static const uint32_t crc32ctable_le[1][256] = "
            + "{{\n" + "".join(f"    tole(0x{le(i):08x}),\n"
                               for i in range(256)) + "}};\n")


def main(words):
    if len(words) == 2 and words[0] in ("errors-h", "errors-c"):
        make = errors_h if words[0] == "errors-h" else errors_c
        sys.stdout.write(make(words[1]))
    elif words == ["crc"]:
        sys.stdout.write(crc())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
