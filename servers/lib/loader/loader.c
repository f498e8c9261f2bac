/*
 * Loader: an ELF file becomes a task of its own.
 *
 *      slot            (256 MiB, given by the region map's maker)
 *      + 64 KiB        KIP, read only
 *      + 1 MiB         image: text and data, private copies (not position-
 *                      independent: where it was linked to, the slot around it)
 *      + 16 MiB ...    what the program attaches itself
 *      - 2 MiB         end of the stack: environment (l4re_env_t, names of
 *                      capabilities), start block, and down
 *      - 1 MiB         UTCBs
 *
 * The last 16 MiB are free of what the program attaches without naming an
 * address (RM_SEARCH_MARGIN): below the stack there is always a gap.
 *
 * All is done by the calls any program can make: an allocator for the
 * program (so that its memory goes with it), a region map made from that,
 * a kernel task and thread. Image and stack are mapped at once, because a
 * debugger wants to write breakpoints before the first instruction.
 *
 * Used by moe's boot thread and by ned. Keeps no state between calls.
 * Source: docs/design/02-user-level.md, "A program's start".
 */
#include "loader.h"
#include "elf_image.h"
#include "start_block.h"
#include "window.h"
#include "../l4re_c/protocol.h"
#include "../l4re_c/vitrine_rm.h"
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <string.h>

enum {
    IMAGE_OFFSET = 0x100000,
    STACK_END_OFFSET = 0x200000, /* from the slot's end */
    UTCB_OFFSET = 0x100000,      /* likewise */
    UTCB_ORDER = 14,
    STACK_SIZE = 64 << 10,
    STACK_SIZE_MAX = 8 << 20,
    START_MAX = 16 << 10, /* environment and start block */
    DEFAULT_PRIORITY = 2,

    /* Capability slots of a new program. */
    SLOT_TASK = 1,
    SLOT_FACTORY,
    SLOT_THREAD,
    SLOT_RM,
    SLOT_LOG,
    SLOT_ICU,
    SLOT_SCHEDULER,
    SLOT_PARENT,
    SLOT_MEM_ALLOC,
    SLOT_DEBUGGER,
    SLOT_ROM = 0x11,
    SLOT_NAMED = 0x16,
};

/* One program in the making. */
struct load {
    const struct loader_request *r;
    struct loader_app *app;
    struct loader_error *error;
    const char *file; /* "rom/hello" */
    const char *name; /* "hello" */
    struct elf_image image;
    l4re_ds_t file_ds, memory; /* the file; image and stack */
    l4_addr_t slot, slot_end;  /* [slot, slot_end) */
    l4_addr_t kip, env, stack, stack_size, utcb;
    l4_addr_t bias; /* loaded address - linked address */
    l4_addr_t sp;
};

static l4_cap_idx_t slot_cap(unsigned slot)
{
    return (l4_cap_idx_t)slot << L4_CAP_SHIFT;
}

static l4_cap_idx_t chosen(l4_cap_idx_t given, l4_cap_idx_t own)
{
    return given ? given : own;
}

/* "file: text" (cut to fit); returns error. */
static long fail(struct load *l, long error, const char *text)
{
    char *to = l->error->text, *end = to + sizeof l->error->text - 1;
    const char *parts[] = {l->file, ": ", text};
    for (unsigned i = 0; i < 3; i++)
        for (const char *s = parts[i]; *s && to < end;)
            *to++ = *s++;
    *to = 0;
    return error;
}

static long fail_code(struct load *l, long error)
{
    return fail(l, error, l4sys_errtostr(error));
}

/* --- the file ------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Finds NAME of "space/NAME", space being one of the given capabilities. */
static long file_query(struct load *l)
{
    const char *slash = strchr(l->file, '/');
    const l4re_env_cap_entry_t *space = NULL;
    if (slash && slash[1])
        space = l4re_env_get_cap_l(l->file, (unsigned)(slash - l->file),
                                   l4re_env());
    if (!space)
        return fail(l, -L4_ENOENT, "no such name space (rom/NAME?)");
    long error = l4re_ns_query_srv(space->cap, slash + 1, l->file_ds);
    if (error < 0)
        return fail(l, error, "no such file");
    return 0;
}

/* The dataspace with the file: given, or found by name. */
static long file_find(struct load *l)
{
    l->file_ds = l->r->image;
    if (l->file_ds)
        return 0;
    l->file_ds = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(l->file_ds))
        return fail(l, -L4_ENOMEM, "no capability slot");
    return file_query(l);
}

static long file_open(struct load *l)
{
    long error = file_find(l);
    if (error < 0)
        return error;
    l4_size_t size = (l4_size_t)l4re_ds_size(l->file_ds);
    struct window w;
    error = window_open(&w, l->file_ds, 0, L4_PAGESIZE, 0);
    if (error < 0)
        return fail_code(l, error);
    const char *wrong = elf_image_read(
        w.start, size < L4_PAGESIZE ? size : L4_PAGESIZE, size, &l->image);
    window_close(&w);
    return wrong ? fail(l, -L4_EINVAL, wrong) : 0;
}

/* --- address space -------------------------------------------------- */

static l4_size_t image_size(const struct load *l)
{
    return l->image.end - l->image.start;
}

/* The environment with its list of capabilities and their end mark. */
static l4_size_t env_size(const struct load *l)
{
    return l4_round_size(sizeof(l4re_env_t) + (l->r->cap_count + 1) *
                                                  sizeof(l4re_env_cap_entry_t),
                         4);
}

_Static_assert((l4_size_t)LOADER_SHARE == MOE_SHARE, "handed on as it is");

/* Who pays: an allocator, and a kernel factory if that is limited. */
static long quota_create(struct load *l)
{
    struct loader_app *a = l->app;
    const struct loader_request *r = l->r;
    a->allocator = l4re_util_cap_alloc();
    l4_msgtag_t t = l4_factory_create_start(L4_PROTO_FACTORY, a->allocator);
    l4_factory_create_add_uint(r->memory_limit, &t);
    l4_factory_create_add_uint(r->kernel_limit, &t);
    l4_factory_create_add_uint(r->object_limit, &t);
    t = l4_factory_create_commit(chosen(r->mem_alloc, l4re_env()->mem_alloc),
                                 t);
    long error = l4_error(t);
    if (error >= 0 && r->kernel_limit) {
        a->factory = l4re_util_cap_alloc();
        error = vitrine_factory(a->allocator, a->factory);
    }
    return error < 0 ? fail_code(l, error) : 0;
}

/* The factory of the program, and of what the loader makes for it. */
static l4_cap_idx_t app_factory(const struct load *l)
{
    return l->app->factory ? l->app->factory
                           : chosen(l->r->factory, l4re_env()->factory);
}

/* It cannot lie where it was linked to. */
static long fail_fixed(struct load *l, long error)
{
    static const char digits[] = "0123456789abcdef";
    char text[] = "linked to address 0x................, which is no program's",
         *to = strchr(text, '.');
    for (unsigned i = 0; i < 16; i++)
        to[i] = digits[l->image.start >> (60 - 4 * i) & 15];
    if (error == -L4_EADDRNOTAVAIL)
        strcpy(to + 16, ": it is taken");
    return fail(l, error, text);
}

/* The region map: where things lie. */
static long space_create(struct load *l)
{
    struct loader_app *a = l->app;
    l4_umword_t last;
    a->rm = l4re_util_cap_alloc();
    l4_msgtag_t t = l4_factory_create_start(L4RE_PROTO_RM, a->rm);
    if (l->image.is_fixed)
        l4_factory_create_add_uint(l->image.start, &t);
    long error = l4_error(l4_factory_create_commit(a->allocator, t));
    if (l->image.is_fixed &&
        (error == -L4_ERANGE || error == -L4_EADDRNOTAVAIL))
        return fail_fixed(l, error);
    if (error >= 0)
        error = vitrine_rm_limits(a->rm, &l->slot, &last, &l->kip);
    if (error < 0)
        return fail_code(l, error);
    l->slot_end = last + 1;
    if (!l->image.is_fixed)
        l->bias = l->slot + IMAGE_OFFSET - l->image.start;
    l->stack_size =
        l4_round_page(l->r->stack_size ? l->r->stack_size : STACK_SIZE);
    l->stack = l->slot_end - STACK_END_OFFSET - l->stack_size;
    l->env = l->stack + l->stack_size - env_size(l);
    l->utcb = l->slot_end - UTCB_OFFSET;
    if (l->stack_size > STACK_SIZE_MAX)
        return fail(l, -L4_EINVAL, "stack too large");
    return 0;
}

static long task_create(struct load *l)
{
    struct loader_app *a = l->app;
    l4_fpage_t utcbs = l4_fpage(l->utcb, UTCB_ORDER, L4_FPAGE_RW);
    a->task = l4re_util_cap_alloc();
    long error =
        l4_error(l4_factory_create_task(app_factory(l), a->task, &utcbs));
    if (error >= 0)
        error = vitrine_rm_set_task(a->rm, a->task);
    return error < 0 ? fail_code(l, error) : 0;
}

/* --- what goes in --------------------------------------------------- */

/* One piece of memory for image and stack: the image at its start. */
static long memory_create(struct load *l)
{
    l4_size_t size = image_size(l) + l->stack_size;
    l->memory = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(l->memory))
        return fail(l, -L4_ENOMEM, "no capability slot");
    long error = l4re_ma_alloc_align_srv(l->app->allocator, (long)size,
                                         l->memory, L4RE_MA_CONTINUOUS, 0);
    return error < 0 ? fail_code(l, error) : 0;
}

/* A part of the memory goes to its place in the program, mapped now. */
static long memory_attach(struct load *l, l4_addr_t start, l4_size_t size,
                          unsigned rights, l4_addr_t offset)
{
    return vitrine_rm_attach_for(l->app->rm, start, size,
                                 rights | L4RE_RM_F_EAGER_MAP, l->memory,
                                 offset);
}

static long image_load(struct load *l)
{
    const struct elf_image *i = &l->image;
    long error = 0;
    for (unsigned n = 0; n < i->segment_count && error >= 0; n++) {
        const struct elf_segment *s = &i->segment[n];
        if (s->data < s->data_end)
            error = l4re_ds_copy_in(l->memory, s->data - i->start, l->file_ds,
                                    s->file_offset, s->data_end - s->data);
        if (error >= 0)
            error = memory_attach(l, s->start + l->bias, s->end - s->start,
                                  s->rights, s->start - i->start);
    }
    return error < 0 ? fail_code(l, error) : 0;
}

/* The slot of a named capability; *inout_next: the next free one. */
static unsigned named_slot(const char *name, unsigned *inout_next)
{
    if (!strcmp(name, "icu"))
        return SLOT_ICU;
    if (!strcmp(name, "jdb"))
        return SLOT_DEBUGGER;
    if (!strcmp(name, "rom"))
        return SLOT_ROM;
    return (*inout_next)++;
}

static void env_fill(struct load *l, l4re_env_t *env)
{
    l4re_env_cap_entry_t *to = (l4re_env_cap_entry_t *)(env + 1);
    unsigned next = SLOT_NAMED;
    for (unsigned i = 0; i < l->r->cap_count; i++) {
        *to = (l4re_env_cap_entry_t){
            .cap = slot_cap(named_slot(l->r->caps[i].name, &next)),
        };
        strncpy((char *)to->name, l->r->caps[i].name, sizeof to->name - 1);
        to++;
    }
    *to = (l4re_env_cap_entry_t){.flags = ~0ul};
    *env = (l4re_env_t){
        .parent = slot_cap(SLOT_PARENT),
        .rm = slot_cap(SLOT_RM),
        .mem_alloc = slot_cap(SLOT_MEM_ALLOC),
        .log = slot_cap(SLOT_LOG),
        .main_thread = slot_cap(SLOT_THREAD),
        .factory = slot_cap(SLOT_FACTORY),
        .scheduler = slot_cap(SLOT_SCHEDULER),
        .itas = L4_INVALID_CAP,
        .dbg_events = L4_INVALID_CAP,
        .first_free_cap = next,
        .utcb_area = l4_fpage(l->utcb, UTCB_ORDER, L4_FPAGE_RW),
        .first_free_utcb = l->utcb + L4_UTCB_OFFSET,
        .caps = (l4re_env_cap_entry_t *)(l->env + sizeof *env),
    };
}

/* Environment and start block, at the end of what is seen of the stack. */
static long stack_fill(struct load *l, char *top, l4_size_t size)
{
    const struct elf_image *i = &l->image;
    const struct start_block b = {
        .argc = l->r->argc,
        .argv = l->r->argv,
        .envp = l->r->envp,
        .phdr = i->headers ? i->headers + l->bias : 0,
        .phnum = i->headers ? i->header_count : 0,
        .phent = i->header_size,
        .entry = i->entry + l->bias,
        .env = l->env,
        .kip = l->kip,
    };
    l4_addr_t address = l->stack + l->stack_size - size;
    l4_size_t env_size = l->stack + l->stack_size - l->env;
    if (env_size >= size / 2)
        return -L4_E2BIG;
    env_fill(l, (l4re_env_t *)(top + size - env_size));
    return start_block_write(&b, top, size - env_size, address, &l->sp);
}

static long stack_make(struct load *l)
{
    struct window w;
    l4_size_t seen = l->stack_size < START_MAX ? l->stack_size : START_MAX;
    l4_addr_t offset = image_size(l) + l->stack_size - seen;
    long error = window_open(&w, l->memory, offset, seen, 1);
    if (error >= 0)
        error = stack_fill(l, w.start, seen);
    window_close(&w);
    if (error == -L4_E2BIG)
        return fail(l, error, "arguments too long");
    if (error >= 0)
        error = memory_attach(l, l->stack, l->stack_size, L4_FPAGE_RW,
                              image_size(l));
    return error < 0 ? fail_code(l, error) : 0;
}

/* --- capabilities --------------------------------------------------- */

static long cap_put(l4_cap_idx_t task, const struct loader_named *n)
{
    return l4_error(l4_task_map(
        task, L4_BASE_TASK_CAP, l4_obj_fpage(n->given, 0, n->rights),
        l4_map_obj_control(slot_cap((unsigned)n->slot), L4_MAP_ITEM_MAP) |
            n->attributes));
}

/* Remembers it, for who asks what the program has (inspect.c) and for
 * loader_give_again(). */
static long cap_give(struct loader_app *a, unsigned slot,
                     const struct loader_cap *c)
{
    struct loader_named n = {.slot = slot,
                             .given = c->cap,
                             .rights = (unsigned char)c->rights,
                             .attributes = (unsigned char)c->attributes};
    strncpy(n.name, c->name, LOADER_NAME);
    if (a->named_count < LOADER_NAMED_MAX)
        a->named[a->named_count++] = n;
    return !c->cap || l4_is_invalid_cap(c->cap) ? 0 : cap_put(a->task, &n);
}

long loader_give_again(const struct loader_app *app, l4_cap_idx_t cap)
{
    long error = 0;
    for (unsigned i = 0; i < app->named_count && error >= 0; i++) {
        const struct loader_named *n = &app->named[i];
        l4_cap_idx_t at = slot_cap((unsigned)n->slot);
        if (n->given == cap &&
            !l4_msgtag_label(l4_task_cap_valid(app->task, at)))
            error = cap_put(app->task, n);
    }
    return error;
}

static long named_caps_give(struct load *l)
{
    unsigned next = SLOT_NAMED;
    for (unsigned i = 0; i < l->r->cap_count; i++) {
        const struct loader_cap *c = &l->r->caps[i];
        unsigned slot = named_slot(c->name, &next);
        long error = cap_give(l->app, slot, c);
        if (error < 0)
            return fail(l, error, c->name);
    }
    l->app->first_free = next;
    return 0;
}

static long caps_give(struct load *l)
{
    const struct loader_request *r = l->r;
    const l4re_env_t *own = l4re_env();
    const struct {
        unsigned slot;
        struct loader_cap cap;
    } fixed[] = {
        {SLOT_TASK, {"task", l->app->task, L4_CAP_FPAGE_RWS, 0}},
        {SLOT_FACTORY, {"factory", app_factory(l), L4_CAP_FPAGE_RWS, 0}},
        {SLOT_THREAD, {"main_thread", l->app->thread, L4_CAP_FPAGE_RWS, 0}},
        {SLOT_RM, {"rm", l->app->rm, L4_CAP_FPAGE_RW, 0}},
        {SLOT_LOG, {"log", chosen(r->log, own->log), L4_CAP_FPAGE_RW, 0}},
        {SLOT_SCHEDULER,
         {"scheduler", chosen(r->scheduler, own->scheduler), L4_CAP_FPAGE_RWS,
          0}},
        {SLOT_PARENT, {"parent", r->parent, L4_CAP_FPAGE_RO, 0}},
        {SLOT_MEM_ALLOC, {"mem_alloc", l->app->allocator, L4_CAP_FPAGE_RS, 0}},
    };
    for (unsigned i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        long error = cap_give(l->app, fixed[i].slot, &fixed[i].cap);
        if (error < 0)
            return fail_code(l, error);
    }
    return named_caps_give(l);
}

/* --- the thread ----------------------------------------------------- */

static long thread_create(struct load *l)
{
    struct loader_app *a = l->app;
    a->thread = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_thread(app_factory(l), a->thread));
    if (error < 0)
        return fail_code(l, error);
    l4_thread_control_start();
    l4_thread_control_pager(slot_cap(SLOT_RM));
    l4_thread_control_exc_handler(slot_cap(SLOT_PARENT));
    l4_thread_control_bind((l4_utcb_t *)l->utcb, a->task);
    error = l4_error(l4_thread_control_commit(a->thread));
    return error < 0 ? fail_code(l, error) : 0;
}

/* For people: names in diagrams, reports and debuggers. */
static void names_tell(struct load *l)
{
    char text[32];
    struct loader_app *a = l->app;
    const struct {
        l4_cap_idx_t cap;
        const char *suffix;
    } named[] = {
        {a->task, ""}, {a->thread, ""}, {a->rm, ".rm"}, {a->allocator, ".mem"}};
    for (unsigned i = 0; i < sizeof named / sizeof named[0]; i++) {
        strncpy(text, l->name, 20);
        text[20] = 0;
        strcat(text, named[i].suffix);
        l4_debugger_set_object_name(named[i].cap, text);
    }
    l4_debugger_add_image_info(a->task, l->bias, base_name(l->file));
}

static long thread_start(struct load *l)
{
    unsigned prio = l->r->priority ? l->r->priority : DEFAULT_PRIORITY;
    l4_sched_param_t sp = l4_sched_param(prio, l->r->quantum);
    long error = l4_error(l4_scheduler_run_thread(
        chosen(l->r->scheduler, l4re_env()->scheduler), l->app->thread, &sp));
    if (error >= 0)
        error = l4_error(l4_thread_ex_regs(l->app->thread,
                                           l->image.entry + l->bias, l->sp, 0));
    return error < 0 ? fail_code(l, error) : 0;
}

/* --- all of it ------------------------------------------------------ */

/* A capability the loader does not need any more. */
static void cap_drop(l4_cap_idx_t *cap)
{
    if (*cap && l4_is_valid_cap(*cap))
        l4re_util_cap_free_um(*cap);
    *cap = 0;
}

long loader_start(const struct loader_request *r, struct loader_app *ret_app,
                  struct loader_error *ret_error)
{
    static long (*const steps[])(struct load *) = {
        file_open,  quota_create, space_create,  task_create, memory_create,
        image_load, stack_make,   thread_create, caps_give,
    };
    struct loader_app app = {0};
    struct load l = {
        .r = r,
        .app = &app,
        .error = ret_error,
        .file = r->file ? r->file : r->argv[0],
    };
    long error = 0;
    l.name = r->name ? r->name : base_name(l.file);
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0] && !error; i++)
        error = steps[i](&l);
    if (!r->image)
        cap_drop(&l.file_ds);
    cap_drop(&l.memory);
    if (!error) {
        names_tell(&l);
        error = thread_start(&l);
    }
    cap_drop(&app.factory); /* moe keeps it for the program */
    if (error)
        loader_kill(&app);
    else
        *ret_app = app;
    return error;
}

static void cap_delete(l4_cap_idx_t *cap)
{
    if (*cap && l4_is_valid_cap(*cap))
        l4_task_delete_obj(L4_BASE_TASK_CAP, *cap);
    cap_drop(cap);
}

void loader_kill(struct loader_app *app)
{
    cap_delete(&app->thread);
    cap_delete(&app->task);
    if (app->allocator && l4_is_valid_cap(app->allocator))
        vitrine_destroy(app->allocator);
    cap_drop(&app->allocator);
    cap_drop(&app->rm);
}
