/*
 * A serial port of the kind asked for, and the virtio console, through their
 * drivers: what is written comes out, what is typed comes back.
 *
 *      sys-ports ns16550a|arm,pl011|console
 */
#include "uart.h"
#include "virtio_console.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <string.h>

enum { QUIET_US = 20000 };

static const char text[] = "Written by a driver at user level, longer than any "
                           "FIFO.\n";

static struct uart uart;
static struct virtio_console console;

static int console_byte(void)
{
    return virtio_console_read(
        &console,
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(QUIET_US)));
}

static int uart_byte(void)
{
    return uart_read(&uart, QUIET_US);
}

static void say_input(int (*next)(void))
{
    char line[64];
    unsigned n = 0;
    for (int c; n < sizeof line - 1 && (c = next()) >= 0 && c != '\n';)
        line[n++] = (char)c;
    line[n] = 0;
    printf("typed: \"%s\"\n", line);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "console", *failed = "device";
    l4_cap_idx_t self = l4re_env()->main_thread;
    struct l4_vitrine_device what;
    long error;
    if (!strcmp(kind, "console"))
        error = virtio_console_open(&console, 0, self, &failed);
    else if (!(error = device_find(kind, 0, &what)))
        error = uart_open(&uart, &what, self, &failed);
    if (error) {
        printf("no %s: %ld\n", failed, error);
        return 1;
    }
    if (!strcmp(kind, "console")) {
        error = virtio_console_write(&console, text, strlen(text));
        printf("written: %ld\n", error);
        say_input(console_byte);
    } else {
        unsigned interrupts = uart_write(&uart, text, strlen(text));
        printf("written with %s interrupts\n",
               interrupts >= strlen(text) / 16 ? "enough" : "too few");
        say_input(uart_byte);
    }
    return 0;
}
