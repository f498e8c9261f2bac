#!/usr/bin/env python3
"""Puts files into a C array: embed.py OUTPUT NAME FILE..."""
import sys

output, name, *files = sys.argv[1:]
data = b"".join(open(f, "rb").read() for f in files) + b"\0"
with open(output, "w") as out:
    out.write('#include "viewer.h"\n\nconst char %s[] = {\n' % name)
    for i in range(0, len(data), 20):
        out.write("".join("%d," % b for b in data[i:i + 20]) + "\n")
    out.write("};\n")
