/*
 * Dataspaces (see dataspace.h).
 *
 *      in one piece   base -> [ page | page | page | page ]
 *      scattered      frame[] = { 7, 8, 0, 0, 91, ... }   (0: not touched)
 *
 * Scattered memory comes when it is first touched, in chunks of up to
 * 2^CHUNK_ORDER bytes, so that one page fault brings several pages.
 *
 * I1  frame[i] != 0: that frame belongs to this dataspace alone.
 * I2  pages that were never written read as zero.
 * I3  frames of a dataspace with pins are not freed.
 *
 * Not here: copy-on-write copies; backing by anything but RAM.
 */
#include "dataspace.h"
#include "factory.h"
#include "frames.h"
#include "heap.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <string.h>

enum { CHUNK_ORDER = 14, SIZE_MAX_ORDER = 36 };

static l4_size_t page_count(const struct dataspace *ds)
{
    return dataspace_span(ds) >> L4_PAGESHIFT;
}

static l4_size_t frame_bytes(const struct dataspace *ds)
{
    return page_count(ds) * sizeof ds->frame[0];
}

/* --- memory --------------------------------------------------------- */

/* The order of the chunk for page i: the largest aligned one that is inside
 * the dataspace and untouched. */
static unsigned chunk_order(const struct dataspace *ds, l4_size_t i)
{
    for (unsigned order = CHUNK_ORDER; order > L4_PAGESHIFT; order--) {
        l4_size_t n = 1ul << (order - L4_PAGESHIFT), first = i & ~(n - 1);
        l4_size_t k = 0;
        while (first + n <= page_count(ds) && k < n && !ds->frame[first + k])
            k++;
        if (k == n)
            return order;
    }
    return L4_PAGESHIFT;
}

/* Page i gets memory, its neighbours too where that is cheap. */
static long chunk_alloc(struct dataspace *ds, l4_size_t i)
{
    unsigned order = chunk_order(ds, i);
    l4_addr_t addr = frames_alloc(order);
    if (!addr && order > L4_PAGESHIFT)
        addr = frames_alloc(order = L4_PAGESHIFT);
    if (!addr)
        return -L4_ENOMEM;
    l4_size_t bytes = 1ul << order, n = bytes >> L4_PAGESHIFT;
    if (allocator_charge(ds->object.owner, bytes)) {
        frames_free_range(addr, bytes);
        return -L4_ENOMEM;
    }
    frames_clear(addr, bytes); /* keeps I2 */
    for (l4_size_t k = 0; k < n; k++)
        ds->frame[(i & ~(n - 1)) + k] =
            (l4_uint32_t)(addr >> L4_PAGESHIFT) + (l4_uint32_t)k;
    return 0;
}

/* The run of neighbouring frames around page i, inside its chunk. */
static void run_around(const struct dataspace *ds, l4_size_t i,
                       struct piece_of_memory *ret_piece)
{
    l4_size_t n = 1ul << (CHUNK_ORDER - L4_PAGESHIFT);
    l4_size_t low = i & ~(n - 1), high = low + n;
    l4_size_t first = i, last = i;
    if (high > page_count(ds))
        high = page_count(ds);
    while (first > low && ds->frame[first - 1] == ds->frame[first] - 1)
        first--;
    while (last + 1 < high && ds->frame[last + 1] == ds->frame[last] + 1)
        last++;
    ret_piece->start = first << L4_PAGESHIFT;
    ret_piece->end = (last + 1) << L4_PAGESHIFT;
}

long dataspace_memory(struct dataspace *ds, l4_addr_t offset,
                      struct piece_of_memory *ret_piece)
{
    if (offset >= dataspace_span(ds))
        return -L4_ERANGE;
    if (ds->base) {
        *ret_piece = (struct piece_of_memory){
            .addr = ds->base + offset, .start = 0, .end = dataspace_span(ds)};
        return 0;
    }
    l4_size_t i = offset >> L4_PAGESHIFT;
    long error = ds->frame[i] ? 0 : chunk_alloc(ds, i);
    if (error)
        return error;
    ret_piece->addr =
        ((l4_addr_t)ds->frame[i] << L4_PAGESHIFT) + (offset & ~L4_PAGEMASK);
    run_around(ds, i, ret_piece);
    return 0;
}

/* How many pages from i on, before `end`, are neighbours in RAM too; 1: page
 * i has no memory. */
static l4_size_t run_from(const struct dataspace *ds, l4_size_t i,
                          l4_size_t end)
{
    l4_size_t n = 1;
    while (ds->frame[i] && i + n < end && ds->frame[i + n] == ds->frame[i] + n)
        n++;
    return n;
}

/* As one, which is several times as fast as page by page. */
static void run_free(struct dataspace *ds, l4_size_t i, l4_size_t pages)
{
    l4_size_t bytes = pages << L4_PAGESHIFT;
    frames_free_range((l4_addr_t)ds->frame[i] << L4_PAGESHIFT, bytes);
    allocator_uncharge(ds->object.owner, bytes);
    memset(&ds->frame[i], 0, pages * sizeof ds->frame[0]);
}

void dataspace_drop(struct dataspace *ds, l4_addr_t offset, l4_size_t size)
{
    if (ds->base) {
        memset((void *)(ds->base + offset), 0, size);
        return;
    }
    l4_size_t end = (offset + size) >> L4_PAGESHIFT;
    l4_size_t run = 1;
    for (l4_size_t i = l4_round_page(offset) >> L4_PAGESHIFT; i < end;
         i += run) {
        run = run_from(ds, i, end);
        l4_addr_t addr = (l4_addr_t)ds->frame[i] << L4_PAGESHIFT;
        if (addr && ds->pins) /* keeps I3 */
            frames_clear(addr, run << L4_PAGESHIFT);
        else if (addr)
            run_free(ds, i, run);
    }
}

l4_size_t dataspace_charge(const struct dataspace *ds)
{
    l4_size_t bytes = 0;
    if (ds->borrowed)
        return 0;
    if (ds->base)
        return dataspace_span(ds);
    for (l4_size_t i = 0; i < page_count(ds); i++)
        bytes += ds->frame[i] ? L4_PAGESIZE : 0;
    return bytes;
}

/* --- life ----------------------------------------------------------- */

static long memory_reserve(struct dataspace *ds, bool contiguous)
{
    if (!contiguous) {
        ds->frame = heap_alloc(frame_bytes(ds));
        return ds->frame ? 0 : -L4_ENOMEM;
    }
    if (allocator_charge(ds->object.owner, dataspace_span(ds)))
        return -L4_ENOMEM;
    ds->base = frames_alloc_range(ds->size);
    if (!ds->base) {
        allocator_uncharge(ds->object.owner, dataspace_span(ds));
        return -L4_ENOMEM;
    }
    frames_clear(ds->base, dataspace_span(ds));
    return 0;
}

static void dataspace_free(struct dataspace *ds)
{
    struct allocator *owner = ds->object.owner;
    if (ds->base && !ds->borrowed) {
        frames_free_range(ds->base, ds->size);
        allocator_uncharge(owner, dataspace_span(ds));
    } else if (ds->frame) {
        dataspace_drop(ds, 0, dataspace_span(ds));
        heap_free(ds->frame, frame_bytes(ds));
    }
    heap_free(ds, sizeof *ds);
}

/* Keeps I3. */
static void dataspace_destroy(struct object *o)
{
    struct dataspace *ds = (struct dataspace *)o;
    if (!ds->pins) {
        dataspace_free(ds);
        return;
    }
    allocator_uncharge(o->owner, dataspace_charge(ds));
    o->owner = NULL;
    ds->is_gone = true;
}

void dataspace_pin(struct dataspace *ds)
{
    ds->pins++;
}

void dataspace_unpin(struct dataspace *ds)
{
    if (!--ds->pins && ds->is_gone)
        dataspace_free(ds);
}

static struct dataspace *dataspace_new(l4_size_t size, unsigned rights)
{
    struct dataspace *ds = heap_alloc(sizeof *ds);
    if (ds) {
        ds->object.ops = &dataspace_ops;
        ds->size = size;
        ds->rights = rights;
    }
    return ds;
}

long dataspace_create(struct allocator *owner, l4_size_t size, bool contiguous,
                      struct dataspace **ret_ds)
{
    if (size == 0)
        return -L4_EINVAL;
    if (size > 1ul << SIZE_MAX_ORDER)
        return -L4_ENOMEM;
    struct dataspace *ds = dataspace_new(size, L4_FPAGE_RWX);
    if (!ds)
        return -L4_ENOMEM;
    ds->object.owner = owner;
    long error = memory_reserve(ds, contiguous);
    if (error) {
        heap_free(ds, sizeof *ds);
        return error;
    }
    error = object_add(&ds->object, owner);
    if (error)
        dataspace_free(ds);
    else
        *ret_ds = ds;
    return error;
}

long dataspace_create_at(l4_addr_t base, l4_size_t size, unsigned rights,
                         struct dataspace **ret_ds)
{
    struct dataspace *ds = dataspace_new(size, rights);
    if (!ds)
        return -L4_ENOMEM;
    ds->base = base;
    ds->borrowed = true;
    long error = object_add(&ds->object, NULL);
    if (error)
        heap_free(ds, sizeof *ds);
    else
        *ret_ds = ds;
    return error;
}

/* --- requests ------------------------------------------------------- */

unsigned map_order(l4_addr_t pa, l4_addr_t va, l4_addr_t start, l4_addr_t end)
{
    unsigned order = L4_PAGESHIFT;
    while (order < L4_SUPERPAGESHIFT) {
        unsigned char next = (unsigned char)(order + 1);
        l4_addr_t block = l4_trunc_size(va, next);
        if ((pa ^ va) & ((1ul << next) - 1) & L4_PAGEMASK || block < start ||
            block + (1ul << next) > end)
            break;
        order = next;
    }
    return order;
}

/* May a client with these rights on its capability write? */
static bool may_write(const struct dataspace *ds, const struct request *r)
{
    return (r->rights & L4_CAP_FPAGE_W) && (ds->rights & L4_FPAGE_W);
}

static bool is_inside(const struct dataspace *ds, l4_addr_t offset,
                      l4_size_t size)
{
    return offset <= dataspace_span(ds) && size <= dataspace_span(ds) - offset;
}

static l4_msgtag_t on_map(struct dataspace *ds, const struct request *r)
{
    l4_addr_t offset = l4_trunc_page(r->mr[1]);
    l4_addr_t va = l4_trunc_page(r->mr[2]);
    l4_addr_t start = r->mr[4], last = r->mr[5];
    l4_addr_t end = last == ~0ul ? l4_trunc_page(last) : last + 1;
    unsigned rights = r->mr[3] & L4_FPAGE_RWX;
    struct piece_of_memory p;
    if (rights & L4_FPAGE_W && !may_write(ds, r))
        return answer(-L4_EPERM);
    rights = (rights | L4_FPAGE_RO) & ds->rights;
    if (va < start || va + L4_PAGESIZE > end)
        return answer(-L4_EINVAL);
    long error = dataspace_memory(ds, offset, &p);
    if (error)
        return answer(error);
    if (va - start > offset - p.start)
        start = va - (offset - p.start);
    if (end - va > p.end - offset)
        end = va + (p.end - offset);
    unsigned order = map_order(p.addr, va, start, end);
    unsigned char o = (unsigned char)order;
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = order;
    m->mr[1] = l4_map_control(l4_trunc_size(va, o), 0, L4_MAP_ITEM_MAP);
    m->mr[2] =
        l4_fpage(l4_trunc_size(p.addr, o), order, (unsigned char)rights).raw;
    return l4_msgtag(0, 1, 1, 0);
}

static l4_msgtag_t on_clear(struct dataspace *ds, const struct request *r)
{
    l4_addr_t offset = r->mr[1], end = r->mr[1] + r->mr[2];
    if (!may_write(ds, r))
        return answer(-L4_EPERM);
    if (!is_inside(ds, offset, r->mr[2]))
        return answer(-L4_ERANGE);
    while (offset < end) {
        l4_addr_t next = l4_trunc_page(offset) + L4_PAGESIZE;
        l4_size_t n = (next < end ? next : end) - offset;
        l4_size_t i = offset >> L4_PAGESHIFT;
        if (ds->base)
            memset((void *)(ds->base + offset), 0, n);
        else if (ds->frame[i])
            memset((char *)((l4_addr_t)ds->frame[i] << L4_PAGESHIFT) +
                       (offset & ~L4_PAGEMASK),
                   0, n);
        offset += n;
    }
    return answer(0);
}

static l4_msgtag_t on_info(struct dataspace *ds, const struct request *r)
{
    unsigned rights = ds->rights;
    if (!may_write(ds, r))
        rights &= ~(unsigned)L4_FPAGE_W;
    return answer_words(0, 2, (l4_umword_t[]){ds->size, rights});
}

static long copy_pieces(struct dataspace *to, l4_addr_t to_offset,
                        struct dataspace *from, l4_addr_t from_offset,
                        l4_size_t size)
{
    while (size) {
        struct piece_of_memory d, s;
        long error = dataspace_memory(to, to_offset, &d);
        if (!error)
            error = dataspace_memory(from, from_offset, &s);
        if (error)
            return error;
        l4_size_t n = size;
        n = d.end - to_offset < n ? d.end - to_offset : n;
        n = s.end - from_offset < n ? s.end - from_offset : n;
        memmove((void *)d.addr, (void *)s.addr, n);
        to_offset += n;
        from_offset += n;
        size -= n;
    }
    return 0;
}

static l4_msgtag_t on_copy_in(struct dataspace *ds, const struct request *r)
{
    l4_umword_t rights;
    struct dataspace *from =
        (struct dataspace *)request_object(r, &dataspace_ops, &rights);
    if (!may_write(ds, r))
        return answer(-L4_EPERM);
    if (!from)
        return answer(-L4_EINVAL);
    if (!is_inside(ds, r->mr[1], r->mr[3]) ||
        !is_inside(from, r->mr[2], r->mr[3]))
        return answer(-L4_ERANGE);
    return answer(copy_pieces(ds, r->mr[1], from, r->mr[2], r->mr[3]));
}

/* Bytes of [offset, + size) without memory. */
static l4_size_t missing(const struct dataspace *ds, l4_addr_t offset,
                         l4_size_t size)
{
    l4_size_t bytes = 0;
    l4_size_t end = l4_round_page(offset + size) >> L4_PAGESHIFT;
    for (l4_size_t i = offset >> L4_PAGESHIFT; ds->frame && i < end; i++)
        bytes += ds->frame[i] ? 0 : L4_PAGESIZE;
    return bytes;
}

static l4_msgtag_t on_allocate(struct dataspace *ds, const struct request *r)
{
    struct piece_of_memory p;
    if (!may_write(ds, r))
        return answer(-L4_EPERM);
    if (!is_inside(ds, r->mr[1], r->mr[2]))
        return answer(-L4_ERANGE);
    if (!allocator_has_room(ds->object.owner, missing(ds, r->mr[1], r->mr[2])))
        return answer(-L4_ENOMEM);
    l4_addr_t end = r->mr[1] + r->mr[2];
    for (l4_addr_t a = l4_trunc_page(r->mr[1]); a < end; a = p.end) {
        long error = dataspace_memory(ds, a, &p);
        if (error)
            return answer(error);
    }
    return answer(0);
}

static l4_msgtag_t dataspace_request(struct object *o, const struct request *r)
{
    static const unsigned char arguments[] = {
        [DATASPACE_MAP] = 5,     [DATASPACE_CLEAR] = 2,    [DATASPACE_INFO] = 0,
        [DATASPACE_COPY_IN] = 3, [DATASPACE_ALLOCATE] = 2,
    };
    struct dataspace *ds = (struct dataspace *)o;
    if (r->mr[0] < sizeof arguments && r->words < 1u + arguments[r->mr[0]])
        return answer(-L4_EMSGTOOSHORT);
    switch (r->mr[0]) {
    case DATASPACE_MAP:
        return on_map(ds, r);
    case DATASPACE_CLEAR:
        return on_clear(ds, r);
    case DATASPACE_INFO:
        return on_info(ds, r);
    case DATASPACE_COPY_IN:
        return on_copy_in(ds, r);
    case DATASPACE_ALLOCATE:
        return on_allocate(ds, r);
    case DATASPACE_MAP_INFO:
        return answer(0);
    case DATASPACE_ADDRESS:
        return answer_words(ds->base ? 0 : -L4_EINVAL, 1, &ds->base);
    default:
        return answer(-L4_ENOSYS);
    }
}

const struct object_ops dataspace_ops = {
    .name = "dataspace",
    .protocol = L4RE_PROTO_DATASPACE,
    .request = dataspace_request,
    .destroy = dataspace_destroy,
};
