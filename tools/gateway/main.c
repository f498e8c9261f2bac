/*
 * vitrine-gateway: a simulated machine's way to the host's network.
 *
 *      vitrine-gateway [FORWARD...]      file descriptor 3: the wire
 *
 *      simulator --frames--> libslirp --ordinary sockets--> the host's network
 *
 * libslirp (QEMU's user networking) answers ARP, DHCP and DNS, and turns the
 * machine's connections into the host's, so no privileges are needed. The
 * machine's network is QEMU's too: 10.0.2.0/24, the gateway 10.0.2.2, names
 * 10.0.2.3, the machine 10.0.2.15.
 *
 * FORWARD is [udp:]HOSTPORT:GUESTPORT: what comes to the port of 127.0.0.1 goes
 * to the machine. Port 0 takes any that is free; which, is told on stderr. When
 * all is set up one zero byte goes to the wire, then frames with their size in
 * front (sim-kernel/port/sim/wire.h). Ends when the wire does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WIRE = 3, SIZE = 4, FRAME_MAX = 1514, FDS = 512, TIMERS = 8 };
enum { EXIT_USAGE = 103 };

static struct {
    Slirp *slirp;
    struct pollfd fds[FDS];
    int count;
    unsigned char in[SIZE + FRAME_MAX];
    size_t in_size;
} gateway;

static struct timer {
    SlirpTimerCb callback;
    void *data;
    int64_t at; /* ms; 0: not set */
} timers[TIMERS];

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "vitrine: --forward: %s: %s\n", what, why);
    exit(EXIT_USAGE);
}

/* --- what libslirp asks for ------------------------------------------- */

static int64_t clock_ns(void *unused)
{
    struct timespec t;
    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void write_all(const void *data, size_t size)
{
    const char *from = data;
    while (size) {
        ssize_t n = write(WIRE, from, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            exit(0); /* the machine is gone */
        from += n;
        size -= (size_t)n;
    }
}

static ssize_t send_packet(const void *frame, size_t size, void *unused)
{
    unsigned char head[SIZE] = {0, 0, (unsigned char)(size >> 8),
                                (unsigned char)size};
    (void)unused;
    if (size && size <= FRAME_MAX) {
        write_all(head, sizeof(head));
        write_all(frame, size);
    }
    return (ssize_t)size;
}

static void guest_error(const char *text, void *unused)
{
    (void)unused;
    fprintf(stderr, "vitrine: gateway: %s\n", text);
}

static void *timer_new(SlirpTimerCb callback, void *data, void *unused)
{
    (void)unused;
    for (int i = 0; i < TIMERS; i++)
        if (!timers[i].callback) {
            timers[i] = (struct timer){callback, data, 0};
            return &timers[i];
        }
    return NULL;
}

static void timer_free(void *timer, void *unused)
{
    (void)unused;
    memset(timer, 0, sizeof(struct timer));
}

static void timer_mod(void *timer, int64_t at, void *unused)
{
    (void)unused;
    ((struct timer *)timer)->at = at;
}

static void on_fd(int fd, void *unused)
{
    (void)fd, (void)unused; /* all are polled each time */
}

static void on_notify(void *unused)
{
    (void)unused;
}

/* --- forwards ----------------------------------------------------------- */

/* A port that nobody has now. */
static int free_port(int kind)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, kind, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) ||
        getsockname(fd, (struct sockaddr *)&a, &size))
        die("no free port", strerror(errno));
    close(fd);
    return ntohs(a.sin_port);
}

static int forward_to(int is_udp, int host_port, int guest_port)
{
    struct in_addr host = {.s_addr = htonl(INADDR_LOOPBACK)};
    struct in_addr guest = {0}; /* who has the lease */
    return slirp_add_hostfwd(gateway.slirp, is_udp, host, host_port, guest,
                             guest_port);
}

/* "[udp:]8080:80" */
static void forward(const char *text)
{
    int host, guest, end = 0, tries = 0;
    int is_udp = !strncmp(text, "udp:", 4);
    const char *ports = strchr(text, ':');
    ports = is_udp || !strncmp(text, "tcp:", 4) ? ports + 1 : text;
    if (sscanf(ports, "%d:%d%n", &host, &guest, &end) != 2 || ports[end] ||
        host < 0 || host > 65535 || guest < 1 || guest > 65535)
        die(text, "is not [udp:]HOSTPORT:GUESTPORT");
    int port, error;
    do { /* somebody may take a free port before we do */
        port = host ? host : free_port(is_udp ? SOCK_DGRAM : SOCK_STREAM);
        error = forward_to(is_udp, port, guest) < 0 ? errno : 0;
    } while (error && !host && tries++ < 10);
    if (error)
        die(text, strerror(error));
    fprintf(stderr, "vitrine: 127.0.0.1:%d goes to the machine's %s port %d\n",
            port, is_udp ? "UDP" : "TCP", guest);
}

static void start(void)
{
    static const SlirpCb callbacks = {
        .send_packet = send_packet,
        .guest_error = guest_error,
        .clock_get_ns = clock_ns,
        .timer_new = timer_new,
        .timer_free = timer_free,
        .timer_mod = timer_mod,
        .register_poll_fd = on_fd,
        .unregister_poll_fd = on_fd,
        .notify = on_notify,
    };
    SlirpConfig c = {.version = 1, .in_enabled = true, .in6_enabled = true};
    inet_pton(AF_INET, "10.0.2.0", &c.vnetwork);
    inet_pton(AF_INET, "255.255.255.0", &c.vnetmask);
    inet_pton(AF_INET, "10.0.2.2", &c.vhost);
    inet_pton(AF_INET, "10.0.2.15", &c.vdhcp_start);
    inet_pton(AF_INET, "10.0.2.3", &c.vnameserver);
    inet_pton(AF_INET6, "fec0::", &c.vprefix_addr6);
    c.vprefix_len = 64;
    inet_pton(AF_INET6, "fec0::2", &c.vhost6);
    inet_pton(AF_INET6, "fec0::3", &c.vnameserver6);
    gateway.slirp = slirp_new(&c, &callbacks, NULL);
    if (!gateway.slirp)
        die("libslirp", "does not start");
}

/* --- the loop ----------------------------------------------------------- */

static int add_poll(int fd, int events, void *unused)
{
    (void)unused;
    if (gateway.count == FDS)
        return -1;
    short e = (short)((events & SLIRP_POLL_IN ? POLLIN : 0) |
                      (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
                      (events & SLIRP_POLL_PRI ? POLLPRI : 0));
    gateway.fds[gateway.count] = (struct pollfd){.fd = fd, .events = e};
    return gateway.count++;
}

static int get_revents(int i, void *unused)
{
    (void)unused;
    short e = i < 0 ? 0 : gateway.fds[i].revents;
    return (e & POLLIN ? SLIRP_POLL_IN : 0) |
           (e & POLLOUT ? SLIRP_POLL_OUT : 0) |
           (e & POLLPRI ? SLIRP_POLL_PRI : 0) |
           (e & POLLERR ? SLIRP_POLL_ERR : 0) |
           (e & POLLHUP ? SLIRP_POLL_HUP : 0);
}

/* One read from the wire; at a frame's end it goes to libslirp. */
static void wire_read(void)
{
    const unsigned char *in = gateway.in;
    size_t size = gateway.in_size < SIZE ? 0 : (size_t)in[2] << 8 | in[3];
    size_t wanted = SIZE + size;
    if (size > FRAME_MAX)
        exit(0);
    ssize_t n =
        read(WIRE, gateway.in + gateway.in_size, wanted - gateway.in_size);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0)
        exit(0);
    gateway.in_size += (size_t)n;
    if (gateway.in_size == SIZE || gateway.in_size < wanted)
        return;
    slirp_input(gateway.slirp, in + SIZE, (int)size);
    gateway.in_size = 0;
}

static void run_timers(void)
{
    int64_t now = clock_ns(NULL) / 1000000;
    for (int i = 0; i < TIMERS; i++) {
        struct timer *t = &timers[i];
        if (t->callback && t->at && t->at <= now) {
            t->at = 0;
            t->callback(t->data);
        }
    }
}

static void turn(void)
{
    uint32_t timeout = 1000;
    gateway.count = 1;
    gateway.fds[0] = (struct pollfd){.fd = WIRE, .events = POLLIN};
    slirp_pollfds_fill(gateway.slirp, &timeout, add_poll, NULL);
    int n = poll(gateway.fds, (nfds_t)gateway.count, (int)timeout);
    slirp_pollfds_poll(gateway.slirp, n < 0, get_revents, NULL);
    if (n > 0 && gateway.fds[0].revents)
        wire_read();
    run_timers();
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN); /* the machine's; this ends with it */
    start();
    for (int i = 1; i < argc; i++)
        forward(argv[i]);
    write_all("", 1);
    for (;;)
        turn();
}
