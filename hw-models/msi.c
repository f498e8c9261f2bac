/*
 * Doorbell for message-signalled interrupts.
 *
 *      device --write n--> DOORBELL --raise(n)--> an edge at the interrupt
 *                                                 controller's line for n
 *
 * A vector has no level and no state here: what is masked or pending is the
 * controller's business. A vector there is not, and an access of another
 * width, does nothing; reads give 0.
 *
 * Source: PCI Local Bus Specification 3.0, section 6.8, for the idea that an
 * interrupt is a write; the register is in the manner of GICv2m's
 * MSI_SETSPI_NS.
 */
#include "msi.h"

enum { DOORBELL = 0x00 };

void hw_msi_init(struct hw_msi *m, unsigned vectors,
                 void (*raise)(void *data, unsigned vector), void *data)
{
    *m = (struct hw_msi){.vectors = vectors, .raise = raise, .data = data};
}

uint64_t hw_msi_read(struct hw_msi *m, uint64_t offset, unsigned size)
{
    (void)m;
    (void)offset;
    (void)size;
    return 0;
}

void hw_msi_write(struct hw_msi *m, uint64_t offset, unsigned size,
                  uint64_t value)
{
    if (offset == DOORBELL && size == 4 && value < m->vectors)
        m->raise(m->data, (unsigned)value);
}
