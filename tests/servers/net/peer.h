/*
 * What answers in a test's network: a DHCP server and a name server, on UDP
 * sockets of a stack with a fixed address. One client, one name.
 */
#ifndef PEER_H
#define PEER_H

#include <l4/sys/types.h>

enum { PEER_LEASE_SECONDS = 3600, PEER_DNS_PORT = 53 };
#define PEER_NAME "www.example.org"

/* An IPv4 address as a host of net.iface. */
void peer_host(l4_uint8_t *ret_host, unsigned a, unsigned b, unsigned c,
               unsigned d);

/* Starts the threads that answer through `net`, whose address is 10.0.0.1:
 * leases of 10.0.0.50 with 10.0.0.1 as gateway and name server; PEER_NAME is
 * 10.0.0.1. 0, or an error. */
long peer_start(l4_cap_idx_t net);

/* DHCP messages answered so far. */
unsigned peer_dhcp_answers(void);

#endif
