/*
 * ICUs: objects with interrupt lines that can be bound to IRQs and
 * semaphores. The machine's interrupt controller is one; the log (line 0:
 * input) and the scheduler (line 0: CPU hot-plug) answer the same protocol.
 */
#ifndef CORE_ICU_H
#define CORE_ICU_H

#include "invoke.h"
#include "line.h"

/* The machine's ICU over the lines `info` tells of; NULL: no memory. */
struct object *icu_create(struct quota *q, const struct boot_info *info);
/* A device interrupt: wired lines first, MSIs from irq_count on. */
void icu_hit(unsigned line);
/* Invariants of the machine's lines. */
void icu_check(void);
/* Answers t's request of label L4_PROTO_IRQ to `o`, which has these lines. */
void icu_serve(struct object *o, const struct line_set *set, struct thread *t,
               const struct invocation *inv);

#endif
