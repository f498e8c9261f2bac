/*
 * The PC's I/O ports. The task must have been given them (as "io flexpages",
 * l4io_request_ioport()); the simulator's machine has none, and other
 * architectures do not know them. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_PORT_IO_H
#define L4_UTIL_PORT_IO_H

#include <l4/vitrine/mmio.h>

#ifdef __x86_64__

#define L4UTIL_PORT__(bits)                                                    \
    L4_INLINE l4_uint##bits##_t l4util_in##bits(l4_uint16_t port)              \
    {                                                                          \
        return l4_vitrine_read##bits(port);                                    \
    }                                                                          \
    L4_INLINE void l4util_out##bits(l4_uint##bits##_t value, l4_uint16_t port) \
    {                                                                          \
        l4_vitrine_write##bits(port, value);                                   \
    }                                                                          \
    L4_INLINE void l4util_ins##bits(l4_uint16_t port, l4_umword_t addr,        \
                                    l4_umword_t count)                         \
    {                                                                          \
        l4_uint##bits##_t *at = (l4_uint##bits##_t *)addr;                     \
        while (count--)                                                        \
            *at++ = l4util_in##bits(port);                                     \
    }                                                                          \
    L4_INLINE void l4util_outs##bits(l4_uint16_t port, l4_umword_t addr,       \
                                     l4_umword_t count)                        \
    {                                                                          \
        l4_uint##bits##_t const *at = (l4_uint##bits##_t const *)addr;         \
        while (count--)                                                        \
            l4util_out##bits(*at++, port);                                     \
    }

L4UTIL_PORT__(8)
L4UTIL_PORT__(16)
L4UTIL_PORT__(32)

#undef L4UTIL_PORT__

/* About a microsecond: a write to a port that nobody listens to. */
L4_INLINE void l4util_iodelay(void)
{
    l4util_out8(0, 0x80);
}

#endif

#endif
