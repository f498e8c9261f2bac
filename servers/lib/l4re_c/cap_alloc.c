/*
 * Capability slots of a program: one bit each, from the first that the
 * loader left free. Threads may allocate at the same time: bits are taken
 * and given back by atomic operations.
 *
 * I1  a set bit is a slot somebody holds; slots below first_free_cap are
 *     never given.
 */
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>

enum { WORD_BITS = 64, WORD_COUNT = 64 };

static unsigned long used[WORD_COUNT];

l4_cap_idx_t l4re_util_cap_alloc(void)
{
    for (unsigned w = 0; w < WORD_COUNT; w++) {
        unsigned long old = __atomic_load_n(&used[w], __ATOMIC_RELAXED);
        while (~old) {
            unsigned bit = (unsigned)__builtin_ctzl(~old);
            unsigned long new = old | 1ul << bit;
            if (__atomic_compare_exchange_n(&used[w], &old, new, 0,
                                            __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return (l4re_env()->first_free_cap + w * WORD_BITS + bit)
                       << L4_CAP_SHIFT;
        }
    }
    return L4_INVALID_CAP;
}

void l4re_util_cap_free(l4_cap_idx_t cap)
{
    unsigned long i = (cap >> L4_CAP_SHIFT) - l4re_env()->first_free_cap;
    if (l4_is_valid_cap(cap) && i < WORD_COUNT * WORD_BITS)
        __atomic_fetch_and(&used[i / WORD_BITS], ~(1ul << i % WORD_BITS),
                           __ATOMIC_RELEASE);
}

void l4re_util_cap_free_um(l4_cap_idx_t cap)
{
    l4_task_release_cap(L4_BASE_TASK_CAP, cap);
    l4re_util_cap_free(cap);
}

long l4re_util_cap_last(void)
{
    return (long)(l4re_env()->first_free_cap + WORD_COUNT * WORD_BITS - 1);
}
