/*
 * What producer and consumer do with a chunk, and signals.
 *
 * A chunk's state is changed by compare-and-swap, so that it cannot be taken
 * twice; what a partner writes into `size` is never believed beyond the
 * chunk's capacity, which is read once (internal.h, I3).
 */
#include "internal.h"

#include <l4/re/c/namespace.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/util/util.h>
#include <string.h>

static int change(const l4shmc_chunk_t *c, l4_umword_t from, l4_umword_t to)
{
    return __atomic_compare_exchange_n(&c->head->state, &from, to, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

void *l4shmc_chunk_ptr(l4shmc_chunk_t const *chunk)
{
    return chunk->head + 1;
}

l4_ssize_t l4shmc_chunk_capacity(l4shmc_chunk_t const *chunk)
{
    l4_umword_t at = (l4_umword_t)chunk->head - (l4_umword_t)chunk->area->base;
    l4_umword_t room = chunk->area->size - at - sizeof *chunk->head;
    l4_umword_t said =
        __atomic_load_n(&chunk->head->capacity, __ATOMIC_RELAXED);

    return (l4_ssize_t)(said < room ? said : room);
}

l4_ssize_t l4shmc_chunk_size(l4shmc_chunk_t const *chunk)
{
    l4_ssize_t most = l4shmc_chunk_capacity(chunk);
    l4_umword_t said = __atomic_load_n(&chunk->head->size, __ATOMIC_RELAXED);

    return said < (l4_umword_t)most ? (l4_ssize_t)said : most;
}

long l4shmc_chunk_try_to_take_for_writing(l4shmc_chunk_t *chunk)
{
    return change(chunk, SHMC_CLEAR, SHMC_WRITING) ? 0 : -L4_EPERM;
}

long l4shmc_chunk_try_to_take(l4shmc_chunk_t *chunk)
{
    return l4shmc_chunk_try_to_take_for_writing(chunk);
}

long l4shmc_chunk_try_to_take_for_overwriting(l4shmc_chunk_t *chunk)
{
    return change(chunk, SHMC_CLEAR, SHMC_WRITING) ||
                   change(chunk, SHMC_READY, SHMC_WRITING)
               ? 0
               : -L4_EPERM;
}

long l4shmc_chunk_try_to_take_for_reading(l4shmc_chunk_t *chunk)
{
    return change(chunk, SHMC_READY, SHMC_READING) ? 0 : -L4_EPERM;
}

long l4shmc_chunk_ready(l4shmc_chunk_t *chunk, l4_umword_t size)
{
    if (size > (l4_umword_t)l4shmc_chunk_capacity(chunk))
        return -L4_EINVAL;
    if (__atomic_load_n(&chunk->head->state, __ATOMIC_ACQUIRE) != SHMC_WRITING)
        return -L4_EINVAL;
    chunk->head->size = size;
    return change(chunk, SHMC_WRITING, SHMC_READY) ? 0 : -L4_EINVAL;
}

long l4shmc_chunk_ready_sig(l4shmc_chunk_t *chunk, l4_umword_t size)
{
    long error = l4shmc_chunk_ready(chunk, size);

    if (error || !chunk->signal)
        return error;
    return l4shmc_trigger(chunk->signal);
}

long l4shmc_is_chunk_clear(l4shmc_chunk_t const *chunk)
{
    return __atomic_load_n(&chunk->head->state, __ATOMIC_ACQUIRE) == SHMC_CLEAR;
}

long l4shmc_is_chunk_ready(l4shmc_chunk_t const *chunk)
{
    return __atomic_load_n(&chunk->head->state, __ATOMIC_ACQUIRE) == SHMC_READY;
}

long l4shmc_enable_chunk(l4shmc_chunk_t *chunk)
{
    return chunk->signal ? l4shmc_enable_signal(chunk->signal) : -L4_EINVAL;
}

long l4shmc_wait_chunk_to(l4shmc_chunk_t *chunk, l4_timeout_t to)
{
    if (!chunk->signal)
        return -L4_EINVAL;
    while (!l4shmc_is_chunk_ready(chunk)) {
        long error = l4shmc_wait_signal_to(chunk->signal, to);
        if (error)
            return error;
    }
    return 0;
}

long l4shmc_wait_chunk(l4shmc_chunk_t *chunk)
{
    return l4shmc_wait_chunk_to(chunk, L4_IPC_NEVER);
}

long l4shmc_wait_chunk_try(l4shmc_chunk_t *chunk)
{
    return l4shmc_is_chunk_ready(chunk) ? 0 : -L4_EAGAIN;
}

long l4shmc_chunk_consumed(l4shmc_chunk_t *chunk)
{
    return change(chunk, SHMC_READY, SHMC_CLEAR) ||
                   change(chunk, SHMC_READING, SHMC_CLEAR)
               ? 0
               : -L4_EINVAL;
}

/* ---- Signals ---- */

enum { PREFIX = 4, SIGNAL_NAME = PREFIX + L4SHMC_NAME_SIZE };

static long full_name(const char *name, char *ret_full)
{
    if (strlen(name) >= L4SHMC_NAME_SIZE)
        return -L4_ENAMETOOLONG;
    strcpy(ret_full, "sig-");
    strcpy(ret_full + PREFIX, name);
    return 0;
}

/* The name a signal goes by, and a slot for its IRQ. */
static long signal_begin(char const *name, char ret_full[SIGNAL_NAME],
                         l4_cap_idx_t *ret_irq)
{
    long error = full_name(name, ret_full);

    if (error)
        return error;
    *ret_irq = l4re_util_cap_alloc();
    return l4_is_invalid_cap(*ret_irq) ? -L4_ENOMEM : 0;
}

/* With the IRQ, or the slot given back for an error. */
static long signal_end(l4shmc_signal_t *signal, l4_cap_idx_t irq, long error)
{
    if (error < 0) {
        l4re_util_cap_free_um(irq);
        return error;
    }
    signal->cap = irq;
    return 0;
}

long l4shmc_add_signal(l4shmc_area_t *shmarea, char const *signal_name,
                       l4shmc_signal_t *signal)
{
    char name[SIGNAL_NAME];
    l4_cap_idx_t irq;
    long error = signal_begin(signal_name, name, &irq);

    if (error)
        return error;
    error = l4_error(l4_factory_create_irq(l4re_env()->factory, irq));
    if (error >= 0)
        error = l4re_ns_register_obj_srv(shmarea->names, name, irq,
                                         L4RE_NS_REGISTER_RWS);
    return signal_end(signal, irq, error);
}

long l4shmc_get_signal_to(l4shmc_area_t *shmarea, char const *signal_name,
                          l4_umword_t timeout_ms, l4shmc_signal_t *signal)
{
    char name[SIGNAL_NAME];
    l4_cap_idx_t irq;
    long error = signal_begin(signal_name, name, &irq);

    if (error)
        return error;
    error = l4re_ns_query_to_srv(shmarea->names, name, irq, (int)timeout_ms);
    return signal_end(signal, irq, error);
}

long l4shmc_get_signal(l4shmc_area_t *shmarea, char const *signal_name,
                       l4shmc_signal_t *signal)
{
    return l4shmc_get_signal_to(shmarea, signal_name, 0, signal);
}

long l4shmc_attach_signal_to(l4shmc_area_t *shmarea, char const *signal_name,
                             l4_cap_idx_t thread, l4_umword_t timeout_ms,
                             l4shmc_signal_t *signal)
{
    long error = l4shmc_get_signal_to(shmarea, signal_name, timeout_ms, signal);

    if (error)
        return error;
    error = l4_error(
        l4_rcv_ep_bind_thread(signal->cap, thread, (l4_umword_t)signal));
    if (error < 0)
        l4re_util_cap_free_um(signal->cap);
    return error < 0 ? error : 0;
}

long l4shmc_attach_signal(l4shmc_area_t *shmarea, char const *signal_name,
                          l4_cap_idx_t thread, l4shmc_signal_t *signal)
{
    return l4shmc_attach_signal_to(shmarea, signal_name, thread, 0, signal);
}

long l4shmc_connect_chunk_signal(l4shmc_chunk_t *chunk, l4shmc_signal_t *signal)
{
    chunk->signal = signal;
    return 0;
}

l4_cap_idx_t l4shmc_signal_cap(l4shmc_signal_t const *signal)
{
    return signal->cap;
}

l4shmc_signal_t *l4shmc_chunk_signal(l4shmc_chunk_t const *chunk)
{
    return chunk->signal;
}

long l4shmc_check_magic(l4shmc_chunk_t const *chunk)
{
    return chunk->head->magic == SHMC_CHUNK_MAGIC;
}

long l4shmc_trigger(l4shmc_signal_t *signal)
{
    l4_irq_trigger(signal->cap);
    return 0;
}

long l4shmc_enable_signal(l4shmc_signal_t *signal)
{
    l4_irq_unmask(signal->cap);
    return 0;
}

long l4shmc_wait_signal_to(l4shmc_signal_t *signal, l4_timeout_t to)
{
    l4_msgtag_t tag = l4_irq_receive(signal->cap, to);

    if (!l4_msgtag_has_error(tag))
        return 0;
    return l4_ipc_error(tag, l4_utcb()) == L4_IPC_RETIMEOUT ? -L4_EAGAIN
                                                            : l4_error(tag);
}

long l4shmc_wait_signal(l4shmc_signal_t *signal)
{
    return l4shmc_wait_signal_to(signal, L4_IPC_NEVER);
}

long l4shmc_wait_signal_try(l4shmc_signal_t *signal)
{
    return l4shmc_wait_signal_to(signal, L4_IPC_BOTH_TIMEOUT_0);
}

long l4shmc_wait_any_to(l4_timeout_t timeout, l4shmc_signal_t **retsignal)
{
    l4_umword_t label = 0;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, timeout);

    if (l4_msgtag_has_error(tag))
        return l4_ipc_error(tag, l4_utcb()) == L4_IPC_RETIMEOUT ? -L4_EAGAIN
                                                                : l4_error(tag);
    *retsignal = (l4shmc_signal_t *)(label & ~3ul);
    return 0;
}

long l4shmc_wait_any(l4shmc_signal_t **retsignal)
{
    return l4shmc_wait_any_to(L4_IPC_NEVER, retsignal);
}

long l4shmc_wait_any_try(l4shmc_signal_t **retsignal)
{
    return l4shmc_wait_any_to(L4_IPC_BOTH_TIMEOUT_0, retsignal);
}
