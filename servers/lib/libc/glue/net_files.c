/*
 * The two files that musl's resolver (getaddrinfo()) reads.
 *
 *   /etc/resolv.conf   the net server's name server, as net.status() has it
 *   /etc/hosts         the names of this machine
 *
 * They are there for reading where the program holds "net" and the file
 * server has no such files; they are in no directory. The resolver then asks
 * the name server itself, by UDP (sockets.c).
 *
 *  I1  The text is in `path` of the open file, which only directories need.
 */
#include "files.h"
#include "net-client.h"

#include <arpa/inet.h>
#include <l4/re/env.h>
#include <l4/vitrine/net.h>
#include <string.h>

static long text_read(struct file *file, void *to, size_t size, long offset)
{
    size_t left = (size_t)offset < file->size ? file->size - offset : 0;

    if (size > left)
        size = left;
    memcpy(to, file->path + offset, size);
    return size;
}

static long text_stat(struct file *file, struct stat *ret_stat)
{
    ret_stat->st_mode = S_IFREG | 0444;
    ret_stat->st_size = file->size;
    return 0;
}

static const struct file_kind text_kind = {
    .read = text_read,
    .stat = text_stat,
    .is_seekable = 1,
};

static int is_zero(const unsigned char *host)
{
    static const unsigned char zeros[NET_HOST_SIZE];

    return !memcmp(host, zeros, sizeof zeros);
}

/* "nameserver 10.0.0.1\n"; nothing where there is no name server. */
static void write_name_server(l4_cap_idx_t net, char *to)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct net_status status = {0};
    size_t size = sizeof status;
    const unsigned char *host = status.name_server;
    const int is_ipv4 = net_status(net, &status, &size) >= 0 &&
                        !memcmp(host, mapped, sizeof mapped);

    *to = 0;
    if (is_zero(host))
        return;
    strcpy(to, "nameserver ");
    inet_ntop(is_ipv4 ? AF_INET : AF_INET6,
              is_ipv4 ? host + sizeof mapped : host, to + strlen(to),
              INET6_ADDRSTRLEN);
    strcat(to, "\n");
}

long net_file_open(struct file *file)
{
    l4_cap_idx_t net = l4re_env() ? l4re_env_get_cap("net") : L4_INVALID_CAP;

    if (l4_is_invalid_cap(net))
        return -ENOENT;
    if (!strcmp(file->path, "/etc/resolv.conf"))
        write_name_server(net, file->path);
    else if (!strcmp(file->path, "/etc/hosts"))
        strcpy(file->path, "127.0.0.1 localhost\n::1 localhost\n");
    else
        return -ENOENT;
    file->size = strlen(file->path); /* keeps I1 */
    file->kind = &text_kind;
    return 0;
}
