/*
 * mapping.iface: who has mapped a file, and who sleeps at a word of it.
 *
 *      open_node -> memory -> mappings   [program 7] -> [program 9] -> 0
 *                          -> sleepers   [word 16, of 7] -> [word 0] -> 0
 *
 * A program that ends leaves its locks locked. The number in a lock's word says
 * whose it is: at the end of a mapping those who sleep for its program are
 * woken to an orphaned lock, and who comes later finds no mapping with that
 * number.
 *
 * I1  a node has memory exactly while it has mappings, all in its list
 * I2  a sleeper is in the list of its memory until he is woken, gives up, or
 *     his mapping ends; his budget counts him
 * I3  no sleeper waits for a program that has no mapping of the file
 */
#include "internal.h"
#include "mapping-server.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/irq.h>
#include <stdlib.h>

/* Of a lock's word, as Linux and musl have them. */
#define WAITERS    0x80000000u
#define OWNER_DIED 0x40000000u

struct mapping {
    struct l4re_session session;
    struct open_node *node;
    struct volume_budget *budget;
    l4_umword_t program; /* 0: it has told none */
    bool is_writable;
    size_t bytes; /* in the budget */
    struct mapping *next;
};

struct sleeper {
    struct sleeper *next;
    struct mapping *mapping;
    l4_umword_t at, owner, ticket;
    unsigned value; /* of the word when he fell asleep */
    l4_cap_idx_t irq;
};

static struct mapping *mapping_of(struct l4re_session *session)
{
    return (struct mapping *)session;
}

/* ---- Sleepers ---- */

static void sleeper_remove(struct sleeper **at)
{
    struct sleeper *s = *at;
    *at = s->next;
    l4re_util_cap_free_um(s->irq);
    if (s->mapping->budget)
        s->mapping->budget->sleepers--;
    free(s);
}

static void sleeper_wake(struct sleeper **at)
{
    l4_irq_trigger((*at)->irq);
    sleeper_remove(at);
}

static bool has_program(const struct memory *m, l4_umword_t program)
{
    const struct mapping *mapping = m->mappings;
    while (mapping && mapping->program != program)
        mapping = mapping->next;
    return mapping != NULL;
}

/* The lock whose owner has ended, if the word still names him: it is free, but
 * says so. */
static void orphan(struct memory *m, l4_umword_t at, unsigned value)
{
    unsigned *word = (unsigned *)(void *)(m->at + at);
    __atomic_compare_exchange_n(word, &value, WAITERS | OWNER_DIED, 0,
                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* Keeps I3: a mapping of `program` has ended. */
static void program_ended(struct memory *m, l4_umword_t program)
{
    if (!program || has_program(m, program))
        return;
    for (struct sleeper **at = &m->sleepers; *at;)
        if ((*at)->owner == program) {
            orphan(m, (*at)->at, (*at)->value);
            sleeper_wake(at);
        } else {
            at = &(*at)->next;
        }
}

/* The word at `at`; NULL: there is none, *ret_error says why. */
static unsigned *word_at(struct memory *m, l4_umword_t at, long *ret_error)
{
    *ret_error = at % sizeof(unsigned) ? -L4_EINVAL
                 : at >= m->size       ? -L4_ERANGE
                                       : 0;
    return *ret_error ? NULL : (unsigned *)(void *)(m->at + at);
}

/* A sleeper like `wanted`, last of his memory's. */
static long sleeper_make(const struct sleeper *wanted, l4_umword_t *ret_ticket)
{
    static l4_umword_t tickets;
    struct mapping *mapping = wanted->mapping;
    struct sleeper **end = &mapping->node->memory->sleepers;
    struct sleeper *s = malloc(sizeof *s);
    long error =
        s ? l4re_session_keep_cap(&mapping->session, wanted->irq) : -L4_ENOMEM;
    if (error < 0) {
        free(s);
        return error;
    }
    *s = *wanted;
    s->ticket = ++tickets;
    while (*end)
        end = &(*end)->next;
    *end = s; /* keeps I2 */
    if (mapping->budget)
        mapping->budget->sleepers++;
    *ret_ticket = s->ticket;
    return 0;
}

static long on_sleep(struct l4re_session *session, l4_umword_t at,
                     l4_umword_t value, l4_umword_t owner, l4_cap_idx_t irq,
                     l4_umword_t *ret_ticket)
{
    struct mapping *mapping = mapping_of(session);
    struct memory *m = mapping->node->memory;
    long error;
    unsigned *word = word_at(m, at, &error);
    if (error)
        return error;
    if (owner && !mapping->is_writable)
        return -L4_EPERM;
    if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != (unsigned)value)
        return -L4_EAGAIN;
    if (owner && !has_program(m, owner)) {
        orphan(m, at, (unsigned)value);
        return -L4_EAGAIN;
    }
    if (mapping->budget && mapping->budget->sleepers >= VOLUME_SLEEPERS_MAX)
        return -L4_EBUSY;
    return sleeper_make(&(struct sleeper){.mapping = mapping,
                                          .at = at,
                                          .owner = owner,
                                          .value = (unsigned)value,
                                          .irq = irq},
                        ret_ticket);
}

static long on_wake(struct l4re_session *session, l4_umword_t at,
                    l4_umword_t limit, l4_umword_t *ret_woken)
{
    struct memory *m = mapping_of(session)->node->memory;
    struct sleeper **s = &m->sleepers;
    l4_umword_t woken = 0;
    while (*s && woken < limit)
        if ((*s)->at == at) {
            sleeper_wake(s);
            woken++;
        } else {
            s = &(*s)->next;
        }
    *ret_woken = woken;
    return 0;
}

static long on_forget(struct l4re_session *session, l4_umword_t ticket,
                      l4_umword_t *ret_was_asleep)
{
    struct mapping *mapping = mapping_of(session);
    struct sleeper **s = &mapping->node->memory->sleepers;
    while (*s && ((*s)->ticket != ticket || (*s)->mapping != mapping))
        s = &(*s)->next;
    *ret_was_asleep = *s != NULL;
    if (*s)
        sleeper_remove(s);
    return 0;
}

static long on_sync(struct l4re_session *session)
{
    struct open_node *n = mapping_of(session)->node;
    long error = memory_write_back(n->memory, n->number);
    if (error < 0)
        return error;
    return volume->sync ? volume->sync() : 0;
}

/* ---- Open and closed ---- */

static void mapping_closed(struct l4re_session *session)
{
    struct mapping *mapping = mapping_of(session);
    struct open_node *n = mapping->node;
    struct memory *m = n->memory;
    struct mapping **at = &m->mappings;
    while (*at != mapping)
        at = &(*at)->next;
    *at = mapping->next;
    for (struct sleeper **s = &m->sleepers; *s;)
        if ((*s)->mapping == mapping)
            sleeper_remove(s);
        else
            s = &(*s)->next;
    program_ended(m, mapping->program);
    if (!m->mappings) { /* keeps I1 */
        memory_write_back(m, n->number);
        if (m->is_written)
            volume_note_change();
        n->memory = NULL;
        memory_free(m);
        m = NULL;
    }
    if (mapping->budget) {
        mapping->budget->files--;
        mapping->budget->mapped -= mapping->bytes;
        volume_budget_drop(mapping->budget);
    }
    open_node_put(n);
    free(mapping);
}

static const struct mapping_methods methods = {
    .sleep = on_sleep,
    .wake = on_wake,
    .forget = on_forget,
    .sync = on_sync,
};

static const struct l4re_service mapping_service = {
    .interface = &mapping_interface,
    .methods = &methods,
    .closed = mapping_closed,
};

/* The memory of the node, made if there is none; who maps it has room for it.
 */
static long memory_of(struct open_node *n, struct volume_budget *b)
{
    struct files_status status;
    long error = volume->status(n->number, &status);
    if (error >= 0 && b &&
        (b->files >= VOLUME_FILES_MAX ||
         status.size > VOLUME_MAPPED_MAX - b->mapped))
        error = -FILES_EFBIG;
    if (error < 0)
        return error;
    if (!n->memory)
        return memory_make(n->number, &n->memory);
    return l4_round_page(status.size) > n->memory->size ? -L4_EBUSY : 0;
}

long mapping_open(struct volume_map *map)
{
    struct volume_budget *b = map->budget;
    struct mapping *mapping = calloc(1, sizeof *mapping);
    struct open_node *n = mapping ? open_node_get(map->node) : NULL;
    long error = n ? memory_of(n, b) : -L4_ENOMEM;
    if (error >= 0)
        error = l4re_session_open(map->parent, &mapping->session,
                                  &mapping_service, NULL);
    if (error < 0)
        goto fail;
    struct memory *m = n->memory;
    mapping->node = n;
    mapping->budget = b;
    mapping->program = map->program;
    mapping->is_writable = map->is_writable;
    mapping->bytes = m->size;
    mapping->next = m->mappings;
    m->mappings = mapping;
    m->is_written |= map->is_writable;
    if (b) {
        b->files++;
        b->mapped += m->size;
    }
    map->size = m->size;
    map->memory = map->is_writable ? m->whole : m->read_only;
    map->gate = mapping->session.gate;
    return 0;
fail:
    if (n && n->memory && !n->memory->mappings) {
        memory_free(n->memory);
        n->memory = NULL;
    }
    if (n)
        open_node_put(n);
    free(mapping);
    return error;
}
