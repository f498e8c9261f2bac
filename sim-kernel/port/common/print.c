/*
 * Text to the kernel's console, a line's worth at a time.
 */
#include "hardware.h"
#include <stdarg.h>
#include <string.h>

static void put_number(unsigned long n, unsigned base)
{
    char digits[24];
    unsigned i = sizeof(digits);
    do
        digits[--i] = "0123456789abcdef"[n % base];
    while (n /= base);
    port_console_write(&digits[i], sizeof(digits) - i);
}

static void put_signed(long n)
{
    if (n < 0)
        port_console_write("-", 1);
    put_number(n < 0 ? -(unsigned long)n : (unsigned long)n, 10);
}

static void put_value(char kind, va_list *v)
{
    const char *text;
    switch (kind) {
    case 's':
        text = va_arg(*v, const char *);
        port_console_write(text, strlen(text));
        break;
    case 'd':
        put_signed(va_arg(*v, long));
        break;
    case 'u':
        put_number(va_arg(*v, unsigned long), 10);
        break;
    case 'x':
        put_number(va_arg(*v, unsigned long), 16);
        break;
    default:
        port_console_write(&kind, 1);
    }
}

static void print_list(const char *format, va_list *v)
{
    while (*format) {
        size_t plain = 0;
        while (format[plain] && format[plain] != '%')
            plain++;
        port_console_write(format, plain);
        format += plain;
        if (*format && format[1]) {
            put_value(format[1], v);
            format += 2;
        }
    }
}

void print(const char *format, ...)
{
    va_list v;
    va_start(v, format);
    print_list(format, &v);
    va_end(v);
}

void hardware_die(const char *format, ...)
{
    va_list v;
    va_start(v, format);
    print("vitrine: ");
    print_list(format, &v);
    print("\n");
    va_end(v);
    port_shutdown(~0u, 0);
}
