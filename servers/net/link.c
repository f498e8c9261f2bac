/*
 * lwIP's world: frames of an adapter or a switch's port, and the time.
 *
 *      nic.iface session --IRQ--> frames --> netif.input
 *      netif.linkoutput --> a frame in one piece --> ether_send()
 *      sys_now(): the kernel's clock; lwIP's next timeout is a timer of the
 *      server's loop
 *
 * If the adapter's driver goes away, the link is down and a new session is
 * tried for every RETRY_US; connections last if it comes back soon enough.
 */
#include "again.h"
#include "ether.h"
#include "net.h"
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/prot/dhcp.h>
#include <lwip/timeouts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_US = 100000, QUIET_US = 5000000 };

static struct {
    struct netif netif;
    struct ether ether;
    struct l4re_irq irq;
    struct l4re_timer retry, timeout;
    l4_cap_idx_t nic;
    l4_kernel_clock_t used; /* when it last was */
    bool changed;           /* an address came or went */
    l4_uint32_t in, out, bad;
    u32_t told; /* the address that was printed */
    unsigned random;
    char frame[ETHER_FRAME_MAX];
} link_state;

/* --- time and chance -------------------------------------------------- */

u32_t sys_now(void)
{
    return (u32_t)(l4_kip_clock(l4re_kip()) / 1000);
}

/* Not random at all: a run is reproducible. Different for each address. */
unsigned net_random(void)
{
    unsigned *r = &link_state.random;
    *r ^= *r << 13;
    *r ^= *r >> 17;
    *r ^= *r << 5;
    return *r;
}

static void random_seed(void)
{
    link_state.random = 2166136261u;
    for (unsigned i = 0; i < ETHER_MAC; i++)
        link_state.random =
            (link_state.random ^ link_state.ether.mac[i]) * 16777619u;
    link_state.random |= 1;
}

/* --- frames ----------------------------------------------------------- */

static void retry_later(void (*open)(struct l4re_server *, struct l4re_timer *))
{
    l4re_timer_set(&net_server, &link_state.retry,
                   l4_kip_clock(l4re_kip()) + RETRY_US, open);
}

static void reopen(struct l4re_server *server, struct l4re_timer *timer)
{
    (void)server, (void)timer;
    if (ether_open(&link_state.ether, link_state.nic, link_state.irq.cap) < 0)
        retry_later(reopen);
    else
        netif_set_link_up(&link_state.netif);
    net_settle();
}

static void check(long error)
{
    if (error >= 0 || link_state.ether.is_open || link_state.retry.is_set)
        return;
    netif_set_link_down(&link_state.netif);
    retry_later(reopen);
}

static err_t on_output(struct netif *netif, struct pbuf *p)
{
    (void)netif;
    if (p->tot_len > sizeof link_state.frame)
        return ERR_BUF;
    pbuf_copy_partial(p, link_state.frame, p->tot_len, 0);
    long error = ether_send(&link_state.ether, link_state.frame, p->tot_len);
    link_state.out += error >= 0;
    check(error);
    return error < 0 ? ERR_BUF : ERR_OK;
}

static void input(unsigned size)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
    link_state.in++;
    if (!p) {
        link_state.bad++;
        return;
    }
    pbuf_take(p, link_state.frame, (u16_t)size);
    if (link_state.netif.input(p, &link_state.netif) != ERR_OK) {
        link_state.bad++;
        pbuf_free(p);
    }
}

static void on_frames(struct l4re_server *server, struct l4re_irq *irq)
{
    unsigned size;
    (void)server, (void)irq;
    check(ether_look(&link_state.ether));
    while ((size = ether_receive(&link_state.ether, link_state.frame)))
        input(size);
    check(ether_offer(&link_state.ether));
    net_settle();
}

/* --- lwIP's timeouts -------------------------------------------------- */

/* Looks, too: nobody tells that the adapter's server has ended. */
static void on_timeout(struct l4re_server *server, struct l4re_timer *timer)
{
    (void)server, (void)timer;
    check(ether_look(&link_state.ether));
    sys_check_timeouts();
    net_settle();
}

/* Nobody uses it and no lease runs: time may stand still, so that a system in
 * which nothing happens any more is seen to be at rest. */
static bool is_quiet(l4_kernel_clock_t now)
{
    if (netif_dhcp_data(&link_state.netif) || account_any_busy())
        link_state.used = now;
    return now - link_state.used > QUIET_US;
}

void net_settle(void)
{
    do
        netif_poll_all();
    while (socket_settle());
    if (link_state.changed) {
        link_state.changed = false;
        client_link_changed();
    }
    u32_t ms = sys_timeouts_sleeptime();
    l4_kernel_clock_t now = l4_kip_clock(l4re_kip());
    if (!is_quiet(now) && ms != SYS_TIMEOUTS_SLEEPTIME_INFINITE)
        l4re_timer_set(&net_server, &link_state.timeout, now + ms * 1000ull + 1,
                       on_timeout);
}

/* --- the interface ---------------------------------------------------- */

bool link_is_ready(void)
{
    return netif_is_up(&link_state.netif) &&
           netif_is_link_up(&link_state.netif) &&
           !ip4_addr_isany(netif_ip4_addr(&link_state.netif));
}

bool link_owns(const ip_addr_t *ip)
{
    const struct netif *n;
    bool owns = ip_addr_isany(ip) || ip_addr_isloopback(ip);
    NETIF_FOREACH(n)
    {
        if (IP_IS_V4(ip))
            owns |= ip4_addr_cmp(ip_2_ip4(ip), netif_ip4_addr(n));
        else
            owns |=
                netif_get_ip6_addr_match((struct netif *)n, ip_2_ip6(ip)) >= 0;
    }
    return owns;
}

static void on_status(struct netif *netif)
{
    bool is_new = link_state.told != netif_ip4_addr(netif)->addr;
    link_state.changed = true;
    link_state.told = netif_ip4_addr(netif)->addr;
    if (link_is_ready() && is_new)
        printf("address %s\n", ip4addr_ntoa(netif_ip4_addr(netif)));
}

static err_t on_init(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = on_output;
    netif->mtu = ETHER_FRAME_MAX - 14;
    netif->hwaddr_len = ETHER_MAC;
    memcpy(netif->hwaddr, link_state.ether.mac, ETHER_MAC);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
                   NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6;
    return ERR_OK;
}

static const ip6_addr_t *best_ip6(void)
{
    const struct netif *n = &link_state.netif;
    const ip6_addr_t *best = NULL;
    for (int i = LWIP_IPV6_NUM_ADDRESSES - 1; i >= 0; i--)
        if (ip6_addr_isvalid(netif_ip6_addr_state(n, i)) &&
            (!best || ip6_addr_islinklocal(best)))
            best = netif_ip6_addr(n, i);
    return best;
}

void link_status(struct net_status *ret_status)
{
    const struct netif *n = &link_state.netif;
    const struct dhcp *dhcp = netif_dhcp_data(&link_state.netif);
    const ip6_addr_t *ip6 = best_ip6();
    address_write(&n->ip_addr, ret_status->ipv4);
    address_write(&n->gw, ret_status->gateway);
    address_write(dns_getserver(0), ret_status->name_server);
    if (ip6)
        memcpy(ret_status->ipv6, ip6->addr, NET_HOST_SIZE);
    memcpy(ret_status->mac, n->hwaddr, ETHER_MAC);
    ret_status->prefix = (l4_uint8_t)__builtin_popcount(
        netif_ip4_netmask(&link_state.netif)->addr);
    ret_status->is_up = link_is_ready();
    if (dhcp && dhcp->state == DHCP_STATE_BOUND)
        ret_status->lease_seconds = dhcp->offered_t0_lease;
    ret_status->frames_in = link_state.in;
    ret_status->frames_out = link_state.out;
    ret_status->frames_bad = link_state.bad;
}

/* --- start ------------------------------------------------------------ */

/* The next of "a/24,b,c", cut out; false: it is no address. */
static bool next_address(char **words, ip4_addr_t *ret_ip)
{
    const char *word = strsep(words, ",");
    return word && ip4addr_aton(word, ret_ip);
}

/* "10.0.0.1/24[,gateway[,name server]]" */
static long fixed_address(const char *text)
{
    char copy[80], *words = copy;
    ip4_addr_t ip, mask, gateway = {0};
    ip_addr_t server = {0};
    if (strlen(text) >= sizeof copy)
        return -L4_EINVAL;
    strcpy(copy, text);
    char *slash = strchr(copy, '/');
    unsigned long bits = slash ? strtoul(slash + 1, NULL, 10) : 24;
    if (bits < 1 || bits > 32)
        return -L4_EINVAL;
    if (slash) { /* what is behind the bits moves up */
        size_t skip = strcspn(slash, ",");
        memmove(slash, slash + skip, strlen(slash + skip) + 1);
    }
    mask.addr = lwip_htonl(~0u << (32 - bits));
    if (!next_address(&words, &ip) ||
        (words && !next_address(&words, &gateway)) ||
        (words && !next_address(&words, ip_2_ip4(&server))))
        return -L4_EINVAL;
    netif_set_addr(&link_state.netif, &ip, &mask, &gateway);
    if (!ip_addr_isany(&server))
        dns_setserver(0, &server);
    return 0;
}

static long ether_begin(void *irq)
{
    return ether_open(&link_state.ether, link_state.nic, *(l4_cap_idx_t *)irq);
}

/* The first session may meet a driver that ends: there will be another. */
static long session_init(void)
{
    link_state.nic = l4re_env_get_cap("nic");
    if (l4_is_invalid_cap(link_state.nic))
        return 0; /* only this machine */
    long error = l4re_irq_make(&net_server, &link_state.irq, on_frames);
    if (error >= 0)
        error = again_until_open(ether_begin, &link_state.irq.cap);
    return error;
}

long link_init(const char *ipv4)
{
    struct netif *n = &link_state.netif;
    lwip_init();
    long error = session_init();
    if (error < 0)
        return error;
    random_seed();
    if (!link_state.ether.is_open) {
        net_settle();
        return 0;
    }
    if (!netif_add(n, NULL, NULL, NULL, NULL, on_init, netif_input))
        return -L4_ENOMEM;
    netif_set_default(n);
    netif_set_status_callback(n, on_status);
    netif_set_hostname(n, "vitrine");
    netif_create_ip6_linklocal_address(n, 1);
    netif_set_ip6_autoconfig_enabled(n, 1);
    netif_set_link_up(n);
    netif_set_up(n);
    error = ipv4 ? fixed_address(ipv4) : address_error(dhcp_start(n));
    net_settle();
    return error;
}
