/*
 * Real-time clocks (see rtc.h).
 *
 *   time = offset + virtual time; writing the time moves the offset
 *   alarm: an event on the virtual clock; a time in the past is due at once
 *
 * Invariants:
 * I1  the line of the Goldfish is up exactly while pending and enabled.
 * I2  the line of the PL031 is up exactly while status & mask.
 * I3  Goldfish: `running` exactly while the alarm's event is queued.
 *
 * Source: Goldfish RTC in Android's "Goldfish virtual hardware"; ARM
 * PrimeCell Real Time Clock (PL031) Technical Reference Manual; QEMU 7.2 where
 * these are open.
 */
#include "rtc.h"

#define NS_PER_S 1000000000ull

static uint64_t rtc_now(const struct hw_rtc *r)
{
    return r->offset + r->clock->now;
}

static void rtc_line(struct hw_rtc *r, bool raised)
{
    if (r->raised == raised)
        return;
    r->raised = raised;
    if (r->irq)
        r->irq(r->data, raised);
}

static uint64_t with_low(uint64_t old, uint32_t low)
{
    return (old & ~0xffffffffull) | low;
}

static uint64_t with_high(uint64_t old, uint32_t high)
{
    return (uint64_t)high << 32 | (uint32_t)old;
}

static void rtc_init(struct hw_rtc *r, struct hw_clock *clock, uint64_t now_ns,
                     void (*irq)(void *data, bool raised), void *data)
{
    *r = (struct hw_rtc){.clock = clock,
                         .offset = now_ns - clock->now,
                         .irq = irq,
                         .data = data};
}

/* --- Goldfish ------------------------------------------------------------ */

enum {
    G_TIME_LOW = 0x00,
    G_TIME_HIGH = 0x04,
    G_ALARM_LOW = 0x08,
    G_ALARM_HIGH = 0x0c,
    G_IRQ_ENABLED = 0x10,
    G_CLEAR_ALARM = 0x14,
    G_ALARM_STATUS = 0x18,
    G_CLEAR_INTERRUPT = 0x1c,
};

/* Keeps I1. */
static void goldfish_line(struct hw_goldfish_rtc *r)
{
    rtc_line(&r->rtc, r->pending && r->enabled);
}

static void goldfish_fire(void *data)
{
    struct hw_goldfish_rtc *r = data;

    r->running = false;
    r->pending = true;
    goldfish_line(r);
}

/* Writing the low half starts the alarm. */
static void goldfish_start(struct hw_goldfish_rtc *r)
{
    uint64_t now = rtc_now(&r->rtc);

    if (r->next <= now) {
        hw_clock_cancel(r->rtc.clock, &r->rtc.alarm);
        goldfish_fire(r);
        return;
    }
    r->running = true;
    hw_clock_set(r->rtc.clock, &r->rtc.alarm,
                 r->rtc.clock->now + (r->next - now));
}

uint64_t hw_goldfish_rtc_read(struct hw_goldfish_rtc *r, uint64_t offset,
                              unsigned size)
{
    uint64_t now = rtc_now(&r->rtc);

    (void)size;
    switch (offset) {
    case G_TIME_LOW:
        r->high = (uint32_t)(now >> 32);
        return (uint32_t)now;
    case G_TIME_HIGH:
        return r->high;
    case G_ALARM_LOW:
        return (uint32_t)r->next;
    case G_ALARM_HIGH:
        return (uint32_t)(r->next >> 32);
    case G_IRQ_ENABLED:
        return r->enabled;
    case G_ALARM_STATUS:
        return r->running;
    default:
        return 0;
    }
}

static void goldfish_set_time(struct hw_goldfish_rtc *r, uint64_t time)
{
    r->rtc.offset += time - rtc_now(&r->rtc);
}

void hw_goldfish_rtc_write(struct hw_goldfish_rtc *r, uint64_t offset,
                           unsigned size, uint64_t value)
{
    uint32_t word = (uint32_t)value;

    (void)size;
    switch (offset) {
    case G_TIME_LOW:
        goldfish_set_time(r, with_low(rtc_now(&r->rtc), word));
        break;
    case G_TIME_HIGH:
        goldfish_set_time(r, with_high(rtc_now(&r->rtc), word));
        break;
    case G_ALARM_LOW:
        r->next = with_low(r->next, word);
        goldfish_start(r);
        break;
    case G_ALARM_HIGH:
        r->next = with_high(r->next, word);
        break;
    case G_IRQ_ENABLED:
        r->enabled = word & 1;
        break;
    case G_CLEAR_ALARM:
        hw_clock_cancel(r->rtc.clock, &r->rtc.alarm);
        r->running = false;
        break;
    case G_CLEAR_INTERRUPT:
        r->pending = false;
        break;
    default:
        break;
    }
    goldfish_line(r);
}

void hw_goldfish_rtc_init(struct hw_goldfish_rtc *r, struct hw_clock *clock,
                          uint64_t now_ns, void (*irq)(void *data, bool raised),
                          void *data)
{
    *r = (struct hw_goldfish_rtc){0};
    rtc_init(&r->rtc, clock, now_ns, irq, data);
    hw_event_init(&r->rtc.alarm, goldfish_fire, r);
}

/* --- PL031 --------------------------------------------------------------- */

enum {
    P_DATA = 0x00,
    P_MATCH = 0x04,
    P_LOAD = 0x08,
    P_CONTROL = 0x0c,
    P_MASK = 0x10,
    P_RAW_STATUS = 0x14,
    P_MASKED_STATUS = 0x18,
    P_CLEAR = 0x1c,
    P_ID = 0xfe0, /* eight bytes, one to a word */
    P_ID_END = 0x1000,
};

/* Keeps I2. */
static void pl031_line(struct hw_pl031 *r)
{
    rtc_line(&r->rtc, r->status & r->mask);
}

static void pl031_fire(void *data)
{
    struct hw_pl031 *r = data;

    r->status = 1;
    pl031_line(r);
}

static uint32_t pl031_now(const struct hw_pl031 *r)
{
    return (uint32_t)(rtc_now(&r->rtc) / NS_PER_S);
}

/* The match comes after as many whole seconds as lie between, also past the
 * end of the 32 bits. */
static void pl031_start(struct hw_pl031 *r)
{
    uint32_t seconds = r->match - pl031_now(r);

    hw_clock_cancel(r->rtc.clock, &r->rtc.alarm);
    if (seconds)
        hw_clock_set(r->rtc.clock, &r->rtc.alarm,
                     r->rtc.clock->now + seconds * NS_PER_S);
    else
        pl031_fire(r);
}

uint64_t hw_pl031_read(struct hw_pl031 *r, uint64_t offset, unsigned size)
{
    static const unsigned char id[] = {0x31, 0x10, 0x14, 0x00,
                                       0x0d, 0xf0, 0x05, 0xb1};

    (void)size;
    if (offset >= P_ID && offset < P_ID_END)
        return id[(offset - P_ID) / 4];
    switch (offset) {
    case P_DATA:
        return pl031_now(r);
    case P_MATCH:
        return r->match;
    case P_LOAD:
        return r->load;
    case P_CONTROL:
        return 1; /* it always runs */
    case P_MASK:
        return r->mask;
    case P_RAW_STATUS:
        return r->status;
    case P_MASKED_STATUS:
        return r->status & r->mask;
    default:
        return 0;
    }
}

void hw_pl031_write(struct hw_pl031 *r, uint64_t offset, unsigned size,
                    uint64_t value)
{
    uint32_t word = (uint32_t)value;

    (void)size;
    switch (offset) {
    case P_LOAD:
        r->load = word;
        r->rtc.offset += (word - pl031_now(r)) * NS_PER_S;
        pl031_start(r);
        break;
    case P_MATCH:
        r->match = word;
        pl031_start(r);
        break;
    case P_MASK:
        r->mask = word & 1;
        break;
    case P_CLEAR:
        r->status = 0;
        break;
    default:
        break;
    }
    pl031_line(r);
}

void hw_pl031_init(struct hw_pl031 *r, struct hw_clock *clock, uint64_t now_ns,
                   void (*irq)(void *data, bool raised), void *data)
{
    *r = (struct hw_pl031){0};
    rtc_init(&r->rtc, clock, now_ns, irq, data);
    hw_event_init(&r->rtc.alarm, pl031_fire, r);
}
