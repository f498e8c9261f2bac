/*
 * What the device trees of all machines say alike. Each call fills its part
 * of struct hardware; what a kernel cannot do without and does not find is one
 * line on the console, and the machine's end.
 */
#ifndef PORT_TREE_H
#define PORT_TREE_H

#include "fdt.h"
#include "hardware.h"

/* The tree at a physical address; without one there is not even a console to
 * say so on, and the machine stops. */
void tree_open(paddr_t at, struct fdt *ret_tree);
/* The node of the console: what /chosen names, else the first that is
 * compatible with `kind`; FDT_NONE. *ret_base: its registers. */
int tree_console(const struct fdt *f, const char *kind, paddr_t *ret_base);
/* The kernel's piece of RAM, from behind the kernel, and in it the archive. */
void tree_memory(const struct fdt *f, struct hardware *h);

#endif
