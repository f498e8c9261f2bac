/* A thread for each mount (see helpers.h). */
#include "helpers.h"

static struct helper {
    struct l4re_server server;
    bool runs, cannot;
} helpers[HELPERS];

struct l4re_server *helper_of(unsigned mount)
{
    struct helper *h = &helpers[mount];
    if (mount == NO_MOUNT)
        return NULL;
    if (!h->runs && !h->cannot) {
        h->runs = l4re_server_start(&h->server, L4RE_SERVER_HELPS) >= 0;
        h->cannot = !h->runs;
    }
    return h->runs ? &h->server : NULL;
}
