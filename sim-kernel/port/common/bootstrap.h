/*
 * Bootstrap: boot modules in memory to a struct boot_info.
 *
 *   base                                                           end
 *   | kernel heap | boot info | sigma0 | moe | modules ... | free RAM |
 */
#ifndef PORT_BOOTSTRAP_H
#define PORT_BOOTSTRAP_H

#include "port.h"
#include <l4/vitrine/bootinfo.h>

struct bootstrap_module {
    const char *name;
    const void *data;
    size_t size;
};

struct bootstrap {
    paddr_t ram_start, ram_end;
    paddr_t device_start, device_end; /* more than `device`; 0, 0: none */
    unsigned device_count;
    const struct l4_vitrine_device *device; /* what user level may drive */
    paddr_t uart_base;
    unsigned uart_irq;
    uaddr_t user_end;
    bool superpages;     /* free RAM starts with one; costs up to 2 MiB */
    size_t heap_extra;   /* more kernel memory than usual (a trace ring) */
    const char *command; /* what moe starts */
    unsigned module_count;
    const struct bootstrap_module *module; /* first sigma0, then moe */
};

/*
 * Fills *info's memory part (regions, heap, sigma0, root, modules,
 * user_end). Returns NULL, or why it cannot be: a sentence; *ret_module is
 * then the module it is about, or NULL.
 */
const char *bootstrap_run(const struct bootstrap *b, struct boot_info *info,
                          const char **ret_module);

#endif
