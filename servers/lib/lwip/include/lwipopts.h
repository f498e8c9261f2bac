/*
 * lwIP's options for the net server: one thread, callbacks, its own pools.
 *
 * All memory is lwIP's own and of fixed size, so the stack cannot outgrow the
 * server's quota; who gets how much of it is the server's business (accounts in
 * servers/net/client.h). Numbers below are for all clients together.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

/* No threads, no locks: the server's loop is the only one inside. */
#define NO_SYS               1
#define LWIP_TIMERS          1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET          0
#define LWIP_NETCONN         0
#define LWIP_NETIF_API       0

/* Protocols. */
#define LWIP_IPV4                      1
#define LWIP_IPV6                      1
#define LWIP_ARP                       1
#define LWIP_ICMP                      1
#define LWIP_RAW                       0
#define LWIP_UDP                       1
#define LWIP_TCP                       1
#define LWIP_DHCP                      1
#define LWIP_DNS                       1
#define LWIP_IPV6_MLD                  1
#define LWIP_IPV6_AUTOCONFIG           1
#define IPV6_FRAG_COPYHEADER           1 /* pointers have 8 bytes */
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 1

/* A lease is ours when the server says so. */
#define DHCP_DOES_ARP_CHECK 0

/* 127.0.0.1 and ::1; the server's loop delivers what waits there. */
#define LWIP_HAVE_LOOPIF                   1
#define LWIP_NETIF_LOOPBACK                1
#define LWIP_NETIF_LOOPBACK_MULTITHREADING 0
#define LWIP_LOOPBACK_MAX_PBUFS            64

#define LWIP_NETIF_STATUS_CALLBACK         1
#define LWIP_NETIF_HOSTNAME                1
#define SO_REUSE                           1
#define IP_SOF_BROADCAST                   1
#define LWIP_TCP_KEEPALIVE                 1
#define LWIP_STATS                         0
#define DNS_TABLE_SIZE                     16

/* Memory: enough for what all pcbs together may hold. */
#define MEM_ALIGNMENT           8
#define MEM_SIZE                (4 * 1024 * 1024)
#define PBUF_POOL_SIZE          512
#define MEMP_NUM_PBUF           256
#define MEMP_NUM_TCP_PCB        128
#define MEMP_NUM_TCP_PCB_LISTEN 128
#define MEMP_NUM_TCP_SEG        4096
#define MEMP_NUM_UDP_PCB        132
#define MEMP_NUM_REASSDATA      8

/* TCP: a window of 16 full segments. */
#define TCP_MSS             1460
#define TCP_WND             (16 * TCP_MSS)
#define TCP_SND_BUF         (16 * TCP_MSS)
#define TCP_SND_QUEUELEN    32
#define TCP_QUEUE_OOSEQ     1
#define TCP_OOSEQ_MAX_PBUFS 16
#define TCP_LISTEN_BACKLOG  1

#endif
