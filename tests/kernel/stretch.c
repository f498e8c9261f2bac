/*
 * Bounded latency: whatever an operation has to do, the kernel asks for
 * interrupts at least every 100 of its steps. Each test gives it much to do
 * and then asks the kernel for its longest stretch: LIMIT, so that there is
 * room for what nobody thought of. Here: mappings and capabilities that are
 * many, or deep. Messages, areas and crowds: stretch_crowds.c. The last test
 * of the suite looks at all that the others asked for.
 */
#include "stretch.h"
#include <l4/vitrine/debug.h>
#include <l4/vitrine/revoke.h>

enum {
#ifdef VITRINE_SIM
    LIMIT = 80,
#else
    LIMIT = 100, /* how deep a tree of mappings is depends on addresses */
#endif
    PAGES_ORDER = 14, /* 16,384 pages, in a tree 14 levels deep and wide */
    CAPS_ORDER = 13,
    DEPTH = 1000,
    OBJECTS = 300,
};

struct space space;

/* The longest since the suite began, and who ended it. */
static struct stretch {
    l4_umword_t steps;
    l4_umword_t where[32 / sizeof(l4_umword_t)];
} worst;

/* The longest stretch since the last question. */
static struct stretch longest(void)
{
    struct stretch s;
    l4_utcb_mr()->mr[0] = L4_VITRINE_LONGEST_STRETCH;
    l4_utcb_mr()->mr[1] = 1;
    CHECK_EQ(request(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 2, 0), 0);
    s.steps = l4_utcb_mr()->mr[0];
    for (unsigned i = 0; i < sizeof s.where / sizeof s.where[0]; i++)
        s.where[i] = l4_utcb_mr()->mr[3 + i];
    if (s.steps > worst.steps)
        worst = s;
    return s;
}

static void say_stretch(const struct stretch *s)
{
    say("# longest stretch: ");
    say_number((long)s->steps);
    say(" steps, to ");
    say((const char *)s->where);
    say("\n");
}

void stretch_forget(void)
{
    longest();
}

void stretch_begin(void)
{
    space_make(&space);
    longest();
}

void stretch_check(void)
{
    struct stretch s = longest();
    CHECK(s.steps > 0);
    if (s.steps <= LIMIT)
        return;
    CHECK_EQ(s.steps, LIMIT);
    say_stretch(&s);
}

void stretch_end(void)
{
    space_delete(&space);
    l4_ipc_sleep_us(1);
    stretch_check();
}

/* Whatever was asked for since the last test of bounded latency, and before. */
static void everything(void)
{
    longest();
    CHECK(worst.steps > 0 && worst.steps <= LIMIT);
    say_stretch(&worst);
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
    stretch_check();
}

static void map_pages_deep(void *page)
{
    map_page(L4_BASE_TASK_CAP, (l4_addr_t)page, 0, DEEP_PAGES);
    for (unsigned i = 1; i < DEPTH; i++)
        map_page(space.task, DEEP_PAGES + (i - 1) * L4_PAGESIZE, 0,
                 DEEP_PAGES + i * L4_PAGESIZE);
    stretch_check();
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
    stretch_check();
    map_caps(L4_BASE_TASK_CAP, cap, 0, DEEP);
    for (unsigned i = 1; i < DEPTH; i++)
        map_caps(space.task, SLOT(DEEP + i - 1), 0, DEEP + i);
    stretch_check();
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
    stretch_begin();
    map_pages(page);
    l4_fpage_t all = l4_fpage(PAGES, PAGES_ORDER + L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(space.task, all, L4_FP_OTHER_SPACES)), 0);
    stretch_check();
    map_pages(page);
    all = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_W);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, all, L4_FP_OTHER_SPACES)),
             0);
    stretch_check();
    all = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, all, L4_FP_OTHER_SPACES)),
             0);
    stretch_end();
}

static void pages_of_a_deep_tree(void)
{
    void *page = page_new();
    stretch_begin();
    map_pages_deep(page);
    l4_fpage_t one = l4_fpage((l4_addr_t)page, L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, one, L4_FP_OTHER_SPACES)),
             0);
    stretch_end();
}

static void capabilities_by_unmap(void)
{
    stretch_begin();
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    map_many_caps(irq);
    l4_fpage_t top = l4_obj_fpage(SLOT(WIDE), CAPS_ORDER, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(space.task, top, L4_FP_ALL_SPACES)), 0);
    stretch_check();
    map_many_caps(irq);
    cap_delete(irq);
    l4_ipc_sleep_us(1);
    stretch_check();
    CHECK_EQ(l4_error(l4_task_cap_valid(space.task, SLOT(DEEP + DEPTH - 1))),
             0);
    stretch_end();
}

static void capabilities_by_revocation(void)
{
    stretch_begin();
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
    stretch_end();
    cap_delete(irq);
}

static void a_task_with_everything(void)
{
    void *page = page_new();
    stretch_begin();
    l4_cap_idx_t irq = cap_new();
    CHECK_EQ(result(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq)), 0);
    map_pages(page);
    map_pages_deep(page);
    map_many_caps(irq);
    give_objects();
    stretch_forget(); /* what was asked for here is looked at elsewhere */
    stretch_end();
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

const struct kernel_test last_tests[] = {
    {"bounded latency: whatever these tests asked for", everything},
    {0, 0},
};
