/*
 * Events: input devices as streams; the numbers are those of Linux' input
 * layer. Events themselves come through a buffer (event_buffer.h).
 * Source: ABI.md section 4 and appendix B.
 */
#ifndef L4_RE_C_EVENT_H
#define L4_RE_C_EVENT_H

#include <l4/re/c/dataspace.h>
#include <l4/re/c/event_buffer.h>
#include <l4/re/event_enums.h>

typedef struct l4re_event_stream_id_t {
    l4_uint16_t bustype, vendor, product, version;
} l4re_event_stream_id_t;

typedef struct l4re_event_absinfo_t {
    l4_int32_t value, min, max, fuzz, flat, resolution;
} l4re_event_absinfo_t;

enum {
    L4RE_EVENT_EV_MAX = 0x1f,
    L4RE_EVENT_KEY_MAX = 0x2ff,
    L4RE_EVENT_REL_MAX = 0x0f,
    L4RE_EVENT_ABS_MAX = 0x3f,
    L4RE_EVENT_PROP_MAX = 0x1f,
    L4RE_EVENT_SW_MAX = 0x0f,
    L4RE_EVENT_NAME_SIZE = 32,
};

/* Words of a bit map with bits 0..max. */
#define L4RE_EVENT_BITMAP_WORDS(max)                                           \
    (((max) + 1 + L4_MWORD_BITS - 1) / L4_MWORD_BITS)

typedef struct l4re_event_stream_info_t {
    l4_umword_t stream_id;
    char name[L4RE_EVENT_NAME_SIZE];
    l4re_event_stream_id_t id;
    unsigned long propbits[L4RE_EVENT_BITMAP_WORDS(L4RE_EVENT_PROP_MAX)];
    unsigned long evbits[L4RE_EVENT_BITMAP_WORDS(L4RE_EVENT_EV_MAX)];
    unsigned long keybits[L4RE_EVENT_BITMAP_WORDS(L4RE_EVENT_KEY_MAX)];
    unsigned long relbits[L4RE_EVENT_BITMAP_WORDS(L4RE_EVENT_REL_MAX)];
    unsigned long absbits[L4RE_EVENT_BITMAP_WORDS(L4RE_EVENT_ABS_MAX)];
    unsigned long swbits[L4RE_EVENT_BITMAP_WORDS(L4RE_EVENT_SW_MAX)];
} l4re_event_stream_info_t;

L4_BEGIN_DECLS

/* The dataspace with the event buffer into slot ds. */
l4_ret_t l4re_event_get_buffer(const l4_cap_idx_t server, const l4re_ds_t ds);
/* How many devices there are. */
l4_ret_t l4re_event_get_num_streams(const l4_cap_idx_t server);
/* Device number idx (0..). -L4_ENOENT. */
l4_ret_t l4re_event_get_stream_info(const l4_cap_idx_t server, int idx,
                                    l4re_event_stream_info_t *info);
l4_ret_t l4re_event_get_stream_info_for_id(const l4_cap_idx_t server,
                                           l4_umword_t stream_id,
                                           l4re_event_stream_info_t *info);
/* info[i]: the range of axis[i], for i < naxes. */
l4_ret_t l4re_event_get_axis_info(const l4_cap_idx_t server, l4_umword_t id,
                                  unsigned naxes, unsigned const *axis,
                                  l4re_event_absinfo_t *info);

L4_END_DECLS

#endif
