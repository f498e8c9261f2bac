/*
 * Bounded latency: whatever an operation has to do, the kernel asks for
 * interrupts at least every 100 of its steps. Each test gives it much to do
 * and then asks the kernel for its longest stretch.
 *
 * Not here, because not bounded yet (docs/caveats.md): map items of messages,
 * superpages that are split.
 */
#include "harness.h"
#include <l4/vitrine/debug.h>
#include <l4/vitrine/revoke.h>

enum {
    LIMIT = 100,
    PAGES_ORDER = 14, /* 16,384 pages, in a tree 14 levels deep and wide */
    CAPS_ORDER = 13,
    DEPTH = 1000,
    OBJECTS = 300,
};

/* Addresses and capability slots of the other task. */
#define PAGES      0x40000000ul
#define DEEP_PAGES 0x50000000ul
#define SLOT(n)    ((l4_cap_idx_t)(n) << L4_CAP_SHIFT)

static struct space space;

/* The longest stretch since the last question. */
static l4_umword_t longest(void)
{
    l4_utcb_mr()->mr[0] = L4_VITRINE_LONGEST_STRETCH;
    l4_utcb_mr()->mr[1] = 1;
    CHECK_EQ(request(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 2, 0), 0);
    return l4_utcb_mr()->mr[0];
}

static void begin(void)
{
    space_make(&space);
    longest();
}

/* A CHECK that tells who was at it too long. */
static void check_longest(void)
{
    l4_umword_t steps = longest();
    l4_umword_t where[32 / sizeof(l4_umword_t)]; /* say() needs the UTCB */
    for (unsigned i = 0; i < sizeof where / sizeof where[0]; i++)
        where[i] = l4_utcb_mr()->mr[3 + i];
    CHECK(steps > 0);
    if (steps <= LIMIT)
        return;
    CHECK_EQ(steps, LIMIT);
    say("# longest stretch ends in ");
    say((const char *)where);
    say("\n");
}

static void end(void)
{
    space_delete(&space);
    l4_ipc_sleep_us(1);
    check_longest();
}

static void map_page(l4_cap_idx_t from, l4_addr_t at, unsigned order,
                     l4_addr_t to)
{
    l4_fpage_t page = l4_fpage(at, order + L4_PAGESHIFT, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_map(space.task, from, page, to)), 0);
}

/* The page's 2^PAGES_ORDER mappings: each half derived from the other. */
static void map_pages(void *page)
{
    map_page(L4_BASE_TASK_CAP, (l4_addr_t)page, 0, PAGES);
    for (unsigned i = 0; i < PAGES_ORDER; i++)
        map_page(space.task, PAGES, i, PAGES + (L4_PAGESIZE << i));
    check_longest();
}

static void map_pages_deep(void *page)
{
    map_page(L4_BASE_TASK_CAP, (l4_addr_t)page, 0, DEEP_PAGES);
    for (unsigned i = 1; i < DEPTH; i++)
        map_page(space.task, DEEP_PAGES + (i - 1) * L4_PAGESIZE, 0,
                 DEEP_PAGES + i * L4_PAGESIZE);
    check_longest();
}

static void map_caps(l4_cap_idx_t from, l4_cap_idx_t cap, unsigned order,
                     unsigned long to)
{
    l4_fpage_t caps =
        l4_obj_fpage(cap, (unsigned char)order, L4_CAP_FPAGE_RWSD);
    l4_umword_t base = l4_map_obj_control(SLOT(to), L4_MAP_ITEM_MAP);
    CHECK_EQ(result(l4_task_map(space.task, from, caps, base)), 0);
}

enum { WIDE = 1 << CAPS_ORDER, DEEP = 2 << CAPS_ORDER };

static void map_many_caps(l4_cap_idx_t cap)
{
    map_caps(L4_BASE_TASK_CAP, cap, 0, WIDE);
    for (unsigned i = 0; i < CAPS_ORDER; i++)
        map_caps(space.task, SLOT(WIDE), i, WIDE + (1ul << i));
    check_longest();
    map_caps(L4_BASE_TASK_CAP, cap, 0, DEEP);
    for (unsigned i = 1; i < DEPTH; i++)
        map_caps(space.task, SLOT(DEEP + i - 1), 0, DEEP + i);
    check_longest();
}

/* Objects that nobody but the other task names. */
static void give_objects(void)
{
    l4_cap_idx_t slot = cap_new();
    for (unsigned i = 0; i < OBJECTS; i++) {
        CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, slot)), 0);
        map_caps(L4_BASE_TASK_CAP, slot, 0, 64 + i);
        l4_task_unmap(L4_BASE_TASK_CAP, l4_obj_fpage(slot, 0, L4_FPAGE_RWX),
                      L4_FP_ALL_SPACES);
    }
}

static void pages_of_a_wide_tree(void)
{
    void *page = page_new();
    begin();
    map_pages(page);
    l4_fpage_t all = l4_fpage(PAGES, PAGES_ORDER + L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(space.task, all, L4_FP_OTHER_SPACES)), 0);
    check_longest();
    map_pages(page);
    all = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_W);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, all, L4_FP_OTHER_SPACES)),
             0);
    check_longest();
    all = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, all, L4_FP_OTHER_SPACES)),
             0);
    end();
}

static void pages_of_a_deep_tree(void)
{
    void *page = page_new();
    begin();
    map_pages_deep(page);
    l4_fpage_t one = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, one, L4_FP_OTHER_SPACES)),
             0);
    end();
}

static void capabilities_by_unmap(void)
{
    begin();
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    map_many_caps(irq);
    l4_fpage_t top = l4_obj_fpage(SLOT(WIDE), CAPS_ORDER, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(space.task, top, L4_FP_ALL_SPACES)), 0);
    check_longest();
    map_many_caps(irq);
    cap_delete(irq);
    l4_ipc_sleep_us(1);
    check_longest();
    CHECK_EQ(l4_error(l4_task_cap_valid(space.task, SLOT(DEEP + DEPTH - 1))),
             0);
    end();
}

static void capabilities_by_revocation(void)
{
    begin();
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    map_many_caps(irq);
    l4_fpage_t one = l4_obj_fpage(irq, 0, L4_FPAGE_RWX);
    CHECK_EQ(
        result(l4_task_unmap(L4_BASE_TASK_CAP, one,
                             L4_FP_OTHER_SPACES | L4_VITRINE_FP_RECURSIVE)),
        0);
    CHECK_EQ(l4_error(l4_task_cap_valid(space.task, SLOT(WIDE))), 0);
    CHECK(cap_is_there(irq));
    end();
    cap_delete(irq);
}

static void a_task_with_everything(void)
{
    void *page = page_new();
    begin();
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    map_pages(page);
    map_pages_deep(page);
    map_many_caps(irq);
    give_objects();
    longest(); /* what was asked for here is looked at elsewhere */
    end();
    cap_delete(irq);
}

const struct kernel_test stretch_tests[] = {
    {"bounded latency: 16,384 pages come and go", pages_of_a_wide_tree},
    {"bounded latency: pages handed on 1,000 times", pages_of_a_deep_tree},
    {"bounded latency: 9,192 capabilities come and go", capabilities_by_unmap},
    {"bounded latency: capabilities taken back from all",
     capabilities_by_revocation},
    {"bounded latency: a task ends with everything", a_task_with_everything},
    {0, 0},
};
