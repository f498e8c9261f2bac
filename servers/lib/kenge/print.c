/*
 * kenge_print(): l4util's formatted text, to the log of a root task.
 */
#include "format.h"
#include "kenge.h"

#include <l4/sys/vcon.h>
#include <stdarg.h>

_Static_assert(FORMAT_PIECE <= (int)L4_VCON_WRITE_SIZE,
               "a piece is one message");

static void write_log(const char *text, unsigned length)
{
    l4_vcon_write(L4_BASE_LOG_CAP, text, length);
}

void kenge_print(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    l4util_format(write_log, format, list);
    va_end(list);
}
