/*
 * I/O ports of a task: who may use which, and from whom.
 *
 * A port space is a memory space (mspace.h) whose pages are ports: port p is
 * the page at p << PAGE_ORDER, on the "frame" of the same number. So handing
 * on, taking back, rights, quotas and the tree of derivations are those of
 * memory, and need no code of their own. Ports are handed on 1:1: port 0x3f8
 * is 0x3f8 for everybody.
 *
 * Most tasks have no ports: the space is made with the first.
 * In a trace ports show as memory at their page.
 *
 * Not here: the instructions. A port that has them asks io_space_allows()
 * (core_io_allows()) and reports core_io_fault().
 */
#ifndef CORE_IO_SPACE_H
#define CORE_IO_SPACE_H

#include "task.h"

enum { IO_ORDER = 16 }; /* all ports there can be */

/* What the kernel gives at boot: [0, ports). 0, -L4_ENOMEM. */
int io_space_map_root(struct task *t, unsigned ports);
/* Hands 2^order ports from `first` (aligned to it) on, with `rights` (none:
 * nothing), as mspace_map_on(). *ret_mapped becomes true if any was there.
 * 0, -L4_ENOMEM, -L4_EAGAIN: stopped at a preemption point. */
int io_space_map(struct task *src, struct task *dst, word_t first,
                 unsigned order, unsigned rights, bool grant, bool *ret_mapped,
                 uaddr_t *behind);
/* As mspace_unmap_on(). */
bool io_space_unmap(struct task *t, word_t first, unsigned order,
                    unsigned rights, bool self, uaddr_t *behind);
/* May t use all of the 2^order ports from `first` on? */
bool io_space_allows(const struct task *t, word_t first, unsigned order);
/* Takes at most `budget` ports' mappings down; true: none is left. */
bool io_space_clear(struct task *t, unsigned budget);
/* Then the rest; false: stopped at a preemption point, call again. */
bool io_space_free(struct task *t);
void io_space_check(const struct task *t);

#endif
