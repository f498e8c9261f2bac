/*
 * DMA spaces (see dma.h).
 *
 *      client: dataspace, offset, size --MAP--> address, size in one piece
 *
 * No machine of ours has an IOMMU, so a device address is a physical one, and
 * moe's memory is 1:1: all there is to a mapping is to find the memory, and to
 * say how much of it lies in one piece. A space has to be told first that it
 * is to be so (ASSOCIATE without a task); tied to a kernel DMA space it is
 * refused. Unmapping takes nothing back from the device: it can reach all
 * memory, and whoever gives a driver its registers trusts it with that. But
 * while something is mapped its frames stay, even if the dataspace goes, so
 * that a device does not write into what is somebody else's by then.
 *
 * Limits and blocked ranges say which memory may not be mapped: a device that
 * reaches only part of the addresses, a place where something else lies. Memory
 * is where it is, so a mapping is refused then, or ends before.
 *
 * I1  only a space that is associated answers addresses.
 * I2  each mapping has a pin on its dataspace.
 * I3  no mapping is outside the limits or in a blocked range.
 */
#include "dma.h"
#include "dataspace.h"
#include "record.h"
#include "region.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/dma_space.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>

enum { MAPPINGS_MAX = 1024, BLOCKED_MAX = 64 }; /* moe pays for the records */

/* Something mapped; the same twice is two of them. */
struct mapping {
    struct mapping *next;
    struct dataspace *ds;
    l4_addr_t addr;
    l4_size_t size;
};

struct dma {
    struct object object;
    bool physical; /* associated */
    struct mapping *mappings;
    unsigned count;
    l4_addr_t min, max; /* device addresses, inclusive */
    struct regions blocked;
    unsigned blocked_count;
};

/* Keeps I2. */
static long mapping_add(struct dma *d, struct dataspace *ds, l4_addr_t addr,
                        l4_size_t size)
{
    struct mapping *m = NULL;
    if (d->count < MAPPINGS_MAX)
        m = record_alloc(d->object.owner, sizeof *m);
    if (!m)
        return -L4_ENOMEM;
    d->count++;
    *m = (struct mapping){d->mappings, ds, addr, size};
    d->mappings = m;
    dataspace_pin(ds);
    return 0;
}

static void mapping_remove(struct dma *d, struct mapping **at)
{
    d->count--;
    struct mapping *m = *at;
    *at = m->next;
    dataspace_unpin(m->ds);
    record_free(d->object.owner, m, sizeof *m);
}

/* May a device with this direction use what r's item names? */
static long dma_source(const struct request *r, struct dataspace **ret_ds)
{
    l4_umword_t rights = 0;
    struct dataspace *ds =
        (struct dataspace *)request_object(r, &dataspace_ops, &rights);
    bool writes = r->mr[4] != L4RE_DMA_SPACE_TO_DEVICE;
    if (!ds || r->mr[4] > L4RE_DMA_SPACE_NONE)
        return -L4_EINVAL;
    if (writes && (!(rights & L4_CAP_FPAGE_W) || !(ds->rights & L4_FPAGE_W)))
        return -L4_EPERM;
    *ret_ds = ds;
    return 0;
}

/* So many bytes from addr on, at most `size`, may be mapped; keeps I3. */
static l4_size_t allowed(const struct dma *d, l4_addr_t addr, l4_size_t size)
{
    const struct region *b = region_find(&d->blocked, addr, addr + size);
    if (addr < d->min || addr > d->max || (b && b->start <= addr))
        return 0;
    if (b)
        size = b->start - addr;
    return size - 1 > d->max - addr ? d->max - addr + 1 : size;
}

/* Neighbouring pieces count as one. */
static l4_msgtag_t on_map(struct dma *d, const struct request *r)
{
    struct dataspace *ds;
    struct piece_of_memory p;
    l4_addr_t offset = r->mr[1], size = r->mr[2];
    if (!d->physical || !size) /* keeps I1 */
        return answer(-L4_EINVAL);
    long error = dma_source(r, &ds);
    if (error)
        return answer(error);
    if (offset > dataspace_span(ds) || size > dataspace_span(ds) - offset)
        return answer(-L4_ERANGE);
    error = dataspace_memory(ds, offset, true, &p);
    if (error)
        return answer(error);
    l4_umword_t result[2] = {p.addr, p.end - offset};
    while (result[1] < size &&
           !dataspace_memory(ds, offset + result[1], true, &p) &&
           p.addr == result[0] + result[1])
        result[1] = p.end - offset;
    if (result[1] > size)
        result[1] = size;
    result[1] = allowed(d, result[0], result[1]);
    if (!result[1])
        return answer(-L4_EADDRNOTAVAIL);
    return answer_words(mapping_add(d, ds, result[0], result[1]), 2, result);
}

static l4_msgtag_t on_unmap(struct dma *d, const struct request *r)
{
    struct mapping **at = &d->mappings;
    if (!d->physical)
        return answer(-L4_EINVAL);
    while (*at && (*at)->addr != r->mr[1])
        at = &(*at)->next;
    if (*at)
        mapping_remove(d, at);
    return answer(0);
}

static void unmap_all(struct dma *d)
{
    while (d->mappings)
        mapping_remove(d, &d->mappings);
}

static const struct mapping *mapping_in(const struct dma *d, l4_addr_t start,
                                        l4_addr_t end)
{
    const struct mapping *m = d->mappings;
    while (m && (m->addr >= end || m->addr + m->size <= start))
        m = m->next;
    return m;
}

/* A range from s->from on where nothing is mapped or blocked; 0: none. */
static l4_addr_t block_search(const struct dma *d, struct region_search *s)
{
    const struct mapping *m;
    l4_addr_t at;
    while ((at = region_search(&d->blocked, SPAN_TAKEN, s)) &&
           (m = mapping_in(d, at, at + s->size)))
        s->from = l4_round_page(m->addr + m->size);
    return at;
}

/* Where a blocked range is to be. 0, -L4_EADDRNOTAVAIL, -L4_EINVAL, -L4_ERANGE.
 */
static long block_place(const struct dma *d, const struct request *r,
                        struct region *ret_range)
{
    l4_addr_t start = r->mr[1], last = r->mr[3];
    l4_size_t size = l4_round_page(r->mr[2]);
    unsigned align =
        r->mr[5] > L4_PAGESHIFT ? (unsigned)r->mr[5] : L4_PAGESHIFT;
    if (!size || size < r->mr[2] || align > 40 || start & ~L4_PAGEMASK)
        return -L4_EINVAL;
    if (r->mr[4] & L4RE_DMA_SPACE_MGR_BLOCK_SEARCH) {
        struct region_search s = {
            .from = start ? start : L4_PAGESIZE,
            .to = last == ~0ul ? l4_trunc_page(last) : last + 1,
            .size = size,
            .align = 1ul << align,
        };
        start = block_search(d, &s);
        if (!start)
            return -L4_EADDRNOTAVAIL;
    }
    if (start + size < start)
        return -L4_EINVAL;
    if (start + size > ADDRESSES_END) /* no memory is there */
        return -L4_ERANGE;
    if (region_find(&d->blocked, start, start + size) ||
        mapping_in(d, start, start + size))
        return -L4_EADDRNOTAVAIL;
    *ret_range = (struct region){.start = start, .end = start + size};
    return 0;
}

static l4_msgtag_t on_block(struct dma *d, const struct request *r)
{
    struct region range;
    if (!(r->rights & L4_CAP_FPAGE_S))
        return answer(-L4_EPERM);
    long error = block_place(d, r, &range);
    if (!error && d->blocked_count == BLOCKED_MAX)
        error = -L4_ENOMEM;
    if (!error)
        error = region_insert(&d->blocked, d->object.owner, &range);
    if (error)
        return answer(error);
    d->blocked_count++;
    return answer_words(0, 1, &range.start);
}

static l4_msgtag_t on_limits(struct dma *d, const struct request *r)
{
    l4_addr_t min = r->mr[1], max = r->mr[2];
    if (!(r->rights & L4_CAP_FPAGE_S))
        return answer(-L4_EPERM);
    if (min > max)
        return answer(-L4_EINVAL);
    for (const struct mapping *m = d->mappings; m; m = m->next)
        if (m->addr < min || m->addr + m->size - 1 > max)
            return answer(-L4_EBUSY);
    d->min = min; /* keeps I3 */
    d->max = max;
    return answer(0);
}

static l4_msgtag_t on_associate(struct dma *d, const struct request *r)
{
    if (!(r->rights & L4_CAP_FPAGE_S))
        return answer(-L4_EPERM);
    if (r->items)
        return answer(-L4_ENOSYS);
    d->physical = true;
    return answer(0);
}

static l4_msgtag_t on_disassociate(struct dma *d, const struct request *r)
{
    if (!(r->rights & L4_CAP_FPAGE_S))
        return answer(-L4_EPERM);
    unmap_all(d);
    d->physical = false;
    return answer(0);
}

static l4_msgtag_t dma_request(struct object *o, const struct request *r)
{
    static const unsigned char arguments[] = {
        [DMA_MAP] = 4,          [DMA_UNMAP] = 4, [DMA_ASSOCIATE] = 1,
        [DMA_DISASSOCIATE] = 0, [DMA_BLOCK] = 5, [DMA_LIMITS] = 2,
    };
    struct dma *d = (struct dma *)o;
    if (r->mr[0] < sizeof arguments && r->words < 1u + arguments[r->mr[0]])
        return answer(-L4_EMSGTOOSHORT);
    switch (r->mr[0]) {
    case DMA_MAP:
        return on_map(d, r);
    case DMA_UNMAP:
        return on_unmap(d, r);
    case DMA_ASSOCIATE:
        return on_associate(d, r);
    case DMA_DISASSOCIATE:
        return on_disassociate(d, r);
    case DMA_BLOCK:
        return on_block(d, r);
    case DMA_LIMITS:
        return on_limits(d, r);
    default:
        return answer(-L4_ENOSYS);
    }
}

static void dma_destroy(struct object *o)
{
    struct dma *d = (struct dma *)o;
    unmap_all(d);
    struct region *b;
    while ((b = region_first(&d->blocked)))
        region_remove(&d->blocked, o->owner, b);
    record_free(o->owner, o, sizeof(struct dma));
}

const struct object_ops dma_ops = {
    .name = "dma",
    .protocol = L4RE_PROTO_DMA_SPACE,
    .request = dma_request,
    .destroy = dma_destroy,
};

long dma_create(struct allocator *owner, struct object **ret_dma)
{
    struct dma *d = record_alloc(owner, sizeof *d);
    if (!d)
        return -L4_ENOMEM;
    d->object.ops = &dma_ops;
    d->max = ~0ul;
    long error = object_add(&d->object, owner);
    if (error)
        record_free(owner, d, sizeof *d);
    else
        *ret_dma = &d->object;
    return error;
}
