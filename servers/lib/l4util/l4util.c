/*
 * What of <l4/util/...> is more than a few instructions: backtraces, numbers.
 *
 *   frame:  fp -> saved fp of the caller, return address   (x86-64, aarch64)
 *           fp behind them                                 (riscv64)
 *
 * A chain of frames ends where a frame pointer is 0, goes downwards, or jumps
 * by more than a stack may have.
 */
#include <l4/sys/types.h>
#include <l4/util/backtrace.h>
#include <l4/util/rand.h>

enum { STACK_MAX = 64 << 20 };

struct frame {
    const struct frame *caller;
    void *return_address;
};

/* The frame a frame pointer stands for. */
static const struct frame *frame_at(const void *pointer)
{
#ifdef __riscv
    return pointer ? (const struct frame *)pointer - 1 : 0;
#else
    return pointer;
#endif
}

/* On riscv64 a function that calls none keeps its return address in the
 * register, and its frame has another shape: this one shall not. */
static inline void save_return_address(void)
{
#ifdef __riscv
    __asm__ volatile("" ::: "ra");
#endif
}

int l4util_backtrace(void **pc_array, int max_len)
{
    save_return_address();
    const struct frame *f = frame_at(__builtin_frame_address(0));
    int count = 0;

    while (f && count < max_len) {
        const struct frame *next = frame_at(f->caller);
        if (!f->return_address)
            break;
        pc_array[count++] = f->return_address;
        if (next <= f || (l4_addr_t)next - (l4_addr_t)f > STACK_MAX)
            break;
        f = next;
    }
    return count;
}

/* A linear congruence modulo 2^32 (Knuth, volume 2, 3.3.4, line 16 of the
 * table); its upper half is what is given. */
static l4_uint32_t state = 1;

l4_uint32_t l4util_rand(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 16;
}

void l4util_srand(l4_uint32_t seed)
{
    state = seed;
}
