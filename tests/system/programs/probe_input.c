/*
 * Keyboard and tablet, as the probe sees them: what they say of themselves, and
 * a key and a movement, as --events has them (they begin once both devices have
 * a driver).
 *
 * Source: VIRTIO 1.1, section 5.8.
 */
#include "probe.h"
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>

enum { EVENTS = 0, STATUS = 1, CONFIG = 0x100, TYPES = 0x20 };
enum { CFG_NAME = 1, CFG_IDS = 3, CFG_PROPS = 16, CFG_EVENTS, CFG_ABS };
enum { ANSWER_MAX = 128, WAITS = 40 };

struct event {
    l4_uint16_t type, code;
    l4_uint32_t value;
};

static unsigned ask(unsigned select, unsigned subsel)
{
    mmio_write8(probe->device.registers + CONFIG, (l4_uint8_t)select);
    mmio_write8(probe->device.registers + CONFIG + 1, (l4_uint8_t)subsel);
    return mmio_read8(probe->device.registers + CONFIG + 2);
}

static unsigned answer(unsigned i)
{
    return mmio_read8(probe->device.registers + CONFIG + 8 + i);
}

/* A question's answer as text, and one byte behind it. */
static void answered(const char *what, unsigned select, unsigned subsel)
{
    unsigned size = ask(select, subsel), i;
    printf("%s: %s %u: %u bytes", probe->name, what, subsel, size);
    for (i = 0; i < size; i++)
        printf("%s%02x", i % 16 ? " " : "\n    ", answer(i));
    if (size < ANSWER_MAX && answer(size))
        printf(" and then %02x", answer(size));
    printf("\n");
}

static void about(void)
{
    say("select, subsel, size", get(CONFIG));
    answered("name", CFG_NAME, 0);
    answered("ids", CFG_IDS, 0);
    answered("properties", CFG_PROPS, 0);
    for (unsigned type = 0; type < TYPES; type++)
        if (ask(CFG_EVENTS, type))
            answered("events of type", CFG_EVENTS, type);
    for (unsigned axis = 0; axis < 3; axis++)
        answered("axis", CFG_ABS, axis);
    answered("nonsense", 0x77, 3);
    say("select, subsel, size", get(CONFIG));
    say("the answer cannot be written",
        (mmio_write8(probe->device.registers + CONFIG + 9, 1), answer(1)));
}

/* Buffers for events, all at once: a device without any loses what happens. */
static void offer_all(void)
{
    volatile struct rings *r = rings(EVENTS);
    memset(data(), 0xee, NUM * sizeof(struct event));
    for (unsigned i = 0; i < NUM; i++) {
        describe(EVENTS, i, (struct event *)(void *)data() + i,
                 sizeof(struct event), D_WRITE, 0);
        r->avail[i] = (l4_uint16_t)i;
    }
    l4_mb();
    r->avail_idx = NUM;
    l4_mb();
    put(0x50, EVENTS);
}

/* Waits for `count` events. */
static void happened(unsigned count)
{
    volatile struct rings *r = rings(EVENTS);
    for (unsigned i = 0; i < WAITS && r->used_idx < count; i++) {
        interrupt();
        put(0x64, get(0x60));
    }
    for (unsigned i = 0; i < r->used_idx; i++) {
        const struct event *e = (const struct event *)(void *)data() + i;
        printf("%s: event %u %u %u, used {%u, %u}\n", probe->name, e->type,
               e->code, e->value, r->used[i].id, r->used[i].size);
    }
}

/* Looks at one, and makes it run. */
static void one(unsigned n, struct probe *ret_probe)
{
    if (probe_open(VIRTIO_INPUT, n, 0x80 + n, ret_probe)) {
        printf("%s: there is none\n", ret_probe->name);
        return;
    }
    identity();
    features(1ull << 32 | 0x30000000ull);
    queue_registers(2);
    about();
    start(1ull << 32, 2);
    say("status", get(0x70));
    say("isr", get(0x60));
    say("size of the name", ask(CFG_NAME, 0));
    say("isr after a question", get(0x60));
    put(0x64, get(0x60));
    memset(data(), 0, sizeof(struct event));
    describe(STATUS, 0, data(), sizeof(struct event), 0, 0);
    offer(STATUS, 0);
    outcome(STATUS, "a light");
}

void probe_input(void)
{
    struct probe keyboard = {.name = "keyboard"}, tablet = {.name = "tablet"};
    one(0, &keyboard);
    one(1, &tablet);
    offer_all();
    probe = &keyboard;
    offer_all();
    happened(4);
    put(0x70, 0);
    probe = &tablet;
    happened(3);
}
