/*
 * Boot modules and devices as user level finds them: the KIP's user_ptr is the
 * physical address of this table (sigma0 hands it out 1:1 like any memory).
 *
 *      header | module[count] | device[device_count], at `devices`
 */
#ifndef L4_VITRINE_BOOTINFO_H
#define L4_VITRINE_BOOTINFO_H

#include <stdint.h>

#define L4_VITRINE_BOOTINFO_MAGIC 0x746f6f6274726976ull /* "virtboot" */

struct l4_vitrine_module {
    uint64_t start, end; /* physical, start page aligned, end exact */
    char name[48];       /* without "rom/": "hello", "clntsrv.cfg" */
};

/* A device somebody may drive, as the machine's description has it. Sorted by
 * base. The name of its kind is the device tree's ("virtio,mmio"). */
struct l4_vitrine_device {
    uint64_t base, size; /* registers, physical */
    uint32_t irq;        /* line of the machine's ICU */
    uint32_t irq_mode;   /* L4_IRQ_F_...; 0: it has no interrupt */
    char compatible[40];
};

struct l4_vitrine_bootinfo {
    uint64_t magic;
    uint32_t count;
    uint32_t size;                 /* bytes of the whole table */
    uint64_t free_start, free_end; /* memory moe may hand out: a hint */
    uint64_t uart_base;            /* console device, 0: none; mmio.h */
    uint32_t uart_irq, flags;
    uint32_t device_count, devices; /* devices: offset in this table */
    char command[256]; /* what moe is to start: "rom/ned rom/x.cfg" */
    struct l4_vitrine_module module[];
};

static inline const struct l4_vitrine_device *
l4_vitrine_bootinfo_devices(const struct l4_vitrine_bootinfo *b)
{
    return (const struct l4_vitrine_device *)((const char *)b + b->devices);
}

#endif
