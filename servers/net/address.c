/*
 * Addresses and errors between lwIP and net.iface: a host is 16 bytes as in
 * IPv6, IPv4's are ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2).
 */
#include "net.h"
#include <lwip/err.h>
#include <lwip/ip.h>
#include <string.h>

enum { MAPPED = 12 }; /* bytes before the IPv4 address */

static const l4_uint8_t mapped[MAPPED] = {[10] = 0xff, [11] = 0xff};

static bool is_zero(const l4_uint8_t *host)
{
    static const l4_uint8_t zeros[NET_HOST_SIZE];
    return !memcmp(host, zeros, sizeof zeros);
}

bool address_read(const void *host, size_t size, bool ipv6, ip_addr_t *ret_ip)
{
    if (size != NET_HOST_SIZE)
        return false;
    if (is_zero(host)) {
        *ret_ip = ipv6 ? *IP_ANY_TYPE : *IP4_ADDR_ANY;
        return true;
    }
    if (!memcmp(host, mapped, MAPPED)) {
        memset(ret_ip, 0, sizeof *ret_ip);
        memcpy(&ip_2_ip4(ret_ip)->addr, (const char *)host + MAPPED, 4);
        IP_SET_TYPE(ret_ip, IPADDR_TYPE_V4);
        return true;
    }
    if (!ipv6)
        return false;
    memset(ret_ip, 0, sizeof *ret_ip);
    memcpy(ip_2_ip6(ret_ip)->addr, host, NET_HOST_SIZE);
    IP_SET_TYPE(ret_ip, IPADDR_TYPE_V6);
    if (netif_default) /* there is one link that an address may be local to */
        ip6_addr_assign_zone(ip_2_ip6(ret_ip), IP6_UNKNOWN, netif_default);
    return true;
}

void address_write(const ip_addr_t *ip, l4_uint8_t *ret_host)
{
    memset(ret_host, 0, NET_HOST_SIZE);
    if (IP_IS_V6(ip)) {
        memcpy(ret_host, ip_2_ip6(ip)->addr, NET_HOST_SIZE);
    } else if (!ip_addr_isany(ip)) {
        memcpy(ret_host, mapped, MAPPED);
        memcpy(ret_host + MAPPED, &ip_2_ip4(ip)->addr, 4);
    }
}

long address_error(int err)
{
    static const long errors[] = {
        [-ERR_OK] = 0,
        [-ERR_MEM] = L4_ENOMEM,
        [-ERR_BUF] = L4_ENOMEM,
        [-ERR_TIMEOUT] = NET_ETIMEDOUT,
        [-ERR_RTE] = NET_EHOSTUNREACH,
        [-ERR_INPROGRESS] = NET_EINPROGRESS,
        [-ERR_VAL] = L4_EINVAL,
        [-ERR_WOULDBLOCK] = L4_EAGAIN,
        [-ERR_USE] = NET_EADDRINUSE,
        [-ERR_ALREADY] = NET_EALREADY,
        [-ERR_ISCONN] = NET_EISCONN,
        [-ERR_CONN] = NET_ENOTCONN,
        [-ERR_IF] = L4_EIO,
        [-ERR_ABRT] = NET_ETIMEDOUT, /* lwIP gave up */
        [-ERR_RST] = NET_ECONNRESET,
        [-ERR_CLSD] = NET_ENOTCONN,
        [-ERR_ARG] = L4_EINVAL,
    };
    return -errors[-err];
}
