/*
 * Internal: building requests to moe in the caller's UTCB.
 */
#ifndef L4RE_C_MESSAGE_H
#define L4RE_C_MESSAGE_H

#include "protocol.h"
#include <l4/sys/ipc.h>

/* A request under construction: label, words so far, items. */
struct message {
    long protocol;
    unsigned words, items;
};

static inline struct message message_start(long protocol, l4_umword_t op)
{
    l4_utcb_mr()->mr[0] = op;
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    return (struct message){.protocol = protocol, .words = 1};
}

static inline void message_word(struct message *m, l4_umword_t w)
{
    l4_utcb_mr()->mr[m->words++] = w;
}

/* Text as {bytes, packed}. 0, -L4_ENAMETOOLONG. */
static inline long message_text(struct message *m, const char *text)
{
    unsigned n = 0;
    char *to = (char *)&l4_utcb_mr()->mr[m->words + 1];
    for (; text[n]; n++) {
        if (n == TEXT_MAX - 1)
            return -L4_ENAMETOOLONG;
        to[n] = text[n];
    }
    message_word(m, n);
    m->words += l4_bytes_to_mwords(n);
    return 0;
}

/* A capability, after the last word. */
static inline void message_cap(struct message *m, l4_cap_idx_t cap,
                               unsigned rights)
{
    l4_msg_regs_t *u = l4_utcb_mr();
    unsigned at = m->words + 2 * m->items++;
    u->mr[at] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    u->mr[at + 1] = l4_obj_fpage(cap, 0, (unsigned char)rights).raw;
}

/* The answer's capability is to go to slot `cap`. */
static inline void message_receive_cap(l4_cap_idx_t cap)
{
    l4_utcb_br()->br[0] =
        (cap & ~(l4_umword_t)(L4_CAP_SIZE - 1)) | L4_RCV_ITEM_SINGLE_CAP;
    l4_utcb_br()->br[1] = 0;
}

/* The answer may bring memory anywhere. */
static inline void message_receive_memory(void)
{
    l4_utcb_br()->br[0] = L4_ITEM_MAP;
    l4_utcb_br()->br[1] = l4_fpage_all().raw;
}

/* Sends it; the answer's result or error. */
static inline long message_call(l4_cap_idx_t server, const struct message *m)
{
    return l4_error(l4_ipc_call(server, l4_utcb(),
                                l4_msgtag(m->protocol, m->words, m->items, 0),
                                L4_IPC_NEVER));
}

#endif
