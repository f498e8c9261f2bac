/*
 * A 16550 driver (see uart.h).
 *
 *      write:  bytes -> FIFO (16) -> wire;  FIFO empty -> interrupt -> refill
 *      read:   wire -> FIFO -> interrupt -> byte
 *
 * The device tells by an interrupt that it is done; the kernel turns that
 * into a message to this thread, label L4_PROTO_IRQ. After looking at the
 * device the driver unmasks the interrupt: level-triggered lines are masked
 * by the kernel as they hit, or they would hit for ever.
 *
 * Source: PC16550D data sheet (National Semiconductor, 1995), section 8.
 */
#include "uart.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/vitrine/mmio.h>

/* Registers, by offset. */
enum {
    THR = 0, /* write: byte to send */
    RBR = 0, /* read: byte received */
    IER = 1, /* which interrupts are wanted */
    IIR = 2, /* read: which interrupt it is */
    FCR = 2, /* write: FIFO control */
    LCR = 3, /* word format */
    LSR = 5, /* state of the line */
};

enum {
    PORTS_ORDER = 3, /* 8 registers */
    FIFO_BYTES = 16,
    BYTE_US = 90, /* a byte's time on the wire at 115200 baud */
    IER_RECEIVED = 1,
    IER_SENT = 2,
    FCR_ENABLE = 1,
    LCR_8_BITS = 3,
    LSR_RECEIVED = 1, /* there is a byte to read */
    LSR_SENT = 0x20,  /* THRE: the FIFO is empty */
    LSR_IDLE = 0x40,  /* TEMT: and the last byte has left */
    IRQ_LABEL = 0x40,
};

/* On a PC they are I/O ports: asked for as a fault at them would. */
static long ports_map(struct uart *u, l4_cap_idx_t sigma0, l4_addr_t port)
{
    l4_buf_regs_t *br = l4_utcb_br();
    br->bdr = l4_bdr(0, 0, 0, 0);
    br->br[0] = L4_ITEM_MAP;
    br->br[1] = l4_iofpage(0, L4_WHOLE_IOADDRESS_SPACE).raw;
    l4_utcb_mr()->mr[0] = l4_iofpage(port, PORTS_ORDER).raw;
    l4_utcb_mr()->mr[1] = 0;
    l4_msgtag_t tag =
        l4_ipc_call(sigma0, l4_utcb(),
                    l4_msgtag(L4_PROTO_IO_PAGE_FAULT, 2, 0, 0), L4_IPC_NEVER);
    br->br[0] = 0;
    u->base = port;
    return l4_error(tag) < 0 ? -L4_ENXIO : 0;
}

static long registers_map(struct uart *u, l4_cap_idx_t sigma0, l4_addr_t phys)
{
    l4_addr_t page = 0;
    if (mmio_is_port(phys))
        return ports_map(u, sigma0, phys);
    long error = l4re_rm_reserve_area(&page, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR,
                                      L4_PAGESHIFT);
    if (error < 0)
        return error;
    if (l4sigma0_map_iomem(sigma0, l4_trunc_page(phys), page, L4_PAGESIZE, 0))
        return -L4_ENXIO;
    u->base = page + (phys & ~L4_PAGEMASK);
    return 0;
}

static long interrupt_bind(struct uart *u, l4_cap_idx_t icu, unsigned line,
                           l4_cap_idx_t thread)
{
    u->irq = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, u->irq));
    if (error >= 0)
        error = l4_error(l4_rcv_ep_bind_thread(u->irq, thread, IRQ_LABEL));
    if (error >= 0)
        error = l4_error(l4_icu_set_mode(icu, line, L4_IRQ_F_LEVEL_HIGH));
    if (error >= 0)
        error = l4_error(l4_icu_bind(icu, line, u->irq));
    return error;
}

long uart_open(struct uart *u, l4_cap_idx_t sigma0, l4_cap_idx_t icu,
               l4_addr_t phys, unsigned line, l4_cap_idx_t thread,
               const char **ret_what)
{
    *ret_what = "registers";
    long error = registers_map(u, sigma0, phys);
    if (error < 0)
        return error;
    *ret_what = "interrupt";
    error = interrupt_bind(u, icu, line, thread);
    if (error < 0)
        return error;
    mmio_write8(u->base + IER, 0);
    mmio_write8(u->base + LCR, LCR_8_BITS);
    mmio_write8(u->base + FCR, FCR_ENABLE);
    return 0;
}

/* Sleeps until the device wants something, of what is enabled in IER. */
static bool interrupt_wait(struct uart *u, l4_timeout_t timeout)
{
    l4_irq_unmask(u->irq);
    return !l4_msgtag_has_error(l4_irq_receive(u->irq, timeout));
}

/* The FIFO is empty as the interrupt is enabled, which is one already. */
unsigned uart_write(struct uart *u, const char *text, size_t length)
{
    unsigned interrupts = 0;
    mmio_write8(u->base + IER, IER_SENT);
    while (length) {
        interrupt_wait(u, L4_IPC_NEVER);
        interrupts++;
        /* Reading IIR tells the device that its "sent" was seen. */
        mmio_read8(u->base + IIR);
        if (!(mmio_read8(u->base + LSR) & LSR_SENT))
            continue;
        for (int i = 0; i < FIFO_BYTES && length; i++, length--)
            mmio_write8(u->base + THR, (l4_uint8_t)*text++);
    }
    mmio_write8(u->base + IER, 0);
    while (!(mmio_read8(u->base + LSR) & LSR_IDLE))
        l4_ipc_sleep_us(BYTE_US);
    return interrupts;
}

int uart_read(struct uart *u, unsigned timeout_us)
{
    l4_timeout_t timeout =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(timeout_us));
    mmio_write8(u->base + IER, IER_RECEIVED);
    bool in_time = true;
    while (!(mmio_read8(u->base + LSR) & LSR_RECEIVED)) {
        if (!in_time)
            return -1;
        in_time = interrupt_wait(u, timeout);
    }
    return mmio_read8(u->base + RBR);
}
