/*
 * uart: a serial port as a vcon (servers/lib/vcon/terminal.h).
 *
 *      rom/uart [KIND]      capabilities: uart_server, and those of a driver
 *                           (servers/lib/drivers)
 *
 * KIND is the device tree's name ("ns16550a", "arm,pl011"); without, it is the
 * first port of a kind there is a driver for.
 */
#include "terminal.h"
#include "uart.h"
#include <l4/re/env.h>
#include <stdio.h>

static struct uart uart;

static size_t send(const char *text, size_t size)
{
    return uart.kind->fill(uart.device.registers, text, size);
}

static int receive(void)
{
    return uart.kind->receive(uart.device.registers);
}

static void listen(bool sent, bool received)
{
    uart.kind->listen(uart.device.registers, sent, received);
}

static void acknowledge(void)
{
    uart.kind->acknowledge(uart.device.registers);
}

static long port_find(const char *kind, struct l4_vitrine_device *ret_what)
{
    const char *const kinds[] = {uart_16550.compatible, uart_pl011.compatible};
    if (kind)
        return device_find(kind, 0, ret_what);
    long error = device_find(kinds[0], 0, ret_what);
    return error == -L4_ENODEV ? device_find(kinds[1], 0, ret_what) : error;
}

int main(int argc, char **argv)
{
    struct l4_vitrine_device what;
    const char *failed = "port";
    long error = port_find(argc > 1 ? argv[1] : NULL, &what);
    if (!error)
        error = uart_open(&uart, &what, l4re_env()->main_thread, &failed);
    if (error) {
        printf("no %s: %s\n", failed, l4sys_errtostr(error));
        return 1;
    }
    const struct terminal_device device = {
        .irq = uart.device.irq,
        .send = send,
        .receive = receive,
        .listen = listen,
        .acknowledge = acknowledge,
    };
    printf("a serial port (%s)\n", what.compatible);
    return (int)terminal_serve(&device, "uart_server");
}
