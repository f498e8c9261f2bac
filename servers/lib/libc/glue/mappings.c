/*
 * Files that are mapped, and waiting at their words (see mappings.h).
 *
 * A waiting thread gives the server its own interrupt and sleeps on that, as it
 * does for a word of its program's (futex.c); giving up is a second request.
 * So a request is never torn, and a wake-up that comes at the last moment is
 * not lost: the server says whether there was one.
 *
 * A word with musl's mark for waiters and the id of a thread is a mutex, and
 * the server is told whose: if that program ends, the mutex is orphaned
 * (EOWNERDEAD of robust ones). Other words that programs wait at (semaphores,
 * condition variables, read-write locks) never look like that: ids begin at
 * 2,048, -1 is none, and 2^31 signals of one condition are not awaited.
 */
#include "mappings.h"
#include "file-client.h"
#include "futex.h"
#include "mapping-client.h"
#include "pool.h"
#include "server_files.h"

#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/sys/irq.h>

#define MUTEX_WAITERS 0x80000000u
#define MUTEX_OWNER   0x3fffffffu
#define RETRY_US      1000 /* the server has no room for one who sleeps */

static struct mapping first_mappings[8];
static struct pool pool = POOL_OF(first_mappings, pool_page);

long file_memory_get(l4_cap_idx_t file, int is_writable,
                     struct file_memory *ret_memory)
{
    struct mapping *mapping = pool_take(&pool);
    l4_umword_t size = 0;
    long error = -ENOMEM;

    if (!mapping)
        return -ENOMEM;
    *mapping = (struct mapping){l4re_util_cap_alloc(), 1};
    *ret_memory = (struct file_memory){l4re_util_cap_alloc(), mapping, 0};
    if (l4_is_valid_cap(mapping->cap) && l4_is_valid_cap(ret_memory->memory))
        error = server_result(file_map(file, is_writable,
                                       thread_program(thread_self()->id), &size,
                                       ret_memory->memory, mapping->cap));
    if (error < 0) {
        file_memory_drop(ret_memory);
        return error == -ENOSYS ? -ENODEV : error;
    }
    ret_memory->size = size;
    return 0;
}

static void give_cap(l4_cap_idx_t cap)
{
    if (l4_is_valid_cap(cap))
        l4re_util_cap_free_um(cap);
}

void file_memory_drop(struct file_memory *memory)
{
    give_cap(memory->memory);
    mapping_drop(memory->mapping);
}

long file_memory_show(const struct file_memory *memory, unsigned long offset,
                      int is_writable, void **address, unsigned long size)
{
    const l4re_rm_flags_t flags = (*address ? 0 : L4RE_RM_F_SEARCH_ADDR) |
                                  (is_writable ? L4RE_RM_F_RW : L4RE_RM_F_R);

    return l4re_rm_attach(address, size, flags, memory->memory, offset,
                          L4_PAGESHIFT) < 0
               ? -ENOMEM
               : 0;
}

long file_memory_copy(const struct file_memory *memory, unsigned long offset,
                      void **address, unsigned long size)
{
    struct file_memory copy = {.memory = l4re_util_cap_alloc()};
    const unsigned long left = memory->size - offset;
    long error;

    if (l4_is_invalid_cap(copy.memory))
        return -ENOMEM;
    error = l4re_ma_alloc(size, copy.memory, 0);
    if (error >= 0)
        error = l4re_ds_copy_in(copy.memory, 0, memory->memory, offset,
                                size < left ? size : left);
    if (error >= 0)
        error = l4re_rm_attach(address, size,
                               (*address ? 0 : L4RE_RM_F_SEARCH_ADDR) |
                                   L4RE_RM_F_RW | L4RE_RM_F_DETACH_FREE,
                               copy.memory, 0, L4_PAGESHIFT);
    if (error < 0)
        give_cap(copy.memory);
    return error < 0 ? -ENOMEM : 0;
}

void mapping_drop(struct mapping *mapping)
{
    if (--mapping->uses)
        return;
    give_cap(mapping->cap);
    pool_give(&pool, mapping);
}

long mapping_store(const struct mapping *mapping)
{
    return server_result(mapping_sync(mapping->cap));
}

/* The program that holds the mutex which the word is; 0: it is none. */
static unsigned long owner_of(unsigned value)
{
    return value & MUTEX_WAITERS ? thread_program(value & MUTEX_OWNER) : 0;
}

/* Out of the server's queue; 0: the thread had been woken, which is used up
 * then. */
static long give_up(const struct shared_word *word, l4_umword_t ticket,
                    struct thread *self, long result)
{
    l4_umword_t was_asleep;

    if (mapping_forget(word->mapping->cap, ticket, &was_asleep) < 0 ||
        was_asleep)
        return result;
    l4_irq_receive(self->wake_irq, L4_IPC_BOTH_TIMEOUT_0);
    return 0;
}

long shared_wait(const struct shared_word *word, int value,
                 l4_uint64_t deadline)
{
    struct thread *self = thread_self();
    l4_umword_t ticket;
    long result = self ? futex_irq(self) : -ENOMEM;

    if (result)
        return result;
    result = mapping_sleep(word->mapping->cap, word->offset, (unsigned)value,
                           owner_of(value), self->wake_irq, &ticket);
    if (result < 0) {
        if (result != -L4_EAGAIN)
            thread_sleep(RETRY_US);
        return thread_was_interrupted() ? -EINTR : -EAGAIN;
    }
    self->sleeping = 1;
    result = self->interrupted ? -EINTR : futex_sleep(self, deadline);
    self->sleeping = 0;
    if (result)
        result = give_up(word, ticket, self, result);
    return thread_was_interrupted() && result != -ETIMEDOUT ? -EINTR : result;
}

long shared_wake(const struct shared_word *word, long limit)
{
    l4_umword_t woken = 0;
    long error = mapping_wake(word->mapping->cap, word->offset, limit, &woken);

    return error < 0 ? server_result(error) : (long)woken;
}
