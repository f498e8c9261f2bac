/*
 * Clients of the file tree: sessions of fs.iface.
 */
#ifndef VFS_CLIENT_H
#define VFS_CLIENT_H

#include "tree.h"
#include <l4/re/c/server.h>

struct client {
    struct l4re_session session;
    struct tree *tree;
};

extern const struct l4re_service client_service;

#endif
