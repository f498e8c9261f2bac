/*
 * MMU: where walk, soft TLB and host mappings meet.
 *
 *   hw_mmu_switch:  cache word -> context -> CPU block
 *   hw_mmu_access:  walk (mmu_walk) -> rights -> host mapping (mmu_host)
 *                        -> accessed and dirty bits -> TLB entry (mmu_tlb)
 *
 * A context is also the owner of host pages: when it gives way to another
 * root, its pages go with it.
 *
 * I2 in practice: a conflict is found when a page about to be host-mapped
 * is mapped already to another frame. Then every known space whose tables
 * say otherwise about that address is marked too, its host pages are
 * dropped, and from then on a marked space takes its pages away when it is
 * switched from. With one marked space left the mark means nothing and is
 * cleared.
 */
#include "mmu.h"
#include "cpu_tp.h"
#include "mmu_host.h"
#include "mmu_tlb.h"
#include "mmu_walk.h"
#include <errno.h>
#include <stdlib.h>

enum { CONTEXT_MASK = HW_TLB_CONTEXTS - 1 };
enum { HOST_PAGES_DEFAULT = 1 << 18 };
/* The cache word: index of the context, and the mark, which so survives the
 * loss of the context. */
static const uint32_t WORD_CONFLICTS = 1u << 31;

struct hw_mmu {
    struct hw_ram *ram;
    uint64_t start, end;
    /* The CPU that calls are about; the others' contexts are in `cpu`. */
    unsigned cpus, selected;
    struct hw_user_block *block;
    uint32_t current; /* context in force */
    /* CPUs run user code at the same time, see hw_mmu_parallel(). */
    bool parallel;
    void (*stop_others)(void);
    struct {
        struct hw_user_block *block;
        uint32_t current; /* stale for the selected one */
        bool in_user;     /* parallel only */
    } cpu[HW_MMU_CPUS];
    struct hw_mmu_stats stats;
    struct hw_tlb tlb;
    struct hw_host host; /* pages are owned by contexts */
};

_Static_assert((HW_TLB_CONTEXTS & CONTEXT_MASK) == 0, "a power of two");
_Static_assert((int)HW_TLB_CONTEXTS <= (int)HW_HOST_OWNERS, "one owner each");

static uint64_t root_of(const struct hw_mmu *m, uint32_t context)
{
    return m->tlb.context[context].root;
}

static bool is_marked(const struct hw_mmu *m, uint32_t context)
{
    return m->tlb.context[context].conflicts;
}

/* Said before host calls are made. */
static void host_call(const struct hw_mmu *m)
{
    if (m->block)
        hw_cpu_own_tp(m->block);
}

/* The CPU asks again about its code and stack page. */
static void block_pages_forget(struct hw_user_block *b)
{
    if (!b)
        return;
    b->code_page = HW_TLB_NO_PAGE;
    b->stack_page = HW_TLB_NO_PAGE;
}

static void all_pages_forget(struct hw_mmu *m)
{
    for (unsigned i = 0; i < m->cpus; i++)
        block_pages_forget(m->cpu[i].block);
}

static void block_update(struct hw_mmu *m)
{
    if (m->block)
        m->block->tlb = m->tlb.entry[m->current];
    block_pages_forget(m->block);
}

static uint32_t current_of(const struct hw_mmu *m, unsigned cpu)
{
    return cpu == m->selected ? m->current : m->cpu[cpu].current;
}

/* Keeps I1: called for each page that loses its frame in the host. */
static void host_dropped(void *data, uint64_t page)
{
    struct hw_mmu *m = data;

    hw_tlb_drop_everywhere(&m->tlb, page);
    all_pages_forget(m);
}

static void context_release(struct hw_mmu *m, uint32_t i)
{
    hw_host_drop_owner(&m->host, i);
    hw_tlb_release(&m->tlb, i);
}

/* The context of a root, made if need be; 0 for root 0. */
static uint32_t context_get(struct hw_mmu *m, uint64_t root)
{
    uint32_t i = hw_tlb_find(&m->tlb, root);

    if (i || !root)
        return i;
    host_call(m);
    for (unsigned cpu = 0; cpu < m->cpus; cpu++)
        if (cpu != m->selected) /* what is in force stays */
            hw_tlb_touch(&m->tlb, m->cpu[cpu].current);
    i = hw_tlb_victim(&m->tlb, m->current);
    context_release(m, i);
    hw_tlb_take(&m->tlb, i, root);
    return i;
}

/* Conflicts (I2) */

static void conflict_mark(struct hw_mmu *m, uint32_t i)
{
    m->tlb.context[i].conflicts = true;
    if (i != m->current)
        hw_host_drop_owner(&m->host, i);
}

/* What the host may do with a page of these flags. */
static unsigned host_rights(uint64_t flags)
{
    return (flags & HW_PTE_W ? HW_HOST_W : 0) |
           (flags & HW_PTE_X ? HW_HOST_X : 0);
}

/* Does what the host shows go together with `w`, what a space has there? */
static bool page_agrees(uint64_t frame, unsigned rights,
                        const struct hw_walk *w)
{
    return w->pa >> HW_PAGE_SHIFT == frame &&
           !((host_rights(w->flags) ^ rights) & HW_HOST_W);
}

/* The running space has at `va` not what the host shows there for `owner`. */
static void conflict_found(struct hw_mmu *m, uint64_t va, uint64_t frame,
                           unsigned rights, uint32_t owner)
{
    struct hw_walk w;

    m->stats.remaps++;
    if (m->parallel)
        m->stop_others();
    if (owner == m->current)
        return;
    conflict_mark(m, m->current);
    conflict_mark(m, owner);
    for (uint32_t i = 1; i < m->tlb.used; i++)
        if (i != m->current && hw_walk(m->ram, root_of(m, i), va, &w) &&
            !page_agrees(frame, rights, &w))
            conflict_mark(m, i);
}

static void conflicts_recount(struct hw_mmu *m)
{
    uint32_t marked = 0, last = 0;

    for (uint32_t i = 1; i < m->tlb.used; i++)
        if (is_marked(m, i)) {
            marked++;
            last = i;
        }
    if (marked == 1)
        m->tlb.context[last].conflicts = false;
}

/* Host mappings */

/* Can the page `distance` pages on be mapped ahead, together with `va`? */
static bool ahead_is_possible(const struct hw_mmu *m, const struct hw_walk *w,
                              uint64_t va, int distance)
{
    uint64_t there = va + (uint64_t)((int64_t)distance * HW_PAGE_SIZE);
    uint64_t step = (uint64_t)((int64_t)distance * HW_PAGE_SIZE);
    uint64_t pa;

    return hw_mmu_is_user(m, there) &&
           hw_walk_neighbour(w, va, distance, &pa) &&
           pa == (w->pa & ~0xfffull) + step && hw_ram_at(m->ram, pa, 1) &&
           !hw_host_find(&m->host, there >> HW_PAGE_SHIFT);
}

/* Maps the page and those neighbours of its block whose frames adjoin: one
 * host call costs nearly the same for all of them. */
static bool host_fill_block(struct hw_mmu *m, const struct hw_walk *w,
                            uint64_t va)
{
    uint64_t page = va >> HW_PAGE_SHIFT;
    int in_block = (int)(page % HW_HOST_BLOCK);
    int low = 0, high = 0;

    while (low > -in_block && ahead_is_possible(m, w, va, low - 1))
        low--;
    while (high + 1 < HW_HOST_BLOCK - in_block &&
           ahead_is_possible(m, w, va, high + 1))
        high++;
    return hw_host_map(&m->host, page + (uint64_t)(int64_t)low,
                       (w->pa >> HW_PAGE_SHIFT) + (uint64_t)(int64_t)low,
                       (uint32_t)(high - low + 1), m->current,
                       host_rights(w->flags)) == 0;
}

static bool host_fill(struct hw_mmu *m, const struct hw_walk *w, uint64_t va)
{
    uint64_t page = va >> HW_PAGE_SHIFT;
    uint64_t frame = w->pa >> HW_PAGE_SHIFT;
    unsigned rights = host_rights(w->flags);
    const struct hw_host_page *p = hw_host_find(&m->host, page);

    if (p && !page_agrees(p->frame, p->rights, w)) {
        if (!p->retired)
            conflict_found(m, va, frame, rights, p->owner);
        p = NULL;
    }
    if (p && (rights & ~p->rights))
        p = NULL; /* mapped for a space that may not execute it */
    if (!p && !host_fill_block(m, w, va))
        return false;
    hw_host_touch(&m->host, page, m->current);
    return true;
}

/* The checked part of an access: walk, rights, accessed and dirty bits. */
static bool access_walk(struct hw_mmu *m, uint64_t va, unsigned access,
                        struct hw_walk *ret_walk)
{
    m->stats.walks++;
    return hw_mmu_is_user(m, va) &&
           hw_walk(m->ram, root_of(m, m->current), va, ret_walk) &&
           hw_walk_permits(ret_walk->flags, access);
}

static bool access_page(struct hw_mmu *m, uint64_t va, unsigned access)
{
    struct hw_walk w;

    if (!access_walk(m, va, access, &w) || (w.flags & HW_PTE_DEVICE) ||
        !hw_ram_at(m->ram, w.pa, 1) || !host_fill(m, &w, va))
        return false;
    hw_walk_mark(&w, access);
    hw_tlb_fill(&m->tlb, m->current, va >> HW_PAGE_SHIFT, w.flags);
    return true;
}

/* Life and switching */

static int mmu_init(struct hw_mmu *m, unsigned max_host_pages)
{
    int error = hw_tlb_init(&m->tlb);

    if (error)
        return error;
    return hw_host_init(&m->host, m->ram, m->start, m->end,
                        max_host_pages ? max_host_pages : HOST_PAGES_DEFAULT,
                        host_dropped, m);
}

struct hw_mmu *hw_mmu_new(struct hw_ram *ram, uint64_t user_start,
                          uint64_t user_end, unsigned max_host_pages,
                          int *ret_error)
{
    struct hw_mmu *m = calloc(1, sizeof(*m));
    int error = -ENOMEM;

    if (m) {
        m->ram = ram;
        m->start = user_start;
        m->end = user_end;
        error = mmu_init(m, max_host_pages);
    }
    if (!error)
        return m;
    if (m)
        hw_tlb_destroy(&m->tlb);
    free(m);
    *ret_error = -error;
    return NULL;
}

void hw_mmu_writable(struct hw_mmu *m)
{
    m->host.writable = true;
}

void hw_mmu_free(struct hw_mmu *m)
{
    if (!m)
        return;
    hw_host_destroy(&m->host);
    hw_tlb_destroy(&m->tlb);
    free(m);
}

void hw_mmu_attach(struct hw_mmu *m, struct hw_user_block *block)
{
    m->block = block;
    m->cpu[m->selected].block = block;
    if (m->cpus == 0)
        m->cpus = 1;
    block_update(m);
}

void hw_mmu_settle(struct hw_mmu *m)
{
    if (__builtin_expect(m->host.retired_count != 0, 0)) {
        host_call(m);
        hw_host_settle(&m->host);
    }
}

void hw_mmu_select(struct hw_mmu *m, unsigned cpu)
{
    uint32_t next = current_of(m, cpu);

    if (cpu == m->selected)
        return;
    hw_mmu_settle(m);
    if (next != m->current && is_marked(m, m->current) && !m->parallel)
        hw_host_drop_owner(&m->host, m->current); /* keeps I2 */
    m->cpu[m->selected].current = m->current;
    m->selected = cpu;
    m->current = next;
    m->block = m->cpu[cpu].block;
    if (m->cpus <= cpu)
        m->cpus = cpu + 1;
}

void hw_mmu_parallel(struct hw_mmu *m, void (*stop_others)(void))
{
    m->parallel = true;
    m->stop_others = stop_others;
}

/* A marked space runs alone among the marked ones: keeps I2. */
bool hw_mmu_enter(struct hw_mmu *m)
{
    hw_mmu_settle(m);
    if (is_marked(m, m->current)) {
        for (unsigned i = 0; i < m->cpus; i++)
            if (m->cpu[i].in_user && m->cpu[i].current != m->current &&
                is_marked(m, m->cpu[i].current))
                return false;
        for (uint32_t i = 1; i < m->tlb.used; i++)
            if (i != m->current && is_marked(m, i))
                hw_host_drop_owner(&m->host, i);
    }
    m->cpu[m->selected].in_user = true;
    return true;
}

void hw_mmu_leave(struct hw_mmu *m)
{
    m->cpu[m->selected].in_user = false;
}

void hw_mmu_switch(struct hw_mmu *m, uint64_t root, uint32_t *cache)
{
    uint32_t i = root ? *cache & CONTEXT_MASK : 0;

    if (root_of(m, i) != root) {
        i = context_get(m, root);
        m->tlb.context[i].conflicts |= (*cache & WORD_CONFLICTS) != 0;
    }
    m->stats.switches++;
    *cache = i | (is_marked(m, i) ? WORD_CONFLICTS : 0);
    if (i == m->current)
        return;
    hw_mmu_settle(m);
    if (__builtin_expect(is_marked(m, m->current), 0) && !m->parallel) {
        host_call(m);
        hw_host_drop_owner(&m->host, m->current);
    }
    m->current = i;
    hw_tlb_touch(&m->tlb, i);
    block_update(m);
}

uint64_t hw_mmu_root(const struct hw_mmu *m, unsigned cpu)
{
    return root_of(m, current_of(m, cpu));
}

bool hw_mmu_walk(const struct hw_mmu *m, uint64_t root, uint64_t va,
                 struct hw_walk *ret_walk)
{
    return hw_walk(m->ram, root, va, ret_walk);
}

bool hw_mmu_is_user(const struct hw_mmu *m, uint64_t va)
{
    return va >= m->start && va < m->end;
}

bool hw_mmu_access(struct hw_mmu *m, uint64_t va, uint64_t size,
                   unsigned access, uint64_t *ret_fault)
{
    uint64_t left = size;

    host_call(m);
    while (left) {
        uint64_t in_page = HW_PAGE_SIZE - va % HW_PAGE_SIZE;

        if (!access_page(m, va, access)) {
            *ret_fault = va;
            return false;
        }
        if (left <= in_page)
            break;
        left -= in_page;
        va += in_page;
    }
    return true;
}

void *hw_mmu_at(const struct hw_mmu *m, uint64_t va)
{
    struct hw_walk w;

    if (!hw_walk(m->ram, root_of(m, m->current), va, &w) ||
        (w.flags & HW_PTE_DEVICE))
        return NULL;
    return hw_ram_at(m->ram, w.pa, 1);
}

bool hw_mmu_device(struct hw_mmu *m, uint64_t va, unsigned size,
                   unsigned access, uint64_t *ret_pa)
{
    struct hw_walk w;

    if (va % HW_PAGE_SIZE + size > HW_PAGE_SIZE ||
        !access_walk(m, va, access, &w) || !(w.flags & HW_PTE_DEVICE))
        return false;
    hw_walk_mark(&w, access);
    *ret_pa = w.pa;
    return true;
}

void hw_mmu_invalidate(struct hw_mmu *m, uint64_t root, uint64_t va,
                       unsigned order)
{
    uint32_t i = hw_tlb_find(&m->tlb, root);
    uint64_t first = va >> HW_PAGE_SHIFT;
    uint64_t count = 1;

    if (order > HW_PAGE_SHIFT)
        count = 1ull << ((order < 64 ? order : 63) - HW_PAGE_SHIFT);
    first &= ~(count - 1);
    if (i && count > HW_TLB_ENTRIES)
        hw_tlb_clear(&m->tlb, i);
    else if (i)
        for (uint64_t page = first; page < first + count; page++)
            hw_tlb_drop(&m->tlb, i, page);
    host_call(m);
    hw_host_retire(&m->host, first, count);
    all_pages_forget(m);
}

void hw_mmu_forget(struct hw_mmu *m, uint64_t root)
{
    uint32_t i = hw_tlb_find(&m->tlb, root);

    if (!i)
        return;
    host_call(m);
    context_release(m, i);
    if (i == m->current)
        m->current = 0;
    block_update(m);
    all_pages_forget(m);
    conflicts_recount(m);
}

static void prefill_page(struct hw_mmu *m, uint32_t owner, uint64_t va)
{
    uint64_t page = va >> HW_PAGE_SHIFT;
    struct hw_walk w;

    if (!hw_mmu_is_user(m, va) || !hw_walk(m->ram, root_of(m, owner), va, &w) ||
        !(w.flags & HW_PTE_USER) || (w.flags & HW_PTE_DEVICE) ||
        !hw_ram_at(m->ram, w.pa, 1))
        return;
    const struct hw_host_page *p = hw_host_find(&m->host, page);
    if (p && !p->retired)
        return;
    hw_host_map(&m->host, page, w.pa >> HW_PAGE_SHIFT, 1, owner,
                host_rights(w.flags));
}

void hw_mmu_prefill(struct hw_mmu *m, uint64_t root, uint64_t va, uint64_t size)
{
    host_call(m);
    uint32_t i = context_get(m, root);

    if (!i || (is_marked(m, i) && i != m->current))
        return; /* keeps I2 */
    for (uint64_t at = va & ~0xfffull; at < va + size; at += HW_PAGE_SIZE)
        prefill_page(m, i, at);
}

void hw_mmu_stats(const struct hw_mmu *m, struct hw_mmu_stats *ret_stats)
{
    *ret_stats = m->stats;
    ret_stats->host_maps = m->host.maps;
    ret_stats->host_drops = m->host.drops;
    ret_stats->pages = m->host.pages;
    ret_stats->runs = m->host.runs;
}

/* Invariants */

static bool entry_is_right(const struct hw_mmu *m, uint32_t context,
                           uint64_t page, unsigned access)
{
    const struct hw_host_page *p = hw_host_find(&m->host, page);
    struct hw_walk w;

    return p && !p->retired &&
           hw_walk(m->ram, root_of(m, context), page << HW_PAGE_SHIFT, &w) &&
           hw_walk_permits(w.flags, access) &&
           (access != HW_ACCESS_W || (p->rights & HW_HOST_W)) &&
           p->frame == w.pa >> HW_PAGE_SHIFT;
}

static bool context_is_right(const struct hw_mmu *m, uint32_t i)
{
    for (int k = 0; k < HW_TLB_ENTRIES; k++) {
        const struct hw_tlb_entry *e = &m->tlb.entry[i][k];

        if ((e->read != HW_TLB_NO_PAGE &&
             !entry_is_right(m, i, e->read, HW_ACCESS_R)) ||
            (e->write != HW_TLB_NO_PAGE &&
             !entry_is_right(m, i, e->write, HW_ACCESS_W)) ||
            (e->exec != HW_TLB_NO_PAGE &&
             !entry_is_right(m, i, e->exec, HW_ACCESS_X)))
            return false;
    }
    return true;
}

/* I3: what an owner no longer maps there, the host does not show. */
static bool owned_pages_are_right(const struct hw_mmu *m, uint32_t i)
{
    struct hw_walk w;

    for (uint32_t k = m->host.owned[i]; k; k = m->host.table[k].next) {
        const struct hw_host_page *p = &m->host.table[k];

        if (p->retired)
            continue;
        if (!hw_walk(m->ram, root_of(m, i), p->page << HW_PAGE_SHIFT, &w) ||
            w.pa >> HW_PAGE_SHIFT != p->frame ||
            (p->rights & HW_HOST_W & ~host_rights(w.flags)))
            return false;
    }
    return true;
}

bool hw_mmu_check(const struct hw_mmu *m, const char **ret_text)
{
    if (!hw_host_check(&m->host)) {
        *ret_text = "mmu_host.h I2: lists or bounds of the host mappings";
        return false;
    }
    for (uint32_t i = 0; i < m->tlb.used; i++) {
        if (!context_is_right(m, i)) {
            *ret_text = "I1: a TLB entry says more than walk and host map";
            return false;
        }
        if (i != m->current && is_marked(m, i) && m->host.owned[i]) {
            *ret_text = "I2: pages of a conflicting space are host-mapped";
            return false;
        }
        if (!owned_pages_are_right(m, i)) {
            *ret_text = "I3: the host shows a page its owner does not map";
            return false;
        }
    }
    return true;
}
