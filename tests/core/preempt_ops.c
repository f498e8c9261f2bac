/* The operations of test_preempt.c: see preempt.h. */
#include "preempt.h"

bool is_there(word_t slot)
{
    return cap_lookup(&kernel.task->caps, slot) != NULL;
}

word_t pages(uaddr_t at)
{
    return at | (PAGE_ORDER + ORDER) << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
}

word_t caps(void)
{
    return (word_t)FIRST << SEL_SHIFT | ORDER << 6 | FPAGE_OBJ << 4 | 0xf;
}

void map(struct thread *t, uaddr_t base, word_t fpage, bool grant)
{
    if (!is_there(src_slot) || !is_there(dst_slot))
        return;
    t->utcb->mr[0] = TASK_MAP;
    t->utcb->mr[1] = base | (grant ? 2 : 0);
    t->utcb->mr[2] = fpage;
    t->utcb->mr[3] = 8; /* a map item: the source task */
    t->utcb->mr[4] = src_slot << SEL_SHIFT | FPAGE_OBJ << 4 | 0xf;
    sys(t, dst_slot, CALL, tag_make(L4_PROTO_TASK, 3, 1, 0), NEVER);
}

void unmap(struct thread *t, word_t slot, word_t mask, word_t fpage)
{
    if (!is_there(slot))
        return;
    t->utcb->mr[0] = TASK_UNMAP;
    t->utcb->mr[1] = mask;
    t->utcb->mr[2] = fpage;
    sys(t, slot, CALL, tag_make(L4_PROTO_TASK, 3, 0, 0), NEVER);
}

void delete_object(struct thread *t, word_t slot)
{
    if (is_there(slot))
        unmap(t, 1, UNMAP_SELF | UNMAP_DELETE,
              slot << SEL_SHIFT | FPAGE_OBJ << 4 | 0xf);
}

static void add_ku_mem(struct thread *t)
{
    if (!is_there(src_slot))
        return;
    t->utcb->mr[0] = TASK_ADD_KU_MEM;
    t->utcb->mr[1] = KU | KU_ORDER << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
    sys(t, src_slot, CALL, tag_make(L4_PROTO_TASK, 2, 0, 0), NEVER);
}

static void create(struct thread *t)
{
    enum { FACTORY = 2, ONE_CAP = 8 | 2 };
    t->utcb->mr[0] = (word_t)L4_PROTO_IRQ_SENDER;
    t->utcb->bdr = 0;
    t->utcb->br[0] = (word_t)SLOT << SEL_SHIFT | ONE_CAP;
    sys(t, FACTORY, CALL, tag_make(L4_PROTO_FACTORY, 1, 0, 0), NEVER);
}

bool is_message(enum op op)
{
    return op >= OP_SEND && op <= OP_RECEIVE_FROM_URGENT;
}

static word_t taken_page(void)
{
    uaddr_t at = SUPER + TAKEN * PAGE_SIZE;
    return at | PAGE_ORDER << 6 | FPAGE_MEM << 4 | RIGHT_RWX;
}

bool a_sends(enum op op)
{
    return op == OP_SEND || op == OP_SEND_TO_URGENT;
}

/* The pages and capabilities of src, through a gate there. */
void send_items(struct thread *t)
{
    t->utcb->mr[0] = PAGES | 8;
    t->utcb->mr[1] = pages(PAGES);
    t->utcb->mr[2] = 8;
    t->utcb->mr[3] = caps();
    sys(t, GATE, SEND, tag_make(0, 0, 2, 0), NEVER);
}

void wait_for_items(struct thread *t)
{
    t->utcb->br[0] = 8;
    t->utcb->br[1] = pages(PAGES);
    t->utcb->br[2] = 8;
    t->utcb->br[3] = caps();
    t->utcb->bdr = 2 << 10;
    sys_wait(t);
}

/* The pages of src, for whom the message or resume is. */
static void give_pages(struct thread *t, unsigned at)
{
    t->utcb->mr[at] = PAGES | 8;
    t->utcb->mr[at + 1] = pages(PAGES);
}

static void answer_fault(struct thread *t)
{
    give_pages(t, 0);
    sys_raw(t, SEL_INVALID | SYS_SEND | SYS_REPLY, tag_make(0, 0, 1, 0), NEVER);
}

static void resume(struct thread *t)
{
    t->utcb->mr[0] = THREAD_VCPU_RESUME;
    give_pages(t, 1);
    sys_raw(t, SEL_INVALID | CALL, tag_make(L4_PROTO_THREAD, 1, 1, 0), NEVER);
}

/* What only a can do. True: it was that. */
static bool operate_a(enum op op)
{
    if (is_message(op))
        a_sends(op) ? send_items(a) : wait_for_items(a);
    else if (op == OP_ANSWER)
        answer_fault(a);
    else if (op == OP_RESUME)
        resume(a);
    else
        return false;
    return true;
}

void operate(struct thread *t, enum op op)
{
    if (t == a && operate_a(op))
        return;
    switch (op) {
    case OP_SEND:
    case OP_SEND_TO_URGENT:
    case OP_MAP_PAGES:
    case OP_GRANT_PAGES:
        map(t, PAGES, pages(PAGES), op == OP_GRANT_PAGES);
        break;
    case OP_RECEIVE:
    case OP_RECEIVE_FROM_URGENT:
    case OP_ANSWER:
    case OP_RESUME:
    case OP_MAP_CAPS:
    case OP_GRANT_CAPS:
        map(t, (word_t)FIRST << SEL_SHIFT, caps(), op == OP_GRANT_CAPS);
        break;
    case OP_UNMAP_PAGES:
        unmap(t, src_slot, UNMAP_SELF, pages(PAGES));
        break;
    case OP_UNMAP_CAPS:
        unmap(t, src_slot, UNMAP_SELF, caps());
        break;
    case OP_REVOKE_CAPS:
        unmap(t, src_slot, UNMAP_SELF | UNMAP_RECURSIVE, caps());
        break;
    case OP_DELETE_TASK:
    case OP_END_TASK:
        delete_object(t, dst_slot);
        break;
    case OP_KU_MEM:
        add_ku_mem(t);
        break;
    case OP_CREATE:
        create(t);
        break;
    case OP_SPLIT:
        unmap(t, src_slot, UNMAP_SELF, taken_page());
        break;
    default:
        delete_object(t, in_task_slot);
    }
}

static unsigned pages_in(struct task *t, uaddr_t at)
{
    unsigned n = 0;
    for (unsigned i = 0; i < PIECES; i++)
        n += mspace_find(&t->mem, at + i * PAGE_SIZE) != NULL;
    return n;
}

static unsigned caps_in(struct task *t)
{
    unsigned n = 0;
    for (word_t i = FIRST; i < FIRST + PIECES; i++)
        n += cap_lookup(&t->caps, i) != NULL;
    return n;
}

void check_told(enum op op)
{
    const struct thread *s = a_sends(op) ? a : in_task;
    const struct thread *r = a_sends(op) ? in_task : a;
    if (!is_there(a_slot) || !is_there(in_task_slot))
        return;
    int sent = outcome(s), received = outcome(r);
    bool done = !sent && !received;
    bool sender_went = (sent == L4_IPC_SECANCELED || sent == NOT_BEGUN) &&
                       received == L4_IPC_REABORTED;
    bool receiver_went =
        (received == L4_IPC_RECANCELED || received == NOT_BEGUN) &&
        sent == L4_IPC_SEABORTED;
    cr_assert(done || sender_went || receiver_went, "op %u: %d, %d", op, sent,
              received);
}

/* Each page but one is where it was. */
static void check_superpage(struct mspace *m)
{
    for (unsigned i = 0; i < SUPER_PAGES; i++) {
        const struct mem_node *n = mspace_find(m, SUPER + i * PAGE_SIZE);
        struct fake_entry e;
        bool there = fake_space_lookup(&m->port, SUPER + i * PAGE_SIZE, &e);
        cr_assert_eq(n != NULL, i != TAKEN);
        cr_assert_eq(there, n != NULL);
        cr_assert(!n || (n->order == PAGE_ORDER && e.order == PAGE_ORDER &&
                         e.pa == n->pa && n->pa == i * PAGE_SIZE + FRAME));
    }
}

/* Pages or capabilities went from src to dst. */
static void check_moved(enum op op)
{
    unsigned in_src = op == OP_MAP_PAGES || op == OP_MAP_CAPS ? PIECES : 0;
    if (op == OP_MAP_PAGES || op == OP_GRANT_PAGES) {
        cr_assert_eq(pages_in(src, PAGES), in_src);
        cr_assert_eq(pages_in(dst, PAGES), PIECES);
    } else {
        cr_assert_eq(caps_in(src), in_src);
        cr_assert_eq(caps_in(dst), PIECES);
    }
}

/* A message with items went to in_task, wherever it was when it did. */
static void check_message(void)
{
    cr_assert_eq(outcome(in_task), 0);
    cr_assert_eq(pages_in(src, PAGES) + pages_in(dst, PAGES), 2 * PIECES);
    cr_assert_eq(caps_in(src) + caps_in(dst), 2 * PIECES);
}

static void check_effect(enum op op)
{
    switch (op) {
    case OP_MAP_PAGES:
    case OP_GRANT_PAGES:
    case OP_MAP_CAPS:
    case OP_GRANT_CAPS:
        check_moved(op);
        break;
    case OP_UNMAP_PAGES:
        cr_assert_eq(pages_in(src, PAGES) + pages_in(src, BACK), 0);
        cr_assert_eq(pages_in(dst, PAGES), 0);
        break;
    case OP_UNMAP_CAPS:
        cr_assert_eq(caps_in(src), 0);
        cr_assert_eq(caps_in(dst), PIECES);
        break;
    case OP_REVOKE_CAPS:
        cr_assert_eq(caps_in(src) + caps_in(dst), 0);
        break;
    case OP_ANSWER:
        cr_assert_eq(pages_in(dst, PAGES), PIECES);
        cr_assert_eq(in_task->state, THREAD_READY);
        break;
    case OP_END_TASK:
        for (unsigned i = 0; i < VCPUS; i++)
            cr_assert(!vcpu[i]->vcpu->user_task && !vcpu[i]->vcpu->user_mode);
        break;
    case OP_KU_MEM:
        cr_assert_not_null(task_ku_mem(src, KU, 1ul << KU_ORDER));
        break;
    case OP_CREATE:
        cr_assert_eq(cap_lookup(&kernel.task->caps, SLOT)->object->ops->type,
                     VTR_T_IRQ);
        cr_assert_eq(caps_in(dst), PIECES);
        break;
    case OP_SPLIT:
        cr_assert_eq(mspace_count(&src->mem) - count, SUPER_PAGES - 1);
        check_superpage(&src->mem);
        check_superpage(&dst->mem);
        break;
    default: /* all who waited for what ended are told */
        for (unsigned i = 0; i < 2; i++)
            cr_assert_gt(outcome(caller[i]), 0);
    }
}

void check_done(enum op op)
{
    if (op == OP_RESUME) { /* it has no answer, but goes on elsewhere */
        cr_assert_eq(outcome(a), NOT_BEGUN);
        cr_assert_eq(pages_in(dst, PAGES), PIECES);
        return;
    }
    cr_assert_eq(outcome(a), 0);
    long done_before = op == OP_KU_MEM ? -L4_EEXIST : 0; /* by b */
    cr_assert(answer(a) == 0 || answer(a) == done_before, "op %u: %ld", op,
              answer(a));
    if (is_message(op))
        check_message();
    else
        check_effect(op);
}
