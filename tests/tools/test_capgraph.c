/* The capability graph's replay, record by record. */
#include "dot.h"
#include "input.h"
#include "scratch.h"
#include "verify.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct capgraph g;

static void feed(unsigned event, const uint64_t *args, unsigned count)
{
    struct vtr_record r = {.event = (uint16_t)event};

    memcpy(r.arg, args, count * sizeof(*args));
    capgraph_feed(&g, &r);
}

#define FEED(event, ...)                                                       \
    feed(event, (uint64_t[]){__VA_ARGS__},                                     \
         sizeof((uint64_t[]){__VA_ARGS__}) / 8)

Test(capgraph, mapping_again_adds_rights)
{
    FEED(VTR_CAP_MAP, 0, 0, 5, 0x16, 9, 4);
    FEED(VTR_CAP_MAP, 0, 0, 5, 0x16, 9, 3);
    cr_assert_eq(capgraph_get(&g, 5, 0x16)->rights, 7);
}

Test(capgraph, another_object_replaces)
{
    FEED(VTR_CAP_MAP, 0, 0, 5, 0x16, 9, 7);
    FEED(VTR_CAP_MAP, 0, 0, 5, 0x16, 10, 4);
    cr_assert_eq(capgraph_get(&g, 5, 0x16)->object, 10);
    cr_assert_eq(capgraph_get(&g, 5, 0x16)->rights, 4);
}

Test(capgraph, unmap_takes_rights_and_then_the_slot)
{
    FEED(VTR_CAP_MAP, 0, 0, 5, 0x16, 9, 7);
    FEED(VTR_CAP_UNMAP, 5, 0x16, 9, 1);
    cr_assert_eq(capgraph_get(&g, 5, 0x16)->rights, 6);
    FEED(VTR_CAP_UNMAP, 5, 0x16, 9, 0x7f);
    cr_assert_null(capgraph_get(&g, 5, 0x16));
}

Test(capgraph, an_object_takes_its_capabilities_along)
{
    FEED(VTR_CREATE, 9, VTR_T_GATE, 0, 0);
    FEED(VTR_CAP_MAP, 0, 0, 5, 0x16, 9, 7);
    FEED(VTR_CAP_MAP, 0, 0, 9, 0x16, 8, 7);
    FEED(VTR_DELETE, 9, VTR_T_GATE);
    cr_assert_eq(g.caps.used, 0);
    cr_assert_not(capgraph_alive(&g, 9));
}

/* --- the story ----------------------------------------------------------- */

static struct input in;
static struct verify snapshot;

static void replay_story(bool lie)
{
    struct writer w;
    struct vtr_record r;

    scratch_make();
    writer_open(&w, scratch_path, "story", false);
    write_story(&w, lie);
    writer_close(&w);
    input_open(&in, scratch_path, true);
    scratch_remove();
    while (reader_next(in.reader, &r)) {
        capgraph_feed(&g, &r);
        verify_feed(&snapshot, &r);
    }
}

Test(capgraph, agrees_with_the_snapshot)
{
    replay_story(false);
    cr_assert(verify_any(&snapshot));
    cr_assert_eq(verify_compare(&snapshot, &g, &in.names, stderr), 0);
}

Test(capgraph, finds_one_wrong_right_in_the_snapshot)
{
    char *text;
    size_t size;

    replay_story(true);
    FILE *f = open_memstream(&text, &size);
    cr_assert_eq(verify_compare(&snapshot, &g, &in.names, f), 1);
    fclose(f);
    cr_assert_str_eq(text,
                     "moe slot 5: snapshot log 4 rsdv, replay log 4 rwsdv\n",
                     "%s", text);
}

static char *dot_of(struct drawing d)
{
    struct drawing_size size;
    char *text;
    size_t length;
    FILE *f = open_memstream(&text, &length);

    d.graph = &g;
    d.names = &in.names;
    d.title = "test";
    dot_write(f, &d, &size);
    fclose(f);
    return text;
}

Test(capgraph, an_arrow_has_slots_and_rights)
{
    replay_story(false);
    char *text = dot_of((struct drawing){0});
    cr_assert(strstr(text, "o40 -> o33 ["), "client a holds the gate");
    cr_assert(strstr(text, "label=<16 rw>"));
    cr_assert(strstr(text, "o33 -> o30:t31 [style=dashed"), "it leads on");
    cr_assert_not(strstr(text, "o50 ["), "client b was deleted");
}

Test(capgraph, the_focus_leaves_others_out)
{
    replay_story(false);
    char *text = dot_of((struct drawing){.focus = 40});
    cr_assert(strstr(text, "  o40 ["));
    cr_assert(strstr(text, "  o30 ["), "reached by the gate");
    cr_assert_not(strstr(text, "  o20 ["), "ned is not reached");
}
