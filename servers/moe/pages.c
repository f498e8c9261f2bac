/*
 * Pages of scattered dataspaces (see pages.h).
 *
 *      frame[] = { 7, 8, 0, 0, S|91, F|1000, ... }
 *                  own   untouched  shared  of a boot module
 *
 * Own memory comes when it is first touched, in chunks of up to 2^CHUNK_ORDER
 * bytes, so that one page fault brings several pages.
 *
 * A copy of whole pages copies words only (pages_share). A shared frame is
 * mapped without the right to write; the write fault then gets the page a frame
 * of its own (page_own), and what showed the old one through this dataspace is
 * unmapped (rm_revoke): other dataspaces' clients notice nothing. That needs to
 * know who shows it, so only region maps that have a task get shared pages, and
 * a dataspace that was ever mapped past region maps is really copied.
 *
 * Who pays: each dataspace for each frame it shows, shared or not, from the
 * copy on. So it does not matter which of them goes first, and a write fault
 * never wants quota. A boot module's frames are nobody's: they cost when they
 * are written.
 *
 * I1  a frame without mark belongs to this dataspace alone.
 * I2  pages that were never written read as zero.
 * I3  frames of a dataspace with pins are not freed, and not shared anew.
 * I4  a frame with PAGE_SHARED is shown by at most frames_shares() + 1 pages.
 *
 * Source: Rashid et al., "Machine-Independent Virtual Memory Management"
 * (1987).
 */
#include "pages.h"
#include "factory.h"
#include "frames.h"
#include "rm.h"
#include <l4/sys/err.h>
#include <string.h>

enum {
    CHUNK_ORDER = 14,
    SHOWN_MOST = 64,
};

#define PAGE_SHARED  0x80000000u
#define PAGE_FOREIGN 0x40000000u /* not moe's to free */
#define PAGE_MARKS   (PAGE_SHARED | PAGE_FOREIGN)

static l4_size_t page_count(const struct dataspace *ds)
{
    return dataspace_span(ds) >> L4_PAGESHIFT;
}

static l4_addr_t page_addr(const struct dataspace *ds, l4_size_t i)
{
    return (l4_addr_t)(ds->frame[i] & ~PAGE_MARKS) << L4_PAGESHIFT;
}

static l4_uint32_t page_word(l4_addr_t addr)
{
    return (l4_uint32_t)(addr >> L4_PAGESHIFT);
}

/* --- memory comes ---------------------------------------------------- */

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
        ds->frame[(i & ~(n - 1)) + k] = page_word(addr) + (l4_uint32_t)k;
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

/* Nobody sees page i, with a mark, through ds any more; keeps I4. */
static void page_forget(struct dataspace *ds, l4_size_t i)
{
    l4_addr_t addr = page_addr(ds, i);
    if (ds->frame[i] & PAGE_FOREIGN)
        return;
    if (frames_shares(addr))
        frames_unshare(addr);
    else
        frames_free_range(addr, L4_PAGESIZE);
}

/* Page i, which has a mark, gets a frame of its own. */
static long page_own(struct dataspace *ds, l4_size_t i)
{
    bool is_foreign = ds->frame[i] & PAGE_FOREIGN;
    if (!is_foreign && !frames_shares(page_addr(ds, i))) {
        ds->frame[i] &= ~PAGE_MARKS; /* the others have gone; keeps I1 */
        return 0;
    }
    l4_addr_t addr = frames_alloc(L4_PAGESHIFT);
    if (!addr)
        return -L4_ENOMEM;
    if (is_foreign && allocator_charge(ds->object.owner, L4_PAGESIZE)) {
        frames_free_range(addr, L4_PAGESIZE);
        return -L4_ENOMEM;
    }
    memcpy((void *)addr, (const void *)page_addr(ds, i), L4_PAGESIZE);
    rm_revoke(ds, i << L4_PAGESHIFT, L4_PAGESIZE);
    page_forget(ds, i);
    ds->frame[i] = page_word(addr);
    return 0;
}

long pages_memory(struct dataspace *ds, l4_size_t i, bool to_write,
                  struct piece_of_memory *ret_piece)
{
    long error = 0;
    if (!ds->frame[i])
        error = chunk_alloc(ds, i);
    else if (to_write && ds->frame[i] & PAGE_MARKS)
        error = page_own(ds, i);
    if (error)
        return error;
    ret_piece->addr = page_addr(ds, i);
    ret_piece->is_shared = ds->frame[i] & PAGE_MARKS;
    run_around(ds, i, ret_piece);
    return 0;
}

/* --- memory goes ----------------------------------------------------- */

/* How many pages from i on, before `end`, are neighbours in RAM too and have
 * the same marks; 1: page i has no memory. */
static l4_size_t run_from(const struct dataspace *ds, l4_size_t i,
                          l4_size_t end)
{
    l4_size_t n = 1;
    while (ds->frame[i] && i + n < end && ds->frame[i + n] == ds->frame[i] + n)
        n++;
    return n;
}

/* What is its own goes as one, which is several times as fast as page by
 * page. Keeps I3. */
static void run_drop(struct dataspace *ds, l4_size_t i, l4_size_t pages)
{
    l4_size_t bytes = pages << L4_PAGESHIFT;
    bool is_own = !(ds->frame[i] & PAGE_MARKS);
    if (is_own && ds->pins) {
        frames_clear(page_addr(ds, i), bytes);
        return;
    }
    if (is_own)
        frames_free_range(page_addr(ds, i), bytes);
    for (l4_size_t k = 0; k < pages && !is_own; k++)
        page_forget(ds, i + k);
    allocator_uncharge(ds->object.owner, pages_paid(ds, i, i + pages)
                                             << L4_PAGESHIFT);
    memset(&ds->frame[i], 0, pages * sizeof ds->frame[0]);
}

void pages_drop(struct dataspace *ds, l4_size_t first, l4_size_t end)
{
    bool has_marks = false;
    for (l4_size_t i = first; i < end; i++)
        has_marks |= !!(ds->frame[i] & PAGE_MARKS);
    if (has_marks)
        rm_revoke(ds, first << L4_PAGESHIFT, (end - first) << L4_PAGESHIFT);
    for (l4_size_t i = first, run; i < end; i += run) {
        run = run_from(ds, i, end);
        if (ds->frame[i])
            run_drop(ds, i, run);
    }
}

l4_size_t pages_paid(const struct dataspace *ds, l4_size_t first, l4_size_t end)
{
    l4_size_t n = 0;
    for (l4_size_t i = first; i < end; i++)
        n += ds->frame[i] && !(ds->frame[i] & PAGE_FOREIGN);
    return n;
}

/* --- copies ---------------------------------------------------------- */

static bool is_movable(const struct dataspace *ds)
{
    return ds->frame && !ds->pins && !ds->is_mapped_directly &&
           ds->object.uses <= SHOWN_MOST;
}

bool pages_may_show(const struct dataspace *ds)
{
    return !ds->has_shared || ds->object.uses < SHOWN_MOST;
}

bool pages_can_share(const struct dataspace *to, const struct dataspace *from)
{
    bool is_constant = from->borrowed && !(from->rights & L4_FPAGE_W);
    return to != from && is_movable(to) && (is_constant || is_movable(from));
}

/* A run of `from` that begins at page j is shared from now on: who could write
 * to it loses it. */
static void run_mark(struct dataspace *from, l4_size_t j, l4_size_t pages)
{
    if (!(from->frame[j] & PAGE_MARKS))
        frames_revoke(page_addr(from, j), pages << L4_PAGESHIFT);
    for (l4_size_t k = j; k < j + pages; k++) {
        if (from->frame[k] & PAGE_FOREIGN)
            continue;
        frames_share(page_addr(from, k));
        from->frame[k] |= PAGE_SHARED;
    }
}

static void share_frames(struct dataspace *to, l4_size_t i,
                         struct dataspace *from, l4_size_t j, l4_size_t n)
{
    l4_size_t end = j + n;
    for (l4_size_t at = j, run; at < end; at += run) {
        run = run_from(from, at, end);
        if (!from->frame[at])
            continue;
        run_mark(from, at, run);
        memcpy(&to->frame[i + (at - j)], &from->frame[at],
               run * sizeof to->frame[0]);
    }
}

static l4_size_t share_cost(const struct dataspace *from, l4_size_t j,
                            l4_size_t n)
{
    return from->base ? 0 : pages_paid(from, j, j + n);
}

bool pages_can_pay(const struct dataspace *to, l4_size_t i,
                   const struct dataspace *from, l4_size_t j, l4_size_t n)
{
    l4_size_t need = share_cost(from, j, n), have = pages_paid(to, i, i + n);
    return need <= have ||
           allocator_has_room(to->object.owner, (need - have) << L4_PAGESHIFT);
}

void pages_share(struct dataspace *to, l4_size_t i, struct dataspace *from,
                 l4_size_t j, l4_size_t n)
{
    l4_size_t need = share_cost(from, j, n);
    to->has_shared = from->has_shared = true;
    pages_drop(to, i, i + n);
    allocator_charge(to->object.owner, need << L4_PAGESHIFT);
    if (!from->base)
        share_frames(to, i, from, j, n);
    for (l4_size_t k = 0; from->base && k < n; k++)
        to->frame[i + k] =
            PAGE_FOREIGN | (page_word(from->base) + (l4_uint32_t)(j + k));
}

const char *pages_check(const struct dataspace *ds)
{
    for (l4_size_t i = 0; i < page_count(ds); i++) {
        bool has_marks = ds->frame[i] & PAGE_MARKS;
        if (ds->frame[i] && !has_marks && frames_shares(page_addr(ds, i)))
            return "pages I1: a frame of its own is shared";
    }
    return NULL;
}
