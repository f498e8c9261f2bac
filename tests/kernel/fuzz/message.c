/*
 * One call of a fuzzer: an operation from a table with arguments that mean
 * something, of which then, one time in three, a part is replaced by what
 * means nothing.
 *
 * What is left out is in call_tame(): it would end the system, drown the
 * console, or make a leak that is the program's fault and not the kernel's.
 */
#include "fuzz.h"
#include <l4/vitrine/debug.h>

enum argument {
    NO_ARG,
    RANDOM,
    SMALL,   /* 0..8 */
    MEMORY,  /* a flexpage */
    OBJECTS, /* a flexpage */
    PAGE,    /* either */
    SPOT,    /* hot spot and attributes */
    SELECTOR,
    ADDRESS,
    MASK, /* of an unmap */
    GATE_LABEL,
    UTCB,
    BYTES,
    PRIO,
    MICROSECONDS,
    CODE,
    STACK,
    LINE,
    PROTOCOL,
};

struct operation {
    short label;
    unsigned char on, item; /* enum kind; item 0 (a factory): none */
    unsigned op, op_or;     /* op_or: bits set or not, by chance */
    unsigned char argument[5];
};

enum {
    EX_REGS_FLAGS = 0x30000,
    CONTROL_FLAGS = 0x1e10000, /* pager, exc handler, bind, alien, ... */
    ZERO_TIMEOUT = 0x400,
    REPLY_CAP = 1 << 10, /* in a selector */
    NO_OP = ~0u,         /* no opcode: the arguments are all there is */
};

static const struct operation operations[] = {
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_TASK, 0, {MEMORY}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_THREAD, 0, {0}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_FACTORY, 0, {BYTES}},
    {L4_PROTO_FACTORY, A_FACTORY, A_THREAD, 0, 0, {GATE_LABEL}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, 0, 0, {GATE_LABEL}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_IRQ_SENDER, 0, {0}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_SEMAPHORE, 0, {0}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_DMA_SPACE, 0, {0}},
    {L4_PROTO_FACTORY,
     A_FACTORY,
     0,
     (unsigned)L4_PROTO_THREAD_GROUP,
     0,
     {SMALL}},
    {L4_PROTO_FACTORY, A_FACTORY, 0, (unsigned)L4_PROTO_VM, 0, {0}},
    {L4_PROTO_TASK, A_TASK, A_TASK, 0, 0, {SPOT, MEMORY}},
    {L4_PROTO_TASK, A_TASK, A_TASK, 0, 0, {SPOT, OBJECTS}},
    {L4_PROTO_TASK, A_MADE_TASK, A_TASK, 0, 0, {SPOT, PAGE}},
    {L4_PROTO_TASK, A_TASK, 0, 1, 0, {MASK, MEMORY}},
    {L4_PROTO_TASK, A_TASK, 0, 1, 0, {MASK, OBJECTS}},
    {L4_PROTO_TASK, A_TASK, 0, 1, 0, {MASK, PAGE, PAGE, PAGE, PAGE}},
    {L4_PROTO_TASK, A_TASK, 0, 2, 0, {SELECTOR}},
    {L4_PROTO_TASK, A_TASK, 0, 2, 0, {SELECTOR, SELECTOR}},
    {L4_PROTO_TASK, A_TASK, 0, 3, 0, {MEMORY}},
    {L4_PROTO_THREAD,
     A_THREAD,
     A_TASK,
     0,
     CONTROL_FLAGS,
     {SELECTOR, SELECTOR, RANDOM, RANDOM, UTCB}},
    {L4_PROTO_THREAD, A_THREAD, 0, 1, EX_REGS_FLAGS, {CODE, STACK}},
    {L4_PROTO_THREAD, A_THREAD, 0, 2, 0, {0}},
    {L4_PROTO_THREAD, A_THREAD, 0, 3, 0, {0}},
    {L4_PROTO_THREAD, A_THREAD, 0, 4, 0, {SELECTOR}},
    {L4_PROTO_THREAD, A_THREAD, AN_IRQ, 5, 0, {0}},
    {L4_PROTO_THREAD,
     A_THREAD,
     0,
     6,
     0,
     {RANDOM, GATE_LABEL, RANDOM, GATE_LABEL}},
    {L4_PROTO_THREAD, A_THREAD, 0, 7, 0x10000, {UTCB}},
    {L4_PROTO_THREAD, A_THREAD, AN_IRQ, 8, 0, {0}},
    {L4_PROTO_THREAD, A_THREAD, 0, 9, 0x70000, {UTCB}},
    {L4_PROTO_THREAD_GROUP, A_SPARE, A_THREAD, 0, 1, {0}},
    {L4_PROTO_KOBJECT, A_GATE, A_THREAD, 0x10, 0, {GATE_LABEL}},
    {L4_PROTO_KOBJECT, A_GATE, 0, 0x11, 0, {0}},
    {L4_PROTO_KOBJECT, A_SPARE, 0, 0, 0, {SMALL}},
    {L4_PROTO_KOBJECT, AN_IRQ, A_THREAD, 0x10, 0, {GATE_LABEL}},
    {L4_PROTO_KOBJECT, A_GATE, A_SPARE, 0x10, 0, {GATE_LABEL}},
    {L4_PROTO_IRQ_SENDER, AN_IRQ, 0, 1, 0, {0}},
    {L4_PROTO_IRQ_SENDER, AN_IRQ, A_THREAD, 2, 0, {RANDOM}},
    {L4_PROTO_IRQ, AN_IRQ, 0, 4, 0, {0}},
    {L4_PROTO_IRQ, AN_IRQ, 0, NO_OP, 0, {0}},
    {L4_PROTO_IRQ, A_SEMAPHORE, 0, NO_OP, 0, {0}},
    {L4_PROTO_SEMAPHORE, A_SEMAPHORE, 0, 0, 0, {0}},
    {L4_PROTO_IRQ, AN_ICU, AN_IRQ, 0, 0, {LINE}},
    {L4_PROTO_IRQ, AN_ICU, A_SEMAPHORE, 0, 0, {LINE}},
    {L4_PROTO_IRQ, AN_ICU, AN_IRQ, 1, 0, {LINE}},
    {L4_PROTO_IRQ, AN_ICU, 0, 2, 0, {0}},
    {L4_PROTO_IRQ, AN_ICU, 0, 3, 0, {LINE, RANDOM}},
    {L4_PROTO_IRQ, AN_ICU, 0, 4, 0, {LINE}},
    {L4_PROTO_IRQ, AN_ICU, 0, 5, 0, {LINE}},
    {L4_PROTO_IRQ, AN_ICU, 0, 6, 0, {LINE, SMALL}},
    {L4_PROTO_IRQ, A_LOG, AN_IRQ, 0, 1, {LINE}},
    {L4_PROTO_LOG, A_LOG, 0, 0, 3, {SMALL, RANDOM, RANDOM, RANDOM}},
    {L4_PROTO_SCHEDULER, A_SCHEDULER, 0, 0, 0, {SMALL}},
    {L4_PROTO_SCHEDULER,
     A_SCHEDULER,
     A_THREAD,
     1,
     0,
     {SMALL, SMALL, PRIO, MICROSECONDS}},
    {L4_PROTO_SCHEDULER, A_SCHEDULER, 0, 2, 0, {SMALL, SMALL}},
    {L4_PROTO_IRQ, A_SCHEDULER, AN_IRQ, 0, 1, {LINE}},
    {0, AN_ICU, 0, 0, 7, {SMALL, SMALL}},
    {0, AN_ICU, 0, 3, 0, {SMALL}}, /* a CPU on */
    {0, AN_ICU, 0, 4, 0, {SMALL}}, /* and off */
    {L4_PROTO_DEBUGGER, A_DEBUGGER, A_THREAD, 0x100, 0x1f, {RANDOM, RANDOM}},
    {L4_PROTO_DEBUGGER, A_DEBUGGER, A_TASK, 0x107, 0, {ADDRESS, RANDOM}},
    {L4_PROTO_DEBUGGER, A_DEBUGGER, 0, 0x200, 0x1f, {RANDOM, RANDOM}},
    {L4_PROTO_DEBUGGER, A_DEBUGGER, 0, 0x600, 15, {RANDOM, RANDOM}},
    {L4_PROTO_META, A_SPARE, 0, 0, 3, {PROTOCOL}},
    {L4_PROTO_TASK, A_SPARE, A_TASK, 0, 1, {SPOT, MEMORY}}, /* DMA space */
    {1, A_GATE, 0, NO_OP, 0, {RANDOM, RANDOM}},
    {2, A_GATE, 0, NO_OP, 0, {RANDOM}},
    {3, A_THREAD, 0, NO_OP, 0, {RANDOM, RANDOM}},
    {L4_PROTO_PAGE_FAULT, A_GATE, 0, NO_OP, 0, {ADDRESS, CODE}},
};
enum {
    OPERATIONS = sizeof operations / sizeof operations[0],
    MESSAGES = 4, /* the last ones: to threads */
};

_Static_assert((int)OPERATIONS <= (int)OPERATIONS_MAX, "counters");

/* --- arguments ------------------------------------------------------------ */

static unsigned slot_of(unsigned long *s, enum kind kind)
{
    struct range r = pool_range[kind];
    if (kind == A_SPARE || below(s, 8) == 0)
        return POOL + (unsigned)below(s, POOL_SIZE);
    return POOL + r.first + (unsigned)below(s, r.count);
}

static l4_cap_idx_t selector(unsigned long *s, enum kind kind)
{
    if (below(s, 32) == 0)
        return below(s, 2) ? L4_INVALID_CAP : any(s) & ~0xful;
    return (l4_cap_idx_t)slot_of(s, kind) << L4_CAP_SHIFT;
}

static l4_addr_t address(unsigned long *s)
{
    unsigned long page = below(s, ARENA_PAGES) << L4_PAGESHIFT;
    switch (below(s, 8)) {
    case 0:
        return any(s) >> below(s, 64);
    case 1:
    case 2:
    case 3:
        return WINDOW + page;
    default:
        return (l4_addr_t)shared.arena + page;
    }
}

static l4_umword_t memory_page(unsigned long *s)
{
    unsigned order = L4_PAGESHIFT + (unsigned)below(s, 5);
    if (below(s, 64) == 0)
        order = (unsigned)below(s, 64);
    return l4_fpage(address(s), order, any(s) & 7).raw;
}

static l4_umword_t objects_page(unsigned long *s)
{
    unsigned order = below(s, 4) ? 0 : (unsigned)below(s, 6);
    l4_cap_idx_t cap = selector(s, A_SPARE);
    unsigned char rights = any(s) & (below(s, 4) ? 7 : 15);
    return l4_obj_fpage(cap, order, rights).raw;
}

static l4_umword_t page(unsigned long *s)
{
    switch (below(s, 16)) {
    case 0:
        return any(s);
    case 1:
        return l4_fpage_all().raw;
    case 2:
        return l4_iofpage(below(s, 65536), (unsigned)below(s, 17)).raw;
    default:
        return below(s, 2) ? memory_page(s) : objects_page(s);
    }
}

/* The first word of a send item. */
static l4_umword_t spot(unsigned long *s)
{
    l4_umword_t at = below(s, 2) ? address(s) & L4_PAGEMASK
                                 : selector(s, A_SPARE) & L4_CAP_MASK;
    l4_umword_t word = at | L4_ITEM_MAP;
    if (below(s, 8) == 0)
        word |= L4_MAP_ITEM_GRANT;
    if (below(s, 4) == 0)
        word |= any(s) & 0xf1;
    return word;
}

static l4_umword_t stack(unsigned long *s)
{
    l4_addr_t top =
        (l4_addr_t)shared.stack[FUZZERS + 1 + below(s, STACKS - FUZZERS)];
    return below(s, 4) ? l4_align_stack_for_direct_fncall(top) : ~0ul;
}

static l4_umword_t mask(unsigned long *s)
{
    static const l4_umword_t masks[] = {
        L4_FP_OTHER_SPACES,
        L4_FP_ALL_SPACES,
        L4_FP_DELETE_OBJ,
        L4_FP_ALL_SPACES | 0x20000000, /* <l4/vitrine/revoke.h> */
        0x20000000,
    };
    return masks[below(s, sizeof masks / sizeof masks[0])];
}

static l4_umword_t word_of(unsigned long *s, enum argument kind)
{
    switch (kind) {
    case SMALL:
        return below(s, 9);
    case MEMORY:
        return memory_page(s);
    case OBJECTS:
        return objects_page(s);
    case PAGE:
        return page(s);
    case SPOT:
        return spot(s);
    case SELECTOR:
        return selector(s, A_SPARE);
    case ADDRESS:
        return address(s);
    case MASK:
        return mask(s);
    case GATE_LABEL:
        return below(s, 1000) << (below(s, 8) ? 2 : 0);
    case UTCB:
        return 0x5100000000ul + below(s, 5) * L4_UTCB_OFFSET;
    case BYTES:
        return 1ul << below(s, 20);
    case PRIO:
        return below(s, 256);
    case MICROSECONDS:
        return below(s, 5000);
    case CODE:
        return below(s, 8) ? (l4_addr_t)fuzzer_main : any(s);
    case STACK:
        return stack(s);
    case LINE:
        return below(s, 4) ? below(s, 40) : 0;
    case PROTOCOL:
        return (l4_umword_t) - (long)below(s, 30);
    default:
        return any(s) >> below(s, 64);
    }
}

/* --- the message ---------------------------------------------------------- */

/* Typed items behind `words`; an operation's own is the first. */
static unsigned make_items(unsigned long *s, l4_umword_t *mr, unsigned words,
                           const struct operation *o)
{
    unsigned items = 0;
    int message = o->op == NO_OP && o->label >= 0;
    if (o->item) {
        mr[words] = L4_ITEM_MAP;
        mr[words + 1] =
            l4_obj_fpage(selector(s, o->item), 0, L4_CAP_FPAGE_RWSD).raw;
        items++;
    }
    if (!message && below(s, 16))
        return items;
    for (unsigned n = (unsigned)below(s, 4); n-- && words + 2 * items < 60;) {
        mr[words + 2 * items] = spot(s);
        mr[words + 2 * items + 1] = page(s);
        items++;
    }
    return items;
}

/* Windows for what comes: capabilities, memory, or anything. */
static void make_buffers(unsigned long *s, l4_buf_regs_t *b)
{
    unsigned n = 0;
    b->bdr = 0;
    if (below(s, 32) == 0)
        b->bdr = any(s) & 0x1007fff;
    if (below(s, 8) == 0) { /* memory first, capabilities from br[4] on */
        b->bdr = 4 << 10;
        b->br[n++] = L4_ITEM_MAP | (any(s) & 0x7);
        b->br[n++] = memory_page(s);
        b->br[n++] = L4_ITEM_MAP;
        b->br[n++] = l4_fpage_all().raw;
    }
    for (unsigned i = 0; i < 2; i++) {
        unsigned flags = (unsigned)any(s) & (below(s, 4) ? 0x6 : 0x7);
        b->br[n++] = selector(s, A_SPARE) | L4_ITEM_MAP | flags;
        if (!(flags & L4_RCV_ITEM_SINGLE_CAP))
            b->br[n++] = page(s);
        if (flags & L4_RCV_ITEM_FORWARD_MAPPINGS)
            b->br[n++] = selector(s, A_TASK);
    }
    b->br[n] = 0;
}

static unsigned time_of(unsigned long *s)
{
    switch (below(s, 16)) {
    case 0:
        return 0; /* never */
    case 1:
        return 0x8000 | (unsigned)below(s, 64);
    case 2:
        return (unsigned)any(s) & 0xffff;
    case 3:
    case 4:
    case 5:
    case 6:
        return ZERO_TIMEOUT;
    default:
        return 1 + (unsigned)below(s, 300);
    }
}

static l4_umword_t flags_of(unsigned long *s)
{
    switch (below(s, 16)) {
    case 0:
        return L4_SYSF_SEND;
    case 1:
        return L4_SYSF_RECV;
    case 2:
        return L4_SYSF_SEND_AND_WAIT;
    case 3:
        return any(s) & 0xf;
    default:
        return L4_SYSF_CALL;
    }
}

static unsigned tag_flags(unsigned long *s)
{
    static const unsigned short flags[] = {
        L4_MSGTAG_TRANSFER_FPU, L4_MSGTAG_SCHEDULE,
        L4_MSGTAG_TRANSFER_FPU | L4_MSGTAG_SCHEDULE, L4_MSGTAG_PROPAGATE};
    return below(s, 3) ? 0 : flags[below(s, 4)];
}

/* Part of the call becomes what it should not be. */
static void call_spoil(unsigned long *s, struct call *c)
{
    l4_umword_t *mr = l4_utcb_mr()->mr;
    long raw = c->tag.raw;
    switch (below(s, 8)) {
    case 0:
        c->tag.raw = (raw & ~0x3ful) | below(s, 64);
        break;
    case 1:
        c->tag.raw = (raw & ~0xfc0ul) | below(s, 64) << 6;
        break;
    case 2:
        c->tag.raw = raw ^ (long)(1ul << (12 + below(s, 4)));
        break;
    case 3:
        c->tag.raw = (raw & 0xffff) | -(long)below(s, 30) * 0x10000;
        break;
    case 4:
        c->dest = selector(s, A_SPARE);
        break;
    case 5:
        mr[0] ^= 1ul << below(s, 64);
        break;
    default:
        mr[below(s, 8)] = word_of(s, (enum argument)below(s, PROTOCOL + 1));
    }
}

static void call_make_request(unsigned long *s, struct call *c)
{
    const struct operation *o =
        below(s, 6) ? &operations[below(s, OPERATIONS)]
                    : &operations[OPERATIONS - 1 - below(s, MESSAGES)];
    l4_umword_t *mr = l4_utcb_mr()->mr;
    unsigned words = 0;
    c->operation = (unsigned)(o - operations);
    if (o->op != NO_OP)
        mr[words++] = (l4_umword_t)(long)(int)o->op | (any(s) & o->op_or);
    for (unsigned i = 0; i < 5 && o->argument[i]; i++) {
        if (o->label == L4_PROTO_FACTORY) /* a pair: type, value */
            mr[words++] = L4_VARG_TYPE_UMWORD | sizeof(long) << 16;
        mr[words++] = word_of(s, o->argument[i]);
    }
    c->dest = selector(s, o->on);
    if (o->label == L4_PROTO_THREAD && o->op == L4_THREAD_VCPU_RESUME_OP)
        c->dest = L4_INVALID_CAP; /* only oneself can */
    c->tag =
        l4_msgtag(o->label, words, make_items(s, mr, words, o), tag_flags(s));
}

/* Waits, sleeps, answers: no destination. */
static void call_make_wait(unsigned long *s, struct call *c)
{
    static const l4_umword_t flags[] = {
        L4_SYSF_WAIT,           L4_SYSF_REPLY_AND_WAIT,
        L4_SYSF_REPLY_AND_WAIT, L4_SYSF_SEND | L4_SYSF_REPLY,
        L4_SYSF_RECV,
    };
    struct operation answer = {.op = NO_OP};
    c->operation = OPERATIONS_MAX;
    unsigned words = (unsigned)below(s, 4);
    l4_umword_t *mr = l4_utcb_mr()->mr;
    for (unsigned i = 0; i < words; i++)
        mr[i] = word_of(s, (enum argument)below(s, PROTOCOL + 1));
    c->dest = below(s, 16) ? L4_INVALID_CAP : any(s) & ~0xful;
    if (below(s, 3) == 0) /* an explicit reply capability */
        c->dest = below(s, 6) << L4_CAP_SHIFT | REPLY_CAP;
    c->flags = flags[below(s, sizeof flags / sizeof flags[0])];
    c->tag = l4_msgtag((long)below(s, 3) - 1, words,
                       make_items(s, mr, words, &answer), tag_flags(s));
}

/* --- what no call may be -------------------------------------------------- */

static int names_made_tasks(l4_umword_t fpage)
{
    unsigned order = fpage >> 6 & 0x3f;
    unsigned long slot = fpage >> L4_CAP_SHIFT, first = slot;
    l4_umword_t last = POOL + pool_range[A_MADE_TASK].first +
                       pool_range[A_MADE_TASK].count - 1;
    if (order < 64)
        first = slot >> order << order;
    if (order > 20)
        return 1;
    return first <= last &&
           first + (1ul << order) >
               (l4_umword_t)POOL + pool_range[A_MADE_TASK].first;
}

/* Capabilities to tasks that fuzzers make are handed on weakly: two such
 * tasks that hold each other would live for ever, and rightly. */
static void item_tame(l4_umword_t *item)
{
    if ((item[1] >> 4 & 3) == L4_FPAGE_OBJ && names_made_tasks(item[1]))
        item[0] |= L4_FPAGE_C_NO_REF_CNT;
}

static void debugger_tame(unsigned long *s, l4_umword_t *mr)
{
    unsigned op = mr[0] & 0xffff;
    if (op < 0x100 && below(s, 16)) /* prints */
        mr[0] |= 0x100;
    else if (op < 0x100)
        mr[1] = 0;
    if (op >= L4_VITRINE_REPORT_FAULT && op <= L4_VITRINE_COUNT_FAULT)
        mr[0] ^= L4_VITRINE_KMEM_STATS ^ op;
}

static void call_tame(unsigned long *s, struct call *c)
{
    l4_umword_t *mr = l4_utcb_mr()->mr;
    long label = l4_msgtag_label(c->tag);
    unsigned op = mr[0] & 0xffff;
    if (label == 0 && op <= 1) /* platform control: shutdown, suspend */
        mr[0] += 2;
    if (label == L4_PROTO_DEBUGGER)
        debugger_tame(s, mr);
    if (label == L4_PROTO_LOG && op == L4_VCON_WRITE_OP)
        mr[1] = 0; /* bytes */
    if (label == L4_PROTO_SCHEDULER && op == L4_SCHEDULER_RUN_THREAD_OP) {
        mr[3] %= MAIN_PRIO; /* the root task goes first */
        mr[4] %= 10000;
    }
    if (label == L4_PROTO_FACTORY && (long)mr[0] == L4_PROTO_TASK) {
        l4_buf_regs_t *b = l4_utcb_br();
        b->bdr = 0;
        b->br[0] = (l4_umword_t)slot_of(s, A_MADE_TASK) << L4_CAP_SHIFT;
        if (b->br[0] >> L4_CAP_SHIFT < POOL + 6 ||
            b->br[0] >> L4_CAP_SHIFT > POOL + 8)
            b->br[0] = (POOL + 6ul) << L4_CAP_SHIFT;
        b->br[0] |= L4_ITEM_MAP | L4_RCV_ITEM_SINGLE_CAP;
    }
    if (label == L4_PROTO_TASK && op == L4_TASK_MAP_OP)
        item_tame(&mr[1]);
    for (unsigned at = l4_msgtag_words(c->tag), i = 0;
         i < l4_msgtag_items(c->tag) && at + 1 < 63; i++, at += 2)
        item_tame(&mr[at]);
}

void call_make(unsigned long *s, struct call *c)
{
    make_buffers(s, l4_utcb_br());
    c->flags = flags_of(s);
    c->label = below(s, 8) ? 0 : any(s);
    c->timeout = l4_timeout((l4_timeout_s){(l4_uint16_t)time_of(s)},
                            (l4_timeout_s){(l4_uint16_t)time_of(s)});
    if (below(s, 6) == 0)
        call_make_wait(s, c);
    else
        call_make_request(s, c);
    if (below(s, 3) == 0)
        call_spoil(s, c);
    call_tame(s, c);
}

static void operation_say(const struct operation *o, const char *what)
{
    say("fuzz: protocol ");
    say_number(o->label);
    say(", operation ");
    say_number((long)(int)o->op);
    say(what);
}

void operations_tell(void)
{
    unsigned made = 0;
    for (unsigned i = 0; i < OPERATIONS; i++) {
        made += shared.made[i] > 0;
        if (!shared.done[i])
            operation_say(&operations[i], shared.made[i] ? ": always an error\n"
                                                         : ": never called\n");
    }
    say("fuzz: ");
    say_number(made);
    say(" operations of ");
    say_number(OPERATIONS);
    say("\n");
}
