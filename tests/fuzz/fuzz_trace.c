/*
 * Fuzz target: a trace file, whatever is in it, through the reader and what
 * the tools make of it.
 *
 *      byte 0: even   the rest is the file, as it is
 *              odd    the rest is records: a header and a chunk with the
 *                     right checksum are put in front, and they are packed if
 *                     bit 1 is set
 *
 * Judged by the sanitizers, and by what must hold of a reader (reader.h): no
 * more is lost than the file is long, a second pass gives what the first gave.
 */
#include "capgraph.h"
#include "crc32.h"
#include "verify.h"
#include "view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS_MAX = 512, ODD = 1, PACKED = 2 };

static void put(FILE *f, const void *data, size_t size)
{
    if (size)
        fwrite(data, size, 1, f);
}

static void put_records(FILE *f, const uint8_t *data, size_t size, bool packed)
{
    static char room[2 * RECORDS_MAX * 64];
    struct vtr_file_header h = {
        .magic = VTR_MAGIC, .version = VTR_VERSION, .record_size = 64};
    size_t count = size / 64 < RECORDS_MAX ? size / 64 : RECORDS_MAX;
    const void *bytes = data;
    size_t length = 64 * count;
    struct vtr_chunk c = {.magic = VTR_CHUNK_MAGIC, .codec = packed};

    if (packed) {
        length = ZSTD_compress(room, sizeof(room), data, length, 1);
        bytes = room;
    }
    c.records = (uint32_t)count;
    c.bytes = (uint32_t)length;
    c.crc = crc32_update(0, bytes, length);
    put(f, &h, sizeof(h));
    put(f, &c, sizeof(c));
    put(f, bytes, length);
}

/* The records once; how many there are. */
static uint64_t pass(struct reader *r, struct names *n, struct capgraph *g,
                     struct verify *s)
{
    struct vtr_record record;
    uint64_t count = 0;

    reader_rewind(r);
    for (; reader_next(r, &record); count++) {
        names_feed(n, &record);
        capgraph_feed(g, &record);
        verify_feed(s, &record);
    }
    reader_damage(r);
    return count;
}

static void use(struct view *v, FILE *nowhere)
{
    static void (*const all[])(struct view *) = {
        export_text,   export_summary, export_json,     export_svg,
        export_chrome, export_vcd,     export_perfetto, export_pcapng,
        export_mscgen, export_path,    export_findings, export_story,
    };

    v->out = nowhere;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        reader_rewind(v->in.reader);
        all[i](v);
    }
}

static void read_trace(const char *path, FILE *nowhere)
{
    struct view v = {.until = ~0ull, .max = 50, .kernel = true};
    struct capgraph g = {.history = true}, again = {0};
    struct verify s = {0};
    struct names other = {0};
    char why[256];

    v.in = (struct input){.path = path, .cpus = 4};
    v.in.reader = reader_open(path, why, sizeof(why));
    if (!v.in.reader)
        return;
    uint64_t count = pass(v.in.reader, &v.in.names, &g, &s);
    assert(pass(v.in.reader, &other, &again, &s) == count);
    verify_compare(&s, &g, &other, nowhere);
    use(&v, nowhere);
    reader_seek_time(v.in.reader, 1000);
    reader_only(v.in.reader, NAMES_EVENTS);
    reader_until(v.in.reader, 2000);
    for (struct vtr_record r; reader_next(v.in.reader, &r);)
        ;
    capgraph_free(&g);
    capgraph_free(&again);
    verify_free(&s);
    names_free(&other);
    input_close(&v.in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    char path[64];
    int fd = memfd_create("fuzz", 0);
    FILE *f = fdopen(fd, "w");

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (size && data[0] & ODD)
        put_records(f, data + 1, size - 1, data[0] & PACKED);
    else if (size)
        put(f, data + 1, size - 1);
    fflush(f);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    read_trace(path, nowhere);
    fclose(f);
    return 0;
}
