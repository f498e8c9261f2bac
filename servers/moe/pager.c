/*
 * Pagers (see pager.h).
 *
 *      program      moe                    pager               other server
 *      fault -----> job, caller is kept
 *                   GO ------------------> map --------------> makes a page
 *                                          window <----------- page
 *                   <------------- DONE ---
 *      page <------ granted from window
 *
 * moe's main thread waits for nobody. It keeps the caller in an explicit reply
 * slot and goes on; a thread of its own for each region map asks the other
 * server, so one that never answers holds up the program that chose it and
 * nobody else. After TIMEOUT_US without an answer, or when the server has gone,
 * the fault is refused: the kernel makes an exception of it for the program's
 * parent, as for any fault that has no answer.
 *
 * The pager's thread touches nothing of moe but the fields it was handed (I1),
 * and gets memory in its window only. What came is granted on, so moe keeps no
 * mapping: the server takes it back from the program by taking it back.
 *
 * Explicit slots cost the kernel's fast path, so moe uses them from the first
 * pager on, and not before.
 *
 * I1  while state is ASKING, `job`, `error`, `order` and `window` are the
 *     thread's; else they are the main thread's.
 * I2  slot i is taken  <=>  a job that was not answered names it.
 */
#include "pager.h"
#include "factory.h"
#include "foreign.h"
#include "record.h"
#include "slots.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/message.h>
#include <l4/re/protocols.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>

enum {
    PAGERS_MAX = 256,
    UTCBS = L4_PAGESIZE / L4_UTCB_OFFSET, /* in a page */
    WAITERS_MAX = 512, /* callers kept, of all pagers; and no more of one */
    WAITERS_PART = 8,  /* than a part of those that are free */
    WINDOW_ORDER = 14, /* bytes asked for at once, at most */
    STACK_SIZE = 2 * L4_PAGESIZE,
    TIMEOUT_US = 10000000,
    PAGER_PRIORITY = 255,
    WAITERS_NONE = ~0u,
};

enum state { IDLE, ASKING, ANSWERED };

/* A fault that waits for its page. */
struct job {
    struct job *next;
    struct foreign *of;
    l4_addr_t va;
    unsigned need;   /* L4_FPAGE_* */
    unsigned waiter; /* slot of its caller */
    /* What is asked: [first, last] of the window is in the region. */
    l4_addr_t offset, first, last;
    unsigned rights;
};

struct pager {
    struct rm *rm;
    struct pager *next;
    struct job *jobs; /* oldest first; the first one is asked */
    unsigned job_count;
    char *stack;
    unsigned index;
    l4_addr_t window;
    int state;
    long error;
    unsigned order;
};

static struct pager *pagers;
static bool taken[PAGERS_MAX];
static unsigned taken_count;
static bool has_utcbs[PAGERS_MAX / UTCBS];
static bool waiting[WAITERS_MAX]; /* slots with a caller; keeps I2 */
static unsigned waiting_count;
static unsigned current = WAITERS_NONE;
static l4_addr_t area; /* of moe's addresses: UTCBs, then windows */

static l4_cap_idx_t thread_of(const struct pager *p)
{
    return slot_cap(SLOT_PAGERS + 2 * p->index);
}

static l4_cap_idx_t go_of(const struct pager *p)
{
    return slot_cap(SLOT_PAGERS + 2 * p->index + 1);
}

/* --- the pager's thread ---------------------------------------------- */

static void ask(struct pager *p)
{
    const struct job *j = p->jobs;
    l4_timeout_s limit = l4_timeout_from_us(TIMEOUT_US);
    struct l4re_msg m = l4re_msg_start(L4RE_PROTO_DATASPACE, DATASPACE_MAP);
    l4re_msg_word(&m, j->offset);
    l4re_msg_word(&m, p->window + (j->va & ((1ul << WINDOW_ORDER) - 1)));
    l4re_msg_word(&m, j->rights);
    l4re_msg_word(&m, j->first);
    l4re_msg_word(&m, j->last);
    l4re_msg_receive_flexpage(&m,
                              l4_fpage(p->window, WINDOW_ORDER, L4_FPAGE_RWX));
    l4_msgtag_t tag = l4_ipc_call(slot_cap(j->of->slot), l4_utcb(),
                                  l4_msgtag(m.protocol, m.words, 0, 0),
                                  l4_timeout(limit, limit));
    p->error = l4_error(tag);
    if (p->error >= 0 && (!l4_msgtag_items(tag) || !l4_msgtag_words(tag)))
        p->error = -L4_EIO;
    l4_umword_t order = p->error < 0 ? 0 : l4_utcb_mr()->mr[0];
    p->order = order < L4_PAGESHIFT   ? L4_PAGESHIFT
               : order > WINDOW_ORDER ? WINDOW_ORDER
                                      : (unsigned)order;
}

static void pager_run(void)
{
    for (;;) {
        l4_umword_t label;
        l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        struct pager *p = (struct pager *)label;
        if (l4_msgtag_has_error(tag) ||
            __atomic_load_n(&p->state, __ATOMIC_ACQUIRE) != ASKING)
            continue;
        ask(p);
        __atomic_store_n(&p->state, ANSWERED, __ATOMIC_RELEASE); /* I1 */
        l4_irq_trigger(slot_cap(SLOT_PAGER_DONE));
    }
}

/* --- jobs ------------------------------------------------------------ */

l4_cap_idx_t pager_reply_slot(void)
{
    if (!pagers)
        current = WAITERS_NONE;
    if (pagers && (current == WAITERS_NONE || waiting[current]))
        for (current = 0; current < WAITERS_MAX && waiting[current];)
            current++;
    if (current >= WAITERS_MAX)
        current = WAITERS_NONE;
    return current == WAITERS_NONE
               ? L4_INVALID_CAP
               : (l4_cap_idx_t)current << L4_CAP_SHIFT | L4_REPLY_CAP_BIT;
}

/* Whatever is in the window goes, from all who got it but by a grant. */
static void window_clear(const struct pager *p)
{
    l4_task_unmap(L4_BASE_TASK_CAP,
                  l4_fpage(p->window, WINDOW_ORDER, L4_FPAGE_RWX),
                  L4_FP_ALL_SPACES);
}

static void next_job(struct pager *p)
{
    if (!p->jobs || p->state != IDLE)
        return;
    __atomic_store_n(&p->state, ASKING, __ATOMIC_RELEASE);
    l4_irq_trigger(go_of(p));
}

/* What may be shown of the region around the fault, as addresses of the
 * window, which shows va's neighbours. */
static void job_place(const struct pager *p, const struct region *g,
                      struct job *j)
{
    l4_addr_t base = j->va & ~((1ul << WINDOW_ORDER) - 1);
    l4_addr_t end = base + (1ul << WINDOW_ORDER);
    j->first = p->window + (g->start > base ? g->start - base : 0);
    j->last = p->window + ((g->end < end ? g->end : end) - base) - 1;
    j->offset = j->va - g->start + g->offset;
    j->rights = (g->flags & L4_FPAGE_RX) | j->need;
}

l4_msgtag_t pager_fault(struct rm *rm, const struct region *g, l4_addr_t va,
                        unsigned need)
{
    struct job **at = &rm->pager->jobs;
    struct job *j = NULL;
    if (current != WAITERS_NONE &&
        rm->pager->job_count * WAITERS_PART <= WAITERS_MAX - waiting_count)
        j = record_alloc(rm->object.owner, sizeof *j);
    if (!j)
        return answer(-L4_EBUSY);
    *j = (struct job){
        .of = region_foreign(g), .va = va, .need = need, .waiter = current};
    job_place(rm->pager, g, j);
    foreign_use(j->of);
    waiting[current] = true;
    waiting_count++;
    rm->pager->job_count++;
    while (*at)
        at = &(*at)->next;
    *at = j;
    next_job(rm->pager);
    return answer_none();
}

/* The caller has its answer, as far as it still waits; the first job is done.
 */
static void job_end(struct pager *p, l4_msgtag_t answer_tag)
{
    struct job *j = p->jobs;
    l4_ipc_reply((l4_cap_idx_t)j->waiter << L4_CAP_SHIFT | L4_REPLY_CAP_BIT,
                 l4_utcb(), answer_tag, L4_IPC_SEND_TIMEOUT_0);
    waiting[j->waiter] = false; /* keeps I2 */
    waiting_count--;
    p->job_count--;
    p->jobs = j->next;
    foreign_unuse(j->of);
    record_free(p->rm->object.owner, j, sizeof *j);
}

/* Is what was asked still wanted there? */
static bool is_wanted(const struct pager *p, const struct job *j)
{
    const struct region *g = region_find(&p->rm->regions, j->va, j->va + 1);
    struct job now = *j;
    if (!g || region_foreign(g) != j->of || (g->flags & j->need) != j->need)
        return false;
    job_place(p, g, &now);
    return now.offset == j->offset && now.first <= j->first &&
           now.last >= j->last && !(j->rights & ~(unsigned)g->flags);
}

static void job_answer(struct pager *p)
{
    const struct job *j = p->jobs;
    unsigned char order = (unsigned char)p->order;
    l4_addr_t low = j->va & ((1ul << WINDOW_ORDER) - 1);
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_msgtag_t tag = answer(p->error < 0 ? p->error : -L4_EACCESS);
    if (p->error >= 0 && is_wanted(p, j)) {
        m->mr[0] =
            l4_map_control(l4_trunc_size(j->va, order), 0, L4_MAP_ITEM_GRANT);
        m->mr[1] = l4_fpage(l4_trunc_size(p->window + low, order), order,
                            (unsigned char)j->rights)
                       .raw;
        tag = l4_msgtag(0, 0, 1, 0);
    }
    job_end(p, tag);
    window_clear(p);
}

void pagers_answered(void)
{
    for (struct pager *p = pagers; p; p = p->next) {
        if (__atomic_load_n(&p->state, __ATOMIC_ACQUIRE) != ANSWERED)
            continue;
        p->state = IDLE;
        job_answer(p);
        next_job(p);
    }
}

/* --- life ------------------------------------------------------------ */

/* Once: addresses for all pagers, and the interrupt they have in common. */
static long prepare(void)
{
    l4_cap_idx_t done = slot_cap(SLOT_PAGER_DONE);
    long error = 0;
    if (area)
        return 0;
    area = slots_take();
    _Static_assert(PAGERS_MAX * L4_UTCB_OFFSET <= L4_SUPERPAGESIZE,
                   "UTCBs fit before the windows");
    if (!area)
        return -L4_ENOMEM;
    error = l4_error(l4_factory_create_irq(L4_BASE_FACTORY_CAP, done));
    if (error >= 0)
        error = l4_error(
            l4_rcv_ep_bind_thread(done, L4_BASE_THREAD_CAP, LABEL_PAGER));
    return error < 0 ? error : 0;
}

/* A place for the pager's UTCB. Pages of them stay. */
static long utcb_prepare(unsigned index)
{
    unsigned page = index / UTCBS;
    l4_fpage_t utcbs = l4_fpage(area + ((l4_addr_t)page << L4_PAGESHIFT),
                                L4_PAGESHIFT, L4_FPAGE_RW);
    long error = has_utcbs[page]
                     ? 0
                     : l4_error(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &utcbs));
    has_utcbs[page] = error >= 0;
    return error < 0 ? error : 0;
}

static void pager_free(struct pager *p)
{
    struct allocator *owner = p->rm->object.owner;
    l4_task_release_cap(L4_BASE_TASK_CAP, go_of(p));
    taken[p->index] = false;
    taken_count--;
    allocator_share_free(owner, SHARE_PAGERS);
    record_free(owner, p->stack, STACK_SIZE);
    record_free(owner, p, sizeof *p);
}

/* It runs at moe's own priority: what it has to do is as urgent. */
static long pager_start(struct pager *p)
{
    l4_cap_idx_t thread = thread_of(p), go = go_of(p);
    l4_cap_idx_t factory = allocator_factory(p->rm->object.owner);
    l4_sched_param_t sp = l4_sched_param(PAGER_PRIORITY, 0);
    long error = l4_error(l4_factory_create_irq(factory, go));
    if (error >= 0)
        error = l4_error(l4_factory_create_thread(factory, thread));
    if (error < 0)
        return error;
    l4_debugger_set_object_name(thread, "moe.pager");
    l4_thread_control_start();
    l4_thread_control_pager(L4_BASE_PAGER_CAP);
    l4_thread_control_exc_handler(L4_BASE_PAGER_CAP);
    l4_thread_control_bind((l4_utcb_t *)(area + p->index * L4_UTCB_OFFSET),
                           L4_BASE_TASK_CAP);
    error = l4_error(l4_thread_control_commit(thread));
    if (error >= 0)
        error = l4_error(l4_rcv_ep_bind_thread(go, thread, (l4_umword_t)p));
    if (error >= 0)
        error = l4_error(
            l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, thread, &sp));
    if (error >= 0)
        error = l4_error(
            l4_thread_ex_regs(thread, (l4_addr_t)pager_run,
                              l4_align_stack_for_direct_fncall(
                                  (unsigned long)(p->stack + STACK_SIZE)),
                              0));
    return error < 0 ? error : 0;
}

long pager_need(struct rm *rm)
{
    unsigned index = 0;
    if (rm->pager)
        return 0;
    while (index < PAGERS_MAX && taken[index])
        index++;
    struct allocator *owner = rm->object.owner;
    long error =
        allocator_share_take(owner, SHARE_PAGERS, PAGERS_MAX - taken_count);
    if (error)
        return error;
    error = prepare();
    if (!error)
        error = utcb_prepare(index);
    struct pager *p = error ? NULL : record_alloc(owner, sizeof *p);
    if (!p) {
        allocator_share_free(owner, SHARE_PAGERS);
        return error ? error : -L4_ENOMEM;
    }
    *p = (struct pager){
        .rm = rm,
        .index = index,
        .stack = record_alloc(owner, STACK_SIZE),
        .window = area + L4_SUPERPAGESIZE + ((l4_addr_t)index << WINDOW_ORDER),
    };
    taken[index] = true;
    taken_count++;
    error = p->stack ? pager_start(p) : -L4_ENOMEM;
    if (error) {
        l4_task_delete_obj(L4_BASE_TASK_CAP, thread_of(p));
        pager_free(p);
        return error;
    }
    p->next = pagers;
    pagers = rm->pager = p;
    return 0;
}

void pager_end(struct rm *rm)
{
    struct pager **at = &pagers, *p = rm->pager;
    if (!p)
        return;
    l4_task_delete_obj(L4_BASE_TASK_CAP, thread_of(p));
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    while (p->jobs)
        job_end(p, answer(-L4_ENOENT));
    window_clear(p);
    pager_free(p);
    rm->pager = NULL;
}
