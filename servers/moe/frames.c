/*
 * Frames: a buddy allocator over memory that sigma0 gives on demand.
 *
 * Free blocks of each order hang on a list through their own first bytes
 * (moe sees all memory 1:1). One byte per frame says what begins there:
 *
 *      state[]   FREE|14  .  .  .  USED  USED  FREE|12  NONE ...
 *                [ 16 KiB free    ][ 4K ][ 4K ][ 4K   ] not ours
 *
 * A block that is freed joins its buddy (the neighbour that differs in one
 * address bit) as long as that is a free block of the same order.
 *
 * I1  a frame that begins a free block has state FREE | order; frames inside
 *     a free block have state INSIDE.
 * I2  free blocks are aligned to their size, and no two buddies are free.
 * I3  what a client had is unmapped from it before it is on a list.
 *
 * Source: Knowlton, "A fast storage allocator" (CACM 1965).
 */
#include "frames.h"
#include <l4/sigma0/sigma0.h>
#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <l4/sys/memdesc.h>
#include <l4/sys/task.h>
#include <string.h>

enum {
    ORDER_MIN = L4_PAGESHIFT,
    ORDER_MAX = 30,
    ORDER_CHUNK = L4_SUPERPAGESHIFT, /* what sigma0 is asked for */

    STATE_NONE = 0,
    STATE_USED = 1,
    STATE_INSIDE = 2,
    STATE_FREE = 0x80, /* | order */
};

struct free_block {
    struct free_block *next, *prev;
};

static struct free_block *lists[ORDER_MAX + 1];
static unsigned char *state;
static l4_uint32_t *shares; /* of each frame: users besides the first */
static l4_addr_t ram_start, ram_end; /* what state[] covers */
static l4_size_t total_bytes, free_bytes;

static unsigned char *state_of(l4_addr_t addr)
{
    return &state[(addr - ram_start) >> ORDER_MIN];
}

static void list_push(l4_addr_t addr, unsigned order)
{
    struct free_block *b = (struct free_block *)addr;
    b->prev = 0;
    b->next = lists[order];
    if (b->next)
        b->next->prev = b;
    lists[order] = b;
    *state_of(addr) = (unsigned char)(STATE_FREE | order);
}

static void list_remove(l4_addr_t addr, unsigned order)
{
    struct free_block *b = (struct free_block *)addr;
    if (b->prev)
        b->prev->next = b->next;
    else
        lists[order] = b->next;
    if (b->next)
        b->next->prev = b->prev;
    *state_of(addr) = STATE_INSIDE;
}

static bool is_free_block(l4_addr_t addr, unsigned order)
{
    return addr >= ram_start && addr + (1ul << order) <= ram_end &&
           *state_of(addr) == (STATE_FREE | order);
}

/* A block comes (back); keeps I2 by joining buddies. */
static void block_free(l4_addr_t addr, unsigned order)
{
    free_bytes += 1ul << order;
    *state_of(addr) = STATE_INSIDE;
    while (order < ORDER_MAX && is_free_block(addr ^ (1ul << order), order)) {
        list_remove(addr ^ (1ul << order), order);
        addr &= ~(1ul << order);
        order++;
    }
    list_push(addr, order);
}

/* Cuts [start, end) into the largest aligned blocks and frees them. */
static void range_free(l4_addr_t start, l4_addr_t end)
{
    while (start < end) {
        unsigned order = ORDER_MIN;
        while (order < ORDER_MAX && !(start & (1ul << order)) &&
               start + (2ul << order) <= end)
            order++;
        block_free(start, order);
        start += 1ul << order;
    }
}

/* More memory from sigma0: a chunk, or what of a smaller order there is. */
static bool grow(unsigned order)
{
    unsigned ask = order < ORDER_CHUNK ? ORDER_CHUNK : order;
    for (; ask >= order; ask--) {
        l4_addr_t base;
        if (l4sigma0_map_anypage(L4_BASE_PAGER_CAP, 0, 63, &base, ask) < 0)
            continue;
        total_bytes += 1ul << ask;
        block_free(base, ask);
        return true;
    }
    return false;
}

long frames_init(l4_kernel_info_t *kip)
{
    l4_kernel_info_mem_desc_t *md = l4_kernel_info_get_mem_descs(kip);
    unsigned n = l4_kernel_info_get_num_mem_descs(kip), order = ORDER_MIN;
    ram_start = ~0ul;
    for (unsigned i = 0; i < n; i++) {
        if (l4_kernel_info_get_mem_desc_type(&md[i]) !=
                l4_mem_type_conventional ||
            l4_kernel_info_get_mem_desc_is_virtual(&md[i]))
            continue;
        l4_addr_t start = l4_kernel_info_get_mem_desc_start(&md[i]);
        l4_addr_t end = l4_kernel_info_get_mem_desc_end(&md[i]) + 1;
        ram_start = start < ram_start ? start : ram_start;
        ram_end = end > ram_end ? end : ram_end;
    }
    if (ram_start >= ram_end)
        return -L4_ENOMEM;
    l4_size_t frames = (ram_end - ram_start) >> ORDER_MIN;
    while ((1ul << order) < frames * (sizeof *shares + sizeof *state))
        order++;
    l4_addr_t base;
    if (l4sigma0_map_anypage(L4_BASE_PAGER_CAP, 0, 63, &base, order) < 0)
        return -L4_ENOMEM;
    shares = (l4_uint32_t *)base;
    memset(shares, 0, frames * sizeof *shares);
    state = (unsigned char *)(shares + frames);
    memset(state, STATE_NONE, frames);
    return 0;
}

l4_addr_t frames_alloc(unsigned order)
{
    unsigned o = order;
    while (o <= ORDER_MAX && !lists[o])
        o++;
    if (o > ORDER_MAX)
        return order <= ORDER_MAX && grow(order) ? frames_alloc(order) : 0;
    l4_addr_t addr = (l4_addr_t)lists[o];
    list_remove(addr, o);
    while (o-- > order) /* give the upper halves back */
        list_push(addr + (1ul << o), o);
    *state_of(addr) = STATE_USED;
    free_bytes -= 1ul << order;
    return addr;
}

l4_addr_t frames_alloc_range(l4_size_t size)
{
    unsigned order = ORDER_MIN;
    size = l4_round_page(size);
    while (order <= ORDER_MAX && (1ul << order) < size)
        order++;
    l4_addr_t addr = order <= ORDER_MAX ? frames_alloc(order) : 0;
    if (addr)
        range_free(addr + size, addr + (1ul << order));
    return addr;
}

/* A cache line at a time: moe is above all programs, so what it does for one
 * delays the others (tests/system/test_quota.py). */
void frames_clear(l4_addr_t start, l4_size_t size)
{
    l4_umword_t *to = (l4_umword_t *)start;
    l4_umword_t *end = (l4_umword_t *)(start + l4_round_page(size));
    for (; to < end; to += 8)
        to[0] = to[1] = to[2] = to[3] = to[4] = to[5] = to[6] = to[7] = 0;
}

void frames_revoke(l4_addr_t start, l4_size_t size)
{
    l4_addr_t end = start + l4_round_page(size);
    for (l4_addr_t a = start; a < end;) {
        unsigned order = ORDER_MIN;
        while (!(a & (1ul << order)) && a + (2ul << order) <= end)
            order++;
        l4_task_unmap(L4_BASE_TASK_CAP, l4_fpage(a, order, L4_FPAGE_RWX),
                      L4_FP_OTHER_SPACES);
        a += 1ul << order;
    }
}

void frames_free_range(l4_addr_t start, l4_size_t size)
{
    frames_revoke(start, size); /* keeps I3 */
    range_free(start, start + l4_round_page(size));
}

static l4_uint32_t *shares_of(l4_addr_t addr)
{
    return &shares[(addr - ram_start) >> ORDER_MIN];
}

void frames_share(l4_addr_t addr)
{
    ++*shares_of(addr);
}

void frames_unshare(l4_addr_t addr)
{
    --*shares_of(addr);
}

unsigned frames_shares(l4_addr_t addr)
{
    return *shares_of(addr);
}

void frames_count(l4_size_t *ret_total, l4_size_t *ret_free)
{
    *ret_total = total_bytes;
    *ret_free = free_bytes;
}

/* One free block on the list of its order. */
static const char *block_check(const struct free_block *b, unsigned order)
{
    l4_addr_t addr = (l4_addr_t)b;
    if (addr & ((1ul << order) - 1))
        return "frames I2: a free block is not aligned";
    if (*state_of(addr) != (STATE_FREE | order))
        return "frames I1: a free block is not marked as such";
    if (order < ORDER_MAX && is_free_block(addr ^ (1ul << order), order))
        return "frames I2: two buddies are free";
    for (l4_addr_t a = addr + L4_PAGESIZE; a < addr + (1ul << order);
         a += L4_PAGESIZE)
        if (*state_of(a) & STATE_FREE)
            return "frames I1: a free block begins inside another";
    return b->next && b->next->prev != b ? "frames: a list is broken" : 0;
}

const char *frames_check(void)
{
    l4_size_t sum = 0;
    for (unsigned order = ORDER_MIN; order <= ORDER_MAX; order++) {
        for (struct free_block *b = lists[order]; b; b = b->next) {
            const char *broken = block_check(b, order);
            if (broken)
                return broken;
            sum += 1ul << order;
        }
    }
    return sum == free_bytes ? 0 : "frames: free bytes are miscounted";
}
