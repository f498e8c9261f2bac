/*
 * The disk's driver, as a server: requests in, interrupts in, answers out.
 *
 *      rom/disk_driver      capabilities: disk_server, sigma0, icu, rom
 *
 * It serves one request at a time. While the disk works it waits for the
 * interrupt only, so clients queue at its gate: in the kernel, not here.
 */
#include "disk.h"
#include "virtio_block.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>

enum { BUFFER_SECTORS = 8 };

static struct virtio_block disk;
static struct device_memory buffer;

static l4_msgtag_t transfer(enum block_request what, l4_umword_t sector,
                            l4_umword_t count)
{
    if (!count || count > BUFFER_SECTORS)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    if (what == BLOCK_WRITE && disk.read_only)
        return l4_msgtag(-L4_EPERM, 0, 0, 0);
    long error = virtio_block_do(&disk, what, sector, buffer.bus,
                                 (l4_uint32_t)count * BLOCK_SECTOR);
    return l4_msgtag(error, 0, 0, 0);
}

static l4_msgtag_t answer(l4_msgtag_t tag)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t operation = m->mr[0], sector = m->mr[1], count = m->mr[2];
    if (l4_msgtag_label(tag) != DISK_PROTO)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (l4_msgtag_words(tag) < (operation >= DISK_READ ? 3 : 1))
        return l4_msgtag(-L4_EMSGTOOSHORT, 0, 0, 0);
    switch (operation) {
    case DISK_INFO:
        m->mr[0] = disk.sectors;
        m->mr[1] = BUFFER_SECTORS * BLOCK_SECTOR;
        return l4_msgtag(0, 2, 0, 0);
    case DISK_BUFFER:
        m->mr[0] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
        m->mr[1] = l4_obj_fpage(buffer.ds, 0, L4_CAP_FPAGE_RW).raw;
        return l4_msgtag(0, 0, 1, 0);
    case DISK_READ:
        return transfer(BLOCK_READ, sector, count);
    case DISK_WRITE:
        return transfer(BLOCK_WRITE, sector, count);
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

static _Noreturn void serve(void)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), answer(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}

int main(void)
{
    const char *failed;
    l4_cap_idx_t self = l4re_env()->main_thread;
    long error = virtio_block_open(&disk, 0, self, &failed);
    if (error) {
        printf("no %s: %s (is there a disk? --disk FILE)\n", failed,
               l4sys_errtostr(error));
        return 1;
    }
    failed = "buffer";
    error = device_memory(BUFFER_SECTORS * BLOCK_SECTOR, &buffer);
    if (!error) {
        failed = "gate";
        error = l4_error(
            l4_rcv_ep_bind_thread(l4re_env_get_cap("disk_server"), self, 0));
    }
    if (error < 0) {
        printf("no %s: %s\n", failed, l4sys_errtostr(error));
        return 1;
    }
    printf("a disk of %llu sectors%s\n", (unsigned long long)disk.sectors,
           disk.read_only ? ", read only" : "");
    serve();
}
