/*
 * Formatted text: characters gather in a piece until a line ends or it is full.
 */
#include "format.h"

#include <l4/sys/l4int.h>

struct output {
    void (*write)(const char *text, unsigned length);
    unsigned used;
    int count;
    char text[FORMAT_PIECE];
};

/* What stands between % and the letter. */
struct field {
    int width, precision; /* precision -1: none */
    unsigned base;
    char pad, is_left, is_long, sign;
    const char *digits;
};

static void flush(struct output *o)
{
    if (o->used)
        o->write(o->text, o->used);
    o->used = 0;
}

static void put(struct output *o, char c)
{
    o->text[o->used++] = c;
    o->count++;
    if (c == '\n' || o->used == sizeof o->text)
        flush(o);
}

static void put_padding(struct output *o, int count, char with)
{
    while (count-- > 0)
        put(o, with);
}

/* [sign] text in its field: zeros stand behind the sign, blanks before it. */
static void put_field(struct output *o, const char *text, int length,
                      const struct field *f)
{
    int left = f->width - length - !!f->sign;

    if (!f->is_left && f->pad == ' ')
        put_padding(o, left, ' ');
    if (f->sign)
        put(o, f->sign);
    if (!f->is_left && f->pad == '0')
        put_padding(o, left, '0');
    while (length--)
        put(o, *text++);
    if (f->is_left)
        put_padding(o, left, ' ');
}

static void put_number(struct output *o, l4_umword_t n, const struct field *f)
{
    char digits[24];
    int at = sizeof digits;

    do
        digits[--at] = f->digits[n % f->base];
    while (n /= f->base);
    put_field(o, digits + at, (int)sizeof digits - at, f);
}

static void put_signed(struct output *o, long n, struct field *f)
{
    f->sign = n < 0 ? '-' : 0;
    put_number(o, n < 0 ? 0 - (l4_umword_t)n : (l4_umword_t)n, f);
}

static void put_text(struct output *o, const char *text, struct field *f)
{
    int length = 0;

    if (!text)
        text = "(null)";
    while (length != f->precision && text[length])
        length++;
    f->pad = ' ';
    put_field(o, text, length, f);
}

/* A number in the format, or the next argument; *at is behind it. */
static int read_number(const char **at, va_list *list)
{
    int n = 0;

    if (**at == '*') {
        ++*at;
        return va_arg(*list, int);
    }
    while (**at >= '0' && **at <= '9')
        n = n * 10 + (*(*at)++ - '0');
    return n;
}

/* Flags, width, precision and sizes; where the letter is. */
static const char *read_field(const char *at, va_list *list,
                              struct field *ret_f)
{
    *ret_f = (struct field){
        .pad = ' ', .base = 10, .precision = -1, .digits = "0123456789abcdef"};
    for (; *at == '-' || *at == '0'; at++) {
        if (*at == '-')
            ret_f->is_left = 1;
        else
            ret_f->pad = '0';
    }
    ret_f->width = read_number(&at, list);
    if (ret_f->width < 0) { /* by an argument */
        ret_f->is_left = 1;
        ret_f->width = -ret_f->width;
    }
    if (*at == '.') {
        at++;
        ret_f->precision = read_number(&at, list);
    }
    for (; *at == 'l' || *at == 'z' || *at == 'h'; at++)
        ret_f->is_long |= *at != 'h'; /* shorter ones come as int */
    return at;
}

static void put_unsigned(struct output *o, char letter, va_list *list,
                         struct field *f)
{
    l4_umword_t n = f->is_long || letter == 'p' ? va_arg(*list, l4_umword_t)
                                                : va_arg(*list, unsigned);

    if (letter == 'o')
        f->base = 8;
    else if (letter != 'u')
        f->base = 16;
    if (letter == 'X')
        f->digits = "0123456789ABCDEF";
    put_number(o, n, f);
}

/* One conversion; 0: the letter is none. */
static int convert(struct output *o, char letter, va_list *list,
                   struct field *f)
{
    char c;

    switch (letter) {
    case 'd':
    case 'i':
        put_signed(o, f->is_long ? va_arg(*list, long) : va_arg(*list, int), f);
        return 1;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
    case 'p':
        put_unsigned(o, letter, list, f);
        return 1;
    case 's':
        put_text(o, va_arg(*list, const char *), f);
        return 1;
    case 'c':
        c = (char)va_arg(*list, int);
        put_field(o, &c, 1, f);
        return 1;
    case '%':
        put(o, '%');
        return 1;
    }
    return 0;
}

int l4util_format(void (*write)(const char *text, unsigned length),
                  const char *format, va_list list)
{
    struct output o = {.write = write};
    struct field f;
    va_list left;

    va_copy(left, list);
    for (; *format; format++) {
        if (*format != '%') {
            put(&o, *format);
            continue;
        }
        format = read_field(format + 1, &left, &f);
        if (!convert(&o, *format, &left, &f))
            break;
    }
    va_end(left);
    flush(&o);
    return o.count;
}
