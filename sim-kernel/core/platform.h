/*
 * Platform control: power and CPUs of the machine.
 */
#ifndef CORE_PLATFORM_H
#define CORE_PLATFORM_H

#include "invoke.h"

/* Something came that ends a suspend, if there is one. */
void platform_wake(void);
/* Answers t's request of label 0 to the ICU. */
void platform_invoke(struct thread *t, const struct invocation *inv);

#endif
