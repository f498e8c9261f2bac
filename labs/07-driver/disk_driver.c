/*
 * The disk's driver (given): finds the device, serves its clients with your
 * block_do().
 */
#include "block.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>

enum { IRQ_LABEL = 0x40, DEVICE_ID = 0x008, DISK = 2 };

static struct block block;

/* The first virtio slot with a disk in it. */
static long disk_find(struct l4_vitrine_device *ret_slot)
{
    for (unsigned i = 0; !device_find("virtio,mmio", i, ret_slot); i++) {
        l4_addr_t r;
        if (device_map(ret_slot, &r))
            return -L4_ENXIO;
        l4_uint32_t id = mmio_read32(r + DEVICE_ID);
        device_unmap(ret_slot, r);
        if (id == DISK)
            return 0;
    }
    return -L4_ENODEV;
}

static l4_msgtag_t serve(l4_msgtag_t tag)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned what = (unsigned)m->mr[0];
    l4_umword_t sector = m->mr[1];
    if (l4_msgtag_label(tag) != DISK_PROTOCOL || what > BLOCK_WRITE)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    for (unsigned i = 0; what == BLOCK_WRITE && i < BLOCK_SECTOR / 8; i++)
        block.rings->data[i] = m->mr[2 + i % DISK_WORDS];
    long error = block_do(&block, what, sector);
    for (unsigned i = 0; i < DISK_WORDS; i++)
        m->mr[i] = block.rings->data[i];
    return l4_msgtag(error, DISK_WORDS, 0, 0);
}

int main(void)
{
    l4_cap_idx_t self = l4re_env()->main_thread;
    struct l4_vitrine_device slot;
    const char *failed = "disk";
    long error = disk_find(&slot);
    if (!error)
        error = device_open(&block.device, &slot, self, IRQ_LABEL, &failed);
    if (!error) {
        failed = "memory";
        error = device_memory(sizeof(struct block_rings), &block.memory);
        block.rings = block.memory.at;
    }
    if (error) {
        printf("no %s: %s\n", failed, l4sys_errtostr(error));
        return 1;
    }
    block_start(&block);
    l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), self, 0);
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
