/*
 * The log as a terminal: what becomes of keys and text under each attribute,
 * and the input interrupt. Also the scheduler's one line.
 */
#include "kernel.h"

#include <icu.h>
#include <scheduler.h>
#include <vlog.h>

enum { LOG = 5, SCHEDULER = 7, IRQ = 0x1a0 };
enum { INLCR = 0100, IGNCR = 0200, ICRNL = 0400 };
enum { ONLCR = 4, OCRNL = 010, ONLRET = 040, ICANON = 2, ECHO = 010 };

static struct thread *t;

static void start(void)
{
    kernel_boot();
    t = thread_running(kernel.task, 10);
}

static void attributes(word_t i, word_t o, word_t l)
{
    word_t mr[] = {VLOG_SET_ATTR, i, o, l};
    memcpy(t->utcb->mr, mr, sizeof mr);
    sys(t, LOG, CALL, tag_make(L4_PROTO_LOG, 4, 0, 0), NEVER);
    cr_assert_eq(answer(t), 0);
}

static void types(const char *keys)
{
    fake.input = keys;
    core_console_input();
    vlog_check();
}

/* Reads up to `size` bytes and compares; returns the count word. */
static word_t reads(word_t size, const char *text)
{
    t->utcb->mr[0] = VLOG_READ | size << 16;
    sys(t, LOG, CALL, tag_make(L4_PROTO_LOG, 1, 0, 0), NEVER);
    cr_assert_eq(answer(t), 0);
    cr_assert_eq(memcmp(&t->utcb->mr[1], text, strlen(text)), 0);
    vlog_check();
    return t->utcb->mr[0];
}

static void writes(const char *text)
{
    t->utcb->mr[0] = VLOG_WRITE;
    t->utcb->mr[1] = strlen(text);
    memcpy(&t->utcb->mr[2], text, strlen(text));
    sys(t, LOG, SEND, tag_make(L4_PROTO_LOG, 6, 0, 0), NEVER);
}

static void shows(const char *text)
{
    fake.console[fake.console_used] = 0;
    cr_assert_str_eq(fake.console, text);
    fake.console_used = 0;
}

KERNEL_TEST(vlog, raw_input_comes_as_it_is)
{
    start();
    types("a\r\n\x7f");
    cr_assert_eq(reads(10, "a\r\n\x7f"), 4);
    cr_assert_eq(reads(10, ""), 0);
    shows("");
}

KERNEL_TEST(vlog, the_count_says_if_there_is_more)
{
    start();
    types("abcd");
    cr_assert_eq(reads(3, "abc"), 4);
    cr_assert_eq(reads(0, ""), 1); /* asks only */
    cr_assert_eq(reads(1, "d"), 1);
}

KERNEL_TEST(vlog, carriage_returns_and_newlines_are_mapped)
{
    start();
    attributes(ICRNL, 0, 0);
    types("a\rb\n");
    cr_assert_eq(reads(9, "a\nb\n"), 4);
    attributes(IGNCR, 0, 0);
    types("a\rb\n");
    cr_assert_eq(reads(9, "ab\n"), 3);
    attributes(INLCR, 0, 0);
    types("a\rb\n");
    cr_assert_eq(reads(9, "a\rb\r"), 4);
    attributes(IGNCR | ICRNL, 0, 0); /* ignored comes first */
    types("\r");
    cr_assert_eq(reads(9, ""), 0);
}

KERNEL_TEST(vlog, output_is_mapped)
{
    start();
    writes("a\r\n");
    shows("a\r\n");
    attributes(0, ONLCR, 0);
    writes("a\nb");
    shows("a\r\nb");
    attributes(0, OCRNL, 0);
    writes("a\rb");
    shows("a\nb");
    attributes(0, ONLRET, 0);
    writes("a\r\n");
    shows("a\n");
}

KERNEL_TEST(vlog, echo_shows_what_is_typed)
{
    start();
    attributes(ICRNL, ONLCR, ECHO);
    types("ab\r");
    shows("ab\r\n");
    cr_assert_eq(reads(9, "ab\n"), 3);
}

KERNEL_TEST(vlog, lines_are_read_when_they_are_whole)
{
    start();
    attributes(ICRNL, 0, ICANON);
    types("on");
    cr_assert_eq(reads(9, ""), 0);
    types("e\rtwo\rth");
    cr_assert_eq(reads(9, "one\n"), 4);
    cr_assert_eq(reads(2, "tw"), 3);
    cr_assert_eq(reads(9, "o\n"), 2);
    cr_assert_eq(reads(9, ""), 0);
    attributes(0, 0, 0); /* now the rest counts */
    cr_assert_eq(reads(9, "th"), 2);
}

KERNEL_TEST(vlog, a_line_can_be_corrected)
{
    start();
    attributes(0, 0, ICANON | ECHO);
    types("ab\x7f\x08\x7f"
          "c\n");
    shows("ab\b \b\b \bc\n");
    cr_assert_eq(reads(9, "c\n"), 2);
}

KERNEL_TEST(vlog, end_of_file_ends_a_line_without_being_read)
{
    start();
    attributes(0, 0, ICANON);
    types("ab\x04");
    cr_assert_eq(reads(9, "ab"), 2);
}

KERNEL_TEST(vlog, a_full_buffer_takes_the_end_of_its_line)
{
    static char keys[400];
    start();
    attributes(0, 0, ICANON);
    memset(keys, 'x', 399);
    types(keys);
    cr_assert_eq(*fake.input, 0); /* what has no room is gone */
    types("\n");
    cr_assert_eq(reads(400, "xxx"), 256);
    attributes(0, 0, 0);
    types(keys);
    cr_assert_eq(strlen(fake.input), 399 - 256); /* waits in the port */
    cr_assert_eq(reads(400, "xxx"), 256);
    cr_assert_eq(reads(400, "xxx"), 399 - 256);
}

/* --- the input interrupt -------------------------------------------------- */

static long icu_op(word_t on, word_t op)
{
    word_t mr[] = {op, 0, 8, (word_t)IRQ << 12 | 0x35};
    memcpy(t->utcb->mr, mr, sizeof mr);
    sys(t, on, CALL, tag_make(L4_PROTO_IRQ, 2, 1, 0), NEVER);
    return answer(t);
}

static struct irq *irq_to(struct thread *to)
{
    struct irq *i = irq_of(irq_new(kernel.task, IRQ));
    word_t mr[] = {RCV_EP_BIND, 0x40, 8, slot_of_thread(to) << 12 | 0xf5};
    memcpy(t->utcb->mr, mr, sizeof mr);
    sys(t, IRQ, CALL, tag_make(L4_PROTO_KOBJECT, 2, 1, 0), NEVER);
    cr_assert_eq(answer(t), 0);
    return i;
}

KERNEL_TEST(vlog, input_is_an_interrupt)
{
    start();
    struct thread *reader = thread_running(kernel.task, 20);
    irq_to(reader);
    cr_assert_not(fake.listens);
    cr_assert_eq(icu_op(LOG, ICU_BIND), 0);
    cr_assert(fake.listens);
    sys_wait(reader);
    types("a");
    cr_assert_eq(outcome(reader), 0);
    sys_wait(reader);
    cr_assert_eq(outcome(reader), WAITS);
    types("b");
    cr_assert_eq(outcome(reader), 0);
}

KERNEL_TEST(vlog, the_interrupt_waits_for_whole_lines)
{
    start();
    struct thread *reader = thread_running(kernel.task, 20);
    irq_to(reader);
    attributes(0, 0, ICANON);
    cr_assert_eq(icu_op(LOG, ICU_BIND), 0);
    sys_wait(reader);
    types("a");
    cr_assert_eq(outcome(reader), WAITS);
    types("\n");
    cr_assert_eq(outcome(reader), 0);
}

KERNEL_TEST(vlog, what_was_typed_before_is_an_edge_as_well)
{
    start();
    struct thread *reader = thread_running(kernel.task, 20);
    irq_to(reader);
    types("a");
    sys_wait(reader);
    cr_assert_eq(icu_op(LOG, ICU_BIND), 0);
    cr_assert_eq(outcome(reader), 0);
}

KERNEL_TEST(vlog, a_masked_edge_comes_with_the_unmask)
{
    start();
    struct thread *reader = thread_running(kernel.task, 20);
    irq_to(reader);
    cr_assert_eq(icu_op(LOG, ICU_BIND), 0);
    sys_wait(reader);
    t->utcb->mr[0] = ICU_MASK;
    t->utcb->mr[1] = 0;
    sys(t, LOG, SEND, tag_make(L4_PROTO_IRQ, 2, 0, 0), NEVER);
    types("a");
    cr_assert_eq(outcome(reader), WAITS);
    t->utcb->mr[0] = ICU_UNMASK;
    sys(t, LOG, SEND, tag_make(L4_PROTO_IRQ, 2, 0, 0), NEVER);
    cr_assert_eq(outcome(reader), 0);
}

KERNEL_TEST(scheduler, cpus_that_come_and_go_are_an_interrupt)
{
    start();
    struct thread *watcher = thread_running(kernel.task, 20);
    irq_to(watcher);
    scheduler_cpu_changed(); /* nobody listens */
    cr_assert_eq(icu_op(SCHEDULER, ICU_BIND), 0);
    sys_wait(watcher);
    cr_assert_eq(outcome(watcher), WAITS);
    scheduler_cpu_changed();
    cr_assert_eq(outcome(watcher), 0);
}
