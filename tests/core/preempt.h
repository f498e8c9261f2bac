/*
 * What the parts of test_preempt.c share: the long operations that thread a
 * begins, and the world it does so in.
 *
 *   preempt_ops.c     what they are, and what each has done in the end
 *   preempt_world.c   two tasks, memory, capabilities, partners
 *   test_preempt.c    stops, and who comes in between
 */
#ifndef TESTS_CORE_PREEMPT_H
#define TESTS_CORE_PREEMPT_H

#include "kernel.h"

#include <vcpu.h>

enum {
    PIECES = 8, /* pages, and capabilities */
    ORDER = 3,
    FIRST = 8, /* slot of the first capability in src and dst */
    PERIOD = 100,
    GATE = 0x1c0,
    SLOT = 0x1d0, /* OP_CREATE's */
    KU_ORDER = 16,
    VCPU_STATE = 0x800, /* behind the UTCB */
    VCPUS = 2,
};
#define PAGES ((uaddr_t)0x40000000)
#define BACK  ((uaddr_t)0x48000000)
#define KU    ((uaddr_t)0x4c000000)
#define SUPER ((uaddr_t)0x50000000)
#define FRAME ((paddr_t)0x40000000) /* of it; nobody looks there */
enum { SUPER_PAGES = 512, TAKEN = 5 };

enum op {
    OP_MAP_PAGES,
    OP_GRANT_PAGES,
    OP_UNMAP_PAGES,
    OP_MAP_CAPS,
    OP_GRANT_CAPS,
    OP_UNMAP_CAPS,
    OP_REVOKE_CAPS,
    OP_DELETE_TASK,
    OP_DELETE_THREAD,
    OP_SEND, /* a message with items, to one who waits for it; */
    OP_SEND_TO_URGENT,
    OP_RECEIVE, /* from one who waits to send */
    OP_RECEIVE_FROM_URGENT,
    OP_ANSWER,   /* a page fault, with a map item */
    OP_RESUME,   /* of a vCPU, with a map item */
    OP_END_TASK, /* in whose memory vCPUs run */
    OP_KU_MEM,
    OP_CREATE, /* into a slot from which much was derived */
    OP_SPLIT,  /* a page is taken out of a superpage */
    OPS
};

/* in_task: what callers wait for; a's partner. b comes in between. */
extern struct thread *a, *b, *in_task, *caller[2], *vcpu[VCPUS];
extern struct task *src, *dst;
extern uint32_t count; /* of src's mappings, at first */
extern word_t src_slot, dst_slot, a_slot, in_task_slot;

bool is_there(word_t slot);
bool is_message(enum op op);
bool a_sends(enum op op);
word_t pages(uaddr_t at);
word_t caps(void);
void map(struct thread *t, uaddr_t base, word_t fpage, bool grant);
void unmap(struct thread *t, word_t slot, word_t mask, word_t fpage);
void delete_object(struct thread *t, word_t slot);
void send_items(struct thread *t);
void wait_for_items(struct thread *t);
void operate(struct thread *t, enum op op);
/* What op, left in peace, has done. */
void check_done(enum op op);
/* Whatever was done to one of them, both partners of a message know. */
void check_told(enum op op);

void world_make(enum op op);

#endif
