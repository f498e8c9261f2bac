/*
 * A device driver as an ordinary program: nothing but capabilities makes it
 * one. sigma0 gives it the page with the device's registers, the ICU its
 * interrupt. It writes a text, then echoes what is typed until the line
 * ends, or until nothing comes for a while.
 *
 *      rom/irq_uart BASE
 *
 * What it says to the device is in servers/lib/drivers.
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
    struct l4_vitrine_device what;
    struct uart u;
    const char *failed = "device";
    if (argc < 2) {
        printf("usage: irq_uart BASE\n");
        return 2;
    }
    long error = device_at(strtoul(argv[1], NULL, 0), &what);
    if (!error)
        error = uart_open(&u, &what, l4re_env()->main_thread, &failed);
    if (error < 0) {
        printf("no %s: %s\n", failed, l4sys_errtostr(error));
        return 1;
    }
    unsigned interrupts = uart_write(&u, text, strlen(text));
    printf("%zu bytes sent with %u interrupts\n", strlen(text), interrupts);
    printf("%u bytes echoed\n", echo(&u));
    return interrupts > 0 ? 0 : 1;
}
