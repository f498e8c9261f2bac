/*
 * Access to device registers, the same in every port: a load or store of
 * exactly the given width on hardware, a call to the bus model in the
 * simulator. The page must be mapped: a missing one is a page fault.
 *
 * Register addresses may be given as numbers or pointers (this is what the
 * macros are for). Accesses to devices stay in program order among
 * themselves; use l4_mb() between them and ordinary memory.
 *
 * On x86 a device's registers may be I/O ports: an address below 64 KiB, where
 * no program has memory, is a port. The task must have been given it.
 */
#ifndef L4_VITRINE_MMIO_H
#define L4_VITRINE_MMIO_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>
#include <stdint.h>

#if defined(__x86_64__) && !defined(VITRINE_SIM)
/* Is this a port, not an address? */
L4_INLINE int mmio_is_port(l4_addr_t address)
{
    return address < 0x10000;
}

/* There is no instruction for 64 bits. */
#define L4_VITRINE_IN_8   "inb %%dx, %0"
#define L4_VITRINE_IN_16  "inw %%dx, %0"
#define L4_VITRINE_IN_32  "inl %%dx, %0"
#define L4_VITRINE_IN_64  "ud2"
#define L4_VITRINE_OUT_8  "outb %0, %%dx"
#define L4_VITRINE_OUT_16 "outw %0, %%dx"
#define L4_VITRINE_OUT_32 "outl %0, %%dx"
#define L4_VITRINE_OUT_64 "ud2"

#define L4_VITRINE_IN(bits, address)                                           \
    if (mmio_is_port(address)) {                                               \
        uint##bits##_t value;                                                  \
        __asm__ __volatile__(L4_VITRINE_IN_##bits                              \
                             : "=a"(value)                                     \
                             : "d"((uint16_t)address));                        \
        return value;                                                          \
    }
#define L4_VITRINE_OUT(bits, address, value)                                   \
    if (mmio_is_port(address)) {                                               \
        __asm__ __volatile__(L4_VITRINE_OUT_##bits                             \
                             :                                                 \
                             : "a"(value), "d"((uint16_t)address));            \
        return;                                                                \
    }
#else
L4_INLINE int mmio_is_port(l4_addr_t address)
{
    (void)address;
    return 0;
}

#define L4_VITRINE_IN(bits, address)
#define L4_VITRINE_OUT(bits, address, value)
#endif

#ifdef VITRINE_SIM
L4_BEGIN_DECLS
/* The bus: size 1, 2, 4 or 8; write 0 or 1; returns the value read. */
uint64_t l4_vitrine_mmio(uint64_t address, uint64_t size, uint64_t write,
                         uint64_t value);
L4_END_DECLS

#define L4_VITRINE_MMIO_WIDTH(bits)                                            \
    L4_INLINE uint##bits##_t l4_vitrine_read##bits(l4_addr_t address)          \
    {                                                                          \
        return (uint##bits##_t)l4_vitrine_mmio(address, bits / 8, 0, 0);       \
    }                                                                          \
    L4_INLINE void l4_vitrine_write##bits(l4_addr_t address,                   \
                                          uint##bits##_t value)                \
    {                                                                          \
        l4_vitrine_mmio(address, bits / 8, 1, value);                          \
    }
#else
#define L4_VITRINE_MMIO_WIDTH(bits)                                            \
    L4_INLINE uint##bits##_t l4_vitrine_read##bits(l4_addr_t address)          \
    {                                                                          \
        L4_VITRINE_IN(bits, address)                                           \
        return *(volatile uint##bits##_t *)address;                            \
    }                                                                          \
    L4_INLINE void l4_vitrine_write##bits(l4_addr_t address,                   \
                                          uint##bits##_t value)                \
    {                                                                          \
        L4_VITRINE_OUT(bits, address, value)                                   \
        *(volatile uint##bits##_t *)address = value;                           \
    }
#endif

L4_VITRINE_MMIO_WIDTH(8)
L4_VITRINE_MMIO_WIDTH(16)
L4_VITRINE_MMIO_WIDTH(32)
L4_VITRINE_MMIO_WIDTH(64)

#define mmio_read8(address)  l4_vitrine_read8((l4_addr_t)(address))
#define mmio_read16(address) l4_vitrine_read16((l4_addr_t)(address))
#define mmio_read32(address) l4_vitrine_read32((l4_addr_t)(address))
#define mmio_read64(address) l4_vitrine_read64((l4_addr_t)(address))

#define mmio_write8(address, value)                                            \
    l4_vitrine_write8((l4_addr_t)(address), value)
#define mmio_write16(address, value)                                           \
    l4_vitrine_write16((l4_addr_t)(address), value)
#define mmio_write32(address, value)                                           \
    l4_vitrine_write32((l4_addr_t)(address), value)
#define mmio_write64(address, value)                                           \
    l4_vitrine_write64((l4_addr_t)(address), value)

#endif
