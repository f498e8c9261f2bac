/*
 * console: a virtio console as a vcon (servers/lib/vcon/terminal.h).
 *
 *      rom/console [NUMBER]      capabilities: console_server, and those of a
 *                                driver (servers/lib/drivers)
 */
#include "terminal.h"
#include "virtio_console.h"
#include <l4/re/env.h>
#include <stdio.h>
#include <stdlib.h>

static struct virtio_console console;

static size_t send(const char *text, size_t size)
{
    return virtio_console_fill(&console, text, size);
}

static int receive(void)
{
    return virtio_console_byte(&console);
}

/* It always tells, and takes no more input than it was given room for. */
static void listen(bool sent, bool received)
{
    (void)sent, (void)received;
}

static void acknowledge(void)
{
    virtio_console_acknowledge(&console);
}

int main(int argc, char **argv)
{
    unsigned number = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 0;
    const char *failed;
    long error =
        virtio_console_open(&console, number, l4re_env()->main_thread, &failed);
    if (error) {
        printf("no %s: %s (is there a console? --console FILE)\n", failed,
               l4sys_errtostr(error));
        return 1;
    }
    const struct terminal_device device = {
        .irq = console.v.device.irq,
        .send = send,
        .receive = receive,
        .listen = listen,
        .acknowledge = acknowledge,
    };
    printf("a virtio console\n");
    return (int)terminal_serve(&device, "console_server");
}
