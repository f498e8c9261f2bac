/* The trace ring: order, overflow, text. */
#include "fixture.h"

#include <debugger_ops.h>
#include <fake_port.h>
#include <string.h>
#include <task.h>
#include <trace.h>
#include <trace_tasks.h>

enum { RING = 8 };

static struct vtr_record ring[RING];

static void write_marks(uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++) {
        trace_event(VTR_MARK, 0, i, 0, 0, 0, 0, 0);
        trace_check();
    }
}

static const struct vtr_record *drained(size_t i)
{
    return fake_trace_record(i);
}

Test(trace, record_says_when_where_and_who)
{
    trace_init(ring, RING, true);
    fake.time = 77;
    port_fake_cpu = 2;
    trace_self()->thread = 9;
    trace_event(VTR_IPC, VTR_F_CALL, 1, 2, 3, 4, 5, 6);
    cr_assert_eq(ring[0].time, 77);
    cr_assert_eq(ring[0].cpu, 2);
    cr_assert_eq(ring[0].thread, 9);
    cr_assert_eq(ring[0].event, VTR_IPC);
    cr_assert_eq(ring[0].flags, VTR_F_CALL);
    for (unsigned i = 0; i < 6; i++)
        cr_assert_eq(ring[0].arg[i], i + 1);
}

Test(trace, off_writes_nothing)
{
    trace_init(ring, RING, false);
    write_marks(0, 20);
    trace_text(VTR_NAME, 1, 0, 1, "x");
    fake.drains = true;
    trace_flush();
    cr_assert_eq(fake.drained, 0);
}

Test(trace, nothing_is_lost_while_the_port_takes_it)
{
    fake.drains = true;
    trace_init(ring, RING, true);
    write_marks(0, 100);
    trace_flush();
    cr_assert_eq(fake.drained, 100);
    for (size_t i = 0; i < 100; i++)
        cr_assert_eq(drained(i)->arg[0], i);
}

Test(trace, overflow_drops_the_oldest_and_counts_them)
{
    trace_init(ring, RING, true);
    write_marks(0, 100);
    fake.drains = true;
    trace_flush();
    cr_assert_eq(fake.drained, RING);
    cr_assert_eq(drained(0)->event, VTR_LOST);
    cr_assert_eq(drained(0)->arg[0], 100 - (RING - 1));
    for (size_t i = 1; i < RING; i++)
        cr_assert_eq(drained(i)->arg[0], 100 - RING + i);
}

Test(trace, first_overflow_counts_the_place_of_the_report_too)
{
    trace_init(ring, RING, true);
    write_marks(0, RING + 1);
    fake.drains = true;
    trace_flush();
    cr_assert_eq(drained(0)->event, VTR_LOST);
    cr_assert_eq(drained(0)->arg[0], 2);
    cr_assert_eq(drained(1)->arg[0], 2);
}

Test(trace, a_later_loss_is_reported_anew)
{
    trace_init(ring, RING, true);
    write_marks(0, 20);
    fake.drains = true;
    trace_flush();
    fake.drains = false;
    write_marks(100, RING + 4);
    fake.drains = true;
    trace_flush();
    cr_assert_eq(drained(RING)->event, VTR_LOST);
    cr_assert_eq(drained(RING)->arg[0], 5);
}

Test(trace, names_stand_behind_the_object)
{
    trace_init(ring, RING, true);
    trace_text(VTR_NAME, 5, 0, 1, "sigma0");
    cr_assert_eq(ring[0].arg[0], 5);
    cr_assert_str_eq((char *)&ring[0].arg[1], "sigma0");
}

Test(trace, images_stand_behind_task_and_base)
{
    trace_init(ring, RING, true);
    trace_text(VTR_IMAGE, 5, 0x1000, 2, "rom/hello");
    cr_assert_eq(ring[0].arg[1], 0x1000);
    cr_assert_str_eq((char *)&ring[0].arg[2], "rom/hello");
}

Test(trace, marks_carry_their_value_behind_the_text_cut_to_32_bytes)
{
    const char *text = "0123456789abcdef0123456789abcdefTAIL";
    trace_init(ring, RING, true);
    trace_text(VTR_MARK, 1, 42, 1, text);
    cr_assert_eq(memcmp(&ring[0].arg[1], text, 32), 0);
    cr_assert_eq(ring[0].arg[5], 42);
}

/* --- which tasks ----------------------------------------------------------
 */

enum { CLIENT = 20, CLIENT_THREAD = 21, SERVER = 30, SERVER_THREAD = 31 };

/* Two tasks of one thread each; names as the loader gives them, later. */
static struct task tasks[2];

static struct task *task_named(unsigned which, uint32_t id, const char *name)
{
    struct task *t = &tasks[which];
    list_init(&t->threads);
    t->object.ops = &task_ops;
    t->object.id = id;
    strcpy(t->object.name, name);
    debugger_trace_named(&t->object);
    trace_tasks_bound(id, id + 1);
    return t;
}

static void only(const char *names)
{
    trace_init(ring, RING, true);
    trace_tasks_only(names);
    task_named(0, CLIENT, "client");
    task_named(1, SERVER, "server");
}

/* Is a record of a thread, with two arguments, written? */
static bool is_written(unsigned event, uint32_t thread, uint64_t a0,
                       uint64_t a1)
{
    size_t before = trace_count();
    trace_self()->thread = thread;
    trace_event(event, 0, a0, a1, 0, 0, 0, 0);
    bool written = trace_count() > before;
    trace_clear();
    return written;
}

Test(trace, of_what_threads_do_only_what_is_about_a_chosen_task_is_written)
{
    only("other,client");
    cr_assert(is_written(VTR_ENTER, CLIENT_THREAD, 0, 0));
    cr_assert_not(is_written(VTR_ENTER, SERVER_THREAD, 0, 0));
    cr_assert(is_written(VTR_IPC, CLIENT_THREAD, SERVER_THREAD, 0));
    cr_assert(is_written(VTR_IPC, SERVER_THREAD, CLIENT_THREAD, 0));
    cr_assert_not(is_written(VTR_IPC, SERVER_THREAD, SERVER_THREAD + 1, 0));
    cr_assert(is_written(VTR_IPC_ERROR, SERVER_THREAD, 3, CLIENT_THREAD));
    cr_assert(is_written(VTR_SWITCH, 0, 0, CLIENT_THREAD));
    cr_assert_not(is_written(VTR_SWITCH, 0, SERVER_THREAD, 0));
    cr_assert(is_written(VTR_CREATE, SERVER_THREAD, 99, 0));
    cr_assert(is_written(VTR_CAP_MAP, SERVER_THREAD, 99, 0));
}

Test(trace, names_of_tasks_are_whole_words)
{
    only("clientele,lient");
    cr_assert_not(is_written(VTR_ENTER, CLIENT_THREAD, 0, 0));
    only("");
    cr_assert(is_written(VTR_ENTER, CLIENT_THREAD, 0, 0));
}

Test(trace, a_task_is_switched_off_and_on_while_recording)
{
    only(NULL);
    debugger_trace_task(&tasks[0], false);
    trace_tasks_bound(CLIENT, CLIENT_THREAD);
    cr_assert_not(is_written(VTR_ENTER, CLIENT_THREAD, 0, 0));
    cr_assert(is_written(VTR_ENTER, SERVER_THREAD, 0, 0));
    debugger_trace_task(&tasks[0], true);
    trace_tasks_bound(CLIENT, CLIENT_THREAD);
    cr_assert(is_written(VTR_ENTER, CLIENT_THREAD, 0, 0));
}

Test(trace, ids_without_a_bit_are_as_the_others)
{
    only("client");
    cr_assert_not(is_written(VTR_ENTER, 1 << 20, 0, 0));
    trace_tasks_bound(CLIENT, 1 << 20);
    cr_assert_not(is_written(VTR_ENTER, 1 << 20, 0, 0));
}
