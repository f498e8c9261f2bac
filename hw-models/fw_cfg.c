/*
 * Firmware configuration with a RAM frame buffer (see fw_cfg.h).
 *
 *   register  0  data         the selected item, byte after byte
 *             8  selector     which item (big endian)
 *            16  DMA address  of {control, length, address} (all big endian);
 *                             its low half starts what `control` says
 *
 *   item  0x00  "QEMU"   0x01  features   0x19  directory   0x20  etc/ramfb
 *
 *   etc/ramfb  {address 8, format 4, flags 4, width 4, height 4, stride 4},
 *              big endian
 *
 * A transfer takes no time; asked for several, the device reads rather than
 * writes, and writes rather than skips. Reading the selector gives 0, where
 * QEMU answers with a bus error. Only the format XRGB8888 is known; QEMU has
 * more. Source: QEMU's docs/specs/fw_cfg.rst and docs/specs/ramfb (7.2).
 */
#include "fw_cfg.h"
#include <string.h>

enum { DATA = 0, SELECTOR = 8, DMA_HIGH = 16, DMA_LOW = 20, DMA_END = 24 };
enum { SIGNATURE = 0x00, FEATURES = 0x01, DIRECTORY = 0x19, RAMFB = 0x20 };
enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8 };
enum { DMA_WRITE = 16, KEY_SHIFT = 16, DMA_REQUEST = 16 };
enum { FORMAT_XRGB = 0x34325258, PIXEL = 4 };
#define DMA_SIGNATURE 0x51454d5520434647ull /* "QEMU CFG" */

/* Numbers of `size` bytes, the highest first. */
static uint64_t big(const unsigned char *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

static uint64_t swapped(uint64_t value, unsigned size)
{
    uint64_t other = 0;
    for (unsigned i = 0; i < size; i++)
        other = other << 8 | (value >> 8 * i & 0xff);
    return other;
}

/* --- items ------------------------------------------------------------- */

/* The selected item's bytes; 0: it is empty. */
static unsigned item(const struct hw_fw_cfg *f, const unsigned char **ret_at)
{
    static const unsigned char signature[] = {'Q', 'E', 'M', 'U'};
    static const unsigned char features[] = {3, 0, 0, 0}; /* and DMA */
    static const unsigned char directory[4 + 64] = {
        [3] = 1,             /* one file */
        [7] = HW_RAMFB_SIZE, /* its size */
        [9] = RAMFB,         /* its key */
        [12] = 'e',
        't',
        'c',
        '/',
        'r',
        'a',
        'm',
        'f',
        'b'};
    switch (f->key) {
    case SIGNATURE:
        *ret_at = signature;
        return sizeof(signature);
    case FEATURES:
        *ret_at = features;
        return sizeof(features);
    case DIRECTORY:
        *ret_at = directory;
        return sizeof(directory);
    case RAMFB:
        *ret_at = f->ramfb;
        return sizeof(f->ramfb);
    default:
        return 0;
    }
}

/* The next byte of the selected item; behind its end 0. */
static unsigned char next_byte(struct hw_fw_cfg *f)
{
    const unsigned char *at;
    unsigned size = item(f, &at);
    return f->offset < size ? at[f->offset++] : 0;
}

static void select_item(struct hw_fw_cfg *f, uint16_t key)
{
    f->key = key;
    f->offset = 0;
}

/* --- transfers --------------------------------------------------------- */

/* False: what is asked for cannot be. */
static bool transfer(struct hw_fw_cfg *f, uint32_t control, uint32_t length,
                     uint64_t address)
{
    if (!(control & (DMA_READ | DMA_WRITE))) {
        f->offset += control & DMA_SKIP ? length : 0;
        return true;
    }
    unsigned char *at = hw_ram_at(f->ram, address, length);
    if (!at)
        return false;
    if (control & DMA_READ) {
        for (uint32_t i = 0; i < length; i++)
            at[i] = next_byte(f);
        return true;
    }
    if (f->key != RAMFB || f->offset > HW_RAMFB_SIZE ||
        length > HW_RAMFB_SIZE - f->offset)
        return false;
    memcpy(f->ramfb + f->offset, at, length);
    f->offset += length;
    return true;
}

/* Does what the request at dma_address says; its control becomes 0. */
static void dma(struct hw_fw_cfg *f)
{
    unsigned char *request = hw_ram_at(f->ram, f->dma_address, DMA_REQUEST);
    f->dma_address = 0;
    if (!request)
        return;
    uint32_t control = (uint32_t)big(request, 4);
    if (control & DMA_SELECT)
        select_item(f, (uint16_t)(control >> KEY_SHIFT));
    bool good = transfer(f, control, (uint32_t)big(request + 4, 4),
                         big(request + 8, 8));
    memset(request, 0, 4);
    request[3] = good ? 0 : DMA_ERROR;
}

/* --- registers --------------------------------------------------------- */

uint64_t hw_fw_cfg_read(struct hw_fw_cfg *f, uint64_t offset, unsigned size)
{
    uint64_t value = 0;
    if (offset < SELECTOR)
        for (unsigned i = 0; i < size; i++)
            value |= (uint64_t)next_byte(f) << 8 * i;
    else if (offset >= DMA_HIGH && offset + size <= DMA_END)
        value = swapped(DMA_SIGNATURE >> 8 * (DMA_END - offset - size), size);
    return value;
}

void hw_fw_cfg_write(struct hw_fw_cfg *f, uint64_t offset, unsigned size,
                     uint64_t value)
{
    value = swapped(value, size);
    if (offset == SELECTOR && size == 2)
        select_item(f, (uint16_t)value);
    else if (offset == DMA_HIGH && size == 4)
        f->dma_address = value << 32;
    else if (offset == DMA_LOW && size == 4)
        f->dma_address |= value;
    else if (offset == DMA_HIGH && size == 8)
        f->dma_address = value;
    else
        return;
    if (offset == DMA_LOW || size == 8)
        dma(f);
}

void hw_fw_cfg_init(struct hw_fw_cfg *f, const struct hw_ram *ram)
{
    *f = (struct hw_fw_cfg){.ram = ram};
}

bool hw_fw_cfg_picture(const struct hw_fw_cfg *f,
                       struct hw_picture *ret_picture)
{
    const unsigned char *c = f->ramfb;
    struct hw_picture p = {.width = (uint32_t)big(c + 16, 4),
                           .height = (uint32_t)big(c + 20, 4),
                           .stride = (uint32_t)big(c + 24, 4)};
    if (!p.stride)
        p.stride = p.width * PIXEL;
    if (big(c + 8, 4) != FORMAT_XRGB || !p.width || !p.height ||
        p.width > HW_RAMFB_SIDE_MAX || p.height > HW_RAMFB_SIDE_MAX ||
        p.stride < p.width * PIXEL)
        return false;
    p.pixels = hw_ram_at(f->ram, big(c, 8), (uint64_t)p.stride * p.height);
    if (!p.pixels)
        return false;
    *ret_picture = p;
    return true;
}
