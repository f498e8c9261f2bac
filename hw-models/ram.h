/*
 * RAM: one memfd, mapped once for the kernel, piecewise for user code.
 */
#ifndef HW_RAM_H
#define HW_RAM_H

#include <stddef.h>
#include <stdint.h>

struct hw_ram {
    int fd;                /* memfd */
    uint64_t base;         /* physical address of the first byte */
    uint64_t size;         /* bytes, multiple of 4 KiB */
    unsigned char *window; /* host address of all RAM, read-write */
};

/* 0, or a negative errno (ENOMEM, EINVAL: size not page aligned or 0). */
int hw_ram_init(struct hw_ram *r, uint64_t base, uint64_t size);
void hw_ram_destroy(struct hw_ram *r);
/* Host pointer to [pa, pa + size), NULL if any of it is outside. */
void *hw_ram_at(const struct hw_ram *r, uint64_t pa, uint64_t size);

#endif
