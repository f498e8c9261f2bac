/*
 * What a virtio device says and does, register by register, as text: the same
 * program sees the simulator's model and QEMU's device, and must see the same.
 *
 *      sys-probe block|net|console      capabilities: sigma0, icu, rom
 *
 * It knows the registers by itself, does what no driver should (short of what
 * QEMU 7.2 dies of: a frame without its header), and prints what came of it.
 * Features that one side has and the other has not are left out: only those of
 * `known` are looked at.
 */
#include "virtio.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>

enum { NUM = 8, IRQ_MS = 500, STATUS_OK = 15 };
enum { D_NEXT = 1, D_WRITE = 2, D_INDIRECT = 4 };

struct rings {
    struct {
        l4_uint64_t bus;
        l4_uint32_t size;
        l4_uint16_t flags, next;
    } desc[NUM];
    l4_uint16_t avail_flags, avail_idx, avail[NUM], used_event, padding;
    l4_uint16_t used_flags, used_idx;
    struct {
        l4_uint32_t id, size;
    } used[NUM];
    l4_uint16_t avail_event;
};

static struct device device;
static struct device_memory memory; /* a page of rings each, a page of data */
static const char *name;

static l4_uint32_t get(unsigned offset)
{
    return mmio_read32(device.registers + offset);
}

static void put(unsigned offset, l4_uint32_t value)
{
    mmio_write32(device.registers + offset, value);
}

static volatile struct rings *rings(unsigned queue)
{
    return (struct rings *)((char *)memory.at + queue * L4_PAGESIZE);
}

static char *data(void)
{
    return (char *)memory.at + 2 * L4_PAGESIZE;
}

static l4_uint64_t bus_of(const volatile void *p)
{
    return memory.bus + (l4_uint64_t)((char *)p - (char *)memory.at);
}

static void say(const char *what, unsigned long value)
{
    printf("%s: %s %#lx\n", name, what, value);
}

/* --- registers --------------------------------------------------------- */

static void identity(void)
{
    static const unsigned plain[] = {0x000, 0x004, 0x008, 0x00c, 0x034, 0x044,
                                     0x060, 0x070, 0x0b0, 0x0b4, 0x0fc};
    static const unsigned write_only[] = {0x014, 0x020, 0x024, 0x030, 0x038,
                                          0x050, 0x064, 0x080, 0x084, 0x090,
                                          0x094, 0x0a0, 0x0a4};
    char text[40];
    for (unsigned i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        snprintf(text, sizeof text, "register 0x%03x", plain[i]);
        say(text, get(plain[i]));
    }
    unsigned sum = 0;
    for (unsigned i = 0; i < sizeof write_only / sizeof write_only[0]; i++)
        sum += get(write_only[i]);
    say("all write-only registers", sum);
    for (unsigned i = 0; i < 4; i++)
        put(4 * i, 0x12345678);
    say("the first register after a write", get(0));
    say("a byte of it", mmio_read8(device.registers));
    say("half of it", mmio_read16(device.registers));
    mmio_write8(device.registers + 0x70, 1);
    say("status after a byte was written", get(0x70));
}

static void features(l4_uint64_t known)
{
    put(0x14, 0);
    say("features, low", get(0x10) & (l4_uint32_t)known);
    put(0x14, 1);
    say("features, high", get(0x10) & (l4_uint32_t)(known >> 32));
    put(0x14, 9);
    say("features, selected by 9", get(0x10) & (l4_uint32_t)(known >> 32));
}

static void queue_registers(unsigned queues)
{
    put(0x30, queues - 1);
    say("queue size of the last queue", get(0x34));
    put(0x30, 5000);
    say("after a queue that cannot be", get(0x34));
    put(0x30, 0);
}

static void put64(unsigned offset, l4_uint64_t value)
{
    put(offset, (l4_uint32_t)value);
    put(offset + 4, (l4_uint32_t)(value >> 32));
}

static void queue_set_up(unsigned queue)
{
    volatile struct rings *r = rings(queue);
    memset((void *)r, 0, sizeof *r);
    put(0x30, queue);
    put(0x38, NUM);
    put64(0x80, bus_of(r->desc));
    put64(0x90, bus_of(&r->avail_flags));
    put64(0xa0, bus_of(&r->used_flags));
    put(0x44, 1);
}

/* From reset to running; more features than there are may be asked for. */
static void start(l4_uint64_t wanted, unsigned queues)
{
    put(0x70, 0);
    put(0x70, 1);
    put(0x70, 3);
    put(0x24, 0);
    put(0x20, (l4_uint32_t)wanted);
    put(0x24, 1);
    put(0x20, (l4_uint32_t)(wanted >> 32));
    put(0x70, 11);
    for (unsigned i = 0; i < queues; i++)
        queue_set_up(i);
    put(0x70, STATUS_OK);
}

/* --- buffers ------------------------------------------------------------- */

static void describe(unsigned queue, unsigned i, const void *p, unsigned size,
                     unsigned flags, unsigned next)
{
    volatile struct rings *r = rings(queue);
    r->desc[i].bus = bus_of(p);
    r->desc[i].size = size;
    r->desc[i].flags = (l4_uint16_t)flags;
    r->desc[i].next = (l4_uint16_t)next;
}

static void offer(unsigned queue, unsigned head)
{
    volatile struct rings *r = rings(queue);
    r->avail[r->avail_idx % NUM] = (l4_uint16_t)head;
    l4_mb();
    r->avail_idx++;
    l4_mb();
    put(0x50, queue);
}

static bool interrupt(void)
{
    return device_wait(&device, l4_timeout(L4_IPC_TIMEOUT_NEVER,
                                           l4_timeout_from_us(IRQ_MS * 1000)));
}

/* What came of the offer. */
static void outcome(unsigned queue, const char *what)
{
    volatile struct rings *r = rings(queue);
    bool hit = interrupt();
    unsigned isr = get(0x60), at = (r->used_idx - 1u) % NUM;
    printf("%s: %s: %s, isr %u, status %#x, used %u", name, what,
           hit ? "interrupt" : "silence", isr, get(0x70), r->used_idx);
    if (r->used_idx)
        printf(" {%u, %u}", r->used[at].id, r->used[at].size);
    printf("\n");
    put(0x64, isr);
    say("isr after it was acknowledged", get(0x60));
}

/* --- block ---------------------------------------------------------------- */

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
    printf("%s: %s: request status %u\n", name, what, *status);
}

static void block_requests(void)
{
    l4_uint64_t sectors = get(0x100) | (l4_uint64_t)get(0x104) << 32;
    memset(data() + 512, 0, 1024);
    block_request("read", 0, 0, 512);
    printf("%s: first line \"%.20s\"\n", name, data() + 512);
    memset(data() + 512, 'w', 1024);
    block_request("write", 1, 2, 1024);
    memset(data() + 512, 0, 1024);
    block_request("read it back", 0, 3, 512);
    printf("%s: it is \"%.4s\"\n", name, data() + 512);
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

static void block(void)
{
    features(BLOCK_FEATURES);
    queue_registers(1);
    start(~0ull, 1);
    say("status though unknown features were asked for", get(0x70));
    start(1ull << 32, 1);
    say("capacity", get(0x100));
    say("block size", get(0x114));
    say("a byte of it", mmio_read8(device.registers + 0x115));
    block_requests();
    block_event_index();
    block_no_interrupt();
    block_rules();
}

/* --- net, console ----------------------------------------------------------
 */

static void net(void)
{
    features(1ull << 32 | 0x30010020ull);
    queue_registers(2);
    start(1ull << 32 | 1 << 16 | 1 << 5, 2);
    say("status", get(0x70));
    for (unsigned i = 0; i < 6; i++)
        say("address", mmio_read8(device.registers + 0x100 + i));
    say("link", mmio_read16(device.registers + 0x106));
    memset(data(), 0, 12 + 60);
    describe(1, 0, data(), 12 + 60, 0, 0);
    offer(1, 0);
    outcome(1, "a frame is sent");
    describe(1, 0, data(), 12, D_NEXT, 1);
    describe(1, 1, data() + 100, 60, 0, 0);
    offer(1, 0);
    outcome(1, "a frame in two pieces");
}

static void console(void)
{
    features(1ull << 32 | 0x30000000ull);
    queue_registers(2);
    start(1ull << 32, 2);
    say("status", get(0x70));
    strcpy(data(), "two pieces\n");
    describe(1, 0, data(), 4, D_NEXT, 1);
    describe(1, 1, data() + 4, 7, 0, 0);
    offer(1, 0);
    outcome(1, "text is written");
}

/* --- */

static long find(const char *kind, enum virtio_id *ret_id)
{
    struct virtio v;
    const char *what;
    *ret_id = !strcmp(kind, "net")       ? VIRTIO_NET
              : !strcmp(kind, "console") ? VIRTIO_CONSOLE
                                         : VIRTIO_BLOCK;
    long error =
        virtio_open(&v, *ret_id, 0, 0, l4re_env()->main_thread, 0x80, &what);
    device = v.device;
    return error;
}

int main(int argc, char **argv)
{
    enum virtio_id id;
    name = argc > 1 ? argv[1] : "block";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (find(name, &id) || device_memory(3 * L4_PAGESIZE, &memory)) {
        printf("%s: there is none\n", name);
        return 1;
    }
    put(0x70, 0);
    identity();
    if (id == VIRTIO_BLOCK)
        block();
    else if (id == VIRTIO_NET)
        net();
    else
        console();
    put(0x70, 0);
    say("status after the last reset", get(0x70));
    return 0;
}
