/*
 * Vlog: text to and from the kernel console (ABI.md section 1, Vlog).
 *
 *      write  MR0 op, MR1 bytes, MR2.. text; no answer (send only)
 *      read   MR0 op | bytes << 16 -> MR0 bytes read, MR1.. text
 *      attributes: three words of flags, kept, not interpreted
 *
 * Not here yet (-L4_ENOSYS): the input interrupt (line 0 as an ICU).
 */
#include "vlog.h"
#include "abi.h"
#include "invoke.h"
#include "ipc.h"
#include "kassert.h"
#include "kmem.h"
#include "trace.h"
#include "work.h"

struct vlog {
    struct object object;
    word_t attributes[3]; /* kernel lock; as the message carries them */
};

enum {
    VLOG_WRITE_MAX = (UTCB_MRS - 2) * sizeof(word_t),
    VLOG_READ_MAX = (UTCB_MRS - 1) * sizeof(word_t),
};

static void vlog_write(struct thread *by, const struct invocation *inv)
{
    word_t size = inv_words(inv) > 1 ? inv->mr[1] : 0;
    word_t room = inv_words(inv) > 2 ? (inv_words(inv) - 2) * 8 : 0;
    if (size > room)
        size = room;
    work_done(size / 8);
    port_console_write((const char *)&inv->mr[2], size);
    ipc_answer(by, 0, 0, 0);
}

static void vlog_read(struct thread *by, const struct invocation *inv)
{
    word_t size = inv->mr[0] >> 16 & 0xffff, n = 0;
    char *text = (char *)&by->utcb->mr[1];
    if (!(inv->rights & CAP_W)) {
        ipc_answer(by, -L4_EPERM, 0, 0);
        return;
    }
    if (size > VLOG_READ_MAX)
        size = VLOG_READ_MAX;
    for (int c; n < size && (c = port_console_read()) >= 0; n++)
        text[n] = (char)c;
    by->utcb->mr[0] = n;
    ipc_answer(by, 0, 1 + (unsigned)((n + 7) / 8), 0);
}

static void vlog_invoke(struct object *o, struct thread *by,
                        const struct invocation *inv)
{
    struct vlog *v = container_of(o, struct vlog, object);
    int op = invoke_check(inv, L4_PROTO_LOG, 0);
    switch (op) {
    case VLOG_WRITE:
        vlog_write(by, inv);
        break;
    case VLOG_READ:
        vlog_read(by, inv);
        break;
    case VLOG_SET_ATTR:
        if (inv_words(inv) < 4) {
            ipc_answer(by, -L4_EMSGTOOSHORT, 0, 0);
            break;
        }
        v->attributes[0] = inv->mr[1];
        v->attributes[1] = inv->mr[2];
        v->attributes[2] = inv->mr[3];
        ipc_answer(by, 0, 0, 0);
        break;
    case VLOG_GET_ATTR:
        by->utcb->mr[1] = v->attributes[0];
        by->utcb->mr[2] = v->attributes[1];
        by->utcb->mr[3] = v->attributes[2];
        ipc_answer(by, 0, 4, 0);
        break;
    default:
        ipc_answer(by, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

static const struct object_ops vlog_ops = {
    .type = VTR_T_VLOG,
    .protocols = {L4_PROTO_LOG},
    .invoke = vlog_invoke,
    .destroy = object_rest,
    .free = object_never_free,
};

struct object *vlog_create(struct quota *q)
{
    struct vlog *v = kmem_alloc(q, sizeof(*v));
    if (!v)
        return NULL;
    object_init(&v->object, &vlog_ops, q, 0, kmem_charge(sizeof(*v)));
    object_pin(&v->object);
    return &v->object;
}
