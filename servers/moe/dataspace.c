/*
 * Dataspaces (see dataspace.h).
 *
 *      in one piece   base -> [ page | page | page | page ]
 *      scattered      frame[] = { 7, 8, 0, 0, 91, ... }   (0: not touched)
 *
 * What concerns scattered ones page by page is in pages.c, with the invariants:
 * memory when it is first touched, copies that share pages.
 *
 * Not here: backing by anything but RAM.
 */
#include "dataspace.h"
#include "factory.h"
#include "frames.h"
#include "record.h"
#include "pages.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <string.h>

enum {
    SIZE_MAX_ORDER = 36,
    /* What one request does at most, while everybody else waits: */
    PIECE = 32 << 10,         /* bytes cleared or copied, */
    END_SIZE = 16 << 10,      /* bytes freed, */
    SHARED_PIECE = 256 << 10, /* bytes of pages shared, */
    END_PIECES = 16,          /* such pieces without memory looked at */
};

static l4_size_t page_count(const struct dataspace *ds)
{
    return dataspace_span(ds) >> L4_PAGESHIFT;
}

static l4_size_t frame_bytes(const struct dataspace *ds)
{
    return page_count(ds) * sizeof ds->frame[0];
}

/* --- memory --------------------------------------------------------- */

long dataspace_memory(struct dataspace *ds, l4_addr_t offset, bool to_write,
                      struct piece_of_memory *ret_piece)
{
    if (offset >= dataspace_span(ds))
        return -L4_ERANGE;
    if (ds->base) {
        *ret_piece = (struct piece_of_memory){
            .addr = ds->base + offset, .start = 0, .end = dataspace_span(ds)};
        return 0;
    }
    long error = pages_memory(ds, offset >> L4_PAGESHIFT, to_write, ret_piece);
    if (!error)
        ret_piece->addr += offset & ~L4_PAGEMASK;
    return error;
}

void dataspace_drop(struct dataspace *ds, l4_addr_t offset, l4_size_t size)
{
    if (ds->base)
        memset((void *)(ds->base + offset), 0, size);
    else
        pages_drop(ds, l4_round_page(offset) >> L4_PAGESHIFT,
                   (offset + size) >> L4_PAGESHIFT);
}

l4_size_t dataspace_charge(const struct dataspace *ds)
{
    if (ds->borrowed)
        return 0;
    return ds->base ? dataspace_span(ds)
                    : pages_paid(ds, 0, page_count(ds)) << L4_PAGESHIFT;
}

/* --- life ----------------------------------------------------------- */

static long memory_reserve(struct dataspace *ds, bool contiguous)
{
    if (!contiguous) {
        ds->frame = record_alloc(ds->object.owner, frame_bytes(ds));
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
        pages_drop(ds, ds->shrunk, page_count(ds));
        record_free(owner, ds->frame, frame_bytes(ds));
    }
    record_free(owner, ds, sizeof *ds);
}

/* Its pages go, some at a time; of those that are not there, some more. */
static bool dataspace_shrink(struct object *o)
{
    struct dataspace *ds = (struct dataspace *)o;
    if (!ds->frame || ds->pins)
        return false;
    for (unsigned i = 0; i < END_PIECES && ds->shrunk < page_count(ds); i++) {
        l4_size_t end = ds->shrunk + (END_SIZE >> L4_PAGESHIFT);
        end = end < page_count(ds) ? end : page_count(ds);
        if (pages_paid(ds, ds->shrunk, end))
            i = END_PIECES;
        pages_drop(ds, ds->shrunk, end);
        ds->shrunk = (unsigned)end;
    }
    return ds->shrunk < page_count(ds);
}

/* Keeps I3 of pages.c. */
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

static struct dataspace *dataspace_new(struct allocator *owner, l4_size_t size,
                                       unsigned rights)
{
    struct dataspace *ds = record_alloc(owner, sizeof *ds);
    if (ds) {
        ds->object.ops = &dataspace_ops;
        ds->object.owner = owner;
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
    struct dataspace *ds = dataspace_new(owner, size, L4_FPAGE_RWX);
    if (!ds)
        return -L4_ENOMEM;
    long error = memory_reserve(ds, contiguous);
    if (error) {
        record_free(owner, ds, sizeof *ds);
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
    struct dataspace *ds = dataspace_new(NULL, size, rights);
    if (!ds)
        return -L4_ENOMEM;
    ds->base = base;
    ds->borrowed = true;
    long error = object_add(&ds->object, NULL);
    if (error)
        record_free(NULL, ds, sizeof *ds);
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
    ds->is_mapped_directly = true;
    long error = dataspace_memory(ds, offset, true, &p);
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

/* Bytes inside one page, or anywhere in a piece. */
static long clear_bytes(struct dataspace *ds, l4_addr_t offset, l4_size_t size)
{
    struct piece_of_memory p;
    if (ds->frame && !ds->frame[offset >> L4_PAGESHIFT])
        return 0;
    long error = dataspace_memory(ds, offset, true, &p);
    if (!error)
        memset((void *)p.addr, 0, size);
    return error;
}

/* So much of what was asked for is done; the client asks for the rest. */
static l4_msgtag_t answer_piece(long error, l4_size_t done, l4_size_t all)
{
    return answer_words(error ? error : done < all, 1, &done);
}

/* What of [offset, + size) one request does: up to a border of pages. */
static l4_size_t piece_of(l4_addr_t offset, l4_size_t size)
{
    l4_size_t n = PIECE - (offset & ~L4_PAGEMASK);
    return n < size ? n : size;
}

static l4_msgtag_t on_clear(struct dataspace *ds, const struct request *r)
{
    l4_addr_t offset = r->mr[1];
    l4_size_t size = piece_of(offset, r->mr[2]);
    long error = 0;
    if (!may_write(ds, r))
        return answer(-L4_EACCESS);
    if (!is_inside(ds, offset, r->mr[2]))
        return answer(-L4_ERANGE);
    for (l4_addr_t end = offset + size; offset < end && !error;) {
        l4_addr_t next = l4_trunc_page(offset) + L4_PAGESIZE;
        l4_size_t n = (next < end ? next : end) - offset;
        error = clear_bytes(ds, offset, n);
        offset += n;
    }
    return answer_piece(error, size, r->mr[2]);
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
        long error = dataspace_memory(from, from_offset, false, &s);
        if (!error)
            error = dataspace_memory(to, to_offset, true, &d);
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

/* A piece: whole pages are shared, if they can be; the rest is copied. */
static long copy(struct dataspace *to, l4_addr_t to_offset,
                 struct dataspace *from, l4_addr_t from_offset, l4_size_t size,
                 l4_size_t *ret_done)
{
    l4_size_t whole = l4_trunc_page(size);
    l4_size_t i = to_offset >> L4_PAGESHIFT, j = from_offset >> L4_PAGESHIFT;
    bool is_aligned = !((to_offset | from_offset) & ~L4_PAGEMASK);
    if (!whole || !is_aligned || !pages_can_share(to, from)) {
        *ret_done = piece_of(to_offset, size);
        return copy_pieces(to, to_offset, from, from_offset, *ret_done);
    }
    if (!pages_can_pay(to, i, from, j, whole >> L4_PAGESHIFT))
        return -L4_ENOMEM;
    whole = whole < SHARED_PIECE ? whole : SHARED_PIECE;
    pages_share(to, i, from, j, whole >> L4_PAGESHIFT);
    *ret_done = whole;
    return 0;
}

static l4_msgtag_t on_copy_in(struct dataspace *ds, const struct request *r)
{
    l4_umword_t rights;
    struct dataspace *from =
        (struct dataspace *)request_object(r, &dataspace_ops, &rights);
    if (!may_write(ds, r))
        return answer(-L4_EACCESS);
    if (!from)
        return answer(-L4_EINVAL);
    if (!is_inside(ds, r->mr[1], r->mr[3]) ||
        !is_inside(from, r->mr[2], r->mr[3]))
        return answer(-L4_ERANGE);
    l4_size_t done = 0;
    long error = copy(ds, r->mr[1], from, r->mr[2], r->mr[3], &done);
    return answer_piece(error, done, r->mr[3]);
}

/* Bytes of [offset, + size) that are not paid for yet. */
static l4_size_t missing(const struct dataspace *ds, l4_addr_t offset,
                         l4_size_t size)
{
    l4_size_t first = offset >> L4_PAGESHIFT;
    l4_size_t end = l4_round_page(offset + size) >> L4_PAGESHIFT;
    if (!ds->frame)
        return 0;
    return (end - first - pages_paid(ds, first, end)) << L4_PAGESHIFT;
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
    l4_size_t size = ds->base ? r->mr[2] : piece_of(r->mr[1], r->mr[2]);
    l4_addr_t end = r->mr[1] + size;
    long error = 0;
    for (l4_addr_t a = l4_trunc_page(r->mr[1]); a < end && !error; a = p.end)
        error = dataspace_memory(ds, a, true, &p);
    return answer_piece(error, size, r->mr[2]);
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

static const char *dataspace_check(const struct object *o)
{
    const struct dataspace *ds = (const struct dataspace *)o;
    return ds->frame ? pages_check(ds) : NULL;
}

const struct object_ops dataspace_ops = {
    .name = "dataspace",
    .protocol = L4RE_PROTO_DATASPACE,
    .request = dataspace_request,
    .check = dataspace_check,
    .shrink = dataspace_shrink,
    .destroy = dataspace_destroy,
};
