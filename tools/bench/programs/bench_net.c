/*
 * What the network costs.
 *
 *      bench_net         capabilities: a (a stack, 10.0.0.1), b (one that asks
 *                        for a lease), p, q (ports of their switch), jdb
 *
 * Prints "BENCH net_tcp ratio": 256 KiB over TCP from stack to stack through
 * the switch, to as much in full frames from port to port; host time, the best
 * of several rounds. Between marks in the trace: b gets its lease.
 */
#include "bench_program.h"
#include "ether.h"
#include "net-client.h"
#include "peer.h"
#include "socket-client.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/net.h>
#include <string.h>

const char bench_name[] = "bench_net";

enum { SIZE = 256 << 10, ROUNDS = 5, BATCH = 16, PORT = 9 };

/* --- frames ----------------------------------------------------------- */

static void learn(struct ether *from)
{
    static l4_uint8_t hello[60];
    memset(hello, 0xff, ETHER_MAC);
    memcpy(hello + ETHER_MAC, from->mac, ETHER_MAC);
    check("hello", ether_send(from, hello, sizeof hello));
}

/* Frames in batches, each received before the next batch is sent. */
static int64_t send_frames(struct ether *p, struct ether *q)
{
    static l4_uint8_t frame[ETHER_FRAME_MAX], in[ETHER_FRAME_MAX];
    int64_t from = now();
    memcpy(frame, q->mac, ETHER_MAC);
    memcpy(frame + ETHER_MAC, p->mac, ETHER_MAC);
    for (unsigned came = 0; came * ETHER_FRAME_MAX < SIZE;) {
        for (unsigned i = 0; i < BATCH; i++)
            check("send", ether_send(p, frame, sizeof frame));
        check("look", ether_look(q));
        while (ether_receive(q, in))
            came++;
        check("offer", ether_offer(q));
    }
    return now() - from;
}

/* --- TCP -------------------------------------------------------------- */

static l4_cap_idx_t open_stream(l4_cap_idx_t net)
{
    l4_umword_t size;
    l4_cap_idx_t s = l4re_util_cap_alloc(), ds = l4re_util_cap_alloc();
    check("open", net_open(net, NET_IPV4, NET_STREAM, s));
    check("share", socket_share(s, &size, ds));
    return s;
}

static l4_cap_idx_t accept_one(l4_cap_idx_t listening)
{
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t port, shared;
    size_t size = sizeof host;
    l4_cap_idx_t s = l4re_util_cap_alloc(), ds = l4re_util_cap_alloc();
    check("accept", socket_accept(listening, host, &size, &port, s));
    check("share", socket_share(s, &shared, ds));
    return s;
}

/* Data stays in the shared buffers: what is measured is the way between. */
static int64_t send_stream(l4_cap_idx_t out, l4_cap_idx_t in)
{
    static const l4_uint8_t any[NET_HOST_SIZE];
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t taken, port, moved;
    int64_t from = now();
    for (size_t sent = 0, came = 0; came < SIZE; came += moved) {
        size_t left = SIZE - sent;
        if (left &&
            socket_send_shared(out, any, 0, 0, 0,
                               left < NET_SHARED_SIZE ? left : NET_SHARED_SIZE,
                               &taken) >= 0)
            sent += taken;
        size_t size = sizeof host;
        check("receive", socket_receive_shared(in, 0, NET_SHARED_SIZE, 0, host,
                                               &size, &port, &moved));
    }
    return now() - from;
}

int main(void)
{
    static const l4_uint8_t any[NET_HOST_SIZE];
    static struct ether p, q;
    l4_cap_idx_t a = l4re_env_get_cap("a"), b = l4re_env_get_cap("b");
    l4_uint8_t host[NET_HOST_SIZE];
    l4_umword_t flags;
    int64_t stream = INT64_MAX, raw = INT64_MAX;

    bench_jdb = l4re_env_get_cap("jdb");
    mark("net_lease");
    check("peer", peer_start(a));
    check("lease", net_ready(b, 60000000));
    mark("end");

    check("p", ether_open(&p, l4re_env_get_cap("p"), L4_INVALID_CAP));
    check("q", ether_open(&q, l4re_env_get_cap("q"), L4_INVALID_CAP));
    learn(&p);
    learn(&q);
    l4_cap_idx_t l = open_stream(a), c = open_stream(b);
    check("bind", socket_bind(l, any, sizeof any, PORT));
    check("listen", socket_listen(l, 1));
    peer_host(host, 10, 0, 0, 1);
    check("connect", socket_connect(c, host, sizeof host, PORT));
    l4_cap_idx_t s = accept_one(l);
    socket_flags(c, NET_NONBLOCK, NET_NONBLOCK, &flags);
    for (unsigned i = 0; i < ROUNDS; i++) {
        stream = least(stream, send_stream(c, s));
        raw = least(raw, send_frames(&p, &q));
    }
    print_ratio("net_tcp", stream, raw);
    return 0;
}
