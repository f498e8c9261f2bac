/*
 * kenge_print(): a printf() of what a small program needs, into one message
 * for each line. Texts longer than a message go in several.
 */
#include "kenge.h"

#include <l4/sys/vcon.h>
#include <stdarg.h>

struct line {
    unsigned used;
    char text[L4_VCON_WRITE_SIZE];
};

static void flush(struct line *l)
{
    if (l->used)
        l4_vcon_write(L4_BASE_LOG_CAP, l->text, l->used);
    l->used = 0;
}

static void put(struct line *l, char c)
{
    l->text[l->used++] = c;
    if (c == '\n' || l->used == sizeof l->text)
        flush(l);
}

static void put_padded(struct line *l, const char *text, unsigned length,
                       unsigned width, char with)
{
    while (width-- > length)
        put(l, with);
    while (length--)
        put(l, *text++);
}

struct format {
    unsigned width, base;
    char pad;
    int is_long, is_negative;
};

static void put_number(struct line *l, l4_umword_t n, const struct format *f)
{
    char digits[24];
    unsigned at = sizeof digits;

    do
        digits[--at] = "0123456789abcdef"[n % f->base];
    while (n /= f->base);
    if (f->is_negative)
        digits[--at] = '-';
    put_padded(l, digits + at, sizeof digits - at, f->width, f->pad);
}

static void put_signed(struct line *l, long n, struct format *f)
{
    f->is_negative = n < 0;
    put_number(l, n < 0 ? 0 - (l4_umword_t)n : (l4_umword_t)n, f);
}

static void put_text(struct line *l, const char *text, const struct format *f)
{
    unsigned length = 0;

    while (text[length])
        length++;
    put_padded(l, text, length, f->width, ' ');
}

/* Flags, width and `l` behind a %; the letter that follows. */
static const char *read_format(const char *at, struct format *ret_f)
{
    *ret_f = (struct format){.pad = ' ', .base = 10};
    if (*at == '0')
        ret_f->pad = '0';
    while (*at >= '0' && *at <= '9')
        ret_f->width = ret_f->width * 10 + (unsigned)(*at++ - '0');
    while (*at == 'l' || *at == 'z') {
        ret_f->is_long = 1;
        at++;
    }
    return at;
}

void kenge_print(const char *format, ...)
{
    struct line l = {0};
    struct format f;
    va_list list;

    va_start(list, format);
    for (; *format; format++) {
        if (*format != '%') {
            put(&l, *format);
            continue;
        }
        format = read_format(format + 1, &f);
        f.base = *format == 'x' || *format == 'p' ? 16 : 10;
        if (*format == 'd')
            put_signed(&l, f.is_long ? va_arg(list, long) : va_arg(list, int),
                       &f);
        else if (*format == 's')
            put_text(&l, va_arg(list, const char *), &f);
        else if (*format == 'c')
            put(&l, (char)va_arg(list, int));
        else if (*format == 'u' || *format == 'x' || *format == 'p')
            put_number(&l,
                       f.is_long || *format == 'p' ? va_arg(list, l4_umword_t)
                                                   : va_arg(list, unsigned),
                       &f);
        else if (*format == '%')
            put(&l, '%');
        else
            break;
    }
    va_end(list);
    flush(&l);
}
