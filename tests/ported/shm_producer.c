/*
 * Ported program: the producer of a shared-memory channel; it makes the area.
 */
#include "handmade.h"
#include <l4/shmc/shmc.h>
#include <string.h>

int main(void)
{
    l4shmc_area_t area;
    l4shmc_chunk_t chunk;
    l4shmc_signal_t full, empty;

    must("create", l4shmc_create("testshm"));
    must("attach", l4shmc_attach("testshm", &area));
    must("chunk", l4shmc_add_chunk(&area, "one", 1024, &chunk));
    must("signal", l4shmc_add_signal(&area, "full", &full));
    must("signal", l4shmc_attach_signal_to(
                       &area, "empty", l4re_env()->main_thread, 10000, &empty));
    must("connect", l4shmc_connect_chunk_signal(&chunk, &full));
    for (int i = 0; i < 4; i++) {
        while (l4shmc_chunk_try_to_take(&chunk))
            must("wait", l4shmc_wait_signal(&empty));
        int n = sprintf(l4shmc_chunk_ptr(&chunk), "message %d", i);
        must("ready", l4shmc_chunk_ready_sig(&chunk, n + 1));
    }
    while (!l4shmc_is_chunk_clear(&chunk))
        must("wait", l4shmc_wait_signal(&empty));
    must("detach", l4shmc_detach(&area));
    return 0;
}
