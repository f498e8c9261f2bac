/*
 * Ported program: the consumer of a shared-memory channel.
 */
#include "handmade.h"
#include <l4/shmc/shmc.h>

int main(void)
{
    l4shmc_area_t area;
    l4shmc_chunk_t chunk;
    l4shmc_signal_t full, empty;
    long error;

    while ((error = l4shmc_attach("testshm", &area)) == -L4_ENOENT)
        l4_sleep(1); /* not made yet */
    must("attach", error);
    must("signal", l4shmc_add_signal(&area, "empty", &empty));
    must("chunk", l4shmc_get_chunk_to(&area, "one", 10000, &chunk));
    must("signal", l4shmc_attach_signal_to(
                       &area, "full", l4re_env()->main_thread, 10000, &full));
    must("connect", l4shmc_connect_chunk_signal(&chunk, &full));
    for (int i = 0; i < 4; i++) {
        must("wait", l4shmc_wait_chunk(&chunk));
        printf("%s (%ld of %ld bytes)\n", (char *)l4shmc_chunk_ptr(&chunk),
               (long)l4shmc_chunk_size(&chunk),
               (long)l4shmc_chunk_capacity(&chunk));
        must("consumed", l4shmc_chunk_consumed(&chunk));
        must("trigger", l4shmc_trigger(&empty));
    }
    must("detach", l4shmc_detach(&area));
    return 0;
}
