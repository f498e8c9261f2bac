/*
 * Console: a small formatter over l4_vcon_write() (see console.h).
 */
#include "console.h"
#include <l4/sys/consts.h>
#include <l4/sys/vcon.h>
#include <stdarg.h>

enum { LINE_MAX_BYTES = 250 };

struct line {
    size_t length;
    char text[LINE_MAX_BYTES];
};

static void put(struct line *l, char c)
{
    if (l->length < LINE_MAX_BYTES)
        l->text[l->length++] = c;
}

static void put_text(struct line *l, const char *s)
{
    while (*s)
        put(l, *s++);
}

static void put_number(struct line *l, unsigned long n, unsigned base)
{
    char digits[24];
    unsigned i = sizeof digits;
    digits[--i] = 0;
    do
        digits[--i] = "0123456789abcdef"[n % base];
    while (n /= base);
    put_text(l, &digits[i]);
}

static void put_signed(struct line *l, long n)
{
    if (n < 0)
        put(l, '-');
    put_number(l, n < 0 ? -(unsigned long)n : (unsigned long)n, 10);
}

void console_write(const char *text, size_t length)
{
    l4_vcon_write(L4_BASE_LOG_CAP, text, (unsigned)length);
}

void say(const char *format, ...)
{
    struct line l = {0};
    va_list v;
    va_start(v, format);
    for (; *format; format++) {
        if (*format != '%') {
            put(&l, *format);
            continue;
        }
        switch (*++format) {
        case 's':
            put_text(&l, va_arg(v, const char *));
            break;
        case 'd':
            put_signed(&l, va_arg(v, long));
            break;
        case 'x':
            put_number(&l, va_arg(v, unsigned long), 16);
            break;
        default:
            put(&l, *format);
        }
    }
    va_end(v);
    console_write(l.text, l.length);
}
