/*
 * What the tests of vCPUs share (vcpu.c): one vCPU whose kernel mode runs here
 * and whose user mode runs here or in another task, which has this program's
 * image at the same addresses. What happens is written down at each entry; a
 * test says with `then` what the vCPU does after that.
 */
#ifndef TESTS_KERNEL_VCPU_H
#define TESTS_KERNEL_VCPU_H

#include "harness.h"
#include <l4/sys/vcpu.h>

enum { VCPU_EVENTS_MAX = 8 };

enum vcpu_then { STOP, RESUME, MAP_AND_RESUME, WAIT_AND_RESUME };

struct vcpu_event {
    l4_umword_t type, pfa, ip, sp; /* from r */
    l4_umword_t saved, state, sticky;
    l4_msgtag_t tag; /* from i */
    l4_umword_t label, mr0;
};

struct vcpu_world {
    l4_vcpu_state_t *state;
    volatile unsigned count;
    struct vcpu_event log[VCPU_EVENTS_MAX];
    enum vcpu_then then[VCPU_EVENTS_MAX];
    l4_umword_t resume_flags; /* added to saved_state */
    l4_addr_t map_at;
    void *map_page;
    volatile long resumed; /* what a resume that failed answered */
    struct worker worker;
    struct space space;
    volatile l4_umword_t user_ran, user_saw;
};
extern struct vcpu_world vcpu_world;
#define v vcpu_world

/* A vCPU that is to run `user` with `flags`; user mode in `task`. */
void vcpu_make(void (*user)(void), unsigned flags, l4_cap_idx_t task);
/* Its priority is below this thread's: it runs while this one sleeps. */
void vcpu_run(unsigned us);
/* Kernel mode's first code. */
void vcpu_start(void *arg);
void vcpu_delete(void);
/* Back to what saved_state says; comes back when it cannot. */
void vcpu_resume_now(void);
/* The entry's stack pointer. */
l4_addr_t vcpu_entry_sp(void);
/* Code of user mode. */
void count_for_ever(void);

#endif
