/*
 * Event buffers: the consumer's side (<l4/re/c/event_buffer.h>).
 *
 *      events:  | free | event | event | free | ...      a ring
 *                        ^ next
 *
 * A slot is the consumer's while its time is not 0: the producer writes the
 * time last, and the consumer sets it to 0 when it is done.
 */
#include <l4/re/c/event_buffer.h>
#include <l4/re/c/rm.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>

void l4re_event_free(l4re_event_t *e)
{
    __atomic_store_n(&e->time, 0, __ATOMIC_RELEASE);
}

l4_ret_t l4re_event_buffer_attach(l4re_event_buffer_consumer_t *evbuf,
                                  l4re_ds_t ds, l4_cap_idx_t rm)
{
    void *at = 0;
    long size = (long)l4re_ds_size(ds);
    if (size < (long)sizeof(l4re_event_t))
        return (l4_ret_t)(size < 0 ? size : -L4_EINVAL);
    int error = l4re_rm_attach_srv(rm, &at, (unsigned long)size,
                                   L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, ds, 0,
                                   L4_PAGESHIFT);
    if (error < 0)
        return (l4_ret_t)error;
    evbuf->events = at;
    evbuf->count = (l4_umword_t)size / sizeof(l4re_event_t);
    evbuf->next = 0;
    return 0;
}

l4_ret_t l4re_event_buffer_detach(l4re_event_buffer_consumer_t *evbuf,
                                  l4_cap_idx_t rm)
{
    l4re_ds_t ds;
    int error =
        l4re_rm_detach_srv(rm, (l4_addr_t)evbuf->events, &ds, L4_BASE_TASK_CAP);
    if (error >= 0)
        evbuf->events = 0;
    return (l4_ret_t)(error < 0 ? error : 0);
}

l4re_event_t *l4re_event_buffer_next(l4re_event_buffer_consumer_t *evbuf)
{
    l4re_event_t *e = &evbuf->events[evbuf->next];
    if (!__atomic_load_n(&e->time, __ATOMIC_ACQUIRE))
        return 0;
    evbuf->next = (evbuf->next + 1) % evbuf->count;
    return e;
}

void l4re_event_buffer_consumer_foreach_available_event(
    l4re_event_buffer_consumer_t *evbuf, void *data, l4re_event_buffer_cb_t *cb)
{
    l4re_event_t *e;
    while ((e = l4re_event_buffer_next(evbuf))) {
        cb(e, data);
        l4re_event_free(e);
    }
}

/* Where the interrupt cannot be bound or waited for there is nothing to be
 * done: it returns. */
void l4re_event_buffer_consumer_process(l4re_event_buffer_consumer_t *evbuf,
                                        l4_cap_idx_t irq, l4_cap_idx_t thread,
                                        void *data, l4re_event_buffer_cb_t *cb)
{
    l4_msgtag_t tag = l4_rcv_ep_bind_thread(irq, thread, 0);
    while (l4_error(tag) >= 0 && !l4_msgtag_has_error(tag)) {
        l4re_event_buffer_consumer_foreach_available_event(evbuf, data, cb);
        tag = l4_irq_receive(irq, L4_IPC_NEVER);
        if (!l4_msgtag_has_error(tag))
            tag = l4_msgtag(0, 0, 0, 0);
    }
}
