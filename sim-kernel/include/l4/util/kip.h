/*
 * What the information page says in words. Source: ABI.md section 4, "l4util".
 */
#ifndef L4_UTIL_KIP_H
#define L4_UTIL_KIP_H

#include <l4/sys/kip.h>
#include <l4/util/memdesc.h>

/* Is this a kernel that runs on Linux as its hardware? (Not the simulator: it
 * has the machine's interface.) */
L4_INLINE int l4util_kip_kernel_is_ux(l4_kernel_info_t const *kip)
{
    (void)kip;
    return 0;
}

/* Is a feature among the strings behind the version? */
L4_INLINE int l4util_kip_kernel_has_feature(l4_kernel_info_t const *kip,
                                            const char *str)
{
    return l4_kernel_info_feature(kip, str);
}

L4_INLINE const char *l4util_kip_feature_next__(const char *s)
{
    while (*s)
        s++;
    return s + 1;
}

/* The features one by one; s is l4_kip_version_string(kip) first. */
#define l4util_kip_for_each_feature(s)                                         \
    for (s = l4util_kip_feature_next__(s); *s; s = l4util_kip_feature_next__(s))

#endif
