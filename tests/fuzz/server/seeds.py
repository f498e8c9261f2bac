#!/usr/bin/env python3
"""First inputs of servers whose clients must say several things in order.

    tests/fuzz/server/seeds.py FOLDER      FOLDER/server_NAME/seed-N

libFuzzer goes on from these (tests/fuzz/run.sh). An input is a row of events
(fuzz_server.c); here each is a call below. Gates are numbered as clients get
them: what the server was started with, then what was opened.
"""
import os
import struct
import sys

COMMON = 6  # protocols all servers are asked for: fuzz_server.c
FACTORY, META, LOG, IRQ = range(4)


def word(value):
    value &= 2**64 - 1
    small = bytes([value])if value < 0xe0 else b''
    return small or b'\xf0' + struct.pack('<Q', value)


def words_of(argument):
    """Texts and bytes are a length and words: <l4/re/c/message.h>."""
    if isinstance(argument, int):
        return [argument]
    data = argument + bytes(-len(argument) % 8)
    return [len(argument)] + list(struct.unpack(f'<{len(data) // 8}Q', data))


def request(gate, first, arguments, items):
    words = [w for a in arguments for w in words_of(a)]
    return (bytes([gate, first, 3 | items << 2, len(words)]) +
            b''.join(word(w) for w in words) + bytes(items))


class Server:
    def __init__(self, protocols):
        self.own = protocols

    def common(self, gate, which, *arguments, items=0):
        return request(gate, which, arguments, items)

    def say(self, gate, protocol, *arguments, items=0):
        first = next(f for f in range(COMMON, 256)
                     if f % 16 >= COMMON and f % self.own == protocol)
        return request(gate, first, arguments, items)

    def speaker(self, protocol):
        """say() with the protocol given."""
        return lambda gate, *a, items=0: self.say(gate, protocol, *a,
                                                  items=items)


def irq(*data):
    return bytes([0xd8]) + bytes(data)


def later(power=10):
    return bytes([0xe8 + power - 4])


def fail():
    return b'\xf8'


HOST = bytes(10) + b'\xff\xff'  # of ::ffff:a.b.c.d
OTHER = HOST + bytes([10, 0, 2, 2])
HERE = HOST + bytes([127, 0, 0, 1])
ANSWERS = irq(*[0] * 12)


def net():
    s = Server(2)
    n, k = s.speaker(0), s.speaker(1)
    ready = ANSWERS * 2 + later(20)
    stream, datagram = n(0, 0, 4, 1), n(0, 0, 4, 2)
    connect = stream + k(1, 3, OTHER, 80) + ANSWERS * 2
    yield ready + connect + k(1, 4, b'hello') + irq(0xc0, 9, *b'answer...') \
        + k(1, 6, 100, 0) + k(1, 11, 2) + ANSWERS + k(1, 12)
    yield connect + k(1, 8) + k(1, 9, b'', 0, 0, 40) + k(1, 10, 0, 40, 0) \
        + irq(3, 0xc0, 5, 1, 2, 3, 4, 5) + ANSWERS + k(1, 14, 3)
    yield datagram + k(1, 0, OTHER, 53) + k(1, 0, HOST + bytes(4), 99) \
        + k(1, 5, OTHER, 53, b'x') + irq(5, 30, 1, 99, *range(30)) \
        + k(1, 7, 30, 1) + k(1, 6, 30, 0)
    yield n(0, 1, b'name.example', 0) + ANSWERS + n(0, 1, b'localhost', 6) \
        + n(0, 1, b'other', 4) + later(22) * 3
    # One's own connection to oneself.
    pair = stream + k(1, 0, HERE, 7) + k(1, 1, 2) + stream + k(2, 3, HERE, 7)
    yield pair + k(1, 2) + k(3, 4, b'ping') + k(2, 6, 9, 0) + k(2, 11, 3) \
        + k(3, 6, 9, 0) + k(3, 12)
    yield s.common(0, FACTORY, 0) + n(1, 0, 6, 1) + n(1, 4, items=1) \
        + k(2, 13, 63, 63) + k(2, 15, items=1) + n(1, 2) + n(1, 3, 5)
    # Listening to the world: SYN, then the rest of it.
    yield stream + k(1, 0, HOST + bytes(4), 80) + k(1, 1, 1) + k(1, 2) \
        + irq(4, 0, 1, 80, 2) + irq(0, 0) + irq(0xc0, 3, 1, 2, 3) + k(1, 14, 1)
    yield irq(6, 0, 40, *[0x45, 0, 0, 40, 0, 0, 0x20, 0, 64, 17]) \
        + irq(6, 1, 60, 0x60, 0, 0, 0, 0, 20, 58, 255) + later(24) + fail()


def files():
    s = Server(2)
    f, o = s.speaker(0), s.speaker(1)
    make = f(0, 0, b'/a', 0xb, 0o644)
    yield make + o(1, 1, 0, b'content' * 20) + o(1, 0, 0, 99) + o(1, 6) \
        + o(1, 7, 3) + o(1, 8) + f(0, 1, b'/a', 0) + f(0, 9, b'/')
    yield f(0, 2, b'/d', 0o755) + f(0, 0, b'/d', 0x41, 0) + o(1, 9, 0) \
        + f(0, 5, b'/a', b'/d/b') + f(0, 6, b'a', b'/l') + f(0, 7, b'/l') \
        + f(0, 4, b'/d/b', b'/c') + f(0, 8, b'/c', 7, 0o600, 1, 2)
    yield f(0, 3, b'/c', 0) + f(0, 3, b'/l', 0) + f(0, 3, b'/d', 0x40) \
        + f(0, 10) + f(0, 11, b'/', 0) + f(1, 12)
    yield make + o(1, 2) + o(1, 4, 0, 0, 0, 4096) + o(1, 3, 0, 0, 0, 4096) \
        + o(1, 1, 70000, b'far') + f(0, 3, b'/a', 0) + o(1, 5, 0, 2)
    yield fail() + make + o(1, 1, 9000, b'x' * 200) + f(0, 10)
    yield f(0, 2, b'/n', 0o755) + b''.join(
        f(0, 0, b'/n/%d' % i + b'x' * 60, 0x19, 0o600) for i in range(6)) \
        + f(0, 4, b'/n', b'/m') + f(0, 0, b'/m', 0x41, 0) + o(7, 9, 0)


def ned():
    s = Server(3)
    yield b''.join(s.say(0, 0, 1, i) for i in range(4))
    program = b''.join(s.say(0, 0, 2, i) for i in range(1, 4))
    yield program + b''.join(s.say(1 + i, 1, 9) for i in range(3)) \
        + s.say(1, 1, 10, 0) + s.say(1, 1, 11, 0) + s.say(1, 1, 10, 5000)
    yield program + s.say(1, 1, 8, 9) + later(12) + s.say(2, 1, 8, 9) \
        + later(19) + s.say(1, 1, 9) + s.say(2, 1, 9)
    yield s.say(1, 2, 0, 0, 7) + later(19) + s.say(2, 2, 0, 0, 7) * 4 \
        + later(19) + s.say(0, 0, 0, b'/program')


def io():
    s = Server(5)
    for gate in range(3):
        yield b''.join(s.say(gate, 0, 1, i) for i in range(4))
        yield s.say(gate, 0, 0) + s.say(4, 0, 4) + b''.join(
            s.say(4, 0, 1, i) + s.say(4, 0, 2, i, 0) + s.say(4, 0, 2, i, 1) +
            s.say(4, 0, 3, i, items=1) for i in range(3)) + s.say(gate, 0, 0)
    held = s.say(0, 0, 0) + s.say(4, 3, 0) + s.say(0, 1, 0, 1, b'writing') \
        + s.say(4, 1, 0, 0, b'') + s.say(4, 4, 0, 0, items=1)
    for operation in 0, 1:
        asked = held + s.say(3, 2, operation, 0) + s.say(3, 2, operation, 0)
        yield asked + s.say(4, 1, 1, operation) + s.say(4, 1, 1, 1) + later(4)
        yield asked + later(24) + s.say(0, 1, 2, -1) + s.say(0, 1, 2, 0)
    yield s.say(3, 2, 2, 1, 0) + s.say(3, 2, 3, 1) + s.say(3, 2, 4, 1) \
        + s.say(3, 2, 1, 1)


def keys():
    s = Server(2)
    session = s.common(0, FACTORY, 0)
    yield session + s.say(1, 0, 0) + irq(1, 1, 30, 0, 1, 3, 3, 1, 0, 9, 0xff)
    yield s.say(0, 0, 1) + s.say(0, 0, 2, 0) + s.say(0, 0, 3, 2) \
        + s.say(0, 0, 4, 1, struct.pack('<2I', 0, 1)) + s.say(0, 0, 5) \
        + s.say(0, 0, 5)
    yield session + s.say(1, 1, 0, 0, items=1) + s.say(1, 0, 0) \
        + irq(1, 1, 30, 0, 1) + s.common(1, IRQ, 3, 0)


def terminal():
    s = Server(2)
    for gate in (0,):
        yield s.say(gate, 0, 0, 5, *words_of(b'hello')[1:]) + irq(5, 65, 66, 10)
        yield irq(*b'typed\n\x08\x04') + s.say(gate, 0, 1 | 20 << 16) \
            + s.say(gate, 0, 2, 0, 0, 0) + irq(*b'raw\x7f') \
            + s.say(gate, 1, 0, 0, items=1) + s.say(gate, 0, 1)
        yield s.say(gate, 0, 3) + s.common(gate, FACTORY, 0) \
            + s.say(1, 0, 0, 200, *range(30)) + irq(1) * 3


SERVERS = {'net': net, 'ext2': files, 'ned': ned, 'io': io, 'input': keys,
           'uart': terminal, 'console': terminal}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, inputs in SERVERS.items():
        folder = os.path.join(sys.argv[1], 'server_' + name)
        os.makedirs(folder, exist_ok=True)
        for n, data in enumerate(inputs()):
            with open(os.path.join(folder, f'seed-{n}'), 'wb') as f:
                f.write(data)


main()
