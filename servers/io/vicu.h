/*
 * A bus's interrupt controller: the kernel's, but for the lines of the bus's
 * devices only. For drivers that know lines by number (<l4/io/io.h>).
 */
#ifndef VICU_H
#define VICU_H

#include "io.h"

/* The device's line, with its trigger mode, triggers irq. 0, or an error of
 * l4_icu_bind(). */
long vicu_bind(const struct io_device *d, l4_cap_idx_t irq);
/* The capability to answer with, of the one there is. -L4_ENOMEM. */
long vicu_open(struct bus *b, l4_cap_idx_t *ret_icu);
/* The bus's driver is gone. */
void vicu_close(struct bus *b);

#endif
