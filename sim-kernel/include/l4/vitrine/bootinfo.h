/*
 * Boot modules as user level finds them: the KIP's user_ptr is the physical
 * address of this table (sigma0 hands it out 1:1 like any memory).
 */
#ifndef L4_VITRINE_BOOTINFO_H
#define L4_VITRINE_BOOTINFO_H

#include <stdint.h>

#define L4_VITRINE_BOOTINFO_MAGIC 0x746f6f6274726976ull /* "virtboot" */

struct l4_vitrine_module {
    uint64_t start, end; /* physical, start page aligned, end exact */
    char name[48];       /* without "rom/": "hello", "clntsrv.cfg" */
};

struct l4_vitrine_bootinfo {
    uint64_t magic;
    uint32_t count;
    uint32_t size;                 /* bytes of the whole table */
    uint64_t free_start, free_end; /* memory moe may hand out: a hint */
    uint64_t uart_base;            /* console device, 0: none; mmio.h */
    uint32_t uart_irq, flags;
    char command[256]; /* what moe is to start: "rom/ned rom/x.cfg" */
    struct l4_vitrine_module module[];
};

#endif
