/*
 * Binary output, little endian: fixed-width numbers as CTF, pcapng and our
 * own files have them, variable-length ones and nested messages as protocol
 * buffers do.
 *
 *      bytes: [ written so far ............ | room ]
 *               ^0                          ^size
 *
 * Everything goes into one growing buffer that the caller sends to a file
 * with pack_send() when it is worth it. A protobuf message's length stands
 * before it and is known after it: pack_open() leaves PACK_HOLE bytes for it,
 * pack_close() fills them with a padded number, which decoders accept.
 *
 * I1  size <= room.
 */
#ifndef TOOLS_PACK_H
#define TOOLS_PACK_H

#include "util.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACK_HOLE = 4, PACK_WIRE_NUMBER = 0, PACK_WIRE_64 = 1, PACK_WIRE_BYTES };

struct pack {
    uint8_t *bytes;
    size_t size, room;
};

static inline uint8_t *pack_need(struct pack *p, size_t size)
{
    if (p->room - p->size < size) {
        p->room = p->room ? 2 * p->room + size : 4096 + size;
        p->bytes = xrealloc(p->bytes, p->room, 1);
    }
    p->size += size;
    return p->bytes + p->size - size;
}

static inline void pack_bytes(struct pack *p, const void *data, size_t size)
{
    if (size)
        memcpy(pack_need(p, size), data, size);
}

/* The low `size` bytes of `value` (little-endian hosts only, as traces). */
static inline void pack_number(struct pack *p, uint64_t value, size_t size)
{
    memcpy(pack_need(p, size), &value, size);
}

/* With its final zero. */
static inline void pack_text(struct pack *p, const char *text)
{
    pack_bytes(p, text, strlen(text) + 1);
}

static inline void pack_align(struct pack *p, size_t to)
{
    while (p->size % to)
        *pack_need(p, 1) = 0;
}

/* --- protocol buffers ---------------------------------------------------- */

static inline void pack_varint(struct pack *p, uint64_t value)
{
    uint8_t *to = pack_need(p, 10), *start = to;

    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    p->size -= 10 - (size_t)(to - start);
}

static inline void pack_field(struct pack *p, unsigned field, uint64_t value)
{
    pack_varint(p, (uint64_t)field << 3 | PACK_WIRE_NUMBER);
    pack_varint(p, value);
}

static inline void pack_field_64(struct pack *p, unsigned field, uint64_t value)
{
    pack_varint(p, (uint64_t)field << 3 | PACK_WIRE_64);
    pack_number(p, value, 8);
}

static inline void pack_field_text(struct pack *p, unsigned field,
                                   const char *text)
{
    size_t size = strlen(text);

    pack_varint(p, (uint64_t)field << 3 | PACK_WIRE_BYTES);
    pack_varint(p, size);
    pack_bytes(p, text, size);
}

/* Opens a nested message; returns where its length goes. */
static inline size_t pack_open(struct pack *p, unsigned field)
{
    pack_varint(p, (uint64_t)field << 3 | PACK_WIRE_BYTES);
    pack_need(p, PACK_HOLE);
    return p->size;
}

static inline void pack_close(struct pack *p, size_t start)
{
    size_t length = p->size - start;
    uint8_t *to = p->bytes + start - PACK_HOLE;

    for (unsigned i = 0; i < PACK_HOLE; i++, length >>= 7)
        to[i] = (uint8_t)(length & 0x7f) | (i + 1 < PACK_HOLE ? 0x80 : 0);
}

/* --- to a file ----------------------------------------------------------- */

/* Writes everything out once there is at least `least`. */
static inline void pack_send(struct pack *p, size_t least, FILE *f)
{
    if (p->size < least)
        return;
    if (p->size && fwrite(p->bytes, 1, p->size, f) != p->size)
        die(EXIT_BAD_USAGE, "cannot write the output");
    p->size = 0;
}

static inline void pack_free(struct pack *p)
{
    free(p->bytes);
    *p = (struct pack){0};
}

#endif
