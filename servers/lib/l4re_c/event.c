/*
 * Events: the client's side (<l4/re/c/event.h>). The messages: event.iface.
 */
#include "event-client.h"
#include <l4/re/c/event.h>

_Static_assert(sizeof(l4re_event_stream_info_t) == EVENT_STREAM_INFO_INFO_MAX,
               "event.iface has its size");

l4_ret_t l4re_event_get_buffer(const l4_cap_idx_t server, const l4re_ds_t ds)
{
    return (l4_ret_t)event_get_buffer(server, ds);
}

l4_ret_t l4re_event_get_num_streams(const l4_cap_idx_t server)
{
    l4_umword_t streams;
    long error = event_num_streams(server, &streams);
    return (l4_ret_t)(error < 0 ? error : (long)streams);
}

l4_ret_t l4re_event_get_stream_info(const l4_cap_idx_t server, int idx,
                                    l4re_event_stream_info_t *info)
{
    size_t size = sizeof *info;
    return (l4_ret_t)event_stream_info(server, idx, info, &size);
}

l4_ret_t l4re_event_get_stream_info_for_id(const l4_cap_idx_t server,
                                           l4_umword_t stream_id,
                                           l4re_event_stream_info_t *info)
{
    size_t size = sizeof *info;
    return (l4_ret_t)event_stream_info_for_id(server, stream_id, info, &size);
}

l4_ret_t l4re_event_get_axis_info(const l4_cap_idx_t server, l4_umword_t id,
                                  unsigned naxes, unsigned const *axis,
                                  l4re_event_absinfo_t *info)
{
    enum { AT_ONCE = EVENT_AXIS_INFO_AXES_MAX / sizeof *axis };
    for (unsigned done = 0; done < naxes;) {
        unsigned n = naxes - done < AT_ONCE ? naxes - done : AT_ONCE;
        size_t size = n * sizeof *info;
        long error = event_axis_info(server, id, axis + done, n * sizeof *axis,
                                     info + done, &size);
        if (error < 0)
            return (l4_ret_t)error;
        done += n;
    }
    return 0;
}
