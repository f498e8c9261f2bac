/*
 * QEMU's firmware configuration device with one file, "etc/ramfb": whoever
 * writes it says where in RAM a picture is, and the machine has a screen.
 */
#ifndef HW_FW_CFG_H
#define HW_FW_CFG_H

#include "picture.h"
#include "ram.h"
#include <stdbool.h>

enum { HW_RAMFB_SIZE = 28, HW_RAMFB_SIDE_MAX = 8192 };

struct hw_fw_cfg {
    const struct hw_ram *ram;
    uint16_t key;    /* the item that is selected */
    uint32_t offset; /* in it */
    uint64_t dma_address;
    unsigned char ramfb[HW_RAMFB_SIZE]; /* the file, as it was written */
};

void hw_fw_cfg_init(struct hw_fw_cfg *f, const struct hw_ram *ram);
uint64_t hw_fw_cfg_read(struct hw_fw_cfg *f, uint64_t offset, unsigned size);
void hw_fw_cfg_write(struct hw_fw_cfg *f, uint64_t offset, unsigned size,
                     uint64_t value);
/* What the screen shows; false: nobody has said, or nonsense. */
bool hw_fw_cfg_picture(const struct hw_fw_cfg *f,
                       struct hw_picture *ret_picture);

#endif
