/* Names, senders and calls, from the story of writer.c. */
#include "diagram.h"
#include "interfaces.h"
#include "protocols.h"
#include "scratch.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct view v;

static void open_story(void)
{
    struct writer w;

    scratch_make();
    writer_open(&w, scratch_path, "story", false);
    write_story(&w, false);
    writer_close(&w);
    v = (struct view){.until = ~0ull};
    input_open(&v.in, scratch_path, true);
}

static void close_story(void)
{
    input_close(&v.in);
    scratch_remove();
}

TestSuite(messages, .init = open_story, .fini = close_story);

Test(messages, a_thread_is_called_by_task_and_name)
{
    char title[TITLE_SIZE];

    cr_assert_str_eq(names_title(&v.in.names, 13, title), "moe");
    cr_assert_str_eq(names_title(&v.in.names, 14, title), "moe/boot");
    cr_assert_str_eq(names_title(&v.in.names, 11, title), "sigma0");
    cr_assert_str_eq(names_title(&v.in.names, 33, title), "calc");
    cr_assert_str_eq(names_title(&v.in.names, 0, title), "kernel");
    cr_assert_str_eq(names_title(&v.in.names, 999, title), "#999");
}

Test(messages, every_reply_belongs_to_the_call_before)
{
    struct messages m;
    unsigned pairs = 0;

    messages_collect(&m, &v);
    for (size_t i = 0; i < m.count; i++) {
        if (m.all[i].kind != MESSAGE_REPLY)
            continue;
        cr_assert(m.all[i].pair);
        const struct message *call = &m.all[m.all[i].pair - 1];
        cr_assert_eq(call->from, m.all[i].to);
        cr_assert_eq(call->to, m.all[i].from);
        cr_assert_eq(call->pair, i + 1);
        pairs++;
    }
    cr_assert_eq(pairs, 45);
    messages_free(&m);
}

Test(messages, the_sender_that_waited_is_the_sender)
{
    struct messages m;
    const struct message *late = NULL;

    messages_collect(&m, &v);
    for (size_t i = 0; i < m.count; i++)
        if (m.all[i].kind == MESSAGE_CALL && m.all[i].record.arg[4] == 3)
            late = &m.all[i];
    cr_assert(late);
    cr_assert_eq(late->from, 41);
    messages_free(&m);
}

Test(messages, only_keeps_what_the_task_takes_part_in)
{
    struct messages m;

    v.only[0] = "client a";
    messages_collect(&m, &v);
    cr_assert(m.count > 0);
    for (size_t i = 0; i + 1 < m.count; i++)
        cr_assert(m.all[i].from == 41 || m.all[i].to == 41);
    messages_free(&m);
}

Test(messages, kernel_objects_are_shown_on_request)
{
    struct messages m;
    unsigned invocations = 0;

    v.kernel = true;
    messages_collect(&m, &v);
    for (size_t i = 0; i < m.count; i++)
        if (m.all[i].kind == MESSAGE_INVOKE) {
            cr_assert_eq(m.all[i].to, 0);
            invocations++;
        }
    cr_assert_eq(invocations, 4);
    messages_free(&m);
}

Test(messages, a_diagram_folds_what_repeats)
{
    struct diagram d;
    bool found = false;

    diagram_make(&d, &v);
    for (size_t i = 0; i < d.row_count; i++)
        if (d.rows[i].loop_times == 12) {
            cr_assert_eq(d.rows[i].loop_length, 2);
            found = true;
        }
    cr_assert(found, "twelve equal calls in one loop");
    cr_assert_lt(d.row_count, d.messages.count / 2);
    cr_assert_eq(d.left_out, 0);
    diagram_free(&d);
}

Test(messages, a_diagram_that_is_too_long_leaves_the_servers_talk_out)
{
    struct diagram d;

    v.max = 28;
    diagram_make(&d, &v);
    cr_assert_gt(d.hidden, 0);
    cr_assert_eq(d.left_out, 0);
    for (size_t i = 0; i < d.row_count; i++) {
        uint32_t from = d.rows[i].message->from, to = d.rows[i].message->to;
        cr_assert(message_is_note(d.rows[i].message) || from >= 30 || to >= 30,
                  "%u to %u are root servers", from, to);
    }
    diagram_free(&d);
}

Test(messages, a_diagram_stops_at_max)
{
    struct diagram d;
    size_t folded = 0;

    v.max = 5;
    diagram_make(&d, &v);
    for (size_t i = 0; i < d.row_count; i++)
        folded += d.rows[i].loop_length * (d.rows[i].loop_times - 1);
    cr_assert_geq(d.row_count, 5);
    cr_assert_eq(d.row_count + folded + d.hidden + d.left_out,
                 d.messages.count);
    diagram_free(&d);
}

/* --- arguments ------------------------------------------------------------ */

static const char described[] =
    "{\"interfaces\": [{\"name\": \"fs\", \"protocol\": 119, \"methods\": ["
    "{\"name\": \"open\", \"number\": 0, \"out\": [], \"in\": ["
    "{\"kind\": \"text\", \"name\": \"path\"},"
    "{\"kind\": \"word\", \"name\": \"flags\"},"
    "{\"kind\": \"int\", \"name\": \"by\"}]}]}]}";

static void load_description(void)
{
    char path[] = "/tmp/vitrine-interfaces-XXXXXX";
    int fd = mkstemp(path);

    cr_assert(write(fd, described, strlen(described)) > 0);
    close(fd);
    interfaces_load(path);
    unlink(path);
}

/* What is shown of open("/etc/motd", 3, -1) if `known` words of it are. */
static const char *shown_of(unsigned known, uint64_t size)
{
    static char text[96];
    uint64_t words[7] = {0, size, 0, 0, 3, ~0ull};

    memcpy(&words[2], "/etc/motd", 9);
    return call_text(119 << 16 | 6, words, known, text, sizeof(text));
}

Test(messages, arguments_are_shown_as_far_as_they_are_known)
{
    load_description();
    cr_assert_str_eq(shown_of(6, 9), "fs.open(\"/etc/motd\", 3, -1)");
    cr_assert_str_eq(shown_of(5, 9), "fs.open(\"/etc/motd\", 3, ...)");
    cr_assert_str_eq(shown_of(3, 9), "fs.open(\"/etc/mot...\", ...)");
    cr_assert_str_eq(shown_of(2, 9), "fs.open(\"...\", ...)");
    cr_assert_str_eq(shown_of(1, 9), "fs.open(...)");
}

Test(messages, a_size_that_cannot_be_does_no_harm)
{
    load_description();
    const char *text = shown_of(6, ~0ull);
    cr_assert_eq(strncmp(text, "fs.open(\"/etc/motd", 18), 0);
    cr_assert_str_eq(text + strlen(text) - 10, "...\", ...)");
}

Test(messages, an_answer_that_nobody_waits_for_is_called_so)
{
    enum { ENOT_EXISTENT = 4 };
    char text[MESSAGE_TEXT];
    struct message m = {
        .kind = MESSAGE_ERROR,
        .record = {.event = VTR_IPC_ERROR, .arg = {ENOT_EXISTENT}}};

    cr_assert_str_eq(message_text(&m, &v.in.names, text), "no such object");
    m.record.flags = VTR_F_REPLY;
    cr_assert_str_eq(message_text(&m, &v.in.names, text),
                     "nobody waits for the answer");
}
