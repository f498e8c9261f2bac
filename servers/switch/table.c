/*
 * Who is where: Ethernet addresses and the port that each was seen at last.
 *
 *      hash(address) --> place, place + 1, ... (at most PROBES)
 *
 * A port has at most ADDRESSES entries, so that one client that makes up
 * addresses pushes out none but its own: the oldest of them.
 *
 * I1  no address is in the table twice
 * I2  a port's count is that of its entries, at most ADDRESSES
 *
 * Source: IEEE 802.1D, section 7.8 (learning) and 7.9 (ageing).
 */
#include "switch.h"
#include <string.h>

enum { PLACES = 1024, PROBES = 16, ADDRESSES = 16 };
#define TABLE_FORGET_US (300ull * 1000000)

static struct entry {
    unsigned char mac[ETHER_MAC];
    bool is_used;
    unsigned char port;
    l4_uint64_t seen; /* us */
} table[PLACES];

static unsigned counts[SWITCH_PORTS + 1];

static unsigned hash(const unsigned char *mac)
{
    unsigned h = 2166136261u;
    for (unsigned i = 0; i < ETHER_MAC; i++)
        h = (h ^ mac[i]) * 16777619u;
    return h;
}

static struct entry *place(const unsigned char *mac, unsigned probe)
{
    return &table[(hash(mac) + probe) % PLACES];
}

static void entry_free(struct entry *e)
{
    e->is_used = false;
    counts[e->port]--;
}

static struct entry *find(const unsigned char *mac, l4_uint64_t now)
{
    for (unsigned i = 0; i < PROBES; i++) {
        struct entry *e = place(mac, i);
        if (e->is_used && now - e->seen > TABLE_FORGET_US)
            entry_free(e);
        if (e->is_used && !memcmp(e->mac, mac, ETHER_MAC))
            return e;
    }
    return NULL;
}

/* Makes room among the port's own. Keeps I2. */
static void forget_oldest(unsigned port)
{
    struct entry *oldest = NULL;
    for (unsigned i = 0; i < PLACES; i++) {
        struct entry *e = &table[i];
        if (e->is_used && e->port == port &&
            (!oldest || e->seen < oldest->seen))
            oldest = e;
    }
    if (oldest)
        entry_free(oldest);
}

static struct entry *entry_new(const unsigned char *mac)
{
    for (unsigned i = 0; i < PROBES; i++)
        if (!place(mac, i)->is_used)
            return place(mac, i);
    return NULL; /* this address is not learnt: its frames go to all */
}

/* The uplink's addresses are not limited but by the places there are. */
static bool is_full(unsigned port)
{
    return port != SWITCH_UPLINK && counts[port] == ADDRESSES;
}

void table_learn(const unsigned char *mac, unsigned port, l4_uint64_t now)
{
    if (mac[0] & 1)
        return; /* a group's is nobody's */
    struct entry *e = find(mac, now);
    if (e && e->port != port) {
        entry_free(e);
        e = NULL;
    }
    if (!e) {
        if (is_full(port))
            forget_oldest(port);
        e = entry_new(mac);
        if (!e)
            return;
        memcpy(e->mac, mac, ETHER_MAC);
        e->is_used = true;
        e->port = (unsigned char)port;
        counts[port]++;
    }
    e->seen = now;
}

int table_find(const unsigned char *mac, l4_uint64_t now)
{
    const struct entry *e = mac[0] & 1 ? NULL : find(mac, now);
    return e ? e->port : -1;
}

void table_forget_port(unsigned port)
{
    for (unsigned i = 0; i < PLACES; i++)
        if (table[i].is_used && table[i].port == port)
            entry_free(&table[i]);
}

const char *table_check(void)
{
    unsigned found[SWITCH_PORTS + 1] = {0};
    for (unsigned i = 0; i < PLACES; i++) {
        if (!table[i].is_used)
            continue;
        found[table[i].port]++;
        for (unsigned j = 0, same = 0; j < PROBES; j++) {
            const struct entry *e = place(table[i].mac, j);
            same += e->is_used && !memcmp(e->mac, table[i].mac, ETHER_MAC);
            if (same > 1)
                return "I1: an address is in the table twice";
        }
    }
    for (unsigned p = 0; p <= SWITCH_PORTS; p++)
        if (found[p] != counts[p] || (p < SWITCH_PORTS && found[p] > ADDRESSES))
            return "I2: a port's count is wrong";
    return NULL;
}
