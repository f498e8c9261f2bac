/*
 * Boot: from the kernel's boot information to the first program.
 *
 *      main thread                      boot thread
 *      boot_init(): rom, KIP, log
 *      boot_start_thread() -----------> loader_start("rom/ned x.cfg")
 *      serve() <--- requests like any client's ---'
 *                                       waits: exit or fault of the program
 *                                       ends the system with its result
 *
 * The boot thread uses the same loader and the same IPC as ned does; only
 * its environment (env below) is put together by hand. It must not touch
 * the server's data.
 *
 * The first program gets everything moe can pass on: debugger, ICU, a gate
 * to sigma0. What it gives to others is its own decision.
 */
#include "boot.h"
#include "console.h"
#include "dataspace.h"
#include "factory.h"
#include "frames.h"
#include "log.h"
#include "names.h"
#include "rm.h"
#include "slots.h"
#include "../lib/l4re_c/protocol.h"
#include "../lib/l4re_c/vitrine_debug.h"
#include "../lib/l4re_c/vitrine_rm.h"
#include "../lib/loader/loader.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/vitrine/bootinfo.h>
#include <string.h>

enum {
    STACK_SIZE = 32 << 10,
    BOOT_PRIORITY = 2,
    ARGUMENTS_MAX = 64,
    RESULT_FAILED = 1, /* the first program could not be started */
};

/* The environment of moe's own client code; without a C library nobody else
 * has set one up. */
l4re_env_t *l4re_global_env;

static const struct l4_vitrine_bootinfo *info;
static struct names *rom;
static struct allocator *first_allocator;
static struct log *first_log;
static char stack[STACK_SIZE] __attribute__((aligned(16)));

static struct {
    l4re_env_t env;
    l4re_env_cap_entry_t caps[2];
} boot_env;

static _Noreturn void end_system(int result)
{
    vitrine_debug(L4_BASE_DEBUGGER_CAP, L4_VITRINE_END, (l4_umword_t)result);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

static void require(long error, const char *what)
{
    if (error >= 0)
        return;
    say("moe: %s: error %d\n", what, error);
    end_system(RESULT_FAILED);
}

/* --- the server's side ---------------------------------------------- */

/* A boot module becomes a read-only dataspace in `rom`. */
static void add_module(const struct l4_vitrine_module *m)
{
    struct dataspace *ds;
    char name[NAME_SIZE];
    memcpy(name, m->name, sizeof name - 1);
    name[sizeof name - 1] = 0;
    l4_size_t size = m->end - m->start;
    if (!size)
        return;
    require(l4sigma0_map_mem(L4_BASE_PAGER_CAP, m->start, m->start,
                             l4_round_page(size)),
            name);
    require(dataspace_create_at(m->start, size, L4_FPAGE_RX, &ds), name);
    require(names_add(rom, name, &ds->object, L4_CAP_FPAGE_RO), name);
}

/* The boot information itself is there too, for who looks for devices. */
static void add_bootinfo(l4_addr_t start)
{
    struct dataspace *ds;
    static const char name[] = "bootinfo";
    if (start & ~L4_PAGEMASK)
        return;
    require(dataspace_create_at(start, info->size, L4_FPAGE_RO, &ds), name);
    require(names_add(rom, name, &ds->object, L4_CAP_FPAGE_RO), name);
}

static void read_bootinfo(l4_kernel_info_t *kip)
{
    l4_addr_t start = kip->user_ptr;
    if (start)
        require(l4sigma0_map_mem(L4_BASE_PAGER_CAP, l4_trunc_page(start),
                                 l4_trunc_page(start), L4_PAGESIZE),
                "boot information");
    info = (const struct l4_vitrine_bootinfo *)start;
    if (!info || info->magic != L4_VITRINE_BOOTINFO_MAGIC)
        require(-L4_EINVAL, "no boot information");
    l4_addr_t end = l4_round_page(start + info->size);
    for (l4_addr_t a = l4_trunc_page(start) + L4_PAGESIZE; a < end;
         a += L4_PAGESIZE)
        require(l4sigma0_map_mem(L4_BASE_PAGER_CAP, a, a, L4_PAGESIZE),
                "boot information");
    add_bootinfo(start);
    for (unsigned i = 0; i < info->count; i++)
        add_module(&info->module[i]);
}

/* For people: names in diagrams and reports. */
static void tell_names(void)
{
    l4_debugger_set_object_name(object_gate(&rom->object), "moe.rom");
    l4_debugger_set_object_name(object_gate(&first_log->object), "moe.log");
    l4_debugger_set_object_name(object_gate(&first_allocator->object),
                                "moe.mem");
}

static void init_env(void)
{
    boot_env.env = (l4re_env_t){
        .parent = L4_INVALID_CAP,
        .rm = L4_INVALID_CAP, /* memory is seen 1:1 */
        .mem_alloc = object_gate(&first_allocator->object),
        .log = object_gate(&first_log->object),
        .main_thread = slot_cap(SLOT_BOOT_THREAD),
        .factory = L4_BASE_FACTORY_CAP,
        .scheduler = L4_BASE_SCHEDULER_CAP,
        .itas = L4_INVALID_CAP,
        .dbg_events = L4_INVALID_CAP,
        .first_free_cap = SLOT_BOOT,
        .caps = boot_env.caps,
    };
    boot_env.caps[0] =
        (l4re_env_cap_entry_t){.cap = object_gate(&rom->object), .name = "rom"};
    boot_env.caps[1] = (l4re_env_cap_entry_t){.flags = ~0ul};
    l4re_global_env = &boot_env.env;
}

void boot_init(l4_kernel_info_t *kip)
{
    struct dataspace *kip_ds;
    require(frames_init(kip), "no memory from sigma0");
    require(allocator_create(NULL, &(struct limits){.entries = ENTRIES_MAX},
                             &first_allocator),
            "first allocator");
    require(names_create(first_allocator, &rom), "rom");
    require(log_create(first_allocator, "", "", &first_log), "log");
    require(
        dataspace_create_at((l4_addr_t)kip, L4_PAGESIZE, L4_FPAGE_RX, &kip_ds),
        "KIP");
    rm_set_kip(kip_ds);
    read_bootinfo(kip);
    init_env();
    tell_names();
    l4_task_release_cap(L4_BASE_TASK_CAP, slot_cap(SLOT_SIGMA0_CLIENT));
    if (l4_error(l4_factory_create(L4_BASE_PAGER_CAP, L4_PROTO_SIGMA0,
                                   slot_cap(SLOT_SIGMA0_CLIENT))) < 0)
        say("moe: sigma0 makes no further gate\n");
}

/* --- the boot thread ------------------------------------------------ */

/* Splits the command at spaces, in place. */
static int split_command(char *command, const char **argv)
{
    int n = 0;
    for (char *p = command; *p && n < ARGUMENTS_MAX;) {
        while (*p == ' ')
            *p++ = 0;
        if (*p)
            argv[n++] = p;
        while (*p && *p != ' ')
            p++;
    }
    return n;
}

static long start_first(l4_cap_idx_t parent, struct loader_app *ret_app,
                        struct loader_error *ret_error)
{
    static char command[sizeof info->command];
    static const char *argv[ARGUMENTS_MAX + 1];
    memcpy(command, info->command, sizeof command - 1);
    const struct loader_cap caps[] = {
        {"rom", object_gate(&rom->object), L4_CAP_FPAGE_RWS, 0},
        {"icu", L4_BASE_ICU_CAP, L4_CAP_FPAGE_RWS, 0},
        {"jdb", L4_BASE_DEBUGGER_CAP, L4_CAP_FPAGE_RWS, 0},
        {"sigma0", slot_cap(SLOT_SIGMA0_CLIENT), L4_CAP_FPAGE_RWS, 0},
        {"vlog", L4_BASE_LOG_CAP, L4_CAP_FPAGE_RW, 0},
    };
    struct loader_request r = {
        .argc = split_command(command, argv),
        .argv = argv,
        .caps = caps,
        .cap_count = sizeof caps / sizeof caps[0],
        .parent = parent,
        .log = boot_env.env.log,
    };
    if (!r.argc) {
        strcpy(ret_error->text, "there is no command");
        return -L4_EINVAL;
    }
    return loader_start(&r, ret_app, ret_error);
}

/* Waits until the first program ends: its exit code, or -1 for a fault. */
static int wait_for_end(void)
{
    for (;;) {
        l4_umword_t label;
        l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        l4_msg_regs_t *m = l4_utcb_mr();
        if (l4_msgtag_has_error(tag))
            continue;
        if (l4_msgtag_is_exception(tag))
            return -1;
        if (l4_msgtag_label(tag) == L4RE_PROTO_PARENT &&
            l4_msgtag_words(tag) >= 3 && m->mr[0] == PARENT_SIGNAL &&
            m->mr[1] == 0)
            return (int)(m->mr[2] & 0xff);
        l4_ipc_reply(L4_INVALID_REPLY_CAP, l4_utcb(),
                     l4_msgtag(-L4_ENOSYS, 0, 0, 0), L4_IPC_BOTH_TIMEOUT_0);
    }
}

static void boot_thread(void)
{
    struct loader_app app;
    struct loader_error error = {0};
    l4_cap_idx_t parent = l4re_util_cap_alloc();
    require(l4_error(l4_factory_create_gate(L4_BASE_FACTORY_CAP, parent,
                                            slot_cap(SLOT_BOOT_THREAD), 0)),
            "parent gate");
    l4_debugger_set_object_name(parent, "moe.parent");
    if (start_first(parent, &app, &error) < 0) {
        say("moe: cannot start the first program: %s\n", error.text);
        end_system(RESULT_FAILED);
    }
    int result = wait_for_end();
    if (result < 0) {
        vitrine_debug(L4_BASE_DEBUGGER_CAP, L4_VITRINE_REPORT_FAULT, 0);
        vitrine_debug(L4_BASE_DEBUGGER_CAP, L4_VITRINE_COUNT_FAULT, 1);
        result = 0; /* the fault speaks for itself */
    }
    /* Not its memory: what it started may run until the machine stops. */
    l4_task_delete_obj(L4_BASE_TASK_CAP, app.thread);
    l4_task_delete_obj(L4_BASE_TASK_CAP, app.task);
    vitrine_destroy(boot_env.env.log); /* writes its last line */
    end_system(result);
}

void boot_start_thread(void)
{
    l4_cap_idx_t thread = slot_cap(SLOT_BOOT_THREAD);
    l4_addr_t place = slots_take();
    l4_fpage_t utcb = l4_fpage(place, L4_PAGESHIFT, L4_FPAGE_RW);
    require(l4_error(l4_task_add_ku_mem(L4_BASE_TASK_CAP, &utcb)),
            "UTCB of the boot thread");
    require(l4_error(l4_factory_create_thread(L4_BASE_FACTORY_CAP, thread)),
            "boot thread");
    l4_debugger_set_object_name(thread, "moe.boot");
    l4_thread_control_start();
    l4_thread_control_pager(L4_BASE_PAGER_CAP);
    l4_thread_control_exc_handler(L4_BASE_PAGER_CAP);
    l4_thread_control_bind((l4_utcb_t *)place, L4_BASE_TASK_CAP);
    require(l4_error(l4_thread_control_commit(thread)), "boot thread");
    l4_sched_param_t sp = l4_sched_param(BOOT_PRIORITY, 0);
    require(
        l4_error(l4_scheduler_run_thread(L4_BASE_SCHEDULER_CAP, thread, &sp)),
        "boot thread");
    unsigned long top =
        l4_align_stack_for_direct_fncall((unsigned long)(stack + sizeof stack));
    require(l4_error(l4_thread_ex_regs(thread, (l4_addr_t)boot_thread, top, 0)),
            "boot thread");
}
