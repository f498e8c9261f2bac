/*
 * What libext2fs wants of the library of error codes (com_err).
 */
#include "e2fsprogs.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *e2fsprogs_text(long code)
{
    long i = code - ext2_error_base;
    if (i >= 0 && i < (long)ext2_error_count)
        return ext2_error_texts[i];
    return strerror((int)code);
}

const char *error_message(long code)
{
    return e2fsprogs_text(code);
}

void com_err(const char *who, long code, const char *format, ...)
{
    va_list arguments;
    printf("%s: %s ", who, code ? e2fsprogs_text(code) : "");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void initialize_ext2_error_table(void)
{
}
