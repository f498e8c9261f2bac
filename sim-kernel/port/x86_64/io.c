/*
 * I/O instructions of user code. The CPU lets none pass (no task has a bitmap
 * of ports): each comes here as a general-protection fault, is looked at, and
 * if the task was given the ports, done in its place. If not, it is an I/O
 * page fault.
 *
 *      [66] [40..4f]  e4..e7 port   or   ec..ef (port in dx)
 *
 * Not done: the string instructions (ins, outs).
 * Source: Intel SDM volume 2, IN and OUT.
 */
#include "machine.h"

enum { OPERAND_16 = 0x66, REX = 0x40, LENGTH_MAX = 4 };

struct io {
    unsigned port, order, length; /* order: log2 of the bytes */
    bool out;
};

/* Is it one? */
static bool io_decode(const struct port_frame *f, struct io *ret)
{
    uint8_t code[LENGTH_MAX];
    unsigned n = 0, size = 2;
    for (unsigned i = 0; i < LENGTH_MAX; i++)
        if (!space_read(f->ip + i, &code[i], 1))
            code[i] = 0; /* no instruction of ours */
    if (code[n] == OPERAND_16) {
        size = 1;
        n++;
    }
    if ((code[n] & 0xf0) == REX)
        n++;
    uint8_t op = code[n];
    bool by_dx = (op & 0xfc) == 0xec;
    if (!by_dx && (op & 0xfc) != 0xe4)
        return false;
    *ret = (struct io){
        .port = by_dx ? (uint16_t)f->rdx : code[n + 1],
        .order = op & 1 ? size : 0,
        .length = n + (by_dx ? 1 : 2),
        .out = op & 2,
    };
    return true;
}

static void io_do(struct port_frame *f, const struct io *io)
{
    uint16_t port = (uint16_t)io->port;
    switch (io->order | (io->out ? 4u : 0)) {
    case 0:
        f->rax = (f->rax & ~0xfful) | io_in8(port);
        break;
    case 1:
        f->rax = (f->rax & ~0xfffful) | io_in16(port);
        break;
    case 2:
        f->rax = io_in32(port);
        break;
    case 4:
        io_out8(port, (uint8_t)f->rax);
        break;
    case 5:
        io_out16(port, (uint16_t)f->rax);
        break;
    case 6:
        io_out32(port, (uint32_t)f->rax);
        break;
    }
}

bool io_instruction(struct port_frame *f)
{
    struct io io;
    if (!io_decode(f, &io))
        return false;
    if (!core_io_allows(io.port, io.order)) {
        core_io_fault(io.port, io.order);
        return true;
    }
    io_do(f, &io);
    f->ip += io.length;
    return true;
}
