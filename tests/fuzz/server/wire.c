/*
 * A wire and who is at its other end: in place of servers/lib/ether.
 *
 *      server --ether_send()--> sent[] --answer()--> ether_receive() --> server
 *                                 ^ what the input changes of it
 *
 * A frame that comes is one that the input spells, or the answer to one that
 * was sent: addresses and ports the other way round, TCP's numbers in order,
 * a lease, a name's address. Without input it is just that answer, so the
 * server's connections come about; with it, some bytes are others and there is
 * more behind it. Checksums are not looked at here (meson.build): no input
 * would have the right ones.
 */
#include "ether.h"
#include "kernel.h"
#include <l4/sys/err.h>
#include <stdint.h>
#include <string.h>

enum { QUEUE = 4, MOST_AT_ONCE = 24, ETH = 14, IP4 = 20, IP6 = 40, UDP = 8 };
enum { TCP = 20, IS_TCP = 6, IS_UDP = 17, IS_ICMP = 1, IS_ICMP6 = 58 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { ARP_TYPE = 0x0806, IP4_TYPE = 0x0800, IP6_TYPE = 0x86dd };

struct frame {
    unsigned size;
    unsigned char at[ETHER_FRAME_MAX];
};

static const unsigned char mine[6] = {2, 0, 0, 0, 0, 2};
static const unsigned char servers[6] = {2, 0, 0, 0, 0, 1};
static const unsigned char router[4] = {10, 0, 2, 2}, lease[4] = {10, 0, 2, 15};
static struct frame sent[QUEUE], last; /* last: what came */
static unsigned first, count, at_once;

static unsigned get16(const unsigned char *p)
{
    return (unsigned)(p[0] << 8 | p[1]);
}

static void put16(unsigned char *p, unsigned value)
{
    p[0] = (unsigned char)(value >> 8);
    p[1] = (unsigned char)value;
}

static uint32_t get32(const unsigned char *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put32(unsigned char *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value & 0xffff);
}

static void swap(unsigned char *a, unsigned char *b, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        unsigned char c = a[i];
        a[i] = b[i];
        b[i] = c;
    }
}

/* ---- Answers: each makes one of a frame, false: there is none ---- */

static bool answer_arp(unsigned char *arp)
{
    if (get16(arp + 6) != 1)
        return false;
    put16(arp + 6, 2);
    swap(arp + 8, arp + 18, 10);
    memcpy(arp + 8, mine, 6);
    return true;
}

/* A lease; how many bytes it has. */
static unsigned answer_dhcp(unsigned char *d)
{
    static const unsigned char options[] = {
        54, 4, 10,  0,   2,   2,        /* server */
        51, 4, 0,   0,   2,   88,       /* seconds */
        1,  4, 255, 255, 255, 0,        /* mask */
        3,  4, 10,  0,   2,   2,        /* router */
        6,  4, 10,  0,   2,   3,  255}; /* name server */
    enum { YOURS = 16, SERVERS = 20, OPTIONS = 240 };
    bool is_discover = d[OPTIONS + 2] == 1;
    d[0] = 2;
    memcpy(d + YOURS, lease, 4);
    memcpy(d + SERVERS, router, 4);
    memcpy(d + OPTIONS, (unsigned char[]){53, 1, is_discover ? 2 : 5}, 3);
    memcpy(d + OPTIONS + 3, options, sizeof options);
    return OPTIONS + 3 + sizeof options;
}

/* One address for whatever name; how many bytes it has. */
static unsigned answer_dns(unsigned char *d, unsigned size)
{
    unsigned end = 12;
    while (end < size && d[end])
        end += d[end] + 1u;
    if (end + 5 > size)
        return 0;
    unsigned char *a = d + end + 5;
    unsigned length = d[end + 2] == 28 ? 16 : 4;
    put16(d + 2, 0x8180);
    put16(d + 6, 1);
    put16(a, 0xc00c);
    memcpy(a + 2, d + end + 1, 4); /* type and class */
    put32(a + 6, 60);
    put16(a + 10, length);
    memset(a + 12, 10, length);
    return end + 5 + 12 + length;
}

static unsigned answer_udp(unsigned char *u, unsigned size)
{
    unsigned payload = size - UDP;
    swap(u, u + 2, 2);
    if (get16(u) == 67)
        payload = answer_dhcp(u + UDP);
    else if (get16(u) == 53)
        payload = answer_dns(u + UDP, payload);
    put16(u + 4, payload + UDP);
    return payload ? payload + UDP : 0;
}

/* `more` bytes of input come with it. */
static unsigned answer_tcp(unsigned char *t, unsigned size, unsigned more)
{
    uint32_t number = get32(t + 4), acknowledged = get32(t + 8);
    unsigned flags = t[13], header = (t[12] >> 4) * 4u;
    unsigned data = size > header ? size - header : 0;
    bool speaks = data || flags & (SYN | FIN) || more;
    if (flags & RST || !speaks)
        return 0;
    swap(t, t + 2, 2);
    put32(t + 4, flags & ACK ? acknowledged : 1000);
    put32(t + 8, number + data + !!(flags & SYN) + !!(flags & FIN));
    t[12] = 5 << 4;
    t[13] = (unsigned char)(ACK | (flags & FIN) | (more ? PSH : 0) |
                            ((flags & (SYN | ACK)) == SYN ? SYN : 0));
    put16(t + 14, 8192);
    for (unsigned i = 0; i < more; i++)
        t[TCP + i] = (unsigned char)input_byte();
    return TCP + more;
}

/* Neighbours are found, and there is a router; 0: no answer. */
static unsigned answer_icmp6(unsigned char *ip, unsigned char *m)
{
    static const unsigned char advertisement[] = {
        134,  0,    0,    0,    64, 0, 0x0e, 0x10,
        0,    0,    0,    0,    0,  0, 0,    0, /* router */
        3,    4,    64,   0xc0, 0,  0, 0x0e, 0x10,
        0,    0,    0x0e, 0x10, 0,  0, 0,    0, /* /64 */
        0x20, 0x01, 0x0d, 0xb8, 0,  0, 0,    0,
        0,    0,    0,    0,    0,  0, 0,    0};
    ip[7] = 255;
    if (m[0] == 128) { /* an echo */
        m[0] = 129;
        return get16(ip + 4);
    }
    if (m[0] == 133) {
        memcpy(m, advertisement, sizeof advertisement);
        ip[8] = 0xfe, ip[9] = 0x80;
        return sizeof advertisement;
    }
    if (m[0] != 135 || !ip[24]) /* nobody else has the address it tries */
        return 0;
    m[0] = 136;
    m[4] = 0x60;
    memcpy(ip + 8, m + 8, 16);
    m[24] = 2;
    memcpy(m + 26, mine, 6);
    return 32;
}

static bool answer_ip4(struct frame *f, unsigned char *ip, unsigned more)
{
    static const unsigned char nobody[4];
    unsigned size = get16(ip + 2) - IP4, answer = 0;
    unsigned char *p = ip + IP4;
    swap(ip + 12, ip + 16, 4);
    if (ip[12] == 255)
        memcpy(ip + 12, router, 4);
    if (!memcmp(ip + 16, nobody, 4))
        memset(ip + 16, 255, 4);
    if (ip[9] == IS_UDP)
        answer = answer_udp(p, size);
    else if (ip[9] == IS_TCP)
        answer = answer_tcp(p, size, more);
    else if (ip[9] == IS_ICMP && p[0] == 8)
        answer = size, p[0] = 0;
    put16(ip + 2, IP4 + answer);
    f->size = ETH + IP4 + answer;
    return answer;
}

static bool answer_ip6(struct frame *f, unsigned char *ip, unsigned more)
{
    unsigned size = get16(ip + 4), answer = 0;
    unsigned char *p = ip + IP6;
    swap(ip + 8, ip + 24, 16);
    if (ip[6] == IS_UDP)
        answer = answer_udp(p, size);
    else if (ip[6] == IS_TCP)
        answer = answer_tcp(p, size, more);
    else if (ip[6] == IS_ICMP6)
        answer = answer_icmp6(ip, p);
    put16(ip + 4, answer);
    f->size = ETH + IP6 + answer;
    return answer;
}

static bool answer(struct frame *f, unsigned more)
{
    unsigned char *p = f->at + ETH;
    memcpy(f->at, servers, 6);
    memcpy(f->at + 6, mine, 6);
    switch (get16(f->at + 12)) {
    case ARP_TYPE:
        return answer_arp(p);
    case IP4_TYPE:
        return answer_ip4(f, p, more);
    case IP6_TYPE:
        return answer_ip6(f, p, more);
    default:
        return false;
    }
}

/* ---- What the input spells ---- */

static void change(struct frame *f, unsigned places)
{
    while (places-- && f->size) {
        unsigned at = (input_byte() | input_byte() << 8) % f->size;
        f->at[at] = (unsigned char)input_byte();
    }
}

/* A packet to a port of the server's, from nowhere. */
static void stranger(struct frame *f, unsigned protocol)
{
    unsigned more = input_byte(), header = protocol == IS_TCP ? TCP : UDP;
    unsigned char *ip = f->at + ETH, *p = ip + IP4;
    memset(f, 0, sizeof *f);
    memcpy(f->at, servers, 6);
    memcpy(f->at + 6, mine, 6);
    put16(f->at + 12, IP4_TYPE);
    ip[0] = 0x45, ip[8] = 64, ip[9] = (unsigned char)protocol;
    put16(ip + 2, IP4 + header + more);
    memcpy(ip + 12, router, 4);
    memcpy(ip + 16, lease, 4);
    put16(p, 1024 + input_byte());
    put16(p + 2, input_byte());
    if (protocol == IS_TCP) {
        p[12] = 5 << 4, p[13] = (unsigned char)input_byte();
        put16(p + 14, 8192);
    } else {
        put16(p + 4, UDP + more);
    }
    for (unsigned i = 0; i < more; i++)
        p[header + i] = (unsigned char)input_byte();
    f->size = ETH + IP4 + header + more;
}

/* Only addresses are as they must be. */
static void raw(struct frame *f)
{
    static const unsigned types[] = {IP4_TYPE, IP6_TYPE, ARP_TYPE, 0x8100};
    memset(f, 0, sizeof *f);
    memcpy(f->at, servers, 6);
    memcpy(f->at + 6, mine, 6);
    put16(f->at + 12, types[input_byte() % 4]);
    f->size = ETH + input_byte();
    for (unsigned i = ETH; i < f->size; i++)
        f->at[i] = (unsigned char)input_byte();
}

static bool take_sent(struct frame *ret)
{
    if (!count)
        return false;
    *ret = sent[first];
    first = (first + 1) % QUEUE;
    count--;
    return true;
}

/* The next frame that comes; false: none now. */
static bool next(struct frame *f)
{
    unsigned how = input_byte();
    switch (how & 7) {
    case 0:
    case 1:
    case 2:
        if (!take_sent(f))
            return false;
        if (!answer(f, how >> 6 ? input_byte() : 0))
            return false;
        change(f, how >> 3 & 7);
        return true;
    case 3:
        *f = last; /* once more, not quite the same */
        change(f, how >> 3 & 7);
        return f->size;
    case 4:
        stranger(f, IS_TCP);
        return true;
    case 5:
        stranger(f, IS_UDP);
        return true;
    case 6:
        raw(f);
        return true;
    default:
        return false;
    }
}

/* ---- The library's calls ---- */

static bool breaks(struct ether *e)
{
    if (host_may_fail && input_is_left() && input_byte() == 0xee)
        e->is_open = false;
    return !e->is_open;
}

long ether_open(struct ether *e, l4_cap_idx_t gate, l4_cap_idx_t signal)
{
    (void)gate, (void)signal;
    memcpy(e->mac, servers, sizeof servers);
    count = 0;
    e->is_open = e->is_up = true;
    return breaks(e) ? -L4_ENODEV : 0;
}

long ether_look(struct ether *e)
{
    at_once = 0;
    return breaks(e) ? -L4_ENODEV : 0;
}

unsigned ether_receive(struct ether *e, void *frame)
{
    if (!e->is_open || at_once++ == MOST_AT_ONCE)
        return 0;
    bool is_there = false;
    while (!is_there && (count || input_is_left()) && at_once < MOST_AT_ONCE) {
        is_there = next(&last);
        at_once += !is_there;
    }
    if (!is_there)
        return 0;
    memcpy(frame, last.at, last.size);
    return last.size;
}

long ether_offer(struct ether *e)
{
    return e->is_open ? 0 : -L4_ENODEV;
}

long ether_send(struct ether *e, const void *frame, unsigned size)
{
    if (!e->is_open)
        return -L4_ENODEV;
    if (!size || size > ETHER_FRAME_MAX)
        return -L4_EINVAL;
    if (count == QUEUE) { /* the oldest is lost, as frames may be */
        first = (first + 1) % QUEUE;
        count--;
    }
    struct frame *f = &sent[(first + count++) % QUEUE];
    memset(f->at, 0, sizeof f->at);
    memcpy(f->at, frame, size);
    f->size = size;
    return 0;
}
