/*
 * The signal door: host signals raised by user code.
 *
 * One handler serves SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP, on a stack
 * of its own. It decides nothing: it saves the user's whole state from the
 * signal frame to the registers of the run, notes what happened, and changes
 * the frame so that returning from the signal lands in hw_cpu_enter()'s
 * return path, on the host stack. cpu.c looks at it there, outside of any
 * handler.
 *
 *   user code --fault--> host kernel --> on_signal (signal stack)
 *        hw_cpu_run <-- hw_cpu_entry_signal <-- sigreturn
 *
 * The user's thread pointer may still be in force: until it is put right
 * nothing may use thread-local storage, stack protector included (this file
 * is compiled without).
 */
#define _GNU_SOURCE
#include "cpu_host.h"
#include <stdlib.h>
#include <sys/mman.h>

#ifdef HW_SIGACTION /* see meson.build */
int HW_SIGACTION(int signo, const struct sigaction *act, struct sigaction *old);
#else
#define HW_SIGACTION sigaction
#endif

enum { CPUS_MAX = 64, SIGNAL_STACK_SIZE = 128 * 1024 };

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

/* Process-wide, as signal handlers are. */
static struct hw_cpu *volatile cpus[CPUS_MAX];
static void (*crash_handler)(int signo, uint64_t address, uint64_t host_ip);

static bool in_doors(uint64_t ip)
{
    return ip >= (uint64_t)hw_cpu_text && ip < (uint64_t)hw_cpu_text_end;
}

/* The CPU whose user code this host thread was running, or NULL. Does not
 * trust the block register, for user code can change that. */
static struct hw_cpu *cpu_running(uint64_t ip)
{
    pid_t tid = hw_host_gettid();

    if (in_doors(ip))
        return NULL;
    for (int i = 0; i < CPUS_MAX; i++) {
        struct hw_cpu *c = cpus[i];

        if (c && c->tid == tid && *hw_block_own(&c->block, BLOCK_IN_USER))
            return c;
    }
    return NULL;
}

/* The host's thread pointer is in force, whoever lent it. */
static void own_tp(void)
{
    pid_t tid = hw_host_gettid();

    for (int i = 0; i < CPUS_MAX; i++)
        if (cpus[i] && cpus[i]->tid == tid)
            hw_cpu_own_tp(&cpus[i]->block);
}

void hw_signal_forked(pid_t thread)
{
    for (int i = 0; i < CPUS_MAX; i++)
        if (cpus[i])
            cpus[i]->tid = thread;
}

static void crash(int signo, uint64_t address, uint64_t ip)
{
    if (crash_handler)
        crash_handler(signo, address, ip);
    signal(signo, SIG_DFL); /* the instruction runs again, and ends us */
}

/* A trap on the way to a program that is stepped, or from it. */
static bool is_no_step(int signo, const ucontext_t *uc, struct hw_cpu *c)
{
    if (!hw_host_is_step(signo, uc))
        return false;
    if (!c)
        return in_doors(hw_host_frame_ip(uc));
    bool arrives = c->arrives;
    c->arrives = false;
    return arrives;
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    struct hw_cpu *c = cpu_running(hw_host_frame_ip(uc));
    struct hw_regs *r;

    if (is_no_step(signo, uc, c))
        return;
    if (!c) {
        own_tp();
        crash(signo, (uint64_t)info->si_addr, hw_host_frame_ip(uc));
        return;
    }
    hw_host_tp_restore(c);
    r = (struct hw_regs *)*hw_block_own(&c->block, BLOCK_REGS);
    hw_host_save(uc, r, c->fpu);
    c->signal = (struct hw_signal){
        .signo = signo,
        .address = (uint64_t)info->si_addr,
        .access = hw_host_access(signo, info, uc),
        .step = hw_host_is_step(signo, uc),
    };
    *hw_block_own(&c->block, BLOCK_IN_USER) = 0;
    hw_host_redirect(uc, c);
}

static void handlers_install(void)
{
    struct sigaction action = {.sa_sigaction = on_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};

    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&action.sa_mask, signals[i]);
    for (int i = 0; i < SIGNALS; i++)
        HW_SIGACTION(signals[i], &action, NULL);
}

bool hw_signal_register(struct hw_cpu *c)
{
    for (int i = 0; i < CPUS_MAX; i++)
        if (!cpus[i]) {
            cpus[i] = c;
            handlers_install();
            return true;
        }
    return false;
}

void hw_signal_unregister(struct hw_cpu *c)
{
    for (int i = 0; i < CPUS_MAX; i++)
        if (cpus[i] == c)
            cpus[i] = NULL;
}

void hw_signal_stack_make(void)
{
    stack_t stack = {.ss_size = SIGNAL_STACK_SIZE};

    stack.ss_sp = mmap(NULL, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) < 0)
        abort();
}

void hw_cpu_on_crash(void (*handler)(int signo, uint64_t address,
                                     uint64_t host_ip))
{
    crash_handler = handler;
}
