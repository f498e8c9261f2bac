/*
 * Boot: from nothing to two threads that run, sigma0 and the root task, or to
 * one that is both.
 *
 *      kernel heap -> root factory -> sigma0 (all memory) and root task
 *                                     (a gate to sigma0 as its pager)
 *
 * Both get task, factory, thread, log, icu, scheduler and debugger at the
 * fixed selectors of ABI.md section 2; addresses at the end of the user
 * range hold the KIP and their UTCBs.
 */
#include "boot.h"
#include "abi.h"
#include "debugger.h"
#include "factory.h"
#include "gate.h"
#include "icu.h"
#include "io_space.h"
#include "ipc_fast.h"
#include "kassert.h"
#include "kip.h"
#include "platform.h"
#include "kmem.h"
#include "kstring.h"
#include "sched.h"
#include "scheduler.h"
#include "task.h"
#include "trace.h"
#include "trace_tasks.h"
#include "vlog.h"
#include "work.h"

uaddr_t boot_user_end;
static uint32_t boot_tasks[2];

/* Capability indices of a root task. */
enum {
    BOOT_CAP_TASK = 1,
    BOOT_CAP_FACTORY,
    BOOT_CAP_THREAD,
    BOOT_CAP_PAGER,
    BOOT_CAP_LOG,
    BOOT_CAP_ICU,
    BOOT_CAP_SCHEDULER,
    BOOT_CAP_DEBUGGER = 10,
};

enum {
    BOOT_PRIO_SIGMA0 = 255,
    BOOT_PRIO_ROOT = 200,
    BOOT_SIGMA0_LABEL = 0x10,
    BOOT_TRACE_RECORDS = 4096,
    BOOT_KIP_OFFSET = 0x40000, /* below the end of the user range */
};

struct boot_objects {
    struct object *factory, *log, *icu, *scheduler, *debugger;
};

static void boot_require(bool ok, const char *what)
{
    if (!ok)
        kpanic(what);
}

static void boot_name(struct object *o, const char *name)
{
    object_set_name(o, name, kstrnlen(name, sizeof(o->name)));
}

static void boot_cap(struct task *t, word_t index, struct object *o)
{
    boot_require(!cap_insert_root(&t->caps, index, o, CAP_ALL),
                 "boot: no memory for capabilities");
}

/* All memory but the kernel's, 1:1, in pages as large as fit. */
static void boot_map_all(struct mspace *m, const struct boot_info *info)
{
    for (unsigned i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->region[i];
        bool device = r->type == BOOT_DEVICE;
        if (r->type == BOOT_KERNEL)
            continue;
        for (paddr_t at = r->start; at < r->end;) {
            uint64_t super = 1ul << SUPERPAGE_ORDER;
            bool large = !device && at % super == 0 && r->end - at >= super;
            unsigned order = large ? SUPERPAGE_ORDER : PAGE_ORDER;
            int error = mspace_map_root(m, at, at, order,
                                        device ? RIGHT_R | RIGHT_W : RIGHT_RWX,
                                        device ? MEM_UNCACHED : MEM_NORMAL);
            boot_require(!error, "boot: no memory for sigma0's mappings");
            at += 1ul << order;
        }
    }
}

/* A task with the standard capabilities and one thread, not yet running. */
static struct thread *boot_task(const struct boot_objects *b,
                                const struct boot_task *image, const char *name,
                                unsigned slot)
{
    struct quota *q = factory_quota(b->factory);
    struct task *task = task_create(q, b->factory->id);
    struct thread *thread = thread_create(q, b->factory->id);
    boot_require(task && thread, "boot: no memory for the first tasks");
    boot_name(&task->object, name);
    boot_name(&thread->object, name);

    boot_cap(task, BOOT_CAP_TASK, &task->object);
    boot_cap(task, BOOT_CAP_THREAD, &thread->object);
    boot_cap(task, BOOT_CAP_FACTORY, b->factory);
    boot_cap(task, BOOT_CAP_LOG, b->log);
    boot_cap(task, BOOT_CAP_ICU, b->icu);
    boot_cap(task, BOOT_CAP_SCHEDULER, b->scheduler);
    boot_cap(task, BOOT_CAP_DEBUGGER, b->debugger);

    uaddr_t utcb = boot_user_end - slot * 0x10000;
    uaddr_t kip = boot_user_end - BOOT_KIP_OFFSET;
    bool ok = !task_add_ku_mem(task, utcb, PAGE_SIZE) &&
              !mspace_map_root(&task->mem, kip, kip_page(), PAGE_ORDER,
                               RIGHT_R | RIGHT_X, MEM_NORMAL) &&
              !thread_bind(thread, task, utcb);
    boot_require(ok, "boot: no memory for UTCBs");
    port_frame_set_arg(&thread->frame, kip);
    sched_set_params(thread, slot == 1 ? BOOT_PRIO_SIGMA0 : BOOT_PRIO_ROOT,
                     sched_default_slice);
    thread_ex_regs(thread, image->ip, image->sp, false, false);
    return thread;
}

/* The root task, whose memory comes from sigma0; its id. */
static uint32_t boot_root(const struct boot_objects *b,
                          const struct boot_task *image, struct thread *sigma0)
{
    struct thread *root = boot_task(b, image, "moe", 2);
    struct object *gate = gate_create(factory_quota(b->factory), b->factory->id,
                                      &sigma0->object, BOOT_SIGMA0_LABEL);
    boot_require(gate, "boot: no memory for sigma0's gate");
    boot_name(gate, "sigma0");
    boot_cap(root->task, BOOT_CAP_PAGER, gate);
    root->pager = (word_t)BOOT_CAP_PAGER << SEL_SHIFT;
    return root->task->object.id;
}

static void boot_memory(const struct boot_info *info)
{
    char *heap = port_phys_to_virt(info->heap_start);
    size_t size = info->heap_end - info->heap_start;
    size_t records =
        info->trace_records ? info->trace_records : BOOT_TRACE_RECORDS;
    size_t ring = (records * sizeof(struct vtr_record) + PAGE_SIZE - 1) &
                  ~(PAGE_SIZE - 1);
    trace_init(heap, records, info->trace);
    trace_tasks_only(info->trace_tasks);
    if (info->trace_each)
        trace_one_by_one();
    kmem_init(heap + ring, size - ring);
    object_init_all();
    sched_init(info->slice_ns, info->cpu_count);
    sched_trace_switched();
    boot_user_end = info->user_end;
    /* With a seed there is a draw for each thread that wakes. */
    ipc_fast_allow(!info->no_fast_path && !info->seed);
    uint64_t ram = 0;
    for (unsigned i = 0; i < info->region_count; i++)
        if (info->region[i].type != BOOT_DEVICE)
            ram += info->region[i].end - info->region[i].start;
    trace_event(VTR_BOOT, 0, 1, ram, info->cpu_count, info->seed, 0, 0);
}

static void boot_objects_make(struct boot_objects *b,
                              const struct boot_info *info)
{
    b->factory = factory_create_root(kmem_free_bytes());
    boot_require(b->factory, "boot: no memory for the root factory");
    struct quota *q = factory_quota(b->factory);
    b->log = vlog_create(q);
    b->icu = icu_create(q, info);
    b->scheduler = scheduler_create(q);
    b->debugger = debugger_create(q);
    void *kip = kmem_alloc(q, PAGE_SIZE);
    boot_require(b->log && b->icu && b->scheduler && b->debugger && kip,
                 "boot: no memory for the kernel objects");
    kip_init(kip, info);
    boot_name(b->factory, "factory");
    boot_name(b->log, "log");
    boot_name(b->icu, "icu");
    boot_name(b->scheduler, "scheduler");
    boot_name(b->debugger, "debugger");
}

uint32_t core_root_task(unsigned which)
{
    return boot_tasks[which];
}

void core_boot(const struct boot_info *info)
{
    struct boot_objects b;
    boot_memory(info);
    boot_objects_make(&b, info);
    bool alone = !info->root.ip;
    struct thread *sigma0 =
        boot_task(&b, &info->sigma0, alone ? "root" : "sigma0", 1);
    boot_map_all(&sigma0->task->mem, info);
    boot_require(!io_space_map_root(sigma0->task, info->io_ports),
                 "boot: no memory for sigma0's I/O ports");
    boot_tasks[0] = boot_tasks[1] = sigma0->task->object.id;
    if (!alone)
        boot_tasks[1] = boot_root(&b, &info->root, sigma0);
    work_leave(__func__);
    work_reset(); /* nobody waited for interrupts yet */
}
