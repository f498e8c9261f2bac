/*
 * What a virtio device says and does, register by register, as text: the same
 * program sees the simulator's model and QEMU's device, and must see the same.
 *
 *      sys-probe block|net|console|gpu|input  capabilities: sigma0, icu, rom
 *
 * It knows the registers by itself, does what no driver should (short of what
 * QEMU 7.2 dies of: a frame without its header, pixels from behind a picture's
 * memory), and prints what came of it.
 * Features that one side has and the other has not are left out: only those of
 * `known` are looked at.
 */
#include "probe.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>

enum { IRQ_MS = 500 };

struct probe *probe;

l4_uint32_t get(unsigned offset)
{
    return mmio_read32(probe->device.registers + offset);
}

void put(unsigned offset, l4_uint32_t value)
{
    mmio_write32(probe->device.registers + offset, value);
}

volatile struct rings *rings(unsigned queue)
{
    return (struct rings *)((char *)probe->memory.at + queue * L4_PAGESIZE);
}

char *data(void)
{
    return (char *)probe->memory.at + 2 * L4_PAGESIZE;
}

l4_uint64_t bus_of(const volatile void *p)
{
    return probe->memory.bus +
           (l4_uint64_t)((char *)p - (char *)probe->memory.at);
}

void say(const char *what, unsigned long value)
{
    printf("%s: %s %#lx\n", probe->name, what, value);
}

/* --- registers --------------------------------------------------------- */

void identity(void)
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
    say("a byte of it", mmio_read8(probe->device.registers));
    say("half of it", mmio_read16(probe->device.registers));
    mmio_write8(probe->device.registers + 0x70, 1);
    say("status after a byte was written", get(0x70));
}

void features(l4_uint64_t known)
{
    put(0x14, 0);
    say("features, low", get(0x10) & (l4_uint32_t)known);
    put(0x14, 1);
    say("features, high", get(0x10) & (l4_uint32_t)(known >> 32));
    put(0x14, 9);
    say("features, selected by 9", get(0x10) & (l4_uint32_t)(known >> 32));
}

void queue_registers(unsigned queues)
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
void start(l4_uint64_t wanted, unsigned queues)
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

void describe(unsigned queue, unsigned i, const void *p, unsigned size,
              unsigned flags, unsigned next)
{
    volatile struct rings *r = rings(queue);
    r->desc[i].bus = bus_of(p);
    r->desc[i].size = size;
    r->desc[i].flags = (l4_uint16_t)flags;
    r->desc[i].next = (l4_uint16_t)next;
}

void offer(unsigned queue, unsigned head)
{
    volatile struct rings *r = rings(queue);
    r->avail[r->avail_idx % NUM] = (l4_uint16_t)head;
    l4_mb();
    r->avail_idx++;
    l4_mb();
    put(0x50, queue);
}

bool interrupt(void)
{
    return device_wait(
        &probe->device,
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(IRQ_MS * 1000)));
}

/* What came of the offer. */
void outcome(unsigned queue, const char *what)
{
    volatile struct rings *r = rings(queue);
    bool hit = interrupt();
    unsigned isr = get(0x60), at = (r->used_idx - 1u) % NUM;
    printf("%s: %s: %s, isr %u, status %#x, used %u", probe->name, what,
           hit ? "interrupt" : "silence", isr, get(0x70), r->used_idx);
    if (r->used_idx)
        printf(" {%u, %u}", r->used[at].id, r->used[at].size);
    printf("\n");
    put(0x64, isr);
    say("isr after it was acknowledged", get(0x60));
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
        say("address", mmio_read8(probe->device.registers + 0x100 + i));
    say("link", mmio_read16(probe->device.registers + 0x106));
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

long probe_open(enum virtio_id id, unsigned n, l4_umword_t label,
                struct probe *p)
{
    struct virtio v;
    const char *what;
    long error =
        virtio_open(&v, id, n, 0, l4re_env()->main_thread, label, &what);
    p->device = v.device;
    if (!error)
        error = device_memory(3 * L4_PAGESIZE, &p->memory);
    probe = p;
    if (!error)
        put(0x70, 0);
    return error;
}

static const struct part {
    const char *name;
    enum virtio_id id;
    void (*look)(void);
} parts[] = {
    {"block", VIRTIO_BLOCK, probe_block},
    {"net", VIRTIO_NET, net},
    {"console", VIRTIO_CONSOLE, console},
    {"gpu", VIRTIO_GPU, probe_gpu},
};

static const struct part *part_of(const char *name)
{
    const struct part *part = parts;
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strcmp(parts[i].name, name))
            part = &parts[i];
    return part;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "block";
    struct probe p = {.name = name};
    const struct part *part = part_of(name);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(name, "input")) {
        probe_input();
        return 0;
    }
    if (probe_open(part->id, 0, 0x80, &p)) {
        printf("%s: there is none\n", name);
        return 1;
    }
    identity();
    part->look();
    put(0x70, 0);
    say("status after the last reset", get(0x70));
    if (part->id == VIRTIO_GPU)
        probe_gpu_picture();
    return 0;
}
