/*
 * The block device, as the probe sees it: requests as they should be, and as no
 * driver should make them.
 */
#include "probe.h"
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_FEATURES (1ull << 32 | 0x30000244ull)

/* A request of three descriptors; its status. */
static void block_request(const char *what, unsigned type, l4_uint64_t sector,
                          unsigned bytes)
{
    struct {
        l4_uint32_t type, reserved;
        l4_uint64_t sector;
    } *header = (void *)data();
    volatile unsigned char *status = (unsigned char *)data() + 64;
    bool write = type == 1;
    header->type = type;
    header->sector = sector;
    *status = 0xee;
    describe(0, 0, header, 16, D_NEXT, bytes ? 1 : 2);
    describe(0, 1, data() + 512, bytes, D_NEXT | (write ? 0 : D_WRITE), 2);
    describe(0, 2, data() + 64, 1, D_WRITE, 0);
    offer(0, 0);
    outcome(0, what);
    printf("%s: %s: request status %u\n", probe->name, what, *status);
}

static void block_requests(void)
{
    l4_uint64_t sectors = get(0x100) | (l4_uint64_t)get(0x104) << 32;
    memset(data() + 512, 0, 1024);
    block_request("read", 0, 0, 512);
    printf("%s: first line \"%.20s\"\n", probe->name, data() + 512);
    memset(data() + 512, 'w', 1024);
    block_request("write", 1, 2, 1024);
    memset(data() + 512, 0, 1024);
    block_request("read it back", 0, 3, 512);
    printf("%s: it is \"%.4s\"\n", probe->name, data() + 512);
    block_request("read behind the end", 0, sectors, 512);
    block_request("read over the end", 0, sectors - 1, 1024);
    block_request("read far behind", 0, ~0ull, 512);
    block_request("write behind the end", 1, sectors, 512);
    block_request("part of a sector", 0, 0, 100);
    block_request("flush", 4, 0, 0);
    block_request("an unknown request", 77, 0, 512);
}

static void block_event_index(void)
{
    start(1ull << 32 | 1 << 29, 1);
    rings(0)->used_event = 1;
    block_request("event index: the first", 0, 0, 512);
    block_request("event index: the second, asked for", 0, 0, 512);
    block_request("event index: the third, not asked for", 0, 0, 512);
    say("avail_event", rings(0)->avail_event);
}

static void block_no_interrupt(void)
{
    start(1ull << 32, 1);
    rings(0)->avail_flags = 1;
    block_request("interrupts not wanted", 0, 0, 512);
}

/* Breaks the rules; the device must want a reset, and work after it. */
static void block_broken(const char *what, unsigned head)
{
    offer(0, head);
    outcome(0, what);
    start(1ull << 32, 1);
    say("status after a reset", get(0x70));
    block_request("and it works again", 0, 0, 512);
    start(1ull << 32, 1);
}

static void block_rules(void)
{
    start(1ull << 32, 1);
    describe(0, 0, data(), 16, D_NEXT, 1);
    describe(0, 1, data(), 16, D_NEXT, 0);
    block_broken("a loop", 0);
    describe(0, 0, data(), 16, D_NEXT, NUM + 1);
    block_broken("next out of the table", 0);
    block_broken("a head out of the table", NUM + 5);
    describe(0, 0, data(), 16, 0, 0);
    block_broken("no status", 0);
    describe(0, 0, data(), 8, D_NEXT, 1);
    describe(0, 1, data() + 64, 1, D_WRITE, 0);
    block_broken("a short header", 0);
    describe(0, 0, data() + 64, 1, D_NEXT | D_WRITE, 1);
    describe(0, 1, data(), 16, 0, 0);
    block_broken("reading behind writing", 0);
    rings(0)->avail_idx = NUM + 3;
    block_broken("more than the queue holds", 0);
}

void probe_block(void)
{
    features(BLOCK_FEATURES);
    queue_registers(1);
    start(~0ull, 1);
    say("status though unknown features were asked for", get(0x70));
    start(1ull << 32, 1);
    say("capacity", get(0x100));
    say("block size", get(0x114));
    say("a byte of it", mmio_read8(probe->device.registers + 0x115));
    block_requests();
    block_event_index();
    block_no_interrupt();
    block_rules();
}
