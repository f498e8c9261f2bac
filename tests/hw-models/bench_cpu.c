/*
 * What the CPU model costs, next to the floor: two bare context switches in
 * assembly and the copy of eight words, as any call and reply must do.
 *
 * Not a test (it reads the host's clock). Run it by hand:
 *   meson compile bench_cpu && USER_CODE=... tests/hw-models/bench_cpu
 */
#include "machine.h"
#include "user_image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CODE_STACK 0x1100800000ull

enum { ROUNDS = 2000000, STEPS = 1 << 22 };

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

#if defined(__x86_64__)
/* The least a switch between two contexts does. */
void bare_switch(void **from, void *to);
__asm__(".text\nbare_switch:\n"
        "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "mov %rsp, (%rdi)\nmov %rsi, %rsp\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n");

static void *main_context, *other_context;
static volatile uint64_t words_a[8], words_b[8];

static void other(void)
{
    for (;;) {
        for (int i = 0; i < 8; i++)
            words_b[i] = words_a[i];
        bare_switch(&other_context, main_context);
    }
}

static double floor_ns(void)
{
    static uint64_t stack[1024] __attribute__((aligned(16)));
    double start;

    stack[1022] = (uint64_t)other;
    other_context = &stack[1016];
    start = now_ns();
    for (int i = 0; i < ROUNDS; i++)
        bare_switch(&main_context, other_context);
    return (now_ns() - start) / ROUNDS;
}
#else
static double floor_ns(void)
{
    return 0;
}
#endif

struct thread {
    struct space space;
    struct hw_regs regs;
};

static void thread_start(struct machine *m, const struct user_image *image,
                         struct thread *t, const char *entry, uint64_t argument)
{
    t->space = space_new(m);
    user_image_load(image, m, &t->space);
    space_map(m, &t->space, CODE_STACK, machine_frame(m), PAGE_RW);
    memset(&t->regs, 0, sizeof(t->regs));
#if defined(__x86_64__)
    t->regs.rip = user_image_symbol(image, entry);
    t->regs.rsp = CODE_STACK + PAGE - 8;
    t->regs.rdi = argument;
#else
    t->regs.pc = user_image_symbol(image, entry);
    t->regs.sp = CODE_STACK + PAGE;
    t->regs.x[0] = argument;
#endif
}

static void run(struct machine *m, struct thread *t)
{
    struct hw_trap trap;
    int64_t steps;

    space_switch(m, &t->space);
    hw_cpu_run(m->cpu, &t->regs, 1ll << 40, &trap, &steps);
    if (trap.kind != HW_TRAP_SYSCALL) {
        fprintf(stderr, "trap %d at %#lx\n", trap.kind,
                (unsigned long)trap.address);
        exit(1);
    }
}

static double trap_ns(struct machine *m, const struct user_image *image,
                      int spaces)
{
    struct thread t[2];
    double start;

    thread_start(m, image, &t[0], "user_echo", 1);
    if (spaces == 2)
        t[1] = t[0];
    if (spaces == 2) /* a second root over the same pages: no conflict */
        t[1].space = (struct space){.root = machine_frame(m)};
    if (spaces == 2)
        memcpy(machine_at(m, t[1].space.root), machine_at(m, t[0].space.root),
               PAGE);
    for (int i = 0; i < 10; i++)
        run(m, &t[i % spaces]);
    start = now_ns();
    for (int i = 0; i < ROUNDS; i++)
        run(m, &t[i % spaces]);
    return (now_ns() - start) / ROUNDS;
}

static double loop_ns(struct machine *m, const struct user_image *image,
                      const char *entry)
{
    struct thread t;
    double start;

    thread_start(m, image, &t, entry, STEPS);
    run(m, &t);
    start = now_ns();
    run(m, &t);
    return (now_ns() - start) / STEPS;
}

/* A page seen for the first time: walk, host mapping, first load. */
static double fill_ns(struct machine *m, uint64_t distance)
{
    enum { PAGES = 1024 };
    struct space s = space_new(m);
    uint64_t pa = machine_frames(m, PAGES);
    volatile uint64_t sum = 0;
    uint64_t fault;
    double start;

    memset(machine_at(m, pa), 1, PAGES * PAGE);
    for (uint64_t i = 0; i < PAGES; i++)
        space_map(m, &s, CODE_STACK + i * distance, pa + i * PAGE, PAGE_RW);
    space_switch(m, &s);
    start = now_ns();
    for (uint64_t i = 0; i < PAGES; i++) {
        uint64_t va = CODE_STACK + i * distance;

        hw_mmu_access(m->mmu, va, 8, HW_ACCESS_R, &fault);
        sum += *(volatile uint64_t *)va;
    }
    return (now_ns() - start) / PAGES;
}

int main(void)
{
    struct user_image image;
    struct machine m;

    user_image_open(&image);
    machine_init(&m, 0);
    printf("floor: two bare switches, 8 words   %6.1f ns\n", floor_ns());
    printf("trap and resume, one space          %6.1f ns\n",
           trap_ns(&m, &image, 1));
    machine_destroy(&m);
    machine_init(&m, 0);
    printf("trap and resume, two spaces         %6.1f ns\n",
           trap_ns(&m, &image, 2));
    machine_destroy(&m);
    machine_init(&m, 0);
    printf("checked load                        %6.2f ns\n",
           loop_ns(&m, &image, "user_loads"));
    machine_destroy(&m);
    machine_init(&m, 0);
    printf("step                                %6.2f ns\n",
           loop_ns(&m, &image, "user_steps"));
    printf("first load of a page, in a row      %6.0f ns\n", fill_ns(&m, PAGE));
    machine_destroy(&m);
    machine_init(&m, 0);
    printf("first load of a page, scattered     %6.0f ns\n",
           fill_ns(&m, 2 * PAGE));
    machine_destroy(&m);
    user_image_close(&image);
    return 0;
}
