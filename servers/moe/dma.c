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
 * I1  only a space that is associated answers addresses.
 * I2  each mapping has a pin on its dataspace.
 */
#include "dma.h"
#include "dataspace.h"
#include "heap.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/dma_space.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>

enum { MAPPINGS_MAX = 1024 }; /* of a space: moe pays for the records */

/* Something mapped; the same twice is two of them. */
struct mapping {
    struct mapping *next;
    struct dataspace *ds;
    l4_addr_t addr;
};

struct dma {
    struct object object;
    bool physical; /* associated */
    struct mapping *mappings;
    unsigned count;
};

/* Keeps I2. */
static long mapping_add(struct dma *d, struct dataspace *ds, l4_addr_t addr)
{
    struct mapping *m = d->count < MAPPINGS_MAX ? heap_alloc(sizeof *m) : NULL;
    if (!m)
        return -L4_ENOMEM;
    d->count++;
    *m = (struct mapping){d->mappings, ds, addr};
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
    heap_free(m, sizeof *m);
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
    return answer_words(mapping_add(d, ds, result[0]), 2, result);
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
        [DMA_MAP] = 4,
        [DMA_UNMAP] = 4,
        [DMA_ASSOCIATE] = 1,
        [DMA_DISASSOCIATE] = 0,
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
    default:
        return answer(-L4_ENOSYS);
    }
}

static void dma_destroy(struct object *o)
{
    unmap_all((struct dma *)o);
    heap_free(o, sizeof(struct dma));
}

const struct object_ops dma_ops = {
    .name = "dma",
    .protocol = L4RE_PROTO_DMA_SPACE,
    .request = dma_request,
    .destroy = dma_destroy,
};

long dma_create(struct allocator *owner, struct object **ret_dma)
{
    struct dma *d = heap_alloc(sizeof *d);
    if (!d)
        return -L4_ENOMEM;
    d->object.ops = &dma_ops;
    long error = object_add(&d->object, owner);
    if (error)
        heap_free(d, sizeof *d);
    else
        *ret_dma = &d->object;
    return error;
}
