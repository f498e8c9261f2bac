/*
 * The virtual file system server: one tree of files out of several.
 *
 *      rom/vfs /=root /disk=ext2 /boot=archive:ro
 *      capabilities: fs_server (the gate it serves), and those it mounts
 *
 * Each argument puts the file system behind a capability at a path. The
 * directory it is put at is made in the one above, if that can be changed,
 * whenever a client's root there is made (tree.c).
 */
#include "client.h"
#include <l4/re/env.h>
#include <stdio.h>

static bool mount_all(char **arguments)
{
    for (; *arguments; arguments++) {
        long error = mount_add(*arguments);
        if (error < 0) {
            printf("vfs: %s: %s (/PATH=CAPABILITY or /PATH=CAPABILITY:ro)\n",
                   *arguments, l4sys_errtostr(error));
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct l4re_server server;
    static struct client first;
    (void)argc;

    first.tree = tree_new(NULL, "", false);
    if (!first.tree || !mount_all(argv + 1))
        return 2;
    long error = l4re_server_init(&server, L4RE_SERVER_LATER);
    if (error >= 0)
        error = l4re_server_publish(&server, &first.session, &client_service,
                                    l4re_env_get_cap("fs_server"));
    if (error >= 0)
        error = l4re_server_run(&server);
    printf("vfs: %s\n", l4sys_errtostr(error));
    return error < 0;
}
