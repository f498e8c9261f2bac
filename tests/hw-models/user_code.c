/*
 * User code of the CPU tests and the benchmark: compiled with the checks
 * and linked at a fixed user address, run in pages of simulated RAM.
 *
 * Each function is an entry point with one argument. All but the endless
 * ones end with trap(TAG_DONE, result).
 */
#include "user_code.h"
#include <stddef.h>

enum { TAG_DONE = 1, TAG_AGAIN = 2, TAG_FPU = 0x1000 };

uint64_t l4_vitrine_mmio(uint64_t address, uint64_t size, uint64_t write,
                         uint64_t value);

static void done(uint64_t result)
{
    for (;;)
        trap(TAG_DONE, &result);
}

void user_echo(uint64_t argument)
{
    uint64_t label = argument;

    for (;;)
        trap(TAG_AGAIN, &label);
}

/* A vector register before a system call that keeps them, and behind it. */
void user_vector(uint64_t value)
{
    uint64_t label = 0, after;

#if defined(__x86_64__)
    __asm__ volatile("movq %0, %%xmm9" : : "r"(value) : "xmm9");
    trap(TAG_FPU, &label);
    __asm__ volatile("movq %%xmm9, %0" : "=r"(after));
#else
    __asm__ volatile("fmov d20, %0" : : "r"(value) : "v20");
    trap(TAG_FPU, &label);
    __asm__ volatile("fmov %0, d20" : "=r"(after));
#endif
    done(after);
}

void user_load(const volatile uint64_t *at)
{
    done(*at);
}

void user_load1(const volatile uint8_t *at)
{
    done(*at);
}

void user_store(volatile uint64_t *at)
{
    *at = 0x5a5a;
    done(0x77);
}

/* GCC calls it to copy structures. */
void *memcpy(void *to, const void *from, size_t size);
void *memcpy(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;

    for (size_t i = 0; i < size; i++)
        t[i] = f[i];
    return to;
}

struct big {
    uint64_t word[600];
};

void user_copy(volatile struct big *at)
{
    at[1] = at[0];
    done(at[1].word[599]);
}

/* Values live in callee-saved registers and on the stack across traps. */
void user_sum(uint64_t n)
{
    uint64_t sum = 0, label;

    for (uint64_t i = 1; i <= n; i++) {
        label = i;
        trap(TAG_AGAIN, &label);
        sum += label;
    }
    done(sum);
}

void user_spin(volatile uint64_t *counter)
{
    for (;;)
        (*counter)++;
}

static volatile uint64_t zero;

void user_divide(uint64_t n)
{
    done(n / zero);
}

void user_mmio_read(uint64_t at)
{
    done(l4_vitrine_mmio(at, 4, 0, 0));
}

void user_mmio_write(uint64_t at)
{
    l4_vitrine_mmio(at, 2, 1, 0xbeef);
    done(0);
}

void user_jump(void (*to)(void))
{
    to();
    done(0);
}

static uint64_t stack_use(volatile uint64_t depth)
{
    volatile uint64_t local[64];

    local[depth % 64] = depth;
    return depth ? stack_use(depth - 1) + local[depth % 64] : 0;
}

void user_recurse(uint64_t depth)
{
    done(stack_use(depth));
}

/* Two loops for the benchmark: n loads, n steps without any access. (Loads
 * through a pointer: GCC knows that its own statics are there.) */
void user_loads(uint64_t n)
{
    static volatile uint64_t cell[64];
    volatile uint64_t *at = cell;

    __asm__("" : "+r"(at));
    for (;;) {
        for (uint64_t i = 0; i < n; i += 8) {
            (void)at[0], (void)at[1], (void)at[2], (void)at[3];
            (void)at[4], (void)at[5], (void)at[6], (void)at[7];
        }
        uint64_t label = n;

        trap(TAG_DONE, &label);
    }
}

void user_steps(uint64_t n)
{
    for (;;) {
        for (uint64_t i = 0; i < n; i++)
            __asm__ volatile("");
        uint64_t label = n;

        trap(TAG_DONE, &label);
    }
}
