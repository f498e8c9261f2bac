/*
 * switch: an Ethernet switch. One adapter for many, or none and many ports.
 *
 *      rom/switch           capabilities: switch_server, and nic (a gate of
 *                           servers/nic, for the uplink; may be left out)
 *
 * Each frame is copied once in and once to everybody who gets it. An address
 * that was seen is known to be where it was seen last (table.c), so a client
 * gets its own frames, those to all, and those to addresses nobody knows.
 *
 * If the uplink's driver goes away, a new session is tried for every
 * RETRY_US; ports go on among each other.
 */
#include "switch.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_US = 100000 };

l4re_ds_t switch_ds;
unsigned char *switch_buffer;

static struct l4re_server server;
static struct jack root = {.limit = SWITCH_PORTS};
static struct ether uplink;
static struct l4re_irq uplink_irq;
static struct l4re_timer retry;
static l4_cap_idx_t nic = L4_INVALID_CAP;

/* --- frames ----------------------------------------------------------- */

static void send_to(unsigned port, unsigned size)
{
    if (port == SWITCH_UPLINK)
        uplink_send(size);
    else if (port_exists(port))
        port_deliver(port, size);
}

void switch_frame(unsigned from, unsigned size)
{
    l4_uint64_t now = l4_kip_clock(l4re_kip());
    int to = table_find(switch_buffer, now);
    table_learn(switch_buffer + ETHER_MAC, from, now);
    if (to >= 0 && (unsigned)to != from)
        send_to((unsigned)to, size);
    for (unsigned i = 0; to < 0 && i <= SWITCH_UPLINK; i++)
        if (i != from)
            send_to(i, size);
}

void switch_mac(unsigned port, l4_uint8_t *ret_mac)
{
    ret_mac[0] = 2; /* locally administered, of one station */
    memcpy(ret_mac + 1, uplink.mac + 2, 4);
    ret_mac[5] = (l4_uint8_t)(port + 1);
}

/* --- the uplink ------------------------------------------------------- */

static void uplink_open(struct l4re_server *s, struct l4re_timer *timer)
{
    if (ether_open(&uplink, nic, uplink_irq.cap) < 0)
        l4re_timer_set(s, timer, l4_kip_clock(l4re_kip()) + RETRY_US,
                       uplink_open);
}

/* Looks again for a driver if this one has gone. */
static void uplink_result(long error)
{
    if (error < 0 && !uplink.is_open && !retry.is_set)
        l4re_timer_set(&server, &retry, l4_kip_clock(l4re_kip()) + RETRY_US,
                       uplink_open);
}

void uplink_send(unsigned size)
{
    if (uplink.is_open)
        uplink_result(ether_send(&uplink, switch_buffer, size));
}

void uplink_look(void)
{
    if (uplink.is_open)
        uplink_result(ether_look(&uplink));
}

static void on_uplink(struct l4re_server *s, struct l4re_irq *irq)
{
    unsigned size;
    (void)s, (void)irq;
    uplink_result(ether_look(&uplink));
    while ((size = ether_receive(&uplink, switch_buffer)))
        if (size >= SWITCH_HEADER)
            switch_frame(SWITCH_UPLINK, size);
    uplink_result(ether_offer(&uplink));
}

static long uplink_init(void)
{
    nic = l4re_env_get_cap("nic");
    if (l4_is_invalid_cap(nic))
        return 0;
    long error = l4re_irq_make(&server, &uplink_irq, on_uplink);
    if (error >= 0)
        uplink_open(&server, &retry);
    return error;
}

/* --- start ------------------------------------------------------------ */

static long buffer_init(void)
{
    void *at = NULL;
    switch_ds = l4re_util_cap_alloc();
    long error = l4re_ma_alloc(L4_PAGESIZE, switch_ds, 0);
    if (error >= 0)
        error = l4re_rm_attach(&at, L4_PAGESIZE,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, switch_ds,
                               0, L4_PAGESHIFT);
    switch_buffer = at;
    return error;
}

int main(void)
{
    long error = l4re_server_init(&server, L4RE_SERVER_LATER);
    if (error >= 0)
        error = buffer_init();
    if (error >= 0)
        error = uplink_init();
    if (error >= 0)
        error = l4re_server_publish(&server, &root.session, &jack_service,
                                    l4re_env_get_cap("switch_server"));
    if (error < 0) {
        printf("cannot start: %s\n", l4sys_errtostr(error));
        return 1;
    }
    return (int)l4re_server_run(&server);
}
