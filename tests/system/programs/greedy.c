/*
 * A program that takes without end: memory, objects, kernel objects, what
 * servers have, or time. It says at how many it was stopped, and goes on
 * trying.
 *
 *      argument 1: one of `ways`, spin, threads, pieces, nothing
 *      capabilities: echo (a session), server (who else is asked)
 */
#include "block-client.h"
#include "file-client.h"
#include "fs-client.h"
#include "net-client.h"
#include "nic-client.h"
#include "proc-client.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/vitrine/files.h>
#include <l4/vitrine/net.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 64 << 10, MOST = 100000, SLOTS = 4000 };

static l4_cap_idx_t slot;

/* More memory, which is really there. */
static long take_memory(void)
{
    long error = l4re_ma_alloc(CHUNK, slot, 0);
    return error < 0 ? error : l4re_ds_allocate(slot, 0, CHUNK);
}

static long take_object(void)
{
    return l4_error(
        l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE, slot));
}

/* Memory that is never there: moe keeps a list of pages all the same. */
static long take_list(void)
{
    return l4re_ma_alloc(1024 * CHUNK, slot, 0);
}

static l4_cap_idx_t one_space(void)
{
    static l4_cap_idx_t space;
    if (!space) {
        space = l4re_util_cap_alloc();
        l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE, space);
    }
    return space;
}

static long take_name(void)
{
    static unsigned number;
    char name[16];
    snprintf(name, sizeof name, "greed-%u", number++);
    return l4re_ns_register_obj_srv(one_space(), name, l4re_env()->main_thread,
                                    0);
}

/* One object under one name, each time by a new gate. */
static long take_gate(void)
{
    long error = l4re_ns_register_obj_srv(one_space(), "gate", one_space(), 0);
    if (error >= 0)
        error = l4re_ns_query_srv(one_space(), "gate", slot);
    l4re_ns_register_obj_srv(one_space(), "gate", L4_INVALID_CAP, 0);
    return error;
}

static long take_map(void)
{
    return l4_error(
        l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_RM, slot));
}

static long take_area(void)
{
    l4_addr_t at = 0;
    return l4re_rm_reserve_area(&at, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR, 0);
}

static l4re_ds_t one_page(void)
{
    static l4re_ds_t page;
    if (!page)
        l4re_ma_alloc(L4_PAGESIZE, page = l4re_util_cap_alloc(), 0);
    return page;
}

/* The same page at another place. */
static long take_region(void)
{
    void *at = NULL;
    return l4re_rm_attach(&at, L4_PAGESIZE, L4RE_RM_F_R | L4RE_RM_F_SEARCH_ADDR,
                          one_page(), 0, 0);
}

/* Rights that differ from page to page, so a region is in pieces. */
static long take_part(void)
{
    static char *next;
    if (!next) {
        void *at = NULL;
        l4re_ds_t ds = l4re_util_cap_alloc();
        l4re_ma_alloc(1024 * CHUNK, ds, 0);
        l4re_rm_attach(&at, 1024 * CHUNK, L4RE_RM_F_RW | L4RE_RM_F_SEARCH_ADDR,
                       ds, 0, 0);
        next = at;
    }
    next += 2 * L4_PAGESIZE;
    return vitrine_rm_protect(l4re_env()->rm, (l4_addr_t)next, L4_PAGESIZE,
                              L4RE_RM_F_R);
}

static long take_kernel_object(void)
{
    return l4_error(l4_factory_create_thread(l4re_env()->factory, slot));
}

static long take_session(void)
{
    return l4_error(l4_factory_create(l4re_env_get_cap("echo"), 0, slot));
}

/* Through a gate that its server published. */
static long take_at_gate(void)
{
    return l4_error(l4_factory_create(l4re_env_get_cap("server"), 0, slot));
}

static long take_open_file(void)
{
    return fs_open(l4re_env_get_cap("server"), "/greed",
                   FILES_READ | FILES_WRITE | FILES_CREATE, 0600, slot);
}

/* As much of a file as goes into one message. */
static long take_space(void)
{
    static l4_cap_idx_t file;
    static const char text[FILE_WRITE_DATA_MAX];
    l4_umword_t written;
    if (!file) {
        file = slot;
        slot = l4re_util_cap_alloc();
        fs_open(l4re_env_get_cap("server"), "/greed",
                FILES_READ | FILES_WRITE | FILES_CREATE, 0600, file);
    }
    return file_write(file, FILES_HERE, text, sizeof text, &written);
}

static long take_process(void)
{
    return proc_spawn(l4re_env_get_cap("server"), "rom/nobody", slot);
}

static long take_socket(void)
{
    return net_open(l4re_env_get_cap("server"), NET_IPV4, NET_DATAGRAM, slot);
}

/* A port of a switch, with memory for it. */
static long take_port(void)
{
    static l4_cap_idx_t memory;
    if (!memory) {
        memory = l4re_util_cap_alloc();
        l4re_ma_alloc(4 * L4_PAGESIZE, memory, L4RE_MA_CONTINUOUS);
    }
    return nic_open(l4re_env_get_cap("server"), 4 * L4_PAGESIZE, memory,
                    L4_INVALID_CAP, slot);
}

static const l4_size_t disk_buffer = 16 * L4_PAGESIZE;

/* A session of the disk, with memory for its requests. */
static long take_disk(void)
{
    static l4_cap_idx_t memory;
    if (!memory) {
        memory = l4re_util_cap_alloc();
        l4re_ma_alloc((long)disk_buffer, memory, L4RE_MA_CONTINUOUS);
    }
    return block_open(l4re_env_get_cap("server"), disk_buffer, memory,
                      L4_INVALID_CAP, slot);
}

/* One more request under way; nobody ever asks what became of them. */
static long take_request(void)
{
    static l4_cap_idx_t session;
    static l4_umword_t id;
    if (!session) {
        take_disk();
        session = slot;
        slot = l4re_util_cap_alloc();
    }
    return block_submit(session, id++, 0, 0, 8, 0);
}

static const struct {
    const char *name;
    long (*take)(void);
} ways[] = {
    {"memory", take_memory},    {"objects", take_object},
    {"lists", take_list},       {"names", take_name},
    {"gates", take_gate},       {"maps", take_map},
    {"areas", take_area},       {"regions", take_region},
    {"parts", take_part},       {"kernel", take_kernel_object},
    {"sessions", take_session}, {"gate", take_at_gate},
    {"consoles", take_at_gate}, {"files", take_open_file},
    {"space", take_space},      {"processes", take_process},
    {"sockets", take_socket},   {"ports", take_port},
    {"disks", take_disk},       {"requests", take_request},
};

static void spin(void)
{
    for (volatile unsigned long n = 0;; n = n + 1)
        ;
}

static void *spin_for_ever(void *nothing)
{
    (void)nothing;
    spin();
    return NULL;
}

static void *end_at_once(void *nothing)
{
    l4_kernel_clock_t until = l4_kip_clock(l4_kip()) + 100;
    while (l4_kip_clock(l4_kip()) < until)
        ;
    return nothing;
}

/* One thread after another, each for a short time: none is there for long. */
static void spin_in_pieces(void)
{
    for (;;) {
        pthread_t thread;
        if (!pthread_create(&thread, NULL, end_at_once, NULL))
            pthread_join(thread, NULL);
    }
}

/* Several at once. */
static void spin_with_all(void)
{
    pthread_t thread;
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, NULL, spin_for_ever, NULL);
    spin();
}

/* Keeps what it gets; says once where that ended. */
static void take_all(long (*take)(void))
{
    int got = 0;
    for (int tries = 0;; tries++) {
        if (got < SLOTS)
            slot = l4re_util_cap_alloc();
        if (take() >= 0) {
            got++;
        } else if (got < MOST) {
            printf("stopped at %d\n", got);
            fflush(stdout);
            got = MOST; /* said */
        }
    }
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (!strcmp(way, ways[i].name))
            take_all(ways[i].take);
    if (!strcmp(way, "spin"))
        spin();
    if (!strcmp(way, "threads"))
        spin_with_all();
    if (!strcmp(way, "pieces"))
        spin_in_pieces();
    l4_ipc_sleep(L4_IPC_NEVER);
}
