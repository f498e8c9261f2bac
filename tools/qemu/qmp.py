"""A stopped (or running) guest seen from outside: QEMU's monitor, and where
the kernel's variables lie.
"""
import json
import os
import socket
import struct
import time


class Monitor:
    """QEMU Machine Protocol over a Unix socket, as soon as there is one; `lives`
    says whether it may still come."""

    def __init__(self, path, deadline, lives=lambda: True):
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            alive = lives()
            try:
                self.socket.connect(path)
                break
            except OSError:
                if not alive or time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
        self.file = self.socket.makefile("rw")
        self.events = []
        greeting = self.read()
        while "QMP" not in greeting:  # a guest that stopped at once
            self.events.append(greeting.get("event"))
            greeting = self.read()
        version = greeting["QMP"]["version"]["qemu"]
        self.version = version["major"], version["minor"]
        self.command("qmp_capabilities")

    def read(self):
        line = self.file.readline()
        if not line:
            raise EOFError("QEMU is gone")
        return json.loads(line)

    def command(self, name, **arguments):
        self.file.write(json.dumps({"execute": name,
                                    "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = self.read()
            if "event" in answer:
                self.events.append(answer["event"])
            elif "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            else:
                return answer["return"]

    def physical(self, address, size, folder):
        """Bytes of guest-physical memory."""
        path = os.path.join(folder, "memory")
        self.command("pmemsave", val=address, size=size, filename=path)
        with open(path, "rb") as file:
            return file.read()

    def is_stopped(self):
        return self.command("query-status")["status"] != "running"

    def human(self, line):
        return self.command("human-monitor-command", **{"command-line": line})

    def registers(self):
        return self.human("info registers -a")


class Kernel:
    """Symbols of the kernel's ELF file, by physical address."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        offset, sections = struct.unpack_from("<QQ", self.data, 32)
        size, count, section_size, section_count = struct.unpack_from(
            "<HHHH", self.data, 54)
        self.segments = [struct.unpack_from("<IIQQQQQQ", self.data,
                                            offset + i * size)
                         for i in range(count)]
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data,
                                            sections + i * section_size)
                         for i in range(section_count)]
        # All of RAM is seen at one distance; the writable segment has it.
        _, _, _, virtual, physical, *_ = [
            s for s in self.segments if s[0] == 1][-1]
        self.distance = virtual - physical

    def symbols(self):
        """(name, value) of each."""
        for section in self.sections:
            if section[1] != 2:
                continue
            strings = self.sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ",
                                                             self.data, at)
                start = strings + name
                end = self.data.index(b"\0", start)
                yield self.data[start:end].decode(), value

    def symbol(self, wanted):
        """The physical address of a variable."""
        for name, value in self.symbols():
            if name == wanted:
                return self.physical(value)
        raise KeyError(wanted)

    def function(self, at):
        """The name in front of this address, as the kernel has it."""
        return max((value, name) for name, value in self.symbols()
                   if value <= at and name and name[0] not in "$.")[1]

    def virtual(self, wanted):
        """The same as the kernel names it."""
        return (self.symbol(wanted) + self.distance) & ((1 << 64) - 1)

    def physical(self, virtual):
        return (virtual - self.distance) & ((1 << 64) - 1)
