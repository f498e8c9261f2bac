/*
 * Who has which frame (see memory.h).
 *
 * The kernel's memory descriptors say what there is; beside them one byte
 * per frame of RAM says whose it is:
 *
 *      KIP descriptors  [ RAM | kernel | modules | moe | RAM ... ] [ uart ]
 *      owner[]            0 0 0 255 255  1 1 1 1    0 0 0 0          --
 *
 * The book itself lies in the first frames of usable RAM, as sigma0 has no
 * other memory but its image.
 *
 * I1  a frame's owner changes only from CLIENT_NOBODY: it is given once.
 * I2  frames below search_from are not free (it makes ANY cheap).
 * I3  two entries of devices[] that overlap have the same client.
 */
#include "memory.h"
#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <l4/sys/memdesc.h>

enum { REGION_MAX = 64, DEVICE_MAX = 32 };

enum region_kind {
    REGION_RAM,   /* free for ANY */
    REGION_NAMED, /* boot modules, images: only for who names them */
    REGION_DEVICE,
    REGION_CLOSED, /* the kernel's */
};

struct region {
    l4_addr_t start, end; /* [start, end) */
    enum region_kind kind;
};

struct device_grant {
    l4_addr_t start, end;
    client_t client;
};

static struct region regions[REGION_MAX];
static unsigned region_count;
static struct device_grant devices[DEVICE_MAX];
static unsigned device_count;
static unsigned char *owner;         /* one per frame from first_frame */
static l4_addr_t ram_start, ram_end; /* what owner[] covers */
static l4_addr_t search_from;

/* The linker's marks around sigma0's own image. */
extern char __ehdr_start[], _end[];

static enum region_kind region_kind_of(unsigned type)
{
    switch (type & 0xf) {
    case l4_mem_type_conventional:
        return REGION_RAM;
    case l4_mem_type_bootloader:
    case l4_mem_type_info:
        return REGION_NAMED;
    case l4_mem_type_dedicated:
    case l4_mem_type_shared:
    case l4_mem_type_archspecific:
        return REGION_DEVICE;
    default:
        return REGION_CLOSED;
    }
}

/* Later descriptors win over earlier ones, as the KIP's rule is. */
static const struct region *region_find(l4_addr_t addr)
{
    for (unsigned i = region_count; i-- > 0;)
        if (regions[i].start <= addr && addr < regions[i].end)
            return &regions[i];
    return 0;
}

static void regions_read(l4_kernel_info_t *kip)
{
    l4_kernel_info_mem_desc_t *md = l4_kernel_info_get_mem_descs(kip);
    unsigned n = l4_kernel_info_get_num_mem_descs(kip);
    for (unsigned i = 0; i < n && region_count < REGION_MAX; i++) {
        if (l4_kernel_info_get_mem_desc_is_virtual(&md[i]))
            continue;
        unsigned type = l4_kernel_info_get_mem_desc_type(&md[i]);
        if (type == l4_mem_type_undefined)
            continue;
        struct region *r = &regions[region_count++];
        r->start = l4_kernel_info_get_mem_desc_start(&md[i]);
        r->end = l4_kernel_info_get_mem_desc_end(&md[i]) + 1;
        r->kind = region_kind_of(type);
    }
}

static unsigned char *owner_of(l4_addr_t addr)
{
    return &owner[(addr - ram_start) >> L4_PAGESHIFT];
}

static void owner_set(l4_addr_t start, l4_addr_t end, client_t client)
{
    for (l4_addr_t a = start; a < end; a += L4_PAGESIZE)
        *owner_of(a) = (unsigned char)client;
}

static void bounds_of_ram(void)
{
    ram_start = ~0ul;
    for (unsigned i = 0; i < region_count; i++) {
        if (regions[i].kind == REGION_DEVICE)
            continue;
        if (regions[i].start < ram_start)
            ram_start = regions[i].start;
        if (regions[i].end > ram_end)
            ram_end = regions[i].end;
    }
}

/* Puts the book into the first RAM region with room; NULL: none has. */
static unsigned char *book_place(l4_size_t size)
{
    for (unsigned i = 0; i < region_count; i++) {
        struct region *r = &regions[i];
        if (r->kind == REGION_RAM && r->end - r->start >= size)
            return (unsigned char *)r->start;
    }
    return 0;
}

int memory_init(l4_kernel_info_t *kip)
{
    regions_read(kip);
    bounds_of_ram();
    if (ram_start >= ram_end)
        return -L4_ENOMEM;
    l4_size_t frames = (ram_end - ram_start) >> L4_PAGESHIFT;
    l4_size_t size = l4_round_page(frames);
    owner = book_place(size);
    if (!owner)
        return -L4_ENOMEM;
    for (l4_size_t i = 0; i < frames; i++)
        owner[i] = CLIENT_NOBODY;
    owner_set((l4_addr_t)owner, (l4_addr_t)owner + size, CLIENT_SIGMA0);
    owner_set(l4_trunc_page((l4_addr_t)__ehdr_start),
              l4_round_page((l4_addr_t)_end), CLIENT_SIGMA0);
    search_from = (l4_addr_t)owner; /* in the first usable RAM */
    return 0;
}

/* May the client have this frame? `any`: only free usable RAM will do. */
static int frame_check(client_t client, l4_addr_t addr, int any)
{
    const struct region *r = region_find(addr);
    if (!r || addr < ram_start || addr >= ram_end ||
        (r->kind != REGION_RAM && (any || r->kind != REGION_NAMED)))
        return -L4_EINVAL;
    client_t o = *owner_of(addr);
    if (o == CLIENT_NOBODY || (o == client && !any))
        return 0;
    return -L4_EBUSY;
}

/* 0, or the error of the first frame that is in the way; that frame's
 * address in *ret_at. */
static int block_check(client_t client, l4_addr_t addr, unsigned order, int any,
                       l4_addr_t *ret_at)
{
    l4_addr_t end = addr + (1ul << order);
    for (l4_addr_t a = addr; a < end; a += L4_PAGESIZE) {
        int error = frame_check(client, a, any);
        if (error) {
            *ret_at = a;
            return error;
        }
    }
    return 0;
}

int memory_claim(client_t client, l4_addr_t addr, unsigned order)
{
    l4_addr_t at;
    int error = block_check(client, addr, order, 0, &at);
    if (!error)
        owner_set(addr, addr + (1ul << order), client);
    return error;
}

int memory_claim_any(client_t client, unsigned order, l4_addr_t *ret_addr)
{
    l4_addr_t size = 1ul << order, at;
    while (search_from < ram_end &&
           frame_check(client, search_from, 1)) /* keeps I2 */
        search_from += L4_PAGESIZE;
    l4_addr_t a = l4_round_size(search_from, order);
    for (; a + size <= ram_end; a = l4_round_size(at + 1, order)) {
        if (block_check(client, a, order, 1, &at))
            continue;
        owner_set(a, a + size, client);
        *ret_addr = a;
        return 0;
    }
    return -L4_ENOMEM;
}

int memory_claim_device(client_t client, l4_addr_t addr, unsigned order)
{
    l4_addr_t end = addr + (1ul << order);
    for (l4_addr_t a = addr; a < end; a += L4_PAGESIZE) {
        const struct region *r = region_find(a);
        if (!r || r->kind != REGION_DEVICE)
            return -L4_EINVAL;
    }
    for (unsigned i = 0; i < device_count; i++) {
        struct device_grant *d = &devices[i];
        if (addr >= d->end || d->start >= end)
            continue;
        if (d->client != client) /* keeps I3 */
            return -L4_EBUSY;
        if (d->start <= addr && end <= d->end)
            return 0;
    }
    if (device_count == DEVICE_MAX)
        return -L4_ENOMEM;
    devices[device_count++] = (struct device_grant){addr, end, client};
    return 0;
}

void memory_count(l4_size_t *ret_free, l4_size_t *ret_given)
{
    *ret_free = *ret_given = 0;
    for (l4_addr_t a = ram_start; a < ram_end; a += L4_PAGESIZE) {
        const struct region *r = region_find(a);
        if (!r || r->kind != REGION_RAM)
            continue;
        if (*owner_of(a) == CLIENT_NOBODY)
            *ret_free += L4_PAGESIZE;
        else
            *ret_given += L4_PAGESIZE;
    }
}
