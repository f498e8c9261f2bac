/*
 * Platform control: power and CPUs of the machine.
 */
#ifndef CORE_PLATFORM_H
#define CORE_PLATFORM_H

#include "invoke.h"

/* How many CPUs the machine has; boot only. */
void platform_init(unsigned cpus);
/* Answers t's request of label 0 to the ICU. */
void platform_invoke(struct thread *t, const struct invocation *inv);

#endif
