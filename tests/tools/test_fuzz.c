/*
 * Damaged traces never break a tool: 1,000 seeded ones, half of them bit
 * flips and cuts in the file, half with wild records under a right checksum,
 * go through the reader, every exporter and the capability graph.
 */
#include "crc32.h"
#include "dot.h"
#include "scratch.h"
#include "verify.h"
#include "view.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 500, BYTES_MAX = 1 << 20 };

static uint64_t seed;

static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint8_t bytes[BYTES_MAX], changed[BYTES_MAX];
static size_t size;
static FILE *nowhere;

static void load_story(void)
{
    struct writer w;

    scratch_make();
    writer_open(&w, scratch_path, "story", false);
    write_story(&w, false);
    writer_close(&w);
    FILE *f = fopen(scratch_path, "rb");
    size = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    nowhere = fopen("/dev/null", "w");
    seed = 0x5eed;
}

static void exporters(struct view *v)
{
    static void (*const all[])(struct view *) = {
        export_text,     export_summary, export_csv,      export_json,
        export_svg,      export_mermaid, export_chrome,   export_perfetto,
        export_pcapng,   export_vcd,     export_plantuml, export_mscgen,
        export_findings, export_path,    export_story,
    };
    static const struct view wants[] = {
        {.until = ~0ull, .max = 200},
        {.until = ~0ull, .max = 0, .kernel = true},
        {.until = ~0ull, .max = 20, .only = {"moe", "client a"}},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct input in = v->in;
        *v = wants[any() % 3];
        v->in = in;
        v->out = nowhere;
        reader_rewind(v->in.reader);
        all[i](v);
    }
}

/* Those that make files of their own, now and then: they are slow. */
static void folders(struct view *v)
{
    char folder[] = "/tmp/vitrine-fuzz.XXXXXX", path[64], command[96];

    if (any() % 16 || !mkdtemp(folder))
        return;
    snprintf(path, sizeof(path), "%s/ctf", folder);
    v->path = path;
    reader_rewind(v->in.reader);
    export_ctf(v);
    snprintf(path, sizeof(path), "%s/run.db", folder);
    reader_rewind(v->in.reader);
    export_sqlite(v);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

static void graph(struct view *v)
{
    struct capgraph g = {0};
    struct verify s = {0};
    struct drawing_size drawn;
    struct vtr_record r;

    reader_rewind(v->in.reader);
    while (reader_next(v->in.reader, &r)) {
        capgraph_feed(&g, &r);
        verify_feed(&s, &r);
    }
    verify_compare(&s, &g, &v->in.names, nowhere);
    dot_write(nowhere,
              &(struct drawing){.graph = &g,
                                .names = &v->in.names,
                                .title = "fuzz",
                                .all = any() & 1,
                                .focus = any() & 1 ? 40 : 0},
              &drawn);
    capgraph_free(&g);
    verify_free(&s);
}

/* Everything a tool does with the file at scratch_path. */
static void use(size_t length)
{
    struct view v = {0};
    struct vtr_record r;
    char why[256];
    FILE *f = fopen(scratch_path, "wb");

    fwrite(changed, 1, length, f);
    fclose(f);
    v.in.path = scratch_path;
    v.in.cpus = 1 + any() % 4;
    v.in.reader = reader_open(scratch_path, why, sizeof(why));
    if (!v.in.reader) {
        cr_assert_not(strchr(why, '\n'));
        return;
    }
    while (reader_next(v.in.reader, &r))
        names_feed(&v.in.names, &r);
    reader_damage(v.in.reader);
    exporters(&v);
    folders(&v);
    graph(&v);
    input_close(&v.in);
}

TestSuite(fuzz, .init = load_story, .fini = scratch_remove);

Test(fuzz, flips_and_cuts_never_break_a_tool)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t length = any() & 1 ? size : any() % (size + 1);
        memcpy(changed, bytes, length);
        for (unsigned flips = any() % 8; flips && length; flips--)
            changed[any() % length] ^= (uint8_t)(1 << any() % 8);
        use(length);
    }
}

/* Makes the checksums of all chunks right again. */
static void repair(void)
{
    struct vtr_chunk c;

    for (size_t at = 64; at + sizeof(c) <= size; at += sizeof(c) + c.bytes) {
        memcpy(&c, &changed[at], sizeof(c));
        c.crc = crc32_update(0, &changed[at + sizeof(c)], c.bytes);
        memcpy(&changed[at], &c, sizeof(c));
    }
}

Test(fuzz, wild_records_never_break_a_tool)
{
    enum { CHUNK = 32 + 64 * 64 };

    for (unsigned round = 0; round < ROUNDS; round++) {
        memcpy(changed, bytes, size);
        for (unsigned words = 1 + any() % 40; words; words--) {
            size_t at = 64 + any() % (size - 64 - 8);
            uint64_t value = any() % 3 ? any() : any() % 64;
            if ((at - 64) % CHUNK >= 32 && (at + 8 - 64) % CHUNK >= 40)
                memcpy(&changed[at], &value, any() % 8 + 1);
        }
        repair();
        use(size);
    }
}
