/*
 * l4_kprintf(): formatted text on the kernel's console.
 */
#include "format.h"

#include <l4/sys/kdebug.h>
#include <l4/util/kprintf.h>

int l4_kprintf(const char *fmt, ...)
{
    va_list list;

    va_start(list, fmt);
    int count = l4util_format(l4_kd_outnstring, fmt, list);
    va_end(list);
    return count;
}
