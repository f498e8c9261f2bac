/*
 * A kernel that only takes notes.
 *
 * It stands where the simulator's system-call stub would be: it records the
 * registers and the message of each system call, spoils every register that
 * a system call may spoil, and answers what the test has prepared. The test
 * then looks at what the function under test has sent:
 *
 *      fake_reply(l4_msgtag(7, 1, 0, 0), 42);
 *      l4_thing(THING, &out);
 *      SENT(THING, L4_SYSF_CALL, L4_PROTO_THING, 2 words, 1 item);
 *      cr_expect(eq(...call->mr[0]...));
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <l4/sys/ipc.h>
#include <stdbool.h>

enum { FAKE_CALLS_MAX = 16 };

struct fake_call {
    l4_cap_idx_t dest; /* without the flags */
    l4_umword_t flags;
    l4_msgtag_t tag;
    l4_timeout_t timeout;
    l4_umword_t label; /* register on entry */
    l4_umword_t mr[L4_UTCB_GENERIC_DATA_SIZE];
    l4_buf_regs_t buffers;
};

/* Gives the process a UTCB with poisoned registers; nothing called yet. */
void fake_kernel_start(void);

/* Number of system calls so far; the n-th (0..); the last one. */
unsigned fake_calls(void);
const struct fake_call *fake_call(unsigned n);
const struct fake_call *fake_last(void);

/* All following calls are answered with `tag`, and the given words in MR0
 * to MR2; `label` comes in the label register. */
void fake_reply(l4_msgtag_t tag, l4_umword_t mr0, l4_umword_t mr1,
                l4_umword_t mr2);
void fake_reply_label(l4_umword_t label);
void fake_reply_text(const char *text, unsigned words);
/* All following calls fail with IPC error `code`. */
void fake_fail(l4_umword_t code);

/* Does word i of the call's message begin an item that names `obj` with all
 * rights but D? */
bool fake_is_obj_item(const struct fake_call *c, unsigned i, l4_cap_idx_t obj);

#endif
