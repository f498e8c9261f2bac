/*
 * Timer: one-shot comparator on the virtual clock.
 *
 * One event in the clock's queue stands for the comparator; firing it raises
 * the output, writing COMPARE lowers it again and sets the next.
 *
 * Invariants:
 * I1  raised exactly when TIME >= COMPARE and COMPARE is not ~0, as soon as
 *     the clock has passed it.
 *
 * Registers are 64 bit wide; an access of another size reads 0 and writes
 * nothing.
 */
#include "timer.h"

enum { TIME = 0x00, COMPARE = 0x08 };

static void output_set(struct hw_timer *t, bool raised)
{
    if (t->raised == raised)
        return;
    t->raised = raised;
    t->output(t->data, raised);
}

static void timer_fire(void *data)
{
    output_set(data, true);
}

static void compare_write(struct hw_timer *t, uint64_t value)
{
    t->compare = value;
    hw_clock_cancel(t->clock, &t->event);
    output_set(t, false);
    if (value == HW_NEVER)
        return;
    /* Without memory for the event the comparator fires at once: early is
     * a mistake software notices, never is one it does not. */
    if (value <= t->clock->now || hw_clock_set(t->clock, &t->event, value))
        output_set(t, true);
}

void hw_timer_init(struct hw_timer *t, struct hw_clock *clock,
                   void (*output)(void *data, bool raised), void *data)
{
    *t = (struct hw_timer){
        .clock = clock, .compare = HW_NEVER, .output = output, .data = data};
    hw_event_init(&t->event, timer_fire, t);
}

uint64_t hw_timer_read(struct hw_timer *t, uint64_t offset, unsigned size)
{
    if (size != 8)
        return 0;
    if (offset == TIME)
        return t->clock->now;
    return offset == COMPARE ? t->compare : 0;
}

void hw_timer_write(struct hw_timer *t, uint64_t offset, unsigned size,
                    uint64_t value)
{
    if (size == 8 && offset == COMPARE)
        compare_write(t, value);
}
