/*
 * The kernel information page: one read-only page, the same in every task,
 * in which the kernel describes itself and keeps the time.
 *
 * Vitrine's fields beyond L4Re's fixed offsets (ABI.md section 2, "KIP") lie
 * where no offset is given. Version strings start at byte
 * offset_version_strings * 16: the version, then one zero-terminated word
 * per feature, then an empty string.
 *
 * I1  clock never goes back.
 *
 * The functions at 0x900 and 0x980 tell the time by what the machine counts;
 * `clock` is written by the kernel when it is left, and once in a millisecond.
 * A kernel without them has zeros there. The page must be mapped executable.
 */
#ifndef L4_SYS_KIP_H
#define L4_SYS_KIP_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

#define L4_KERNEL_INFO_MAGIC 0x4be6344cl /* "L4uK" */

typedef struct l4_kernel_info_platform_t {
    char name[16];
    l4_uint32_t is_mp;
    l4_uint32_t pad;
} l4_kernel_info_platform_t;

typedef struct l4_kernel_info_t {
    l4_uint64_t magic;            /* L4_KERNEL_INFO_MAGIC */
    l4_uint64_t version;          /* bits 24-31 family, 16-23 sub-family */
    l4_uint64_t sigma0_ip;        /* 0x10 */
    l4_uint64_t root_ip;          /* 0x18 */
    volatile l4_cpu_time_t clock; /* 0x20: us since boot */
    l4_uint32_t mem_descs;        /* 0x28: offset of the memory descriptors */
    l4_uint32_t mem_descs_num;    /* how many: memdesc.h */
    l4_uint64_t frequency_cpu;    /* 0x30: kHz, 0: unknown */
    l4_uint64_t frequency_bus;    /* 0x38 */
    l4_uint64_t user_ptr;         /* 0x40: physical address of the boot
                                     information, <l4/vitrine/bootinfo.h> */
    l4_uint8_t offset_version_strings; /* 0x48: in units of 16 bytes */
    l4_uint8_t log2_kip_size;
    l4_uint8_t reserved0[6];
    l4_uint64_t scheduler_granularity; /* 0x50: us */
    l4_uint64_t reserved1[3];
    l4_kernel_info_platform_t platform_info; /* 0x70 */
} l4_kernel_info_t;

#define L4_KIP_ASSERT_AT(field, offset)                                        \
    _Static_assert(__builtin_offsetof(l4_kernel_info_t, field) == (offset),    \
                   "kip layout")
L4_KIP_ASSERT_AT(sigma0_ip, 0x10);
L4_KIP_ASSERT_AT(root_ip, 0x18);
L4_KIP_ASSERT_AT(clock, 0x20);
L4_KIP_ASSERT_AT(user_ptr, 0x40);
L4_KIP_ASSERT_AT(scheduler_granularity, 0x50);
L4_KIP_ASSERT_AT(platform_info, 0x70);

L4_BEGIN_DECLS
/* Set by a program's start-up code (auxiliary vector entry 0xf2). */
extern l4_kernel_info_t const *l4_global_kip;
L4_END_DECLS

/* The page as this task sees it; valid from main() on. */
L4_INLINE l4_kernel_info_t const *l4_kip(void)
{
    return l4_global_kip;
}

L4_INLINE l4_umword_t l4_kip_version(l4_kernel_info_t const *kip)
{
    return kip->version;
}

/* Byte offset of the version string in the page. */
L4_INLINE int l4_kernel_info_version_offset(l4_kernel_info_t const *kip)
{
    return kip->offset_version_strings << 4;
}

L4_INLINE const char *l4_kip_version_string(l4_kernel_info_t const *kip)
{
    return (const char *)kip + l4_kernel_info_version_offset(kip);
}

/* Where the page has its functions: us, ns. */
enum L4_kip_offsets {
    L4_KIP_OFFS_READ_US = 0x900,
    L4_KIP_OFFS_READ_NS = 0x980,
};

/* Internal: what the function at `offset` says; `otherwise` if none is. */
L4_INLINE l4_uint64_t __l4_kip_read(l4_kernel_info_t const *kip,
                                    l4_addr_t offset, l4_uint64_t otherwise)
{
    l4_addr_t code = (l4_addr_t)kip + offset;
    if (!*(l4_uint32_t const *)code)
        return otherwise;
    return ((l4_uint64_t(*)(l4_kernel_info_t const *))code)(kip);
}

/* Time since boot in us. */
L4_INLINE l4_cpu_time_t l4_kip_clock(l4_kernel_info_t const *kip)
{
    return __l4_kip_read(kip, L4_KIP_OFFS_READ_US, kip->clock);
}

/* The low machine word of it. */
L4_INLINE l4_umword_t l4_kip_clock_lw(l4_kernel_info_t const *kip)
{
    return l4_kip_clock(kip);
}

/* Time since boot in ns. */
L4_INLINE l4_uint64_t l4_kip_clock_ns(l4_kernel_info_t const *kip)
{
    return __l4_kip_read(kip, L4_KIP_OFFS_READ_NS, kip->clock * 1000);
}

/* Do the feature strings after the version name `feature`? */
L4_INLINE int l4_kernel_info_feature(l4_kernel_info_t const *kip,
                                     const char *feature)
{
    const char *s = l4_kip_version_string(kip);
    for (;;) {
        while (*s)
            s++;
        if (!*++s)
            return 0;
        const char *f = feature;
        while (*s && *s == *f)
            s++, f++;
        if (!*s && !*f)
            return 1;
    }
}

#endif
