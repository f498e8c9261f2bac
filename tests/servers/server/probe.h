/*
 * The server that test_server.c talks to.
 */
#ifndef TEST_SERVER_PROBE_H
#define TEST_SERVER_PROBE_H

#include <l4/sys/types.h>

/* Serves at `gate` on the calling thread until asked to stop; 0, or -1 with
 * the broken invariant on the console. */
long probe_serve(l4_cap_idx_t gate);

#endif
