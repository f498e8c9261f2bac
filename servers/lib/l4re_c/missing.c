/*
 * Services nobody offers yet: limits of DMA spaces, events, inhibitors.
 *
 * They need servers of their own. Until those are there the functions are
 * here, so that a program for L4Re links, and answer -L4_ENOSYS (NULL, or
 * nothing, where no error can be told). When a server comes, its functions
 * move to a file of their own.
 */
#include <l4/re/c/dma_space.h>
#include <l4/re/c/event.h>
#include <l4/re/c/event_buffer.h>
#include <l4/re/c/inhibitor.h>

/* Parameters are only there to be the declared ones. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define MISSING(type, function, ...)                                           \
    type function(__VA_ARGS__)                                                 \
    {                                                                          \
        return (type)-L4_ENOSYS;                                               \
    }

#define MISSING_POINTER(type, function, ...)                                   \
    type *function(__VA_ARGS__)                                                \
    {                                                                          \
        return 0;                                                              \
    }

#define MISSING_VOID(function, ...)                                            \
    void function(__VA_ARGS__)                                                 \
    {                                                                          \
    }

/* --- DMA spaces: device addresses are physical ones, as they are -------- */

MISSING(l4_ret_t, l4re_dma_space_mgr_block_area, l4re_dma_space_mgr_t dma_mgr,
        l4re_dma_space_t dma_space, l4re_dma_space_dma_addr_t *addr,
        l4re_dma_space_dma_size_t size, l4re_dma_space_dma_addr_t max_addr,
        enum l4re_dma_space_mgr_block_flags flags, unsigned char align)
MISSING(l4_ret_t, l4re_dma_space_mgr_set_limits, l4re_dma_space_mgr_t dma_mgr,
        l4re_dma_space_t dma_space, l4re_dma_space_dma_addr_t min_addr,
        l4re_dma_space_dma_addr_t max_addr)

/* --- events --------------------------------------------------------- */

MISSING(l4_ret_t, l4re_event_get_buffer, const l4_cap_idx_t server,
        const l4re_ds_t ds)
MISSING(l4_ret_t, l4re_event_get_num_streams, const l4_cap_idx_t server)
MISSING(l4_ret_t, l4re_event_get_stream_info, const l4_cap_idx_t server,
        int idx, l4re_event_stream_info_t *info)
MISSING(l4_ret_t, l4re_event_get_stream_info_for_id, const l4_cap_idx_t server,
        l4_umword_t stream_id, l4re_event_stream_info_t *info)
MISSING(l4_ret_t, l4re_event_get_axis_info, const l4_cap_idx_t server,
        l4_umword_t id, unsigned naxes, unsigned const *axis,
        l4re_event_absinfo_t *info)

MISSING_VOID(l4re_event_free, l4re_event_t *e)
MISSING(l4_ret_t, l4re_event_buffer_attach, l4re_event_buffer_consumer_t *evbuf,
        l4re_ds_t ds, l4_cap_idx_t rm)
MISSING(l4_ret_t, l4re_event_buffer_detach, l4re_event_buffer_consumer_t *evbuf,
        l4_cap_idx_t rm)
MISSING_POINTER(l4re_event_t, l4re_event_buffer_next,
                l4re_event_buffer_consumer_t *evbuf)
MISSING_VOID(l4re_event_buffer_consumer_foreach_available_event,
             l4re_event_buffer_consumer_t *evbuf, void *data,
             l4re_event_buffer_cb_t *cb)
MISSING_VOID(l4re_event_buffer_consumer_process,
             l4re_event_buffer_consumer_t *evbuf, l4_cap_idx_t irq,
             l4_cap_idx_t thread, void *data, l4re_event_buffer_cb_t *cb)

/* --- inhibitors ----------------------------------------------------- */

MISSING(l4_ret_t, l4re_inhibitor_acquire, l4_cap_idx_t cap, l4_umword_t id,
        char const *reason)
MISSING(l4_ret_t, l4re_inhibitor_release, l4_cap_idx_t cap, l4_umword_t id)
MISSING(l4_ret_t, l4re_inhibitor_next_lock_info, l4_cap_idx_t cap, char *name,
        unsigned len, l4_mword_t current_id)
