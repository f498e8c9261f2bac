/*
 * A device driver as an ordinary program: nothing but capabilities makes it
 * one. sigma0 gives it the page with the device's registers, the ICU its
 * interrupt. It writes a text, then echoes what is typed until the line
 * ends, or until nothing comes for a while.
 *
 *      rom/irq_uart BASE IRQ
 */
#include "uart.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_TIMEOUT_US = 20000, END_OF_INPUT = 4 };

static const char text[] = "These words leave through a driver at user level, "
                           "sixteen bytes per interrupt.\n";

static unsigned echo(struct uart *u)
{
    unsigned count = 0;
    for (;;) {
        int c = uart_read(u, INPUT_TIMEOUT_US);
        if (c < 0 || c == END_OF_INPUT)
            return count;
        char byte = c == '\r' ? '\n' : (char)c;
        uart_write(u, &byte, 1);
        count++;
        if (byte == '\n')
            return count;
    }
}

int main(int argc, char **argv)
{
    struct uart u;
    const char *what;
    if (argc < 3) {
        printf("usage: irq_uart BASE IRQ\n");
        return 2;
    }
    long error = uart_open(&u, l4re_env_get_cap("sigma0"),
                           l4re_env_get_cap("icu"), strtoul(argv[1], NULL, 0),
                           (unsigned)strtoul(argv[2], NULL, 0),
                           l4re_env()->main_thread, &what);
    if (error < 0) {
        printf("no %s: %s\n", what, l4sys_errtostr(error));
        return 1;
    }
    unsigned interrupts = uart_write(&u, text, strlen(text));
    printf("%zu bytes sent with %u interrupts\n", strlen(text), interrupts);
    printf("%u bytes echoed\n", echo(&u));
    return interrupts > 0 ? 0 : 1;
}
