#!/usr/bin/env python3
"""Writes the archive of archive.cfg: etc_tar.py FILE. Always the same bytes."""
import io
import sys
import tarfile


def add(tar, name, data=b"", **fields):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(data), 1234567, 0o640
    for key, value in fields.items():
        setattr(entry, key, value)
    tar.addfile(entry, io.BytesIO(data))


def write(path):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        add(tar, "./etc", type=tarfile.DIRTYPE, mode=0o755)
        add(tar, "./etc/motd", b"Hello\n")
        add(tar, "etc/link", type=tarfile.SYMTYPE, linkname="../etc/motd")
        add(tar, "etc/second", type=tarfile.LNKTYPE, linkname="etc/motd")
        add(tar, "large", bytes(i % 251 for i in range(70000)))
        add(tar, "n" * 150, b"long")
        add(tar, "../out", b"not here")
        add(tar, "fifo", type=tarfile.FIFOTYPE)


if __name__ == "__main__":
    write(sys.argv[1])
