/*
 * The debugger seen from the machine's side: what it prints, and what becomes
 * of trace records by kind.
 */
#include "kernel.h"

#include <stdio.h>
#include <trace.h>

enum { DBG = 10 };
enum { LOG = 0x201, CLEAR = 0x202, DUMP = 0x203, LOG_3VAL = 0x204 };
enum { SWITCH_LOG = 0x104, KMEM = 0x500, POINTER_TO_ID = 0x102 };

static struct thread *t;

static void start(void)
{
    kernel_boot();
    t = thread_running(kernel.task, 10);
}

static long ask(unsigned words)
{
    sys(t, DBG, CALL, tag_make(L4_PROTO_DEBUGGER, words, 0, 0), NEVER);
    return answer(t);
}

static long ask_op(word_t op, word_t a)
{
    t->utcb->mr[0] = op;
    t->utcb->mr[1] = a;
    return ask(2);
}

static void switch_log(const char *name, bool on)
{
    char text[32] = "";
    strcpy(text, name);
    t->utcb->mr[0] = SWITCH_LOG;
    t->utcb->mr[1] = on;
    memcpy(&t->utcb->mr[2], text, sizeof text);
    cr_assert_eq(ask(6), 0);
}

static void shows(const char *text)
{
    fake.console[fake.console_used] = 0;
    cr_assert_str_eq(fake.console, text);
    fake.console_used = 0;
}

/* How many records of `event` the ring holds. */
static unsigned records(unsigned event)
{
    unsigned n = 0;
    for (size_t i = 0; i < trace_count(); i++)
        n += trace_record(i)->event == event;
    return n;
}

KERNEL_TEST(debugger, numbers_have_their_digits)
{
    start();
    ask_op(3, 0x123456789);
    shows("23456789");
    ask_op(4, 0x12);
    shows("00012");
    ask_op(5, 0xabcd);
    shows("abcd");
    ask_op(6, 0xabcd);
    shows("bcd");
    ask_op(7, 5);
    shows("05");
    ask_op(8, (word_t)-12);
    shows("-12");
    ask_op(8, 0);
    shows("0");
    ask_op(1, 'x');
    shows("x");
}

KERNEL_TEST(debugger, texts_end_where_their_message_does)
{
    start();
    t->utcb->mr[0] = 2;
    t->utcb->mr[1] = 5;
    memcpy(&t->utcb->mr[2], "hello world", 12);
    ask(4);
    shows("hello");
    t->utcb->mr[0] = 0; /* enter: says why, and goes on */
    t->utcb->mr[1] = 1000;
    memcpy(&t->utcb->mr[2], "12345678", 8);
    ask(3);
    shows("12345678");
}

KERNEL_TEST(debugger, memory_is_printed)
{
    start();
    ask_op(KMEM, 0);
    fake.console[fake.console_used] = 0;
    cr_assert(strstr(fake.console, "kernel memory: "));
    cr_assert(strstr(fake.console, " objects\n"));
}

KERNEL_TEST(debugger, an_object_is_found_by_its_address)
{
    start();
    cr_assert_eq(ask_op(POINTER_TO_ID, (word_t)(uintptr_t)&t->object), 0);
    cr_assert_eq(t->utcb->mr[0], t->object.id);
    cr_assert_eq(ask_op(POINTER_TO_ID, (word_t)(uintptr_t)t + 8), -L4_ENOENT);
}

KERNEL_TEST(debugger, a_kind_that_is_off_writes_nothing)
{
    start();
    ask_op(CLEAR, 0);
    cr_assert(!trace_on);
    switch_log("INVOKE", true);
    cr_assert(trace_on);
    ask_op(8, 0);
    ask_op(8, 0);
    cr_assert_eq(records(VTR_INVOKE), 2);
    cr_assert_eq(trace_count(), 2); /* nothing else */
    switch_log("RESULT", true);
    switch_log("INVOKE", false);
    cr_assert_eq(records(VTR_INVOKE), 4);
    cr_assert_eq(records(VTR_RESULT), 2);
    ask_op(8, 0);
    cr_assert_eq(records(VTR_INVOKE), 4);
    cr_assert_eq(records(VTR_RESULT), 3);
    switch_log("RESULT", false);
    cr_assert(!trace_on);
    trace_check();
}

KERNEL_TEST(debugger, entries_stand_in_the_ring)
{
    start();
    switch_log("MARK", true);
    switch_log("VALUES", true);
    t->utcb->mr[0] = LOG_3VAL;
    t->utcb->mr[1] = 7;
    t->utcb->mr[2] = 8;
    t->utcb->mr[3] = 9;
    t->utcb->mr[4] = 5;
    memcpy(&t->utcb->mr[5], "hello", 6);
    cr_assert_eq(ask(6), 0);
    cr_assert_eq(trace_count(), 2);
    cr_assert_eq(memcmp(&trace_record(0)->arg[1], "hello\0\0", 8), 0);
    cr_assert_eq(trace_record(1)->arg[0], 7);
    cr_assert_eq(trace_record(1)->arg[2], 9);
}

KERNEL_TEST(debugger, the_ring_is_shown_and_cleared)
{
    start();
    switch_log("VALUES", true);
    fake.time = 1234;
    t->utcb->mr[0] = LOG_3VAL;
    t->utcb->mr[1] = 7;
    t->utcb->mr[2] = 0xabc;
    t->utcb->mr[3] = 9;
    cr_assert_eq(ask(4), 0);
    char line[80];
    snprintf(line, sizeof line, "%llu %u VALUES 7 abc 9 0 0 0\n",
             (unsigned long long)trace_record(0)->time,
             trace_record(0)->thread);
    cr_assert_eq(ask_op(DUMP, 0), 0);
    shows(line);
    cr_assert_eq(ask_op(CLEAR, 0), 0);
    cr_assert_eq(trace_count(), 0);
    ask_op(DUMP, 0);
    shows("");
}
