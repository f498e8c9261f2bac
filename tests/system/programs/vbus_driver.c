/*
 * A driver written with L4Re's functions only (<l4/vbus/vbus.h>, <l4/io/io.h>):
 * a clock that wakes it, a serial port that says it is empty, a disk's first
 * sector read by the disk.
 *
 *      rom/sys-vbus-driver     capability: vbus
 *
 * Prints what there is and what was done; what the bus has not is left out.
 * What is wrong is said by fact(); exit 1 then.
 */
#include "vbus_driver.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>

static int wrong;

void fact(const char *what, long got, long wanted)
{
    if (got == wanted)
        return;
    printf("%s: %ld, not %ld\n", what, got, wanted);
    wrong = 1;
}

l4_cap_idx_t irq_of(l4io_device_handle_t dev, l4io_resource_handle_t from)
{
    l4io_resource_t line;
    l4_cap_idx_t irq = l4re_util_cap_alloc();
    fact("line", l4io_lookup_resource(dev, L4IO_RESOURCE_IRQ, &from, &line), 0);
    fact("irq", l4_error(l4_factory_create_irq(l4re_env()->factory, irq)), 0);
    fact("thread",
         l4_error(l4_rcv_ep_bind_thread(irq, l4re_env()->main_thread, 0)), 0);
    fact("bind", l4io_request_irq((int)line.start, irq), 0);
    return irq;
}

bool irq_came(l4_cap_idx_t irq)
{
    return !l4_msgtag_has_error(l4_irq_receive(
        irq, l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(WAIT_US))));
}

/* --- what there is ---------------------------------------------------------
 */

static void show_all(void)
{
    l4io_device_handle_t h = l4io_get_root_device();
    l4io_resource_handle_t at;
    l4io_device_t d;
    l4io_resource_t r;
    while (!l4io_iterate_devices(&h, &d, &at)) {
        printf("%s, %u resources, icu %d:", d.name, d.num_resources,
               l4vbus_subinterface_supported(d.type, L4VBUS_INTERFACE_ICU));
        while (!l4io_lookup_resource(h, L4IO_RESOURCE_ANY, &at, &r)) {
            fact("provider", r.provider, h);
            printf(" %.4s %u", (const char *)&r.id, r.type);
        }
        fact("as many as it says", at, (long)d.num_resources);
        printf("\n");
    }
}

/* --- two devices -----------------------------------------------------------
 */

static void clock_wakes(void)
{
    enum { TIME_LOW, TIME_HIGH = 4, ALARM_LOW = 8, ALARM_HIGH = 12 };
    enum { IRQ_ENABLED = 0x10, CLEAR_INTERRUPT = 0x1c, SOON_NS = 20000000 };
    l4io_device_handle_t dev;
    l4io_resource_handle_t at;
    if (l4io_lookup_device("google,goldfish-rtc", &dev, NULL, &at))
        return;
    l4_addr_t r = l4io_request_resource_iomem(dev, &at);
    l4_cap_idx_t irq = irq_of(dev, 0);
    l4_uint64_t now = mmio_read32(r + TIME_LOW);
    now += (l4_uint64_t)mmio_read32(r + TIME_HIGH) << 32;
    mmio_write32(r + IRQ_ENABLED, 1);
    mmio_write32(r + ALARM_HIGH, (l4_uint32_t)((now + SOON_NS) >> 32));
    mmio_write32(r + ALARM_LOW, (l4_uint32_t)(now + SOON_NS));
    fact("the clock wakes", irq_came(irq), true);
    mmio_write32(r + CLEAR_INTERRUPT, 1);
    mmio_write32(r + IRQ_ENABLED, 0);
    printf("the clock has woken me\n");
}

/* Ports are accessed like registers at their number. */
static l4_addr_t ports_or_registers(l4io_device_handle_t dev)
{
    l4io_resource_handle_t at = 0;
    l4io_resource_t r;
    if (l4io_lookup_resource(dev, L4IO_RESOURCE_PORT, &at, &r))
        return l4io_request_resource_iomem(dev, &at);
    fact(
        "ports",
        l4io_request_ioport((unsigned)r.start, (unsigned)(r.end - r.start + 1)),
        0);
    return r.start;
}

static void serial_port_is_empty(void)
{
    enum { THR, IER, IIR, IER_SENT = 2, IIR_SENT = 2, IIR_WHICH = 15 };
    l4io_device_handle_t dev;
    if (l4io_lookup_device("ns16550a", &dev, NULL, NULL))
        return;
    l4_addr_t r = ports_or_registers(dev);
    l4_cap_idx_t irq = irq_of(dev, 0);
    mmio_write8(r + THR, '\n');
    mmio_write8(r + IER, IER_SENT);
    fact("the port has sent", irq_came(irq), true);
    fact("it says so", mmio_read8(r + IIR) & IIR_WHICH, IIR_SENT);
    mmio_write8(r + IER, 0);
    printf("the serial port is empty\n");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    show_all();
    clock_wakes();
    serial_port_is_empty();
    disk_reads();
    refusals();
    if (!wrong)
        printf("all as it should be\n");
    return wrong;
}
