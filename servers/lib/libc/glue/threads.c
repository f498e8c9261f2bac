/*
 * Threads: musl's clone() made of L4 calls, and a thread's way out.
 *
 * pthread_create() has made a stack, thread-local storage and a function to
 * run; here a kernel thread is created, given a UTCB, pager, exception
 * handler and thread pointer, told to the scheduler and started. The states
 * of a slot and the invariants I1 to I3 are in threads.h.
 *
 * musl's own clone, __set_thread_area, __unmapself and syscall_cp are
 * assembly that enters a Linux kernel; they are replaced by the functions of
 * the same names at the end of this file.
 */
#include "threads.h"
#include "env.h"
#include "futex.h"
#include "lock.h"
#include "machine.h"
#include "origin.h"
#include "pool.h"
#include "signals.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <limits.h>
#include <pthread-l4.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define CHUNK                32
#define CHUNKS               64
#define SLOT_BITS            11 /* of an id: CHUNK * CHUNKS */
#define PROGRAM_BITS         17 /* above them: musl has room for 28 */
#define WINDOW_SHIFT         28 /* each program has addresses of its own */
#define CLOCK_BITS           6
#define EXIT_STACK_SIZE      4096
#define INTERNAL_STACK_SIZE  16384

#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000

/* Slots come in chunks, which never go; slot i is chunks[i / CHUNK][i % CHUNK].
 * `slots`: how many have been used so far, all below it are there. */
static struct thread first_chunk[CHUNK];
static struct thread *chunks[CHUNKS] = {first_chunk};
static unsigned slots = 1;
static struct lock threads_lock;

extern char vitrine_thread_entry[] GLUE_HIDDEN;
_Noreturn void vitrine_call_on(void *stack_top, void (*function)(void *),
                               void *argument) GLUE_HIDDEN;

struct thread *thread_self(void)
{
    return (struct thread *)l4_utcb_tcr()->user[0];
}

long thread_id(const struct thread *thread)
{
    return thread->id;
}

/* Which addresses it has tells a program from all others that run; the time it
 * began, from one that had them before. */
static long first_id(void)
{
    const unsigned long window = (unsigned long)&first_chunk >> WINDOW_SHIFT;
    const unsigned long began = l4_kip_clock(l4_kip());
    const unsigned long number =
        (window << CLOCK_BITS | (began & ((1 << CLOCK_BITS) - 1))) &
        ((1ul << PROGRAM_BITS) - 1);

    return (number ? number : 1) << SLOT_BITS;
}

unsigned long thread_program(long id)
{
    return id >> (SLOT_BITS + PROGRAM_BITS) ? 0 : id >> SLOT_BITS;
}

static struct thread *live_from(unsigned slot)
{
    for (; slot < __atomic_load_n(&slots, __ATOMIC_ACQUIRE); slot++) {
        struct thread *t = &chunks[slot / CHUNK][slot % CHUNK];
        if (t->state == THREAD_LIVE)
            return t;
    }
    return 0;
}

struct thread *thread_next(const struct thread *thread)
{
    return live_from(thread ? thread->id - first_chunk->id + 1 : 0);
}

struct thread *thread_by_id(long id)
{
    const long slot = id - first_chunk->id;

    if (slot < 0 || slot >= (long)__atomic_load_n(&slots, __ATOMIC_ACQUIRE))
        return 0;
    struct thread *t = &chunks[slot / CHUNK][slot % CHUNK];
    return t->state == THREAD_LIVE ? t : 0;
}

/* The next of the UTCBs between *next and end; 0: none is left. */
static l4_utcb_t *carve_utcb(l4_addr_t *next, l4_addr_t end)
{
    l4_addr_t utcb = *next;

    if (utcb + L4_UTCB_OFFSET > end)
        return 0;
    *next = utcb + L4_UTCB_OFFSET;
    return (l4_utcb_t *)utcb;
}

/* A UTCB nobody had before: from the task's area, then from pages that the
 * kernel adds to it one by one. */
static l4_utcb_t *new_utcb(void)
{
    static l4_addr_t next, end;
    l4re_env_t *env = l4re_env();
    l4_utcb_t *utcb;

    if (!env)
        return 0;
    utcb = carve_utcb(&env->first_free_utcb,
                      l4_fpage_memaddr(env->utcb_area) +
                          (1ul << l4_fpage_size(env->utcb_area)));
    if (!utcb)
        utcb = carve_utcb(&next, end);
    if (utcb || l4re_util_kumem_alloc(&next, 0, L4RE_THIS_TASK_CAP, env->rm))
        return utcb;
    end = next + L4_PAGESIZE;
    return carve_utcb(&next, end);
}

static void *new_exit_stack(void)
{
    void *stack;

    return pool_page(&stack, EXIT_STACK_SIZE) ? 0 : stack;
}

/* Delete what is left of a slot's former thread: keeps I2. */
static void bury(struct thread *t)
{
    l4_task_delete_obj(L4RE_THIS_TASK_CAP, t->cap);
    l4re_util_cap_free(t->cap);
    if (t->wake_irq)
        l4re_util_cap_free_um(t->wake_irq);
    t->wake_irq = 0;
    t->interrupted = t->sleeping = 0;
    t->robust_list = 0;
    t->pending = t->awaited = 0;
    t->calls = 0;
    t->thread_pointer = 0;
    t->fault_stack = 0;
    t->is_internal = 0;
    t->state = THREAD_FREE;
}

/* A slot nobody had before; 0: no memory, or there are CHUNKS * CHUNK. */
static struct thread *new_slot_locked(void)
{
    unsigned chunk = slots / CHUNK;
    void *memory;

    if (chunk == CHUNKS)
        return 0;
    if (!chunks[chunk]) {
        if (pool_page(&memory, sizeof first_chunk))
            return 0;
        chunks[chunk] = memory;
    }
    struct thread *t = &chunks[chunk][slots % CHUNK];
    t->id = first_chunk->id + slots;
    __atomic_store_n(&slots, slots + 1, __ATOMIC_RELEASE);
    return t;
}

static struct thread *find_free_locked(void)
{
    for (unsigned i = 1; i < slots; i++) {
        struct thread *t = &chunks[i / CHUNK][i % CHUNK];
        if (t->state == THREAD_ENDED)
            bury(t);
        if (t->state == THREAD_FREE)
            return t;
    }
    return new_slot_locked();
}

/* A slot with UTCB, exit stack and a capability index, LIVE; 0: none. */
static struct thread *take_slot(void)
{
    struct thread *t;

    lock_take(&threads_lock);
    t = find_free_locked();
    if (t && !t->utcb)
        t->utcb = new_utcb();
    if (t && !t->exit_stack)
        t->exit_stack = new_exit_stack();
    if (!t || !t->utcb || !t->exit_stack)
        goto none;
    t->cap = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(t->cap))
        goto none;
    t->priority =
        thread_self() ? thread_self()->priority : THREAD_DEFAULT_PRIORITY;
    t->told = t->priority;
    t->cpus = thread_self() ? thread_self()->cpus : 0;
    t->makes_stopped = 0;
    t->blocked = thread_self() ? thread_self()->blocked : 0;
    t->state = THREAD_LIVE;
    lock_drop(&threads_lock);
    return t;
none:
    lock_drop(&threads_lock);
    return 0;
}

static void drop_slot(struct thread *t)
{
    lock_take(&threads_lock);
    bury(t);
    lock_drop(&threads_lock);
}

/* A kernel thread, bound to this task, that does not run yet. */
static int create(struct thread *t)
{
    if (l4_error(l4_factory_create_thread(env_factory(), t->cap)) < 0)
        return -EAGAIN;
    l4_thread_control_start();
    l4_thread_control_pager(env_pager());
    l4_thread_control_exc_handler(t->is_internal ? env_parent()
                                                 : faults_handler());
    l4_thread_control_bind(t->utcb, L4RE_THIS_TASK_CAP);
    if (l4_error(l4_thread_control_commit(t->cap)) < 0)
        return -EAGAIN;
    l4_utcb_tcr_u(t->utcb)->user[0] = (l4_umword_t)t; /* keeps I3 */
    return 0;
}

/* is_stopped: whoever made it tells the scheduler of it (pthread-l4.h). */
static int start(struct thread *t, void *stack, int is_stopped)
{
    l4_sched_param_t param = thread_param(t, t->priority);

    if (!is_stopped &&
        l4_error(l4_scheduler_run_thread(env_scheduler(), t->cap, &param)) < 0)
        return -EAGAIN;
    if (l4_error(l4_thread_ex_regs(t->cap, (l4_addr_t)vitrine_thread_entry,
                                   (l4_addr_t)stack, 0)) < 0)
        return -EAGAIN;
    return 0;
}

/* What vitrine_thread_entry takes from the stack. */
static void *push_call(void *stack, int (*function)(void *), void *argument)
{
    unsigned long *top = (unsigned long *)((unsigned long)stack & -16ul);

    *--top = (unsigned long)argument;
    *--top = (unsigned long)function;
    return top;
}

static void end_on_exit_stack(void *slot)
{
    struct thread *self = slot;

    futex_pi_ends(self);
    if (self->clear_tid) {
        const long wake[6] = {(long)self->clear_tid, FUTEX_WAKE | FUTEX_PRIVATE,
                              1};
        __atomic_store_n(self->clear_tid, 0, __ATOMIC_SEQ_CST);
        call_futex(wake);
    }
    if (self != first_chunk) {
        self->state = THREAD_ENDED;
        l4_task_delete_obj(L4RE_THIS_TASK_CAP, self->cap);
    }
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}

/* The main thread has no exit stack: nobody ever takes its own away. */
_Noreturn void vitrine_thread_exit(void)
{
    struct thread *self = thread_self();

    if (self && self->exit_stack)
        vitrine_call_on((char *)self->exit_stack + EXIT_STACK_SIZE,
                        end_on_exit_stack, self);
    end_on_exit_stack(self ? self : first_chunk);
    __builtin_unreachable();
}

long call_exit(const long *a)
{
    (void)a;
    vitrine_thread_exit();
}

long call_set_tid_address(const long *a)
{
    struct thread *self = thread_self();

    self->clear_tid = (int *)a[0];
    if (self == first_chunk)
        origin_read(); /* this is the first call of a program */
    return thread_id(self);
}

/* head, its size: at a thread's end musl itself walks the list. */
long call_set_robust_list(const long *a)
{
    struct thread *self = thread_self();

    self->robust_list = (void *)a[0];
    self->robust_size = a[1];
    return 0;
}

/* thread or 0, head, size */
long call_get_robust_list(const long *a)
{
    struct thread *t = a[0] ? thread_by_id(a[0]) : thread_self();

    if (!t)
        return -ESRCH;
    *(void **)a[1] = t->robust_list;
    *(size_t *)a[2] = t->robust_size;
    return 0;
}

long call_gettid(const long *a)
{
    struct thread *self = thread_self();

    (void)a;
    return self ? thread_id(self) : 0;
}

/*
 * The slot number is the id musl keeps in a place only its own headers know.
 * The one public function that tells it hides it in the number of the
 * thread's clock: ~id * 8 + 6, as Linux has it.
 */
l4_cap_idx_t pthread_l4_cap(pthread_t thread)
{
    clockid_t clock = 0;

    pthread_getcpuclockid(thread, &clock);
    struct thread *t = thread_by_id(~((clock - 6) / 8));
    return t ? t->cap : L4_INVALID_CAP;
}

/* musl's number for a thread is an address at the same distance from the thread
 * pointer in all of them. */
void pthread_l4_for_each_thread(void (*function)(pthread_t thread))
{
    const unsigned long distance =
        (unsigned long)pthread_self() - thread_self()->thread_pointer;

    for (struct thread *t = thread_next(0); t; t = thread_next(t))
        if (!t->is_internal)
            function((pthread_t)(t->thread_pointer + distance));
}

/* Instead of musl's assembly. */

int __set_thread_area(void *base) GLUE_HIDDEN;
int __clone(int (*function)(void *), void *stack, int flags, void *argument,
            ...) GLUE_HIDDEN;
_Noreturn void __unmapself(void *base, size_t size) GLUE_HIDDEN;

/* Only the main thread calls this, first of all: its slot is made here. */
int __set_thread_area(void *base)
{
    struct thread *t = first_chunk;

    t->id = first_id();
    t->state = THREAD_LIVE;
    t->cap = env_main_thread();
    t->utcb = l4_utcb();
    t->priority = t->told = THREAD_DEFAULT_PRIORITY;
    l4_utcb_tcr()->user[0] = (l4_umword_t)t;
    t->thread_pointer = (unsigned long)base;
    return arch_set_thread_pointer(t->cap, t->thread_pointer);
}

int __clone(int (*function)(void *), void *stack, int flags, void *argument,
            ...)
{
    struct thread *t;
    va_list more;

    if (!(flags & CLONE_SETTLS))
        return -ENOSYS; /* a new process */
    va_start(more, argument);
    int *parent_tid = va_arg(more, int *);
    unsigned long thread_pointer = va_arg(more, unsigned long);
    int *clear_tid = va_arg(more, int *);
    va_end(more);

    t = take_slot();
    if (!t)
        return -EAGAIN;
    t->clear_tid = flags & CLONE_CHILD_CLEARTID ? clear_tid : 0;
    t->thread_pointer = thread_pointer;
    if (create(t) < 0 || arch_set_thread_pointer(t->cap, thread_pointer))
        goto fail;
    if (flags & CLONE_PARENT_SETTID)
        *parent_tid = thread_id(t);
    if (start(t, push_call(stack, function, argument),
              thread_self()->makes_stopped) == 0)
        return thread_id(t);
fail:
    drop_slot(t);
    return -EAGAIN;
}

struct thread *thread_start_internal(int (*function)(void *), void *argument)
{
    struct thread *t = take_slot();
    void *stack;

    if (!t)
        return 0;
    t->is_internal = 1;
    t->clear_tid = 0;
    if (pool_page(&stack, INTERNAL_STACK_SIZE))
        goto fail;
    stack = push_call((char *)stack + INTERNAL_STACK_SIZE, function, argument);
    if (create(t) == 0 && start(t, stack, 0) == 0)
        return t;
fail:
    drop_slot(t);
    return 0;
}

struct stack_memory {
    void *base;
    size_t size;
};

static void unmap_and_end(void *memory)
{
    struct stack_memory *m = memory;
    const long arguments[6] = {(long)m->base, (long)m->size};

    call_munmap(arguments);
    end_on_exit_stack(thread_self());
}

/* A detached thread's last call: its stack goes before it does. */
_Noreturn void __unmapself(void *base, size_t size)
{
    struct thread *self = thread_self();
    struct stack_memory *m =
        (void *)((char *)self->exit_stack + EXIT_STACK_SIZE - 64);

    *m = (struct stack_memory){base, size};
    vitrine_call_on(m, unmap_and_end, m);
}
