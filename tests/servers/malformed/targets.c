/*
 * The targets. An interface of our own brings its table (NAME-table.h);
 * L4Re's protocols, which have no description, have theirs here, after
 * servers/lib/l4re_c/protocol.h and ABI.md.
 */
#include "targets.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "block-table.h"
#include "echo-table.h"
#include "event-table.h"
#include "file-table.h"
#include "fs-table.h"
#include "goos-table.h"
#include "inhibitor-table.h"
#include "mapping-table.h"
#include "net-table.h"
#include "nic-table.h"
#include "proc-table.h"
#include "process-table.h"
#include "socket-table.h"
#include "vbus-table.h"
#include "walltime-table.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/platform_control.h>
#include <l4/sys/vcon.h>
#include <l4/vitrine/files.h>
#include <l4/vitrine/net.h>
#include <string.h>

#define W                                                                      \
    {                                                                          \
        L4_VITRINE_ARGUMENT_WORD, 0                                            \
    }
#define TEXT(n)                                                                \
    {                                                                          \
        L4_VITRINE_ARGUMENT_TEXT, n                                            \
    }
#define CAP                                                                    \
    {                                                                          \
        L4_VITRINE_ARGUMENT_CAP, 0                                             \
    }

/* --- L4Re's protocols -------------------------------------------------- */

static const struct l4_vitrine_method dataspace_table[] = {
    {"map", DATASPACE_MAP, 5, {W, W, W, W, W}},
    {"clear", DATASPACE_CLEAR, 2, {W, W}},
    {"info", DATASPACE_INFO, 0, {W}},
    {"copy_in", DATASPACE_COPY_IN, 4, {W, W, W, CAP}},
    {"allocate", DATASPACE_ALLOCATE, 2, {W, W}},
    {"map_info", DATASPACE_MAP_INFO, 0, {W}},
    {"address", DATASPACE_ADDRESS, 0, {W}},
};

static const struct l4_vitrine_method rm_table[] = {
    {"reserve", RM_RESERVE, 4, {W, W, W, W}},
    {"free_area", RM_FREE_AREA, 1, {W}},
    {"attach", RM_ATTACH, 7, {W, W, W, W, W, W, CAP}},
    {"detach", RM_DETACH, 1, {W}},
    {"find", RM_FIND, 2, {W, W}},
    {"info", RM_GET_INFO, 1, {W}},
    {"limits", RM_LIMITS, 0, {W}},
};

static const struct l4_vitrine_method names_table[] = {
    {"query", NAMES_QUERY, 1, {TEXT(200)}},
    {"register", NAMES_REGISTER, 3, {W, TEXT(60), CAP}},
};

static const struct l4_vitrine_method dma_table[] = {
    {"map", DMA_MAP, 5, {W, W, W, W, CAP}},
    {"unmap", DMA_UNMAP, 4, {W, W, W, W}},
    {"associate", DMA_ASSOCIATE, 1, {W}},
    {"disassociate", DMA_DISASSOCIATE, 0, {W}},
};

/* What a factory makes is its operation; an argument has two words. */
static const struct l4_vitrine_method factory_table[] = {
    {"dataspace", L4RE_PROTO_DATASPACE, 4, {W, W, W, W}},
    {"rm", L4RE_PROTO_RM, 0, {W}},
    {"names", L4RE_PROTO_NAMESPACE, 0, {W}},
    {"dma", L4RE_PROTO_DMA_SPACE, 0, {W}},
    {"log", (unsigned)L4_PROTO_LOG, 4, {W, W, W, W}},
    {"scheduler", (unsigned)L4_PROTO_SCHEDULER, 6, {W, W, W, W, W, W}},
    {"factory", (unsigned)L4_PROTO_FACTORY, 6, {W, W, W, W, W, W}},
    {"thread", (unsigned)L4_PROTO_THREAD, 0, {W}},
    {"gate", (unsigned)L4_PROTO_KOBJECT, 3, {W, W, CAP}},
};

static const struct l4_vitrine_method scheduler_table[] = {
    {"info", 0, 1, {W}},
    {"run_thread", 1, 5, {W, W, W, W, CAP}},
    {"idle_time", 2, 2, {W, W}},
};

static const struct l4_vitrine_method sigma0_table[] = {
    {"request", (unsigned)SIGMA0_REQ_MAGIC, 1, {W}},
    {"any", 0, 1, {W}},
};

/* The operation has its parameters above it; text goes to the console. */
static const struct l4_vitrine_method log_table[] = {
    {"get_attr", L4_VCON_GET_ATTR_OP, 0, {W}}, /* writes are not answered */
    {"read", L4_VCON_READ_OP, 0, {W}},
    {"set_attr", L4_VCON_SET_ATTR_OP, 3, {W, W, W}},
    {"write", L4_VCON_WRITE_OP, 1, {TEXT(40)}},
};

/* The power gate's. */
static const struct l4_vitrine_method platform_table[] = {
    {"suspend", L4_PLATFORM_CTL_SYS_SUSPEND_OP, 1, {W}},
    {"shutdown", L4_PLATFORM_CTL_SYS_SHUTDOWN_OP, 1, {W}},
    {"allow_shutdown", L4_PLATFORM_CTL_CPU_ALLOW_SHUTDOWN_OP, 2, {W, W}},
    {"enable", L4_PLATFORM_CTL_CPU_ENABLE_OP, 1, {W}},
    {"disable", L4_PLATFORM_CTL_CPU_DISABLE_OP, 1, {W}},
};

/* A bus's controller of interrupts. */
static const struct l4_vitrine_method icu_table[] = {
    {"bind", L4_ICU_OP_BIND, 2, {W, CAP}},
    {"unbind", L4_ICU_OP_UNBIND, 2, {W, CAP}},
    {"info", L4_ICU_OP_INFO, 0, {W}},
    {"msi_info", L4_ICU_OP_MSI_INFO, 2, {W, W}},
    {"unmask", L4_ICU_OP_UNMASK, 1, {W}},
    {"mask", L4_ICU_OP_MASK, 1, {W}},
    {"set_mode", L4_ICU_OP_SET_MODE, 2, {W, W}},
};

static const struct l4_vitrine_method parent_table[] = {
    {"signal", PARENT_SIGNAL, 2, {W, W}},
};

enum { SESSION_MEMORY = 4 * L4_PAGESIZE };

/* What a session answers, its interface says. */
#define block_session_table block_table
#define nic_session_table   nic_table
#define switch_port_table   nic_table
#define vbus_session_table  vbus_table

/* One description, several servers. */
#define tmpfs_table        fs_table
#define archive_table      fs_table
#define ext2_table         fs_table
#define archive_file_table file_table
#define ext2_file_table    file_table
#define ned_table          proc_table
#define vcon_table         log_table

/* --- gates ------------------------------------------------------------- */

static l4_cap_idx_t make(long protocol)
{
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    l4_factory_create(l4re_env()->mem_alloc, protocol, slot);
    return slot;
}

static l4_cap_idx_t open_dataspace(l4_cap_idx_t service)
{
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    (void)service;
    l4re_ma_alloc(8 * L4_PAGESIZE, slot, 0);
    return slot;
}

static l4_cap_idx_t open_rm(l4_cap_idx_t service)
{
    (void)service;
    return make(L4RE_PROTO_RM);
}

static l4_cap_idx_t open_names(l4_cap_idx_t service)
{
    (void)service;
    return make(L4RE_PROTO_NAMESPACE);
}

static l4_cap_idx_t open_dma(l4_cap_idx_t service)
{
    (void)service;
    return make(L4RE_PROTO_DMA_SPACE);
}

/* With limits: what is drawn asks for any size. */
static l4_cap_idx_t open_factory(l4_cap_idx_t service)
{
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_FACTORY, slot);
    (void)service;
    l4_factory_create_add_uint(1 << 20, &t);
    l4_factory_create_add_uint(64 << 10, &t);
    l4_factory_create_add_uint(100, &t);
    l4_factory_create_commit(l4re_env()->mem_alloc, t);
    return slot;
}

static l4_cap_idx_t open_scheduler(l4_cap_idx_t service)
{
    l4_cap_idx_t slot = l4re_util_cap_alloc();
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_SCHEDULER, slot);
    (void)service;
    l4_factory_create_add_uint(2, &t);
    l4_factory_create_commit(l4re_env()->mem_alloc, t);
    return slot;
}

static l4_cap_idx_t open_log(l4_cap_idx_t service)
{
    (void)service;
    return make(L4_PROTO_LOG);
}

static l4_cap_idx_t open_parent(l4_cap_idx_t service)
{
    (void)service;
    return l4re_env()->parent;
}

static l4_cap_idx_t open_file(l4_cap_idx_t fs)
{
    l4_cap_idx_t file = l4re_util_cap_alloc();
    fs_open(fs, "/malformed", FILES_READ | FILES_WRITE | FILES_CREATE, 0600,
            file);
    return file;
}

static l4_cap_idx_t open_archive_file(l4_cap_idx_t fs)
{
    l4_cap_idx_t file = l4re_util_cap_alloc();
    fs_open(fs, "/d/a", FILES_READ, 0, file);
    return file;
}

/* Of a file that is long enough for words to wait at. */
static l4_cap_idx_t open_mapping(l4_cap_idx_t fs)
{
    l4_cap_idx_t file = open_file(fs), mapping = l4re_util_cap_alloc();
    l4_umword_t size;
    file_truncate(file, L4_PAGESIZE);
    file_map(file, 1, 0, &size, l4re_util_cap_alloc(), mapping);
    return mapping;
}

static l4_cap_idx_t open_process(l4_cap_idx_t proc)
{
    l4_cap_idx_t process = l4re_util_cap_alloc();
    proc_spawn(proc, "rom/nobody", process);
    return process;
}

/* Memory for a driver's session. */
static l4_cap_idx_t make_memory(void)
{
    l4_cap_idx_t memory = l4re_util_cap_alloc();
    l4re_ma_alloc(SESSION_MEMORY, memory, L4RE_MA_CONTINUOUS);
    return memory;
}

static l4_cap_idx_t open_block(l4_cap_idx_t gate)
{
    l4_cap_idx_t session = l4re_util_cap_alloc();
    block_open(gate, SESSION_MEMORY, make_memory(), L4_INVALID_CAP, session);
    return session;
}

static l4_cap_idx_t open_nic(l4_cap_idx_t gate)
{
    l4_cap_idx_t session = l4re_util_cap_alloc();
    nic_open(gate, SESSION_MEMORY, make_memory(), L4_INVALID_CAP, session);
    return session;
}

static l4_cap_idx_t open_vbus(l4_cap_idx_t gate)
{
    l4_cap_idx_t session = l4re_util_cap_alloc();
    vbus_open(gate, session);
    return session;
}

static l4_cap_idx_t open_icu(l4_cap_idx_t gate)
{
    l4_cap_idx_t icu = l4re_util_cap_alloc();
    vbus_icu(open_vbus(gate), icu);
    return icu;
}

/* Datagrams to itself, so that what is sent comes back. */
static l4_cap_idx_t open_socket(l4_cap_idx_t net)
{
    static const l4_uint8_t local[NET_HOST_SIZE] = {
        [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
    l4_cap_idx_t s = l4re_util_cap_alloc();
    net_open(net, NET_IPV4, NET_DATAGRAM, s);
    socket_bind(s, local, sizeof local, 7);
    socket_connect(s, local, sizeof local, 7);
    return s;
}

/* --- left out ------------------------------------------------------------ */

/* This program's own end. */
static bool ends_us(const struct l4re_msg *m)
{
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    return m->protocol == L4RE_PROTO_PARENT && mr[0] == PARENT_SIGNAL &&
           mr[1] == 0;
}

/* Text that is no text for a terminal; well-formed writes do no harm. */
static bool writes(const struct l4re_msg *m)
{
    return m->protocol == L4_PROTO_LOG &&
           (l4_utcb_mr()->mr[0] & 0xffff) == L4_VCON_WRITE_OP && m->words > 1 &&
           l4_utcb_mr()->mr[1] &&
           l4_utcb_mr()->mr[1] <= (m->words - 2) * sizeof(l4_umword_t);
}

/* The end of the run. */
static bool switches_off(const struct l4re_msg *m)
{
    return m->protocol == L4_PROTO_PLATFORM_CTL && m->words == 2 &&
           l4_utcb_mr()->mr[0] <= L4_PLATFORM_CTL_SYS_SHUTDOWN_OP;
}

/* --- all of them --------------------------------------------------------- */

#define TABLE(name, protocol)                                                  \
    {                                                                          \
#name, protocol, name##_table,                                         \
            sizeof name##_table / sizeof name##_table[0]                       \
    }

static const struct target targets[] = {
    {TABLE(dataspace, L4RE_PROTO_DATASPACE), open_dataspace, NULL},
    {TABLE(rm, L4RE_PROTO_RM), open_rm, NULL},
    {TABLE(names, L4RE_PROTO_NAMESPACE), open_names, NULL},
    {TABLE(dma, L4RE_PROTO_DMA_SPACE), open_dma, NULL},
    {TABLE(factory, L4_PROTO_FACTORY), open_factory, NULL},
    {TABLE(scheduler, L4_PROTO_SCHEDULER), open_scheduler, NULL},
    {TABLE(sigma0, L4_PROTO_SIGMA0), NULL, NULL},
    {TABLE(parent, L4RE_PROTO_PARENT), open_parent, ends_us},
    {TABLE(echo, ECHO_PROTOCOL), NULL, NULL},
    {TABLE(fs, FS_PROTOCOL), NULL, NULL},
    {TABLE(tmpfs, FS_PROTOCOL), NULL, NULL},
    {TABLE(archive, FS_PROTOCOL), NULL, NULL},
    {TABLE(ext2, FS_PROTOCOL), NULL, NULL},
    {TABLE(ned, PROC_PROTOCOL), NULL, NULL},
    {TABLE(log, L4_PROTO_LOG), open_log, writes},
    {TABLE(vcon, L4_PROTO_LOG), NULL, writes},
    {TABLE(file, FILE_PROTOCOL), open_file, NULL},
    {TABLE(archive_file, FILE_PROTOCOL), open_archive_file, NULL},
    {TABLE(ext2_file, FILE_PROTOCOL), open_file, NULL},
    {TABLE(mapping, MAPPING_PROTOCOL), open_mapping, NULL},
    {TABLE(proc, PROC_PROTOCOL), NULL, NULL},
    {TABLE(process, PROCESS_PROTOCOL), open_process, NULL},
    {TABLE(block, BLOCK_PROTOCOL), NULL, NULL},
    {TABLE(nic, NIC_PROTOCOL), NULL, NULL},
    {TABLE(vbus, VBUS_PROTOCOL), NULL, NULL},
    {TABLE(goos, GOOS_PROTOCOL), NULL, NULL},
    {TABLE(walltime, WALLTIME_PROTOCOL), NULL, NULL},
    {TABLE(event, EVENT_PROTOCOL), NULL, NULL},
    {TABLE(block_session, BLOCK_PROTOCOL), open_block, NULL},
    {TABLE(nic_session, NIC_PROTOCOL), open_nic, NULL},
    {TABLE(switch_port, NIC_PROTOCOL), open_nic, NULL},
    {TABLE(vbus_session, VBUS_PROTOCOL), open_vbus, NULL},
    {TABLE(icu, L4_PROTO_IRQ), open_icu, NULL},
    {TABLE(inhibitor, INHIBITOR_PROTOCOL), open_vbus, NULL},
    {TABLE(platform, L4_PROTO_PLATFORM_CTL), NULL, switches_off},
    {TABLE(net, NET_PROTOCOL), NULL, NULL},
    {TABLE(socket, SOCKET_PROTOCOL), open_socket, NULL},
};

const struct target *target_find(const char *name)
{
    for (unsigned i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (!strcmp(targets[i].interface.name, name))
            return &targets[i];
    return NULL;
}
