/*
 * Serial ports (see uart.h): what both kinds have in common.
 *
 *      write:  bytes -> FIFO -> wire;  FIFO empty -> interrupt -> refill
 *      read:   wire -> FIFO -> interrupt -> byte
 *
 * The device tells by an interrupt that it is done; the kernel turns that
 * into a message to this thread.
 */
#include "uart.h"
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <string.h>

enum { IRQ_LABEL = 0x40, BYTE_US = 90 /* on the wire at 115200 baud */ };

static const struct uart_kind *const kinds[] = {&uart_16550, &uart_pl011};

long uart_open(struct uart *u, const struct l4_vitrine_device *what,
               l4_cap_idx_t thread, const char **ret_what)
{
    *ret_what = "driver";
    u->kind = NULL;
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strcmp(kinds[i]->compatible, what->compatible))
            u->kind = kinds[i];
    if (!u->kind)
        return -L4_ENODEV;
    long error = device_open(&u->device, what, thread, IRQ_LABEL, ret_what);
    if (!error)
        u->kind->init(u->device.registers);
    return error;
}

unsigned uart_write(struct uart *u, const char *text, size_t length)
{
    l4_addr_t r = u->device.registers;
    unsigned interrupts = 0;
    u->kind->listen(r, true, false);
    while (length) {
        size_t n = u->kind->fill(r, text, length);
        text += n;
        length -= n;
        device_wait(&u->device, L4_IPC_NEVER);
        interrupts++;
        u->kind->acknowledge(r);
    }
    u->kind->listen(r, false, false);
    while (!u->kind->is_idle(r))
        l4_ipc_sleep_us(BYTE_US);
    return interrupts;
}

int uart_read(struct uart *u, unsigned timeout_us)
{
    l4_addr_t r = u->device.registers;
    l4_timeout_t timeout =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(timeout_us));
    bool in_time = true;
    int byte;
    u->kind->listen(r, false, true);
    while ((byte = u->kind->receive(r)) < 0) {
        if (!in_time)
            return -1;
        in_time = device_wait(&u->device, timeout);
    }
    return byte;
}
