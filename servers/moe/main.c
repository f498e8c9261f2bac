/*
 * moe: the root task, which serves memory, names and consoles.
 *
 * One thread answers all requests, one at a time, and never waits for a
 * client: a request is copied, its object found by the gate's label, and
 * the answer goes back with a zero send timeout.
 *
 *      gate label -> object table -> dataspace.c   memory
 *                                    rm.c          address spaces, faults
 *                                    factory.c     making things, quotas
 *                                    names.c       rom and other names
 *                                    log.c         consoles
 *
 * boot.c makes the first objects and starts the thread that loads the first
 * program. moe uses no C library beyond string.h: its own memory comes from
 * sigma0 (frames.c), because the usual heap would ask moe.
 */
#include "boot.h"
#include "console.h"
#include "factory.h"
#include "frames.h"
#include "object.h"
#include "pager.h"
#include "rm.h"
#include "sched_line.h"
#include "slots.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/memdesc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <string.h>

/* Who may end an object: passing on either right alone does not give that. */
enum { OWNER_RIGHTS = L4_CAP_FPAGE_W | L4_CAP_FPAGE_S };

/* With nothing else to do moe looks for what has ended this often, and frees
 * another piece of it: everybody else runs in between. */
enum { SWEEP_US = 500, END_US = 200 };

/* No object's label: what the deletion IRQ sends. */
#define LABEL_DELETED (1ul << 62)

/* The linker's marks around moe's own image. */
extern char __ehdr_start[], _end[];

/* Is SLOT_RECEIVED filled? (It is emptied with the next request, since the
 * UTCB holds the answer until that comes.) */
static bool received_cap;

static void request_read(l4_msgtag_t tag, l4_umword_t label,
                         struct request *ret_request)
{
    struct request *r = ret_request;
    r->protocol = l4_msgtag_label(tag);
    r->rights = label & 3;
    r->words = l4_msgtag_words(tag);
    r->items = l4_msgtag_items(tag);
    memcpy(r->mr, l4_utcb_mr()->mr,
           (r->words + 2 * r->items) * sizeof r->mr[0]);
}

/* Did a capability come with it, mapped into SLOT_RECEIVED? */
static bool request_has_cap(const struct request *r)
{
    return r->items && (r->mr[r->words] & L4_ITEM_MAP) &&
           (r->mr[r->words] & L4_RCV_ITEM_RESULT_MASK) ==
               L4_RCV_ITEM_RESULT_MAPPED;
}

static void received_cap_release(const struct request *r)
{
    bool now = request_has_cap(r);
    if (received_cap && !now)
        l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(SLOT_RECEIVED));
    received_cap = now;
}

static l4_msgtag_t on_object(struct object *o, const struct request *r)
{
    if (o->ops == &allocator_ops && r->mr[0] != MOE_OBJECT_DESTROY)
        return allocator_about((struct allocator *)o, r);
    if (r->mr[0] != MOE_OBJECT_DESTROY)
        return answer(-L4_ENOSYS);
    if ((r->rights & OWNER_RIGHTS) != OWNER_RIGHTS)
        return answer(-L4_EPERM);
    if (object_shrink(o))
        return answer(1); /* ask again: that was a piece of it */
    object_destroy(o);
    return answer(0);
}

/* All invariants of moe; a broken one is told on the console. */
static long check_all(void)
{
    const char *broken = frames_check();
    if (!broken)
        broken = object_check_all();
    if (broken)
        say("moe: %s\n", broken);
    return broken ? -L4_EIO : 0;
}

/* Its allocator is the one below moe's own. A check takes long, so nobody else
 * may ask for it. */
static bool is_first_programs(const struct object *o)
{
    return o->ops == &allocator_ops && (!o->owner || !o->owner->object.owner);
}

static l4_msgtag_t on_debug(const struct object *o, const struct request *r)
{
    if (r->words && r->mr[0] == DEBUG_CHECK)
        return answer(is_first_programs(o) ? check_all() : -L4_EPERM);
    if (!o->ops->show || (r->words && r->mr[0] != DEBUG_SHOW))
        return answer(-L4_ENOSYS);
    o->ops->show(o);
    return answer(0);
}

static l4_msgtag_t handle(struct object *o, const struct request *r)
{
    if (!o)
        return answer(-L4_ENOENT);
    if (r->protocol == L4_PROTO_PAGE_FAULT && o->ops == &rm_ops)
        return rm_page_fault((struct rm *)o, r->mr[0]);
    if (r->protocol == L4_PROTO_IRQ && o->ops == &sched_ops)
        return sched_line_request((struct sched *)o, r);
    if (r->protocol == L4RE_PROTO_DEBUG)
        return on_debug(o, r);
    if (r->protocol != o->ops->protocol && r->protocol != MOE_PROTO_OBJECT)
        return answer(-L4_EBADPROTO);
    if (r->words < 1)
        return answer(-L4_EMSGTOOSHORT);
    if (r->protocol == MOE_PROTO_OBJECT)
        return on_object(o, r);
    return o->ops->request(o, r);
}

static void set_receive_buffer(void)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->bdr = 0;
    b->br[0] =
        slot_cap(SLOT_RECEIVED) | L4_RCV_ITEM_SINGLE_CAP | L4_RCV_ITEM_LOCAL_ID;
    b->br[1] = 0;
}

/* Where the caller is kept that is being answered; L4_INVALID_CAP: the
 * implicit slot. */
static l4_cap_idx_t reply_slot = L4_INVALID_CAP;

static void send_answer(l4_msgtag_t tag)
{
    l4_ipc_reply(reply_slot == L4_INVALID_CAP ? L4_INVALID_REPLY_CAP
                                              : reply_slot,
                 l4_utcb(), tag, L4_IPC_SEND_TIMEOUT_0);
}

/* Sends the answer alone if there is something to do behind it. */
static l4_msgtag_t tidy(l4_msgtag_t tag)
{
    if (!object_must_tidy())
        return tag;
    send_answer(tag);
    object_handed_out();
    return answer_none();
}

/* Answers, if there is an answer, and waits for what comes next. */
static l4_msgtag_t next_message(l4_msgtag_t tag, l4_umword_t *ret_label)
{
    l4_cap_idx_t next = pager_reply_slot();
    l4_umword_t flags = L4_SYSF_REPLY_AND_WAIT;
    l4_timeout_s wait = object_is_any_ending() ? l4_timeout_from_us(END_US)
                        : gates_pending()      ? l4_timeout_from_us(SWEEP_US)
                                               : L4_IPC_TIMEOUT_NEVER;
    bool is_kept = next != reply_slot && next != L4_INVALID_CAP;
    if (!answer_is_none(tag) && next != reply_slot)
        send_answer(tag);
    else if (answer_is_none(tag) && reply_slot != L4_INVALID_CAP && !is_kept)
        send_answer(answer(0)); /* the slot must be empty */
    if (answer_is_none(tag) || next != reply_slot) {
        flags = L4_SYSF_WAIT;
        tag = answer(0);
    }
    reply_slot = next;
    set_receive_buffer();
    return l4_ipc(next, l4_utcb(), flags, 0, tag, ret_label,
                  l4_timeout(L4_IPC_TIMEOUT_0, wait));
}

static bool lacks_room(l4_msgtag_t tag)
{
    return !answer_is_none(tag) && l4_msgtag_label(tag) == -L4_ENOMEM &&
           (gates_pending() || object_is_any_ending());
}

/* What a client let go of makes room for it at once, if it has to. */
static l4_msgtag_t handle_with_room(l4_umword_t label, const struct request *r)
{
    struct object *o = object_find(label);
    l4_msgtag_t tag = handle(o, r);
    while (o && (o->owner || o->ops == &allocator_ops) && lacks_room(tag) &&
           allocator_sweep(o->ops == &allocator_ops ? (struct allocator *)o
                                                    : o->owner)) {
        o = object_find(label);
        tag = handle(o, r);
    }
    return tag;
}

static _Noreturn void serve(void)
{
    static struct request r;
    l4_msgtag_t tag = answer_none();
    for (;;) {
        l4_umword_t label;
        tag = next_message(tag, &label);
        /* Else no answer was waited for, or no request came. */
        bool is_request = !l4_msgtag_has_error(tag) && label != LABEL_DELETED &&
                          label != LABEL_PAGER && label != LABEL_CPUS;
        if (is_request) {
            request_read(tag, label, &r);
            received_cap_release(&r);
        } else if (!l4_msgtag_has_error(tag) && label == LABEL_PAGER) {
            pagers_answered();
        } else if (!l4_msgtag_has_error(tag) && label == LABEL_CPUS) {
            sched_line_hit();
        } else if (!l4_msgtag_has_error(tag)) {
            gates_deleted();
        }
        if (gates_pending())
            gates_sweep();
        else
            object_end_piece();
        tag = is_request ? tidy(handle_with_room(label, &r)) : answer_none();
    }
}

/* moe is told when a gate of its own has ended with its last client. */
static long watch_deletion(void)
{
    l4_cap_idx_t irq = slot_cap(SLOT_DELETED);
    long error = l4_error(l4_factory_create_irq(L4_BASE_FACTORY_CAP, irq));
    if (error >= 0)
        error = l4_error(
            l4_rcv_ep_bind_thread(irq, L4_BASE_THREAD_CAP, LABEL_DELETED));
    if (error >= 0)
        error = l4_error(l4_thread_register_del_irq(L4_BASE_THREAD_CAP, irq));
    return error;
}

/* What the kernel calls virtual memory is what programs may use. */
static l4_addr_t user_end(l4_kernel_info_t *kip)
{
    l4_kernel_info_mem_desc_t *d = l4_kernel_info_get_mem_descs(kip);
    for (unsigned i = 0; i < kip->mem_descs_num; i++)
        if (l4_kernel_info_get_mem_desc_is_virtual(&d[i]))
            return l4_kernel_info_get_mem_desc_end(&d[i]) + 1;
    return 0;
}

int main(void)
{
    l4_kernel_info_t *kip = (l4_kernel_info_t *)l4_kip();
    l4_addr_t start = l4_trunc_page((l4_addr_t)__ehdr_start);
    l4sigma0_map_mem(L4_BASE_PAGER_CAP, start, start,
                     l4_round_page((l4_addr_t)_end) - start);
    l4_debugger_set_object_name(L4_BASE_THREAD_CAP, "moe");
    slots_limit(user_end(kip));
    if (watch_deletion() < 0)
        say("moe: objects stay when their clients go\n");
    boot_init(kip);
    boot_start_thread();
    serve();
}
