/*
 * A web server: HTTP/1.0, GET and HEAD, files below a folder.
 *
 *      rom/http_server FOLDER... [COUNT]   capabilities: net; fs, if a FOLDER
 *                                          is not among the boot modules
 *
 * FOLDER is a prefix: "rom/" serves boot modules, "/www/" a file server's; what
 * is not in the first is looked for in the next. The page of a folder is
 * index.html. After COUNT answers the server ends.
 *
 * A thread for each connection: a browser opens some that it says nothing on.
 * Who says nothing for IDLE_MS (connection.c) is hung up on, so THREADS idle
 * ones keep others waiting no longer than that. An answer counts once the other
 * end has got it: when the server ends, so may the machine.
 */
#include "connection.h"
#include "net-client.h"
#include "socket-client.h"
#include <ctype.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/net.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 80, THREADS = 4, LINE = 256, LINES_MAX = 64, NAME = 512 };

static char **folders;            /* ends with NULL */
static unsigned long left = ~0ul; /* answers until the end */
static unsigned running;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;

static const char *kind_of(const char *path)
{
    static const struct {
        const char *end, *kind;
    } kinds[] = {{".html", "text/html; charset=utf-8"},
                 {".txt", "text/plain; charset=utf-8"},
                 {".svg", "image/svg+xml"},
                 {".css", "text/css"}};
    const char *dot = strrchr(path, '.');
    for (unsigned i = 0; dot && i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strcmp(dot, kinds[i].end))
            return kinds[i].kind;
    return "application/octet-stream";
}

static void answer_error(struct connection *c, const char *status)
{
    char text[LINE];
    int n = snprintf(text, sizeof text,
                     "HTTP/1.0 %s\r\nContent-Type: text/plain\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
                     status, strlen(status) + 1, status);
    connection_send(c, text, (size_t)n);
}

/* The file's bytes; without `body` only what they are. */
static void answer_file(struct connection *c, FILE *f, const char *path,
                        int body)
{
    char text[1024];
    size_t size;
    fseek(f, 0, SEEK_END);
    long all = ftell(f);
    rewind(f);
    int n = snprintf(text, sizeof text,
                     "HTTP/1.0 200 OK\r\nContent-Type: %s\r\n"
                     "Content-Length: %ld\r\nConnection: close\r\n\r\n",
                     kind_of(path), all);
    long error = connection_send(c, text, (size_t)n);
    while (body && !error && (size = fread(text, 1, sizeof text, f)) > 0)
        error = connection_send(c, text, size);
}

/* "GET /path HTTP/1.0": cuts the path out. NULL: it is none that is served. */
static const char *path_of(char *line)
{
    char *path = strchr(line, ' ');
    char *end = path ? strpbrk(path + 1, " ?#") : NULL;
    if (!end || path[1] != '/' || strstr(path, ".."))
        return NULL;
    *path = *end = 0;
    return path + 2;
}

/* The file of the first folder that has it, and its name; NULL: none has. */
static FILE *file_open(const char *path, char ret_name[NAME])
{
    size_t length = strlen(path);
    const char *more = !length || path[length - 1] == '/' ? "index.html" : "";
    FILE *f = NULL;
    for (char **folder = folders; *folder && !f; folder++) {
        snprintf(ret_name, NAME, "%s%s%s", *folder, path, more);
        f = fopen(ret_name, "r");
    }
    return f;
}

static void answer(struct connection *c, char *request)
{
    char name[NAME];
    const char *path = path_of(request);
    int is_get = !strcmp(request, "GET");
    if (!path || (!is_get && strcmp(request, "HEAD"))) {
        answer_error(c, path ? "501 Not Implemented" : "400 Bad Request");
        return;
    }
    FILE *f = file_open(path, name);
    printf("%s /%s: %s\n", request, path, f ? "200" : "404");
    if (f) {
        answer_file(c, f, name, is_get);
        fclose(f);
    } else {
        answer_error(c, "404 Not Found");
    }
}

static void *serve(void *argument)
{
    struct connection *c = argument;
    char request[LINE], line[LINE];
    unsigned lines = 0;
    int has_request = connection_start(c, c->socket) >= 0 &&
                      connection_line(c, request, sizeof request) > 0;
    while (has_request && lines++ < LINES_MAX &&
           connection_line(c, line, sizeof line) > 0)
        ;
    if (has_request)
        answer(c, request);
    connection_end(c);
    free(c);
    pthread_mutex_lock(&lock);
    running--;
    left -= has_request && left;
    pthread_cond_signal(&ended);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* A connection has come: a thread for it, as soon as there may be one more. */
static void serve_later(l4_cap_idx_t socket)
{
    struct connection *c = calloc(1, sizeof *c);
    pthread_t thread;
    pthread_mutex_lock(&lock);
    while (running == THREADS)
        pthread_cond_wait(&ended, &lock);
    running++;
    pthread_mutex_unlock(&lock);
    c->socket = socket;
    if (pthread_create(&thread, NULL, serve, c) == 0)
        pthread_detach(thread);
    else
        serve(c);
}

static long listen_at(l4_cap_idx_t net, l4_cap_idx_t listening)
{
    static const l4_uint8_t any[NET_HOST_SIZE];
    l4_umword_t flags;
    long error = net_open(net, NET_IPV6, NET_STREAM, listening);
    if (error >= 0)
        error = socket_flags(listening, NET_REUSE, NET_REUSE, &flags);
    if (error >= 0)
        error = socket_bind(listening, any, sizeof any, PORT);
    return error < 0 ? error : socket_listen(listening, THREADS);
}

/* Until so many answers were given. */
static int is_done(void)
{
    pthread_mutex_lock(&lock);
    int done = left <= running;
    while (done && left && running)
        pthread_cond_wait(&ended, &lock);
    done = !left;
    pthread_mutex_unlock(&lock);
    return done;
}

int main(int argc, char **argv)
{
    l4_cap_idx_t listening = l4re_util_cap_alloc();
    if (argc < 2) {
        printf("usage: http_server FOLDER... [COUNT]\n");
        return 2;
    }
    folders = argv + 1;
    if (argc > 2 && isdigit(*argv[argc - 1]))
        left = strtoul(argv[--argc], NULL, 0);
    argv[argc] = NULL;
    long error = listen_at(l4re_env_get_cap("net"), listening);
    if (error < 0) {
        printf("cannot listen: %ld\n", error);
        return 1;
    }
    printf("listening at port %d\n", PORT);
    while (!is_done()) {
        l4_uint8_t host[NET_HOST_SIZE];
        size_t size = sizeof host;
        l4_umword_t port;
        l4_cap_idx_t socket = l4re_util_cap_alloc();
        error = socket_accept(listening, host, &size, &port, socket);
        if (error >= 0) {
            serve_later(socket);
        } else {
            l4re_util_cap_free(socket);
            l4_ipc_sleep_ms(100); /* too many sockets, or no network */
        }
    }
    return 0;
}
