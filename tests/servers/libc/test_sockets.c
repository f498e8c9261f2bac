/*
 * BSD sockets: this program on one network stack, sockets_peer.c on another
 * (sockets.cfg). A TAP producer. Times are of the simulator's clock.
 */
#define _GNU_SOURCE
#include "sockets.h"
#include "tap.h"
#include "waiting.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME "www.example.org" /* as ../net/peer.h has it: 10.0.0.1 */

static int fails(long result, int error)
{
    if (result < 0 && errno == error)
        return 1;
    printf("# %ld, %s\n", result, strerror(errno));
    return 0;
}

static struct sockaddr_in at(const char *host, unsigned short port)
{
    struct sockaddr_in result = {.sin_family = AF_INET,
                                 .sin_port = htons(port)};

    inet_pton(AF_INET, host, &result.sin_addr);
    return result;
}

static int to(int s, const char *host, unsigned short port)
{
    struct sockaddr_in address = at(host, port);

    return connect(s, (struct sockaddr *)&address, sizeof address);
}

static int connected(unsigned short port)
{
    int s = socket(AF_INET, SOCK_STREAM, 0);

    if (to(s, SERVER, port))
        perror("# connect");
    return s;
}

static int name_is(const struct sockaddr_in *name, const char *host, int port)
{
    char text[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &name->sin_addr, text, sizeof text);
    return name->sin_family == AF_INET && !strcmp(text, host) &&
           (!port || ntohs(name->sin_port) == port);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- TCP --------------------------------------------------------------- */

static void streams_echo(void)
{
    static char sent[12000], got[12000];
    struct sockaddr_in name;
    struct stat stat;
    socklen_t size = sizeof name;
    int s = connected(ECHO), is_same = 1;

    fact(write(s, "hello", 5) == 5 && recv(s, got, 5, MSG_WAITALL) == 5 &&
             !memcmp(got, "hello", 5),
         "tcp_echoes");
    for (int round = 0; round < 8; round++) {
        for (size_t i = 0; i < sizeof sent; i++)
            sent[i] = (char)(i * 7 + (size_t)round);
        is_same = is_same && send(s, sent, sizeof sent, 0) == sizeof sent &&
                  recv(s, got, sizeof got, MSG_WAITALL) == sizeof got &&
                  !memcmp(sent, got, sizeof got);
    }
    fact(is_same, "tcp_carries_much");
    fact(!getpeername(s, (struct sockaddr *)&name, &size) &&
             name_is(&name, SERVER, ECHO) && size == sizeof name,
         "getpeername");
    fact(!getsockname(s, (struct sockaddr *)&name, &size) &&
             name_is(&name, CLIENT, 0) && name.sin_port,
         "getsockname");
    fact(!fstat(s, &stat) && S_ISSOCK(stat.st_mode), "a_socket_is_one");
    fact(fails(lseek(s, 0, SEEK_SET), ESPIPE), "it_has_no_position");
    fact(!shutdown(s, SHUT_WR) && read(s, got, 1) == 0,
         "shutdown_is_seen_there_and_answered");
    fact(fails(send(s, "x", 1, MSG_NOSIGNAL), EPIPE), "then_nothing_is_sent");
    close(s);
}

static void streams_in_parts(void)
{
    char head[3], rest[10];
    struct iovec out[2] = {{"ab", 2}, {"cdefg", 5}};
    struct iovec in[2] = {{head, 3}, {rest, 4}};
    struct msghdr message = {.msg_iov = in, .msg_iovlen = 2};
    int s = connected(ECHO);

    fact(writev(s, out, 2) == 7, "writev");
    fact(recv(s, head, 3, MSG_PEEK | MSG_WAITALL) > 0 && head[0] == 'a',
         "a_look_leaves_it_there");
    fact(recvmsg(s, &message, MSG_WAITALL) == 7 && !memcmp(head, "abc", 3) &&
             !memcmp(rest, "defg", 4),
         "recvmsg_fills_parts");
    message.msg_iov = out;
    fact(sendmsg(s, &message, 0) == 7 && read(s, rest, sizeof rest) > 0,
         "sendmsg_sends_them");
    close(s);
}

/* --- UDP --------------------------------------------------------------- */

static void datagrams_echo(void)
{
    static char big[5000], got[5000];
    struct sockaddr_in server = at(SERVER, ECHO), from;
    socklen_t size = sizeof from;
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    fact(sendto(s, "one", 3, 0, (struct sockaddr *)&server, sizeof server) ==
                 3 &&
             recvfrom(s, got, sizeof got, 0, (struct sockaddr *)&from, &size) ==
                 3 &&
             name_is(&from, SERVER, ECHO),
         "udp_echoes");
    fact(fails(send(s, "x", 1, 0), ENOTCONN), "to_nobody_nothing_is_sent");
    fact(!to(s, SERVER, ECHO) && send(s, "", 0, 0) == 0 &&
             recv(s, got, sizeof got, 0) == 0,
         "an_empty_one_is_one");
    memset(big, 'b', sizeof big);
    fact(write(s, big, sizeof big) == sizeof big &&
             read(s, got, sizeof got) == sizeof got &&
             !memcmp(big, got, sizeof big),
         "a_large_one_is_put_together_again");
    fact(fails(send(s, big, 70000, 0), EMSGSIZE), "one_may_be_too_large");
    struct iovec part = {got, 4};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    fact(send(s, "sixsix", 6, 0) == 6 && recvmsg(s, &message, 0) == 4 &&
             message.msg_flags == MSG_TRUNC,
         "what_does_not_fit_is_told");
    fact(fails(listen(s, 1), EOPNOTSUPP), "nobody_listens_to_datagrams");
    close(s);
}

/* --- what goes wrong ---------------------------------------------------- */

static volatile sig_atomic_t broken;

static void on_broken(int sig)
{
    (void)sig;
    broken++;
}

static void connections_fail(void)
{
    struct timeval limit = {.tv_sec = 2};
    char byte;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    double begin;

    fact(fails(to(s, SERVER, NOBODY), ECONNREFUSED), "nobody_is_there");
    close(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    fact(fails(read(s, &byte, 1), ENOTCONN), "nothing_comes_from_nobody");
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    begin = now();
    fact(fails(to(s, "10.0.0.99", ECHO), EINPROGRESS) && now() - begin >= 2 &&
             now() - begin < 2.1,
         "connecting_may_have_a_limit");
    fact(fails(to(s, "10.0.0.99", ECHO), EALREADY), "and_goes_on");
    close(s);
    s = connected(RESET);
    signal(SIGPIPE, on_broken);
    write(s, "unread", 6);
    fact(fails(read(s, &byte, 1), ECONNRESET), "a_reset_is_an_error");
    fact(fails(write(s, "x", 1), EPIPE) && broken == 1, "then_a_signal");
    fact(fails(send(s, "x", 1, MSG_NOSIGNAL), EPIPE) && broken == 1, "or_none");
    close(s);
    s = connected(SILENT);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    begin = now();
    fact(fails(read(s, &byte, 1), EAGAIN) && now() - begin >= 2 &&
             now() - begin < 2.1,
         "receiving_may_have_a_limit");
    fact(fails(to(s, SERVER, ECHO), EISCONN), "connected_is_connected");
    close(s);
}

static void arguments_are_checked(void)
{
    struct sockaddr_in here = at("0.0.0.0", 5000), far = at("10.9.9.9", 5000);
    struct sockaddr *name = (struct sockaddr *)&here;
    int s = socket(AF_INET, SOCK_STREAM, 0), t, pipes[2];

    fact(fails(socket(AF_UNIX, SOCK_STREAM, 0), EAFNOSUPPORT),
         "there_are_no_local_sockets");
    fact(fails(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT),
         "a_stream_is_tcp");
    fact(fails(bind(99, name, sizeof here), EBADF), "no_file");
    pipe(pipes);
    fact(fails(listen(pipes[0], 1), ENOTSOCK), "no_socket");
    close(pipes[0]), close(pipes[1]);
    fact(fails(bind(s, name, 4), EINVAL), "half_an_address");
    fact(fails(bind(s, (struct sockaddr *)&far, sizeof far), EADDRNOTAVAIL),
         "an_address_of_others");
    fact(!bind(s, name, sizeof here) && !listen(s, 2), "one_of_ours");
    t = socket(AF_INET, SOCK_STREAM, 0);
    fact(fails(bind(t, name, sizeof here), EADDRINUSE), "is_taken");
    close(t);
    fcntl(s, F_SETFL, O_NONBLOCK);
    fact(fails(accept(s, 0, 0), EAGAIN), "accept_need_not_wait");
    close(s);
}

static int option(int s, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;

    return getsockopt(s, level, name, &value, &size) ? -1 : value;
}

static void options_are_kept(void)
{
    const int one = 1;
    int s = socket(AF_INET, SOCK_STREAM, 0),
        u = socket(AF_INET6, SOCK_DGRAM, 0);

    fact(option(s, SOL_SOCKET, SO_TYPE) == SOCK_STREAM &&
             option(u, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM &&
             option(u, SOL_SOCKET, SO_DOMAIN) == AF_INET6,
         "what_it_is");
    fact(!option(s, SOL_SOCKET, SO_REUSEADDR) &&
             !setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) &&
             option(s, SOL_SOCKET, SO_REUSEADDR) == 1,
         "an_option_is_set");
    fact(!setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) &&
             option(s, IPPROTO_TCP, TCP_NODELAY) == 1 &&
             option(s, SOL_SOCKET, SO_KEEPALIVE) == 0,
         "and_no_other");
    fact(fails(setsockopt(s, IPPROTO_TCP, 77, &one, sizeof one), ENOPROTOOPT),
         "there_is_no_such_option");
    close(s), close(u);
}

/* --- without waiting ---------------------------------------------------- */

static int ready(int fd, short events, int ms)
{
    struct pollfd entry = {.fd = fd, .events = events};

    return poll(&entry, 1, ms) > 0 ? entry.revents : 0;
}

static void nobody_waits(void)
{
    char byte;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;

    fact(fails(to(s, SERVER, ECHO), EINPROGRESS),
         "connecting_in_the_background");
    fact(ready(s, POLLOUT, 5000) == POLLOUT &&
             option(s, SOL_SOCKET, SO_ERROR) == 0,
         "poll_tells_that_it_is");
    fact(fails(read(s, &byte, 1), EAGAIN), "nothing_is_there_yet");
    fact(write(s, "x", 1) == 1 && ready(s, POLLIN, 5000) == POLLIN &&
             read(s, &byte, 1) == 1,
         "then_something_is");
    close(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    ioctl(s, FIONBIO, &one);
    fact(fails(to(s, SERVER, NOBODY), EINPROGRESS) &&
             ready(s, POLLOUT, 5000) & POLLERR &&
             option(s, SOL_SOCKET, SO_ERROR) == ECONNREFUSED &&
             option(s, SOL_SOCKET, SO_ERROR) == 0,
         "or_why_not_once");
    close(s);
    s = connected(ECHO);
    fact(fails(recv(s, &byte, 1, MSG_DONTWAIT), EAGAIN), "only_this_time");
    close(s);
}

static void poll_mixes_files(void)
{
    struct timeval limit = {.tv_sec = 1};
    int s = connected(ECHO), t = connected(SILENT), pipes[2];
    struct pollfd entries[3];
    fd_set set;

    pipe(pipes);
    entries[0] = (struct pollfd){.fd = s, .events = POLLIN};
    entries[1] = (struct pollfd){.fd = pipes[0], .events = POLLIN};
    entries[2] = (struct pollfd){.fd = t, .events = POLLIN};
    fact(poll(entries, 3, 100) == 0, "nothing_happens");
    write(s, "x", 1);
    fact(poll(entries, 3, -1) == 1 && entries[0].revents == POLLIN,
         "a_socket_wakes");
    read(s, &(char){0}, 1);
    write(pipes[1], "x", 1);
    fact(poll(entries, 3, -1) == 1 && entries[1].revents == POLLIN,
         "a_pipe_wakes");
    read(pipes[0], &(char){0}, 1);
    FD_ZERO(&set);
    FD_SET(s, &set), FD_SET(t, &set), FD_SET(pipes[0], &set);
    write(s, "y", 1);
    fact(select(pipes[1], &set, 0, 0, &limit) == 1 && FD_ISSET(s, &set),
         "select_tells_too");
    close(s), close(t), close(pipes[0]), close(pipes[1]);
}

static void waiting_costs_nothing(void)
{
    struct pollfd entries[2] = {{.fd = connected(SILENT), .events = POLLIN},
                                {.events = POLLIN}};
    int pipes[2];

    pipe(pipes);
    entries[1].fd = pipes[0];
    waiting_is_free(entries, 2);
    close(entries[0].fd), close(pipes[0]), close(pipes[1]);
}

static void on_alarm(int sig)
{
    (void)sig;
}

static void signals_interrupt(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval soon = {.it_value.tv_usec = 50000};
    int s = connected(SILENT);
    char byte;

    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &soon, 0);
    fact(fails(read(s, &byte, 1), EINTR), "a_signal_interrupts_receiving");
    setitimer(ITIMER_REAL, &soon, 0);
    fact(fails(poll(0, 0, -1), EINTR), "and_poll");
    close(s);
}

/* --- several threads ---------------------------------------------------- */

static void *accept_one(void *listener)
{
    int s = accept(*(int *)listener, 0, 0);
    char byte = 0;

    read(s, &byte, 1);
    close(s);
    return (void *)(long)byte;
}

static void threads_share_a_socket(void)
{
    struct sockaddr_in here = at(CLIENT, 6000);
    int s = socket(AF_INET, SOCK_STREAM, 0), clients[2];
    pthread_t threads[2];
    void *got[2];

    bind(s, (struct sockaddr *)&here, sizeof here);
    listen(s, 4);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], 0, accept_one, &s);
    usleep(1000); /* both wait */
    for (int i = 0; i < 2; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        to(clients[i], CLIENT, 6000);
        write(clients[i], "p", 1);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], &got[i]);
    fact(got[0] == (void *)'p' && got[1] == (void *)'p',
         "two_threads_accept_at_one_socket");
    close(clients[0]), close(clients[1]), close(s);
}

/* --- names and IPv6 ----------------------------------------------------- */

static int finds(const char *name, int family, const char *wanted)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    char text[INET6_ADDRSTRLEN] = "";
    int error = getaddrinfo(name, "80", &hints, &list);

    if (error) {
        printf("# %s: %s\n", name, gai_strerror(error));
        return 0;
    }
    getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, 0, 0,
                NI_NUMERICHOST);
    freeaddrinfo(list);
    if (strcmp(text, wanted))
        printf("# %s is %s\n", name, text);
    return !strcmp(text, wanted);
}

static void names_are_found(void)
{
    struct addrinfo *list;

    fact(finds("10.1.2.3", AF_UNSPEC, "10.1.2.3"), "numbers_are_an_address");
    fact(finds(NAME, AF_INET, SERVER), "the_name_server_is_asked");
    fact(finds("localhost", AF_INET, "127.0.0.1"), "localhost_is_known");
    fact(getaddrinfo("nowhere.example.org", 0,
                     &(struct addrinfo){.ai_family = AF_INET},
                     &list) == EAI_NONAME,
         "a_name_may_be_nobodys");
}

static void ipv6_connects(void)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6,
                                .sin6_port = htons(ECHO)};
    int s = connected(WHO), v6 = socket(AF_INET6, SOCK_STREAM, 0);
    socklen_t size = sizeof name;
    char byte = 0;

    fact(recv(s, &name.sin6_addr, 16, MSG_WAITALL) == 16 &&
             IN6_IS_ADDR_LINKLOCAL(&name.sin6_addr),
         "the_server_has_an_ipv6_address");
    close(s);
    fact(!connect(v6, (struct sockaddr *)&name, sizeof name) &&
             write(v6, "6", 1) == 1 && read(v6, &byte, 1) == 1 && byte == '6',
         "tcp_over_ipv6");
    fact(!getsockname(v6, (struct sockaddr *)&name, &size) &&
             size == sizeof name && name.sin6_family == AF_INET6 &&
             IN6_IS_ADDR_LINKLOCAL(&name.sin6_addr) && name.sin6_scope_id,
         "its_names_are_ipv6");
    close(v6);
    v6 = socket(AF_INET6, SOCK_STREAM, 0);
    inet_pton(AF_INET6, "::ffff:" SERVER, &name.sin6_addr);
    name.sin6_port = htons(ECHO);
    fact(!connect(v6, (struct sockaddr *)&name, sizeof name) &&
             write(v6, "4", 1) == 1 && read(v6, &byte, 1) == 1 && byte == '4',
         "an_ipv6_socket_reaches_ipv4");
    close(v6);
}

/* --- another program ----------------------------------------------------- */

/* A program that knows nothing of sockets answers at one. */
static void sockets_are_passed_on(void)
{
    struct sockaddr_in here = at("0.0.0.0", 7000);
    posix_spawn_file_actions_t actions;
    char *argv[] = {"/rom/test-sockets", "copy", 0}, got[5] = "";
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client, s, status;
    pid_t child;

    bind(l, (struct sockaddr *)&here, sizeof here);
    listen(l, 1);
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to(client, CLIENT, 7000);
    s = accept4(l, 0, 0, SOCK_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, s, 0);
    posix_spawn_file_actions_adddup2(&actions, s, 1);
    fact(!posix_spawn(&child, argv[0], &actions, 0, argv, environ),
         "a_program_has_a_socket_as_its_input");
    close(s), close(l);
    send(client, "abcd\n", 5, 0);
    shutdown(client, SHUT_WR);
    fact(recv(client, got, 5, MSG_WAITALL) == 5 && !memcmp(got, "abcd\n", 5) &&
             recv(client, got, 1, 0) == 0,
         "and_as_its_output");
    fact(waitpid(child, &status, 0) == child && !status, "to_its_end");
    close(client);
    posix_spawn_file_actions_destroy(&actions);
}

static int copy(void)
{
    int c;

    while ((c = getchar()) != EOF)
        putchar(c);
    return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "copy"))
        return copy();
    streams_echo();
    streams_in_parts();
    datagrams_echo();
    connections_fail();
    arguments_are_checked();
    options_are_kept();
    nobody_waits();
    poll_mixes_files();
    waiting_costs_nothing();
    signals_interrupt();
    threads_share_a_socket();
    names_are_found();
    ipv6_connects();
    sockets_are_passed_on();
    close(connected(END));
    return tap_end();
}
