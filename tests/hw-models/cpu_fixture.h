/*
 * The machine the CPU tests run on: one CPU, one space with the user code
 * (user_code.c) and a stack in it, one thread.
 *
 * Each test file makes its suite of cpu_setup() and cpu_teardown(), which
 * looks at the MMU model's invariants after every test.
 */
#ifndef VITRINE_TESTS_CPU_FIXTURE_H
#define VITRINE_TESTS_CPU_FIXTURE_H

#include "cpu_host.h"
#include "machine.h"
#include "user_code.h"
#include "user_image.h"
#include "user_thread.h"
#include <criterion/criterion.h>

#define STACK_END 0x1101000000ull
#define DATA      0x1102000000ull
#define DEVICE    0x1103000000ull
#define BUDGET    1000000

enum { STACK_PAGES = 4 };

extern struct machine m;
extern struct space space;
extern struct user_image image;
extern struct hw_regs regs; /* the thread's */
extern struct hw_trap t;    /* its last */
extern int64_t steps;       /* left of the budget */

void cpu_setup(void);
void cpu_teardown(void);

/* Address of one of the user code's functions. */
uint64_t symbol(const char *name);

/* The thread is to start there. */
void begin(const char *entry, uint64_t argument);

/* Until its next trap. */
void run(void);

/* A new page at va: its words. */
uint64_t *data_map(uint64_t va, uint64_t flags);

/* The thread made its last system call, with this. */
void expect_done(uint64_t label);

void expect_fault(uint64_t address, unsigned access);

/* The thread is inside of its program's own function. */
void expect_ip_in(const char *function, uint64_t size);

#endif
