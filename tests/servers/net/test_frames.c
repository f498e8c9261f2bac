/*
 * Frames nobody should send, to a stack and to the switch before it.
 *
 *      rom/test-frames COUNT SEED      capabilities: nic (a port of the
 * switch), a (net.iface of the stack at 10.0.0.1) rom/test-frames die
 * capability: a; opens sockets, and ends
 *
 * A frame is ARP, IPv4 or IPv6, with check sums that are right, so that what is
 * inside is looked at, and anything in its fields; some are cut or changed
 * afterwards. Sources are drawn, too, so the switch learns many addresses.
 * Afterwards both must work as before. The switch's table is linked in and
 * tried by itself, with its invariants looked at after each step.
 */
#include "../tap.h"
#include "net-client.h"
#include "socket-client.h"
#include "switch.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/net.h>
#include <stdlib.h>
#include <string.h>

enum { ETH = 14, IP = 20, IP6 = 40, TABLE_STEPS = 3000, LISTENS = 7 };
enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };

static unsigned long random_state;
static struct ether ether;
static l4_uint8_t stack_mac[ETHER_MAC];

static unsigned draw(unsigned below)
{
    random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)((random_state >> 33) % below);
}

static void draw_bytes(l4_uint8_t *at, unsigned size)
{
    while (size--)
        *at++ = (l4_uint8_t)draw(256);
}

static void put16(l4_uint8_t *at, unsigned value)
{
    at[0] = (l4_uint8_t)(value >> 8);
    at[1] = (l4_uint8_t)value;
}

/* RFC 1071, going on from `sum`. */
static unsigned sum_of(const l4_uint8_t *at, unsigned size, unsigned sum)
{
    for (unsigned i = 0; i < size; i++)
        sum += i & 1 ? at[i] : (unsigned)at[i] << 8;
    return sum;
}

static unsigned folded(unsigned sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* --- what is inside --------------------------------------------------- */

/* Ports where somebody listens, more often than not; where the check sum is. */
static unsigned draw_transport(l4_uint8_t *at, unsigned size, unsigned protocol)
{
    static const unsigned ports[] = {LISTENS, 68, 53, 67, 49152, 49153};
    draw_bytes(at, size);
    if (protocol == TCP || protocol == UDP)
        put16(at + 2, draw(4) ? ports[draw(6)] : draw(65536));
    if (protocol == UDP && draw(2))
        put16(at + 4, size);
    if (protocol == TCP && draw(2))
        at[12] = 0x50;
    return protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
}

static unsigned make_ip4(l4_uint8_t *f)
{
    static const l4_uint8_t protocols[] = {ICMP, TCP, UDP, UDP};
    static const l4_uint8_t own[4] = {10, 0, 0, 1};
    l4_uint8_t *ip = f + ETH, *inside = ip + IP;
    unsigned size = 8 + draw(600), protocol = protocols[draw(4)];
    if (protocol == TCP && size < 20)
        size = 20;
    memset(ip, 0, IP);
    ip[0] = draw(16) ? 0x45 : (l4_uint8_t)draw(256);
    put16(ip + 2, draw(16) ? IP + size : draw(65536));
    put16(ip + 6, draw(4) ? 0 : draw(65536)); /* pieces */
    ip[8] = 64;
    ip[9] = (l4_uint8_t)protocol;
    ip[12] = 10;
    ip[15] = (l4_uint8_t)(2 + draw(200));
    memcpy(ip + 16, own, sizeof own);
    unsigned at = draw_transport(inside, size, protocol);
    put16(inside + at, 0);
    unsigned sum = protocol == ICMP ? 0 : sum_of(ip + 12, 8, protocol + size);
    put16(inside + at, folded(sum_of(inside, size, sum)));
    put16(ip + 10, folded(sum_of(ip, IP, 0)));
    put16(f + 12, 0x0800);
    return ETH + IP + size;
}

static unsigned make_ip6(l4_uint8_t *f)
{
    l4_uint8_t *ip = f + ETH, *inside = ip + IP6;
    unsigned size = 8 + draw(300), next = draw(4) ? ICMP6 : draw(256);
    memset(ip, 0, IP6);
    ip[0] = 0x60;
    put16(ip + 4, draw(16) ? size : draw(65536));
    ip[6] = (l4_uint8_t)next;
    ip[7] = 255;
    ip[8] = 0xfe;
    ip[9] = 0x80;
    ip[23] = (l4_uint8_t)draw(256);
    ip[24] = 0xff; /* all nodes */
    ip[25] = 2;
    ip[39] = 1;
    draw_bytes(inside, size);
    if (draw(4))
        inside[0] = (l4_uint8_t)(128 + draw(10)); /* echo, neighbours */
    put16(inside + 2, 0);
    unsigned sum = sum_of(ip + 8, 32, next + size);
    put16(inside + 2, folded(sum_of(inside, size, sum)));
    put16(f + 12, 0x86dd);
    return ETH + IP6 + size;
}

static unsigned make_arp(l4_uint8_t *f)
{
    static const l4_uint8_t start[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    static const l4_uint8_t own[4] = {10, 0, 0, 1};
    l4_uint8_t *arp = f + ETH;
    draw_bytes(arp, 46);
    memcpy(arp, start, draw(8) ? sizeof start : draw(8));
    memcpy(arp + 24, own, draw(2) ? sizeof own : 0);
    put16(f + 12, 0x0806);
    return ETH + 46;
}

static unsigned make_frame(l4_uint8_t *f)
{
    unsigned kind = draw(8);
    unsigned size = kind < 4   ? make_ip4(f)
                    : kind < 6 ? make_ip6(f)
                               : make_arp(f);
    draw_bytes(f + ETHER_MAC, ETHER_MAC);
    memcpy(f, stack_mac, ETHER_MAC);
    if (kind >= 4 || !draw(8))
        memset(f, 0xff, ETHER_MAC);
    if (!draw(8))
        draw_bytes(f + draw(size), 1);
    if (!draw(16))
        size = SWITCH_HEADER + draw(size - SWITCH_HEADER + 1);
    return size;
}

/* --- the tests -------------------------------------------------------- */

static void storm(unsigned count)
{
    static l4_uint8_t frame[ETHER_FRAME_MAX];
    unsigned sent = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned size = make_frame(frame);
        sent += ether_send(&ether, frame, size) == 0;
        if (i % 16)
            continue;
        ether_look(&ether);
        while (ether_receive(&ether, frame))
            ;
        ether_offer(&ether);
        l4_ipc_sleep_us(100); /* the stack's turn */
    }
    fact(sent == count, "the switch takes each frame");
}

/* Two ends at one stack, by its own address. */
static void still_works(l4_cap_idx_t a, const char *name)
{
    static const l4_uint8_t any[NET_HOST_SIZE];
    static const l4_uint8_t local[NET_HOST_SIZE] = {
        [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
    l4_cap_idx_t l = l4re_util_cap_alloc(), c = l4re_util_cap_alloc();
    l4_umword_t taken = 0;
    net_open(a, NET_IPV4, NET_STREAM, l);
    net_open(a, NET_IPV4, NET_STREAM, c);
    socket_bind(l, any, sizeof any, 8080);
    socket_listen(l, 1);
    long error = socket_connect(c, local, sizeof local, 8080);
    if (!error)
        error = socket_send(c, "x", 1, &taken);
    code(error, 0, name);
    l4re_util_cap_free_um(l);
    l4re_util_cap_free_um(c);
}

/* Somebody to hear what comes to LISTENS. */
static void listen_at(l4_cap_idx_t a)
{
    static const l4_uint8_t any[NET_HOST_SIZE];
    l4_cap_idx_t s = l4re_util_cap_alloc(), d = l4re_util_cap_alloc();
    net_open(a, NET_IPV4, NET_STREAM, s);
    socket_bind(s, any, sizeof any, LISTENS);
    socket_listen(s, 8);
    net_open(a, NET_IPV4, NET_DATAGRAM, d);
    socket_bind(d, any, sizeof any, LISTENS);
}

static void test_table(void)
{
    const char *broken = NULL;
    l4_uint64_t now = 0;
    for (unsigned i = 0; i < TABLE_STEPS && !broken; i++) {
        l4_uint8_t mac[ETHER_MAC] = {
            0, 0, 0, 0, (l4_uint8_t)draw(4), (l4_uint8_t)draw(256)};
        unsigned port = draw(SWITCH_PORTS + 1);
        now += draw(1000000);
        table_learn(mac, port, now);
        if (!draw(4))
            table_find(mac, now + draw(400000000));
        if (!draw(50))
            table_forget_port(draw(SWITCH_PORTS));
        broken = table_check();
    }
    fact(!broken, broken ? broken : "the table's invariants hold");
    l4_uint8_t last[ETHER_MAC] = {2, 2, 2, 2, 2, 2};
    table_learn(last, 3, now);
    fact(table_find(last, now) == 3, "what was learnt is known");
    fact(table_find(last, now + 301000000) == -1, "and forgotten in time");
}

/* As many sockets as there may be, left behind at the end. */
static int die(l4_cap_idx_t a)
{
    int n = 0;
    while (net_open(a, NET_IPV4, NET_STREAM, l4re_util_cap_alloc()) >= 0)
        n++;
    return n;
}

int main(int argc, char **argv)
{
    struct net_status status;
    size_t size = sizeof status;
    l4_cap_idx_t a = l4re_env_get_cap("a");
    if (argc > 1 && !strcmp(argv[1], "die"))
        return die(a);
    random_state = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
    net_status(a, &status, &size);
    memcpy(stack_mac, status.mac, sizeof stack_mac);
    test_table();
    code(ether_open(&ether, l4re_env_get_cap("nic"), L4_INVALID_CAP), 0,
         "a port of the switch");
    listen_at(a);
    storm(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1000);
    still_works(a, "the stack works as before");
    size = sizeof status;
    net_status(a, &status, &size);
    fact(status.frames_in > 500 && status.is_up, "it has heard them");
    return tap_end();
}
