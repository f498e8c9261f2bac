/*
 * Integer types of the interface. Every target is LP64 and little endian:
 * a machine word (`mword`) has 64 bits.
 */
#ifndef L4_SYS_L4INT_H
#define L4_SYS_L4INT_H

#include <l4/sys/linkage.h>

typedef signed char l4_int8_t;
typedef unsigned char l4_uint8_t;
typedef signed short l4_int16_t;
typedef unsigned short l4_uint16_t;
typedef signed int l4_int32_t;
typedef unsigned int l4_uint32_t;
typedef signed long long l4_int64_t;
typedef unsigned long long l4_uint64_t;

typedef unsigned long l4_addr_t;   /* address, or byte offset */
typedef signed long l4_mword_t;    /* machine word */
typedef unsigned long l4_umword_t; /* machine word */
typedef unsigned long l4_size_t;
typedef signed long l4_ssize_t;

typedef l4_uint64_t l4_cpu_time_t;     /* us */
typedef l4_uint64_t l4_kernel_clock_t; /* us since boot */

enum {
    L4_MWORD_BITS = sizeof(l4_umword_t) * 8,
};

_Static_assert(sizeof(l4_umword_t) == 8, "64-bit targets only");

#endif
