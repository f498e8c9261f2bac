/* The micro-benchmark of floor.h. */
#include "floor.h"
#include "clock.h"

#include <stdint.h>
#include <string.h>

enum { WORDS = 8, ROUNDS = 100000, BATCHES = 15, STACK = 16 << 10 };

/* Saves the running context on its stack, leaves the stack pointer in *from
 * and goes on with the context whose stack pointer is `to`. */
void floor_switch(void **from, void *to);

#if defined(__x86_64__)
__asm__(".text\n"
        ".type floor_switch, @function\n"
        "floor_switch:\n"
        "  push %rbp\n  push %rbx\n  push %r12\n"
        "  push %r13\n  push %r14\n  push %r15\n"
        "  sub $8, %rsp\n"
        "  stmxcsr (%rsp)\n"
        "  fnstcw 4(%rsp)\n"
        "  mov %rsp, (%rdi)\n"
        "  mov %rsi, %rsp\n"
        "  ldmxcsr (%rsp)\n"
        "  fldcw 4(%rsp)\n"
        "  add $8, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n"
        "  pop %r12\n  pop %rbx\n  pop %rbp\n"
        "  ret\n"
        ".size floor_switch, . - floor_switch\n");

/* A context that begins in entry(). */
static void *make_context(char *stack, void (*entry)(void))
{
    uint64_t *sp = (uint64_t *)(stack + STACK - 16);

    *--sp = (uint64_t)entry;
    for (unsigned i = 0; i < 6; i++)
        *--sp = 0;
    --sp;
    __asm__ volatile("stmxcsr (%0)\n fnstcw 4(%0)" ::"r"(sp) : "memory");
    return sp;
}
#elif defined(__aarch64__)
__asm__(".text\n"
        ".type floor_switch, %function\n"
        "floor_switch:\n"
        "  sub sp, sp, #176\n"
        "  stp x19, x20, [sp]\n  stp x21, x22, [sp, #16]\n"
        "  stp x23, x24, [sp, #32]\n  stp x25, x26, [sp, #48]\n"
        "  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n"
        "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n"
        "  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
        "  mrs x9, fpcr\n  str x9, [sp, #160]\n"
        "  mov x9, sp\n  str x9, [x0]\n  mov sp, x1\n"
        "  ldr x9, [sp, #160]\n  msr fpcr, x9\n"
        "  ldp x19, x20, [sp]\n  ldp x21, x22, [sp, #16]\n"
        "  ldp x23, x24, [sp, #32]\n  ldp x25, x26, [sp, #48]\n"
        "  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n"
        "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n"
        "  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
        "  add sp, sp, #176\n  ret\n"
        ".size floor_switch, . - floor_switch\n");

static void *make_context(char *stack, void (*entry)(void))
{
    uint64_t *sp = (uint64_t *)(stack + STACK - 16 - 176);

    memset(sp, 0, 176);
    sp[11] = (uint64_t)entry;
    return sp;
}
#else
#error "no context switch for this machine"
#endif

static void *client, *server;
static uint64_t client_words[WORDS], server_words[WORDS];
static char stack[STACK] __attribute__((aligned(16)));

static void copy_words(uint64_t *to, const uint64_t *from)
{
    for (unsigned i = 0; i < WORDS; i++)
        ((volatile uint64_t *)to)[i] = ((const volatile uint64_t *)from)[i];
}

static void serve(void)
{
    for (;;) {
        copy_words(client_words, server_words);
        floor_switch(&server, client);
    }
}

static double batch(void)
{
    uint64_t start = clock_ns();

    for (unsigned i = 0; i < ROUNDS; i++) {
        copy_words(server_words, client_words);
        floor_switch(&client, server);
    }
    return (double)(clock_ns() - start) / ROUNDS;
}

double floor_round_trip(void)
{
    double best = 1e9;

    server = make_context(stack, serve);
    for (unsigned i = 0; i < BATCHES; i++) {
        double ns = batch();
        best = ns < best ? ns : best;
    }
    return best;
}
