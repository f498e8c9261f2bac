/*
 * Wires to the outside (see wire.h).
 *
 * I1  in[0..in_size) is the beginning of one frame with its size in front
 * I2  out[out_sent..out_size) is the rest of one frame that is being sent
 */
#include "wire.h"
#include "sim.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SIZE = 4, PATH_MAX_BYTES = sizeof(((struct sockaddr_un *)0)->sun_path) };
enum { TRIES = 10, GATEWAY_FD = 3, FORWARDS_MAX = 16 };

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* --- link:PATH ---------------------------------------------------------- */

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= PATH_MAX_BYTES - 16)
        sim_die("--net link: the socket's name is too long");
    strcpy(a.sun_path, path);
    return a;
}

static int socket_new(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        sim_die("--net link: no socket: %s", strerror(errno));
    return fd;
}

static bool link_connect(struct wire *w, const struct sockaddr_un *a)
{
    w->fd = socket_new();
    if (!connect(w->fd, (const struct sockaddr *)a, sizeof(*a)))
        return true;
    int error = errno;
    close(w->fd);
    w->fd = -1;
    if (error == ECONNREFUSED) /* left behind by somebody who died */
        unlink(a->sun_path);
    else if (error != ENOENT)
        sim_die("%s: cannot connect: %s", a->sun_path, strerror(error));
    return false;
}

/* The socket gets its name when it listens, so who finds it can connect. */
static bool link_listen(struct wire *w, const struct sockaddr_un *a)
{
    struct sockaddr_un own = *a;
    snprintf(own.sun_path + strlen(own.sun_path), 16, ".%d", (int)getpid());
    w->listening = socket_new();
    unlink(own.sun_path);
    if (bind(w->listening, (const struct sockaddr *)&own, sizeof(own)) ||
        listen(w->listening, 1))
        sim_die("%s: cannot listen: %s", a->sun_path, strerror(errno));
    bool first = !link(own.sun_path, a->sun_path);
    if (!first && errno != EEXIST)
        sim_die("%s: cannot listen: %s", a->sun_path, strerror(errno));
    unlink(own.sun_path);
    if (first)
        return true;
    close(w->listening);
    w->listening = -1;
    return false;
}

void wire_link(struct wire *w, const char *path)
{
    const struct sockaddr_un a = address_of(path);
    *w = (struct wire){.fd = -1, .listening = -1};
    for (unsigned i = 0; i < TRIES; i++) {
        if (link_connect(w, &a)) {
            set_nonblocking(w->fd);
            return;
        }
        if (link_listen(w, &a)) {
            w->path = path;
            set_nonblocking(w->listening);
            return;
        }
    }
    sim_die("%s: others come and go too fast", path);
}

static void link_accept(struct wire *w)
{
    w->fd = accept4(w->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (w->fd < 0)
        return;
    unlink(w->path); /* a wire has two ends */
    close(w->listening);
    w->listening = -1;
}

/* --- the gateway -------------------------------------------------------- */

/* Beside the simulator's folder: BUILD/sim-kernel/port/sim/vitrine-sim. */
static void gateway_path(char *ret_path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", ret_path, size - 1);
    ret_path[n > 0 ? n : 0] = 0;
    for (unsigned i = 0; i < 4; i++) {
        char *slash = strrchr(ret_path, '/');
        if (slash)
            *slash = 0;
    }
    strncat(ret_path, "/tools/gateway/vitrine-gateway",
            size - strlen(ret_path) - 1);
}

void wire_gateway(struct wire *w, const char *const *forwards, unsigned count)
{
    char path[4096], *words[FORWARDS_MAX + 2] = {path};
    int ends[2];
    pid_t pid;
    posix_spawn_file_actions_t actions;
    extern char **environ;

    *w = (struct wire){.fd = -1, .listening = -1};
    gateway_path(path, sizeof(path));
    if (access(path, X_OK))
        sim_die("--net user: %s is missing (libslirp-dev)", path);
    for (unsigned i = 0; i < count && i < FORWARDS_MAX; i++)
        words[i + 1] = (char *)forwards[i];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        sim_die("--net user: no socket: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], GATEWAY_FD);
    int error = posix_spawn(&pid, path, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error)
        sim_die("%s: %s", path, strerror(error));
    char ready; /* it has told its ports, or why it cannot */
    if (read(ends[0], &ready, 1) != 1)
        exit(SIM_EXIT_USAGE);
    w->fd = ends[0];
    set_nonblocking(w->fd);
}

/* --- frames ----------------------------------------------------------- */

static unsigned frame_size(const unsigned char *in)
{
    return (unsigned)in[0] << 24 | in[1] << 16 | in[2] << 8 | in[3];
}

/* More of what comes, up to `wanted` bytes; false: the other end is gone. */
static bool fill(struct wire *w, unsigned wanted)
{
    while (w->in_size < wanted) {
        ssize_t n = read(w->fd, w->in + w->in_size, wanted - w->in_size);
        if (n > 0)
            w->in_size += (unsigned)n;
        else
            return n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    return true;
}

int wire_receive(struct wire *w, unsigned char *ret_frame)
{
    if (w->fd < 0 && w->listening >= 0)
        link_accept(w);
    if (w->fd < 0)
        return w->listening >= 0 ? 0 : -1;
    bool there = fill(w, SIZE);
    unsigned size = w->in_size < SIZE ? 0 : frame_size(w->in);
    if (size > HW_NET_FRAME_MAX)
        there = false; /* no frame of this world */
    else if (size)
        there = fill(w, SIZE + size);
    if (!there) {
        close(w->fd);
        w->fd = -1;
        return -1;
    }
    if (w->in_size < SIZE || w->in_size < SIZE + size)
        return 0;
    w->in_size = 0; /* keeps I1 */
    memcpy(ret_frame, w->in + SIZE, size);
    return (int)size;
}

/* False: there is still something to be sent. */
static bool flush(struct wire *w)
{
    while (w->out_sent < w->out_size) {
        ssize_t n = send(w->fd, w->out + w->out_sent, w->out_size - w->out_sent,
                         MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        w->out_sent += (unsigned)n;
    }
    return true;
}

void wire_send(struct wire *w, const void *frame, unsigned size)
{
    const unsigned char head[SIZE] = {0, 0, (unsigned char)(size >> 8),
                                      (unsigned char)size};
    if (w->fd < 0 || !flush(w))
        return; /* dropped */
    memcpy(w->out, head, SIZE);
    memcpy(w->out + SIZE, frame, size);
    w->out_size = SIZE + size;
    w->out_sent = 0;
    flush(w);
}

void wire_close(struct wire *w)
{
    if (w->listening >= 0 && w->path)
        unlink(w->path);
}
