/*
 * Building and reading the messages of services, in the caller's UTCB.
 *
 *      request   label: protocol   MR0 operation, MR1.. arguments, items
 *      answer    label: result     MR0.. values, items
 *
 * A number is one word. Text and bytes are {length in bytes, the bytes packed
 * into words}. Capabilities are typed items behind the last word. An error
 * (text too long, answer too short) stays in `error` and the calls after it
 * do nothing, so that a stub needs to look once, at the end.
 *
 * The stubs that tools/interface generates are made of these calls, and so
 * are the client functions of <l4/re/c/...>. L4Re has the like in C++ only
 * (l4/cxx/ipc_stream); the layout of ours is documented in docs/servers.
 */
#ifndef L4_RE_C_MESSAGE_H
#define L4_RE_C_MESSAGE_H

#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/utcb.h>
#include <stddef.h>

/* How long requests wait for their answer; who includes this may define it to
 * be something else. */
#ifndef L4RE_MSG_PATIENCE
#define L4RE_MSG_PATIENCE L4_IPC_NEVER
#endif

/* A message under construction. */
struct l4re_msg {
    long protocol; /* or, of an answer, the result */
    unsigned words, items;
    unsigned buffers; /* receive slots given so far */
    long error;       /* 0, or the first error */
};

/* A message that came: words, and how far it is read. */
struct l4re_msg_in {
    const l4_umword_t *mr;
    unsigned words, at;
    long error;
};

/* ---- Writing ---- */

L4_INLINE void l4re_msg_word(struct l4re_msg *m, l4_umword_t value)
{
    if (m->error)
        return;
    if (m->words >= L4_UTCB_GENERIC_DATA_SIZE)
        m->error = -L4_EMSGTOOLONG;
    else
        l4_utcb_mr()->mr[m->words++] = value;
}

/* An answer, empty. */
L4_INLINE struct l4re_msg l4re_msg_start_answer(void)
{
    return (struct l4re_msg){0, 0, 0, 0, 0};
}

/* A request; no capability or memory is received unless asked for below. */
L4_INLINE struct l4re_msg l4re_msg_start(long protocol, l4_umword_t operation)
{
    l4_utcb_mr()->mr[0] = operation;
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    return (struct l4re_msg){protocol, 1, 0, 0, 0};
}

/* `size` bytes, at most `max`: else -L4_EMSGTOOLONG. */
L4_INLINE void l4re_msg_bytes(struct l4re_msg *m, const void *data, size_t size,
                              size_t max)
{
    unsigned words = l4_bytes_to_mwords((unsigned)size);
    if (!m->error &&
        (size > max || m->words + 1 + words > L4_UTCB_GENERIC_DATA_SIZE))
        m->error = -L4_EMSGTOOLONG;
    l4re_msg_word(m, size);
    if (m->error)
        return;
    char *to = (char *)&l4_utcb_mr()->mr[m->words];
    for (size_t i = 0; i < size; i++)
        to[i] = ((const char *)data)[i];
    m->words += words;
}

/* Text without its zero byte; longer than `max`: -L4_ENAMETOOLONG. */
L4_INLINE void l4re_msg_text(struct l4re_msg *m, const char *text, size_t max)
{
    size_t size = 0;
    while (size <= max && text[size])
        size++;
    if (!m->error && size > max)
        m->error = -L4_ENAMETOOLONG;
    l4re_msg_bytes(m, text, size, max);
}

/* A capability; all words come before the first. rights: L4_CAP_FPAGE_*. */
L4_INLINE void l4re_msg_cap(struct l4re_msg *m, l4_cap_idx_t cap,
                            unsigned rights)
{
    unsigned at = m->words + 2 * m->items;
    if (!m->error && at + 2 > L4_UTCB_GENERIC_DATA_SIZE)
        m->error = -L4_EMSGTOOLONG;
    if (m->error)
        return;
    m->items++;
    l4_utcb_mr()->mr[at] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    l4_utcb_mr()->mr[at + 1] = l4_obj_fpage(cap, 0, (unsigned char)rights).raw;
}

/* Memory or I/O ports; all words come before. */
L4_INLINE void l4re_msg_flexpage(struct l4re_msg *m, l4_fpage_t page)
{
    unsigned at = m->words + 2 * m->items;
    if (!m->error && at + 2 > L4_UTCB_GENERIC_DATA_SIZE)
        m->error = -L4_EMSGTOOLONG;
    if (m->error)
        return;
    m->items++;
    l4_utcb_mr()->mr[at] = l4_map_control(0, 0, L4_MAP_ITEM_MAP);
    l4_utcb_mr()->mr[at + 1] = page.raw;
}

/* The answer's next flexpage is to go to `place`, which is as large. */
L4_INLINE void l4re_msg_receive_flexpage(struct l4re_msg *m, l4_fpage_t place)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->br[m->buffers] = L4_ITEM_MAP;
    b->br[m->buffers + 1] = place.raw;
    m->buffers += 2;
    b->br[m->buffers] = 0;
}

/* The answer's next capability is to go to slot `cap`. */
L4_INLINE void l4re_msg_receive_cap(struct l4re_msg *m, l4_cap_idx_t cap)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->br[m->buffers++] =
        (cap & ~(l4_umword_t)(L4_CAP_SIZE - 1)) | L4_RCV_ITEM_SINGLE_CAP;
    b->br[m->buffers] = 0;
}

/* The answer may bring memory anywhere. */
L4_INLINE void l4re_msg_receive_memory(struct l4re_msg *m)
{
    l4_buf_regs_t *b = l4_utcb_br();
    b->br[m->buffers] = L4_ITEM_MAP;
    b->br[m->buffers + 1] = l4_fpage_all().raw;
    m->buffers += 2;
}

/* Sends it and waits for the answer. Returns the server's result (>= 0 or an
 * L4 error), -(2000 + code) if the IPC failed, or the message's own error.
 * *ret_in, if wanted: the answer, to be read before the next system call. */
L4_INLINE long l4re_msg_call(l4_cap_idx_t server, const struct l4re_msg *m,
                             struct l4re_msg_in *ret_in)
{
    if (m->error)
        return m->error;
    l4_msgtag_t tag = l4_ipc_call(server, l4_utcb(),
                                  l4_msgtag(m->protocol, m->words, m->items, 0),
                                  L4RE_MSG_PATIENCE);
    if (ret_in) {
        ret_in->mr = l4_utcb_mr()->mr;
        ret_in->words = l4_msgtag_words(tag);
        ret_in->at = 0;
        ret_in->error = 0;
    }
    return l4_error(tag);
}

/* ---- Reading ---- */

/* The next number; none left: 0 and -L4_EMSGTOOSHORT. */
L4_INLINE l4_umword_t l4re_msg_in_word(struct l4re_msg_in *in)
{
    if (!in->error && in->at >= in->words)
        in->error = -L4_EMSGTOOSHORT;
    return in->error ? 0 : in->mr[in->at++];
}

/* Copies the next bytes, at most `max` (else -L4_EMSGTOOLONG). Returns how
 * many; the buffer is untouched where there is an error. */
L4_INLINE size_t l4re_msg_in_bytes(struct l4re_msg_in *in, void *buffer,
                                   size_t max)
{
    l4_umword_t size = l4re_msg_in_word(in);
    if (!in->error && size > max)
        in->error = -L4_EMSGTOOLONG;
    if (in->error)
        return 0;
    unsigned words = l4_bytes_to_mwords((unsigned)size);
    if (words > in->words - in->at) {
        in->error = -L4_EMSGTOOSHORT;
        return 0;
    }
    const char *from = (const char *)&in->mr[in->at];
    for (size_t i = 0; i < size; i++)
        ((char *)buffer)[i] = from[i];
    in->at += words;
    return size;
}

/* The next text, into a buffer of max + 1 bytes, with a zero byte behind it.
 * A zero byte within: -L4_EMSGMISSARG. */
L4_INLINE void l4re_msg_in_text(struct l4re_msg_in *in, char *buffer,
                                size_t max)
{
    size_t size = l4re_msg_in_bytes(in, buffer, max);
    if (in->error)
        return;
    buffer[size] = 0;
    for (size_t i = 0; i < size; i++)
        if (!buffer[i])
            in->error = -L4_EMSGMISSARG;
}

/* The result of a call whose answer has been read: its own, or what was
 * wrong with the answer. */
L4_INLINE long l4re_msg_in_result(const struct l4re_msg_in *in, long result)
{
    return result < 0 || !in->error ? result : in->error;
}

#endif
