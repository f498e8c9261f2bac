/*
 * Doorbell for message-signalled interrupts: a device raises vector n by
 * writing n to one register.
 *
 * Registers (32 bit): 0x00 DOORBELL (w: the vector).
 */
#ifndef HW_MSI_H
#define HW_MSI_H

#include <stdint.h>

struct hw_msi {
    unsigned vectors;
    void (*raise)(void *data, unsigned vector);
    void *data;
};

void hw_msi_init(struct hw_msi *m, unsigned vectors,
                 void (*raise)(void *data, unsigned vector), void *data);
uint64_t hw_msi_read(struct hw_msi *m, uint64_t offset, unsigned size);
void hw_msi_write(struct hw_msi *m, uint64_t offset, unsigned size,
                  uint64_t value);

#endif
