/*
 * The other end of test_sockets.c, another program on another network stack:
 * a server over BSD sockets, one thread, poll().
 *
 *   entries[0..LISTENERS)  sockets that listen, and the one for datagrams
 *   entries[LISTENERS...)  connections
 *
 * It answers DHCP and DNS, too (../net/peer.c).
 */
#include "sockets.h"
#include "../net/peer.h"
#include "net-client.h"

#include <arpa/inet.h>
#include <l4/re/env.h>
#include <l4/vitrine/net.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LISTENERS = 6, ENTRIES = 14 };
static const unsigned short ports[LISTENERS] = {ECHO, RESET, SILENT,
                                                WHO,  END,   ECHO};
static struct pollfd entries[ENTRIES];
static int is_echo[ENTRIES];
static int used = LISTENERS;

static int open_listener(int i)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6,
                              .sin6_port = htons(ports[i])};
    const int is_datagram = i == LISTENERS - 1;
    int s = socket(AF_INET6, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);

    if (s < 0 || bind(s, (struct sockaddr *)&to, sizeof to) ||
        (!is_datagram && listen(s, 4)))
        return -1;
    entries[i] = (struct pollfd){.fd = s, .events = POLLIN};
    return 0;
}

static void write_all(int s, const char *data, ssize_t size)
{
    while (size > 0) {
        ssize_t put = send(s, data, (size_t)size, MSG_NOSIGNAL);
        if (put <= 0)
            return;
        data += put;
        size -= put;
    }
}

static void tell_who(int s)
{
    struct net_status status;
    size_t size = sizeof status;

    net_status(l4re_env_get_cap("net"), &status, &size);
    write_all(s, (const char *)status.ipv6, sizeof status.ipv6);
    close(s);
}

/* One that reads nothing of what came resets the connection. */
static void reset(int s)
{
    struct pollfd data = {.fd = s, .events = POLLIN};

    poll(&data, 1, -1);
    close(s);
}

/* 1: the end was asked for. */
static int take(unsigned short port, int s)
{
    if (port == RESET)
        reset(s);
    else if (port == WHO)
        tell_who(s);
    else if (port == END || used == ENTRIES)
        close(s);
    else {
        is_echo[used] = port == ECHO;
        entries[used++] = (struct pollfd){.fd = s, .events = POLLIN};
    }
    return port == END;
}

static void echo_datagram(int s)
{
    static char data[65536];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    ssize_t got =
        recvfrom(s, data, sizeof data, 0, (struct sockaddr *)&from, &size);

    if (got >= 0)
        sendto(s, data, (size_t)got, 0, (struct sockaddr *)&from, size);
}

/* 0: the other end has ended. */
static int serve(int i)
{
    char data[4096];
    ssize_t got = read(entries[i].fd, data, sizeof data);

    if (got > 0 && is_echo[i])
        write_all(entries[i].fd, data, got);
    if (got > 0)
        return 1;
    close(entries[i].fd);
    return 0;
}

int main(void)
{
    for (int i = 0; i < LISTENERS; i++)
        if (open_listener(i)) {
            perror("listener");
            return 1;
        }
    if (peer_start(l4re_env_get_cap("net")))
        return 1;
    for (;;) {
        poll(entries, (nfds_t)used, -1);
        for (int i = used - 1; i >= LISTENERS; i--)
            if (entries[i].revents && !serve(i)) {
                used--;
                entries[i] = entries[used];
                is_echo[i] = is_echo[used];
            }
        if (entries[LISTENERS - 1].revents)
            echo_datagram(entries[LISTENERS - 1].fd);
        for (int i = 0; i < LISTENERS - 1; i++)
            if (entries[i].revents &&
                take(ports[i], accept(entries[i].fd, 0, 0)))
                return 0;
    }
}
