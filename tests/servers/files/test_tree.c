/*
 * A tree of several file systems, and pipes: a TAP producer in the simulator
 * (archive.cfg says what is where).
 *
 *      /          tmpfs       /boot  an archive, read-only
 *      /gone      a file system whose server was killed
 *      /never     one whose server never began
 *      /mute      one whose server is there, and does not answer
 */
#include "file-client.h"
#include "fio.h"
#include "fs-client.h"
#include "tap.h"
#include "whole.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static l4_cap_idx_t fs;

/* ---- Mounts ---- */

static long count_name(void *data, const char *name, unsigned kind,
                       l4_uint64_t inode)
{
    (void)name, (void)kind, (void)inode;
    ++*(unsigned *)data;
    return 0;
}

static unsigned names_in(const char *path)
{
    struct fio f;
    unsigned count = 0;
    if (fio_open(fs, path, FILES_READ | FILES_DIRECTORY, 0, &f) < 0)
        return 0;
    fio_entries(&f, count_name, &count);
    fio_close(&f);
    return count;
}

static void an_archive(void)
{
    char text[300] = "", *large = malloc(100000);
    struct files_status s = {0};
    size_t size = sizeof s;
    fact(get_file(fs, "boot/etc/motd", text, sizeof text) == 6 &&
             !memcmp(text, "Hello\n", 6),
         "a file of the archive is read");
    fact(fs_stat(fs, "boot/etc/motd", 0, &s, &size) == 0 &&
             s.mode == (FILES_KIND_REGULAR | 0640) && s.modified == 1234567,
         "with its mode and time");
    long got = get_file(fs, "boot/large", large, 100000);
    unsigned wrong = 0;
    for (long i = 0; i < got; i++)
        wrong += large[i] != (char)(i % 251);
    fact(got == 70000 && !wrong, "a large one");
    free(large);
    memset(text, 'n', 150);
    memcpy(text, "boot/", 5);
    text[155] = 0;
    memset(text + 5, 'n', 150);
    fact(get_file(fs, text, text + 200, 50) == 4, "one with a long name");
    fact(get_file(fs, "boot/etc/link", text, sizeof text) == 6 &&
             get_file(fs, "boot/etc/second", text, sizeof text) == 6,
         "through links of both kinds");
    fact(names_in("boot") == 3 && names_in("boot/etc") == 3,
         "its directories are listed");
    fact(open_only(fs, "boot/etc/motd", FILES_WRITE) == -FILES_EROFS &&
             open_only(fs, "boot/new", FILES_WRITE | FILES_CREATE) ==
                 -FILES_EROFS &&
             fs_unlink(fs, "boot/large", 0) == -FILES_EROFS &&
             fs_mkdir(fs, "boot/d", 0755) == -FILES_EROFS,
         "nothing in it is changed");
}

static void borders(void)
{
    open_only(fs, "here", FILES_WRITE | FILES_CREATE);
    fact(names_in("/") >= 3, "mount points are seen from above");
    fact(fs_rename(fs, "here", "boot/there") == -FILES_EXDEV &&
             fs_link(fs, "here", "boot/there") == -FILES_EXDEV,
         "nothing moves from one file system to another");
    fact(fs_unlink(fs, "boot", FILES_DIRECTORY) < 0, "a mount point stays");
    fact(open_only(fs, "boot/../here", FILES_READ) == 0 &&
             open_only(fs, "../../here", FILES_READ) == 0,
         "dots cross borders, but not the top");
    l4_cap_idx_t whole = fs, part = l4re_util_cap_alloc();
    fact(fs_root(fs, "boot/etc", 0, part) == 0, "a tree within a mount");
    fs = part;
    char text[8];
    fact(get_file(fs, "motd", text, 8) == 6 &&
             open_only(fs, "../large", FILES_READ) == -L4_ENOENT,
         "has the mount's part as its root");
    fs = whole;
    l4re_util_cap_free_um(part);
    fs_unlink(fs, "here", 0);
}

static void a_server_is_gone(void)
{
    l4_cpu_time_t start = l4_kip_clock(l4re_kip());
    fact(open_only(fs, "gone/file", FILES_READ) == -L4_EIO,
         "a file system whose server was killed says so");
    fact(l4_kip_clock(l4re_kip()) - start < 1000000 &&
             open_only(fs, "boot/etc/motd", FILES_READ) == 0,
         "and the rest goes on");
    fact(open_only(fs, "never/file", FILES_READ) == -L4_EIO,
         "one whose server never began");
    start = l4_kip_clock(l4re_kip());
    fact(open_only(fs, "never/file", FILES_READ) == -L4_EIO &&
             l4_kip_clock(l4re_kip()) - start < 100000,
         "is not waited for again");
}

/* ---- Pipes ---- */

struct pipe {
    struct fio in, out;
};

static bool pipe_make(struct pipe *p)
{
    l4_cap_idx_t in = l4re_util_cap_alloc(), out = l4re_util_cap_alloc();
    long error = fs_pipe(fs, in, out);
    fio_from_cap(in, &p->in);
    fio_from_cap(out, &p->out);
    return error >= 0;
}

static void pipe_end(struct pipe *p)
{
    fio_close(&p->in);
    fio_close(&p->out);
}

/* A thread that reads or writes `size` bytes and says how it went. */
struct worker {
    struct fio *file;
    char *data;
    size_t size;
    bool writes;
    long result;
    pthread_t thread;
};

static void *work(void *argument)
{
    struct worker *w = argument;
    w->result = w->writes ? fio_write(w->file, FILES_HERE, w->data, w->size)
                          : fio_read(w->file, FILES_HERE, w->data, w->size);
    return NULL;
}

static void worker_start(struct worker *w)
{
    w->result = 12345;
    pthread_create(&w->thread, NULL, work, w);
    l4_ipc_sleep_ms(2);
}

static long worker_end(struct worker *w)
{
    pthread_join(w->thread, NULL);
    return w->result;
}

static void pipes_carry(void)
{
    struct pipe p;
    char text[32] = "";
    struct files_status s = {0};
    size_t size = sizeof s;
    fact(pipe_make(&p), "a pipe is made");
    fact(fio_write(&p.out, FILES_HERE, "through", 7) == 7 &&
             fio_read(&p.in, FILES_HERE, text, 4) == 4 &&
             fio_read(&p.in, FILES_HERE, text + 4, 20) == 3 &&
             !strcmp(text, "through"),
         "it carries bytes");
    fact(file_stat(p.in.cap, &s, &size) == 0 &&
             (s.mode & FILES_KIND) == FILES_KIND_PIPE,
         "it is a pipe");
    fact(fio_write(&p.in, FILES_HERE, "x", 1) == -L4_EPERM &&
             fio_read(&p.out, FILES_HERE, text, 1) == -L4_EPERM &&
             fio_read(&p.in, 0, text, 1) == -FILES_ESPIPE,
         "in one direction, without offsets");
    fio_write(&p.out, FILES_HERE, "rest", 4);
    fio_close(&p.out);
    fact(fio_read(&p.in, FILES_HERE, text, 20) == 4 &&
             fio_read(&p.in, FILES_HERE, text, 20) == 0,
         "what is in it comes before its end");
    fio_close(&p.in);
    pipe_make(&p);
    fio_close(&p.in);
    fact(fio_write(&p.out, FILES_HERE, "x", 1) == -FILES_EPIPE,
         "nobody reads: nothing is written");
    fio_close(&p.out);
}

static void pipes_wait(void)
{
    struct pipe p;
    char text[32] = "";
    pipe_make(&p);
    struct worker reader = {.file = &p.in, .data = text, .size = 20};
    worker_start(&reader);
    fact(reader.result == 12345 && open_only(fs, "boot", FILES_READ) == 0,
         "a reader waits, the server does not");
    fio_write(&p.out, FILES_HERE, "late", 4);
    fact(worker_end(&reader) == 4 && !strcmp(text, "late"),
         "until there is something");
    worker_start(&reader);
    fio_close(&p.out);
    fact(worker_end(&reader) == 0, "or nobody writes any more");
    fio_close(&p.in);

    static char many[10000];
    pipe_make(&p);
    struct worker writer = {
        .file = &p.out, .data = many, .size = sizeof many, .writes = true};
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = (char)(i / 3);
    worker_start(&writer);
    fact(writer.result == 12345, "a writer waits for room");
    size_t got = 0, wrong = 0;
    while (got < sizeof many) {
        char part[700];
        long n = fio_read(&p.in, FILES_HERE, part, sizeof part);
        if (n <= 0)
            break;
        for (long i = 0; i < n; i++)
            wrong += part[i] != many[got + (size_t)i];
        got += (size_t)n;
    }
    fact(got == sizeof many && !wrong && worker_end(&writer) == sizeof many,
         "and all arrives in order");
    worker_start(&writer);
    fio_close(&p.in);
    long result = worker_end(&writer);
    fact(result > 0 && result < (long)sizeof many,
         "a writer whose reader goes has written less");
    fio_close(&p.out);
}

static void pipes_that_must_not_wait(void)
{
    struct pipe p;
    char text[600];
    l4_umword_t flags, ready = 0;
    pipe_make(&p);
    file_flags(p.in.cap, FILES_NONBLOCK, FILES_NONBLOCK, &flags);
    file_flags(p.out.cap, FILES_NONBLOCK, FILES_NONBLOCK, &flags);
    fact(fio_read(&p.in, FILES_HERE, text, 1) == -L4_EAGAIN,
         "an empty pipe, and no waiting");
    fact(file_wait(p.in.cap, 0, &ready) == 0 && ready == 0 &&
             file_wait(p.out.cap, 0, &ready) == 0 && ready == FILES_CAN_WRITE,
         "what is possible can be asked");
    long put, sum = 0;
    while ((put = fio_write(&p.out, FILES_HERE, text, 400)) > 0)
        sum += put;
    fact(put == -L4_EAGAIN && sum == 4000, "a full one");
    fact(file_wait(p.in.cap, FILES_CAN_READ, &ready) == 0 &&
             ready == FILES_CAN_READ,
         "waiting for what is there takes no time");
    pipe_end(&p);
}

static void pipes_are_bounded(void)
{
    struct pipe pipes[64];
    unsigned n = 0;
    while (n < 64 && pipe_make(&pipes[n]))
        n++;
    fact(n == 32, "pipes are bounded");
    pipe_end(&pipes[n]);
    while (n)
        pipe_end(&pipes[--n]);
    l4_ipc_sleep_ms(1);
    unsigned wrong = 0;
    for (unsigned i = 0; i < 100; i++) {
        wrong += !pipe_make(&pipes[0]);
        pipe_end(&pipes[0]);
    }
    fact(!wrong, "those that are closed do not count");
}

/* ---- A file system that does not answer ---- */

enum { CALLERS = 32, SECOND = 1000000 };

/* Who opens a file there, and what came of it. */
struct opener {
    pthread_t thread;
    l4_cap_idx_t tree;
    long result;
};

static void *open_mute(void *argument)
{
    struct opener *o = argument;
    o->result = open_only(o->tree, "mute/file", FILES_READ);
    return NULL;
}

static void opener_start(struct opener *o, l4_cap_idx_t tree)
{
    *o = (struct opener){.tree = tree, .result = 12345};
    pthread_create(&o->thread, NULL, open_mute, o);
}

static l4_cpu_time_t us_since(l4_cpu_time_t start)
{
    return l4_kip_clock(l4re_kip()) - start;
}

/* Everything else this server does. */
static bool the_rest_goes_on(void)
{
    struct pipe p;
    char text[8] = "";
    l4_cap_idx_t part = l4re_util_cap_alloc();
    bool goes = open_only(fs, "boot/etc/motd", FILES_READ) == 0 &&
                open_only(fs, "made", FILES_WRITE | FILES_CREATE) == 0 &&
                fs_rename(fs, "made", "moved") == 0 &&
                fs_unlink(fs, "moved", 0) == 0 &&
                fs_rename(fs, "moved", "mute/moved") == -FILES_EXDEV &&
                fs_root(fs, "boot", 0, part) == 0 && pipe_make(&p) &&
                fio_write(&p.out, FILES_HERE, "on", 2) == 2 &&
                fio_read(&p.in, FILES_HERE, text, 8) == 2;
    pipe_end(&p);
    l4re_util_cap_free_um(part);
    return goes;
}

static void a_server_is_silent(void)
{
    static struct opener openers[CALLERS + 1];
    l4_cap_idx_t other = l4re_util_cap_alloc();
    l4_cpu_time_t start = l4_kip_clock(l4re_kip());
    fact(fs_root(fs, "/", 0, other) == 0, "a second tree");
    opener_start(&openers[0], other);
    for (unsigned i = 1; i < CALLERS; i++)
        opener_start(&openers[i], fs);
    l4_ipc_sleep_ms(100);
    l4re_util_cap_free_um(other); /* it is gone, but asked something */
    fact(the_rest_goes_on() && us_since(start) < SECOND &&
             openers[0].result == 12345,
         "many wait for a server that does not answer, nobody else does");
    opener_start(&openers[CALLERS], fs);
    pthread_join(openers[CALLERS].thread, NULL);
    fact(openers[CALLERS].result == -L4_EBUSY && us_since(start) < SECOND,
         "one too many is sent away at once");
    unsigned wrong = 0;
    for (unsigned i = 0; i < CALLERS; i++) {
        pthread_join(openers[i].thread, NULL);
        wrong += openers[i].result != -L4_EIO;
    }
    fact(!wrong && us_since(start) > 9 * SECOND &&
             us_since(start) < 15 * SECOND,
         "it is waited for, but not for ever");
    start = l4_kip_clock(l4re_kip());
    fact(open_only(fs, "mute/file", FILES_READ) == -L4_EIO &&
             us_since(start) < SECOND / 5 && the_rest_goes_on(),
         "and only for a moment the next time");
    fact(fs_sync(fs) == 0 && us_since(start) < SECOND,
         "a sync asks those that were used");
}

int main(void)
{
    fs = l4re_env_get_cap("fs");
    an_archive();
    borders();
    a_server_is_gone();
    pipes_carry();
    pipes_wait();
    pipes_that_must_not_wait();
    pipes_are_bounded();
    a_server_is_silent();
    return tap_end();
}
