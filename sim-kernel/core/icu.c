/*
 * ICU: the interrupt controller as an object; binds lines to IRQ objects.
 *
 * Also answers platform control (protocol 0 on the same capability):
 * shutdown. Source: ABI.md section 1, ICU and Platform control.
 *
 * I1  line[n] == i  <=>  i->line == n.
 */
#include "irq.h"
#include "abi.h"
#include "invoke.h"
#include "kassert.h"
#include "kmem.h"
#include "report.h"
#include "trace.h"

struct icu {
    struct object object;
    unsigned lines;
    struct irq *line[IRQ_LINES];
    bool edge[IRQ_LINES]; /* by set_mode; lines start as level triggered */
};

/* There is one ICU; interrupts find their objects through it. */
static struct icu *icu_the;

enum { MODE_LEVEL = 2, PFC_SHUTDOWN = 1 };

/* The line and the IRQ a request names. */
static long icu_request(const struct icu *icu, const struct thread *t,
                        const struct invocation *inv, unsigned need,
                        word_t *ret_line, struct irq **ret_irq)
{
    struct object *o;
    if (inv_words(inv) < 2)
        return -L4_EMSGTOOSHORT;
    word_t line = inv->mr[1];
    if (line >= icu->lines)
        return -L4_EINVAL;
    long error = invoke_object_sent(t, inv, &irq_ops, need, &o);
    if (error)
        return error;
    *ret_line = line;
    *ret_irq = irq_of(o);
    return 0;
}

static long icu_bind(struct icu *icu, struct thread *t,
                     const struct invocation *inv)
{
    word_t line;
    struct irq *i;
    long error = icu_request(icu, t, inv, CAP_W, &line, &i);
    if (error)
        return error;
    if (icu->line[line])
        return -L4_EBUSY;
    icu_detach(i);
    icu->line[line] = i;
    i->line = (int)line;
    i->level = !icu->edge[i->line];
    return 0; /* the IRQ object is the one to unmask */
}

static long icu_unbind(struct icu *icu, struct thread *t,
                       const struct invocation *inv)
{
    word_t line;
    struct irq *i;
    long error = icu_request(icu, t, inv, 0, &line, &i);
    if (error)
        return error;
    if (icu->line[line] != i)
        return -L4_ENOENT;
    icu_detach(i);
    return 0;
}

static long icu_set_mode(struct icu *icu, const struct invocation *inv)
{
    if (inv_words(inv) < 3)
        return -L4_EMSGTOOSHORT;
    word_t line = inv->mr[1], mode = inv->mr[2];
    if (line >= icu->lines)
        return -L4_EINVAL;
    int error = port_irq_set_mode((unsigned)line, (unsigned)mode);
    if (error)
        return error;
    icu->edge[line] = !(mode & MODE_LEVEL);
    if (icu->line[line])
        icu->line[line]->level = mode & MODE_LEVEL;
    return 0;
}

static void icu_mask(struct icu *icu, struct thread *t,
                     const struct invocation *inv, bool mask)
{
    word_t line = inv_words(inv) < 2 ? icu->lines : inv->mr[1];
    if (line >= icu->lines) {
        ipc_answer(t, -L4_EINVAL, 0, 0);
        return;
    }
    if (mask)
        port_irq_mask((unsigned)line);
    else
        port_irq_unmask((unsigned)line);
    struct irq *i = icu->line[line];
    invoke_then_receive(i ? &i->object : &icu->object, t, inv);
}

static void icu_platform(struct thread *t, const struct invocation *inv)
{
    int op = invoke_check(inv, 0, 0);
    if (op == PFC_SHUTDOWN && inv_words(inv) == 2)
        report_end(VTR_END_RESULT, report_result());
    ipc_answer(t,
               op < 0               ? op
               : op == PFC_SHUTDOWN ? -L4_EINVAL
                                    : -L4_ENOSYS,
               0, 0);
}

static void icu_info(struct icu *icu, struct thread *t)
{
    t->utcb->mr[0] = 0;
    t->utcb->mr[1] = icu->lines;
    t->utcb->mr[2] = 0;
    ipc_answer(t, 0, 3, 0);
}

static void icu_invoke(struct object *o, struct thread *t,
                       const struct invocation *inv)
{
    struct icu *icu = container_of(o, struct icu, object);
    if (tag_label(inv->args.tag) == 0) {
        icu_platform(t, inv);
        return;
    }
    int op = invoke_check(inv, L4_PROTO_IRQ, 0);
    switch (op) {
    case ICU_BIND:
        ipc_answer(t, icu_bind(icu, t, inv), 0, 0);
        break;
    case ICU_UNBIND:
        ipc_answer(t, icu_unbind(icu, t, inv), 0, 0);
        break;
    case ICU_INFO:
        icu_info(icu, t);
        break;
    case ICU_UNMASK:
    case ICU_MASK:
        icu_mask(icu, t, inv, op == ICU_MASK);
        break;
    case ICU_SET_MODE:
        ipc_answer(t, icu_set_mode(icu, inv), 0, 0);
        break;
    default:
        ipc_answer(t, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

void icu_detach(struct irq *i)
{
    if (i->line == IRQ_NO_LINE)
        return;
    port_irq_mask(i->line);
    icu_the->line[i->line] = NULL;
    i->line = IRQ_NO_LINE;
}

void icu_hit(unsigned line)
{
    struct irq *i = line < IRQ_LINES ? icu_the->line[line] : NULL;
    if (!i || i->level)
        port_irq_mask(line);
    port_irq_ack(line);
    if (i)
        irq_hit(i);
}

static const struct object_ops icu_ops = {
    .type = VTR_T_ICU,
    .protocols = {L4_PROTO_IRQ},
    .invoke = icu_invoke,
    .destroy = object_rest,
    .free = object_never_free,
};

struct object *icu_create(struct quota *q, unsigned lines)
{
    struct icu *icu = kmem_alloc(q, sizeof(*icu));
    if (!icu)
        return NULL;
    icu->lines = lines < IRQ_LINES ? lines : IRQ_LINES;
    object_init(&icu->object, &icu_ops, q, 0, kmem_charge(sizeof(*icu)));
    object_pin(&icu->object); /* I1 needs it for ever */
    icu_the = icu;
    return &icu->object;
}
