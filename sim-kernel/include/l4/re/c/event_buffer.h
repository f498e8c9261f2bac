/*
 * Event buffer: a ring of events in a dataspace shared by a producer and one
 * consumer. A slot with time 0 is free; the consumer frees it again.
 * Source: ABI.md section 4 and appendix B.
 */
#ifndef L4_RE_C_EVENT_BUFFER_H
#define L4_RE_C_EVENT_BUFFER_H

#include <l4/re/c/dataspace.h>

typedef struct l4re_event_t {
    long long time; /* us; 0: the slot is free */
    unsigned short type;
    unsigned short code;
    int value;
    l4_umword_t stream_id;
} l4re_event_t;

typedef struct l4re_event_buffer_consumer_t {
    l4re_event_t *events;
    l4_umword_t count; /* of slots */
    l4_umword_t next;  /* index of the slot to be read next */
} l4re_event_buffer_consumer_t;

typedef void l4re_event_buffer_cb_t(l4re_event_t *ev, void *data);

L4_BEGIN_DECLS

/* Gives the slot back to the producer. */
void l4re_event_free(l4re_event_t *e);
l4_ret_t l4re_event_buffer_attach(l4re_event_buffer_consumer_t *evbuf,
                                  l4re_ds_t ds, l4_cap_idx_t rm);
l4_ret_t l4re_event_buffer_detach(l4re_event_buffer_consumer_t *evbuf,
                                  l4_cap_idx_t rm);
/* The next event, to be freed by the caller; NULL: none. */
l4re_event_t *l4re_event_buffer_next(l4re_event_buffer_consumer_t *evbuf);
/* Calls cb for each event there is, and frees it. */
void l4re_event_buffer_consumer_foreach_available_event(
    l4re_event_buffer_consumer_t *evbuf, void *data,
    l4re_event_buffer_cb_t *cb);
/* The same for ever, waiting for `irq` (bound to `thread`) in between. */
void l4re_event_buffer_consumer_process(l4re_event_buffer_consumer_t *evbuf,
                                        l4_cap_idx_t irq, l4_cap_idx_t thread,
                                        void *data, l4re_event_buffer_cb_t *cb);

L4_END_DECLS

#endif
