/*
 * Serial ports, consoles and input devices of a server under fuzzing: in place
 * of servers/lib/drivers. What comes from them is what the input says, and as
 * much fits as it says.
 *
 * With no input left a device takes all it is given and has nothing: a server
 * that waits for room goes on.
 */
#include "kernel.h"
#include "uart.h"
#include "virtio_console.h"
#include "virtio_input.h"
#include <l4/sys/err.h>
#include <string.h>

enum { DEVICES = 2, LAST_BYTE = 0xc0 };

static size_t fits(size_t length)
{
    size_t room = input_is_left() ? input_byte() % 32 : length;
    return room < length ? room : length;
}

static int byte_in(void)
{
    unsigned byte = input_is_left() ? input_byte() : 0xff;
    return byte < LAST_BYTE ? (int)byte : -1;
}

static void irq_make(struct device *d, unsigned n)
{
    d->irq = (0x72ul + n) << L4_CAP_SHIFT;
    host_object_in(d->irq, HOST_INTERRUPT);
}

/* ---- A serial port ---- */

static void port_listen(l4_addr_t r, bool sent, bool received)
{
    (void)r, (void)sent, (void)received;
}

static size_t port_fill(l4_addr_t r, const char *text, size_t length)
{
    (void)r, (void)text;
    return fits(length);
}

static void port_acknowledge(l4_addr_t r)
{
    (void)r;
}

static int port_receive(l4_addr_t r)
{
    (void)r;
    return byte_in();
}

const struct uart_kind uart_16550 = {
    .compatible = "ns16550a",
    .listen = port_listen,
    .fill = port_fill,
    .acknowledge = port_acknowledge,
    .receive = port_receive,
};
const struct uart_kind uart_pl011 = {.compatible = "arm,pl011"};

long device_find(const char *compatible, unsigned n,
                 struct l4_vitrine_device *ret_device)
{
    if (n || strcmp(compatible, uart_16550.compatible) != 0)
        return -L4_ENODEV;
    *ret_device = (struct l4_vitrine_device){.base = 0x10000000};
    strcpy(ret_device->compatible, compatible);
    return 0;
}

long uart_open(struct uart *u, const struct l4_vitrine_device *what,
               l4_cap_idx_t thread, const char **ret_what)
{
    (void)thread, (void)ret_what;
    u->device.what = *what;
    u->kind = &uart_16550;
    irq_make(&u->device, 0);
    return 0;
}

/* ---- A console ---- */

long virtio_console_open(struct virtio_console *c, unsigned n,
                         l4_cap_idx_t thread, const char **ret_what)
{
    (void)n, (void)thread, (void)ret_what;
    irq_make(&c->v.device, 0);
    return 0;
}

size_t virtio_console_fill(struct virtio_console *c, const char *text,
                           size_t length)
{
    (void)c, (void)text;
    return fits(length);
}

int virtio_console_byte(struct virtio_console *c)
{
    (void)c;
    return byte_in();
}

void virtio_console_acknowledge(struct virtio_console *c)
{
    (void)c;
}

/* ---- Input devices: a keyboard and a tablet ---- */

long virtio_input_open(struct virtio_input *i, unsigned n, l4_cap_idx_t thread,
                       l4_umword_t label, const char **ret_what)
{
    (void)thread, (void)label, (void)ret_what;
    if (n == DEVICES)
        return -L4_ENODEV;
    irq_make(&i->v.device, n);
    return 0;
}

void virtio_input_start(struct virtio_input *i)
{
    (void)i;
}

/* Every code there may be; numbers are nonsense, as a device's may be. Its
 * name is as long as it can be. */
unsigned virtio_input_ask(const struct virtio_input *i, unsigned what,
                          unsigned more, void *answer)
{
    (void)i, (void)more;
    memset(answer, what == INPUT_NAME ? 'n' : 0xff, INPUT_ANSWER);
    return what == INPUT_IDS ? 8 : what == INPUT_ABS ? 20 : INPUT_ANSWER;
}

bool virtio_input_next(struct virtio_input *i, struct input_event *ret_event)
{
    (void)i;
    if (!input_is_left() || input_byte() >= LAST_BYTE)
        return false;
    ret_event->type = (l4_uint16_t)input_byte();
    ret_event->code = (l4_uint16_t)(input_byte() | input_byte() << 8);
    ret_event->value = input_byte();
    return true;
}
