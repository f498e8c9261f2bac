/*
 * META: which protocols an object speaks (ABI.md section 1, Kobject base).
 *
 *      NUM_INTERFACES      -> label: how many
 *      INTERFACE  MR1 n    -> MR0 protocol, MR1 bytes of the name with its
 *                             zero, MR2.. name; -L4_ERANGE: no n-th
 *      SUPPORTS   MR1 protocol -> label 1 or 0
 *
 * Every object speaks the first two of its interfaces, then its own (struct
 * object_ops).
 */
#include "meta.h"
#include "abi.h"
#include "ipc.h"
#include "kstring.h"

enum { META_NUM_INTERFACES, META_INTERFACE };
enum { COMMON = 2, NAME_MAX = 16 };

static long meta_protocol(const struct object *o, unsigned n)
{
    static const long common[COMMON] = {L4_PROTO_KOBJECT, L4_PROTO_META};
    return n < COMMON ? common[n] : o->ops->protocols[n - COMMON];
}

static unsigned meta_count(const struct object *o)
{
    enum { OWN = sizeof(o->ops->protocols) / sizeof(o->ops->protocols[0]) };
    unsigned n = 0;
    while (n < OWN && o->ops->protocols[n])
        n++;
    return COMMON + n;
}

static const char *meta_name(long protocol)
{
    static const struct {
        long protocol;
        char name[NAME_MAX];
    } names[] = {
        {L4_PROTO_KOBJECT, "kobject"},
        {L4_PROTO_META, "meta"},
        {L4_PROTO_TASK, "task"},
        {L4_PROTO_THREAD, "thread"},
        {L4_PROTO_THREAD_GROUP, "thread-group"},
        {L4_PROTO_FACTORY, "factory"},
        {L4_PROTO_IRQ, "icu"},
        {L4_PROTO_IRQ_SENDER, "irq"},
        {L4_PROTO_SEMAPHORE, "semaphore"},
        {L4_PROTO_LOG, "vcon"},
        {L4_PROTO_SCHEDULER, "scheduler"},
        {L4_PROTO_DMA_SPACE, "dma-space"},
        {L4_PROTO_DEBUGGER, "debugger"},
    };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].protocol == protocol)
            return names[i].name;
    return "";
}

static long meta_supports(const struct object *o, long protocol)
{
    for (unsigned i = 0; i < meta_count(o); i++)
        if (meta_protocol(o, i) == protocol)
            return 1;
    return 0;
}

static void meta_interface(const struct object *o, struct thread *t, word_t n)
{
    enum { WORDS = NAME_MAX / sizeof(word_t) };
    if (n >= meta_count(o)) {
        ipc_answer(t, -L4_ERANGE, 0, 0);
        return;
    }
    long protocol = meta_protocol(o, (unsigned)n);
    const char *name = meta_name(protocol);
    size_t length = kstrnlen(name, NAME_MAX - 1);
    t->utcb->mr[0] = (word_t)protocol;
    t->utcb->mr[1] = length + 1;
    memset(&t->utcb->mr[2], 0, NAME_MAX);
    memcpy(&t->utcb->mr[2], name, length);
    ipc_answer(t, 0, 2 + WORDS, 0);
}

void meta_answer(const struct object *o, struct thread *t,
                 const struct invocation *inv)
{
    int op = invoke_check(inv, L4_PROTO_META, 0);
    bool has_argument = inv_words(inv) >= 2;
    if (op == META_NUM_INTERFACES)
        ipc_answer(t, meta_count(o), 0, 0);
    else if (op != META_INTERFACE && op != META_SUPPORTS)
        ipc_answer(t, op < 0 ? op : -L4_ENOSYS, 0, 0);
    else if (!has_argument)
        ipc_answer(t, -L4_EMSGTOOSHORT, 0, 0);
    else if (op == META_INTERFACE)
        meta_interface(o, t, inv->mr[1]);
    else
        ipc_answer(t, meta_supports(o, (long)inv->mr[1]), 0, 0);
}
