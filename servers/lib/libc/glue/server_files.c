/*
 * The tree of the file server, and the open files of servers.
 */
#include "server_files.h"

#include <l4/re/env.h>

struct file *server_file(l4_cap_idx_t cap, int flags)
{
    (void)cap, (void)flags;
    return 0;
}

int server_tree_is_there(void)
{
    return 0;
}

const struct tree server_tree = {0};
