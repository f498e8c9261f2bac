/*
 * A frame buffer in RAM (see ramfb.h).
 *
 *   request memory   {control, length, address} | the file's bytes, or ours
 *   DMA register  <- its address: the device does it before the write is over
 *
 * All numbers are big endian.
 * Source: QEMU's docs/specs/fw_cfg.rst, docs/specs/ramfb.
 */
#include "ramfb.h"
#include <l4/sys/err.h>
#include <l4/vitrine/mmio.h>
#include <string.h>

enum { DMA_HIGH = 16, DMA_LOW = 20 };
enum { DIRECTORY = 0x19, NAME_AT = 8, ENTRY = 64, FILES_MAX = 60 };
enum { READ = 2, SELECT = 8, WRITE = 16, KEY_SHIFT = 16, TRIES = 1000000 };
enum { CONFIG = 28, DATA_AT = 64, FORMAT_XRGB = 0x34325258 };
enum { SMALLEST = 16 }; /* a side of a picture, for QEMU */

struct request {
    l4_uint32_t control, length;
    l4_uint64_t address;
};

static l4_uint32_t big32(l4_uint32_t value)
{
    return __builtin_bswap32(value);
}

static unsigned char *data(const struct ramfb *f)
{
    return (unsigned char *)f->request.at + DATA_AT;
}

/* Reads or writes an item's first bytes. 0, -L4_EIO. */
static long transfer(const struct ramfb *f, unsigned key, unsigned how,
                     l4_uint32_t length)
{
    volatile struct request *r = f->request.at;
    r->length = big32(length);
    r->address = __builtin_bswap64(f->request.bus + DATA_AT);
    r->control = big32(key << KEY_SHIFT | SELECT | how);
    l4_mb();
    mmio_write32(f->registers + DMA_HIGH,
                 big32((l4_uint32_t)(f->request.bus >> 32)));
    mmio_write32(f->registers + DMA_LOW, big32((l4_uint32_t)f->request.bus));
    for (unsigned i = 0; i < TRIES && r->control & ~big32(1); i++)
        l4_mb();
    return r->control ? -L4_EIO : 0;
}

/* The file's key; 0: there is none of that name. */
static unsigned file_key(const struct ramfb *f, const char *name)
{
    if (transfer(f, DIRECTORY, READ, 4 + FILES_MAX * ENTRY))
        return 0;
    for (unsigned i = 0; i < FILES_MAX; i++) {
        const unsigned char *entry = data(f) + 4 + i * ENTRY;
        if (!strncmp((const char *)entry + NAME_AT, name, ENTRY - NAME_AT))
            return (unsigned)entry[4] << 8 | entry[5];
    }
    return 0;
}

/* What is asked with, and the key of the screen's file; f->registers is set. */
static long find(struct ramfb *f)
{
    long error = device_memory(2 * L4_PAGESIZE, &f->request);
    if (error)
        return error;
    f->key = file_key(f, "etc/ramfb");
    return f->key ? 0 : -L4_ENODEV;
}

static long pixels_make(struct ramfb *f)
{
    return device_memory((l4_size_t)f->width * f->height * RAMFB_PIXEL,
                         &f->pixels);
}

long ramfb_show(const struct ramfb *f)
{
    l4_uint32_t c[CONFIG / 4] = {
        big32((l4_uint32_t)(f->pixels.bus >> 32)),
        big32((l4_uint32_t)f->pixels.bus),
        big32(FORMAT_XRGB),
        0,
        big32(f->width),
        big32(f->height),
        big32(f->width * RAMFB_PIXEL),
    };
    memcpy(data(f), c, CONFIG);
    return transfer(f, f->key, WRITE, CONFIG);
}

long ramfb_open(struct ramfb *f, unsigned width, unsigned height)
{
    struct l4_vitrine_device what;
    *f = (struct ramfb){.width = width, .height = height};
    long error = device_find(RAMFB_COMPATIBLE, 0, &what);
    if (!error)
        error = device_map(&what, &f->registers);
    if (!error)
        error = find(f);
    if (!error)
        error = pixels_make(f);
    return error ? error : ramfb_show(f);
}

long ramfb_blank(struct ramfb *f, l4_addr_t registers)
{
    *f = (struct ramfb){
        .registers = registers, .width = SMALLEST, .height = SMALLEST};
    long error = find(f);
    return error ? error : pixels_make(f);
}
