/*
 * Boot: what moe finds when it starts, and the thread that starts the first
 * program.
 */
#ifndef MOE_BOOT_H
#define MOE_BOOT_H

#include <l4/sys/kip.h>

/* Reads the boot information, makes the first objects. Ends the system with
 * a message if that fails. */
void boot_init(l4_kernel_info_t *kip);
/* Starts the boot thread; the caller then serves. */
void boot_start_thread(void);

#endif
