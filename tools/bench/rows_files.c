/* The figures of rows_files.h. */
#include "rows_files.h"
#include "child.h"
#include "reader.h"
#include "system.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DISK_BYTES = 8 << 20, FILES = 50, READS = 100 };

/* An empty file system at `path`. */
static bool make_disk(struct row *r, char path[PATH])
{
    char *words[] = {"mke2fs", "-q", "-F", "-b", "4096", path, NULL};
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool is_sized = file >= 0 && !ftruncate(file, DISK_BYTES);
    if (file >= 0)
        close(file);
    if (!is_sized)
        return cannot(r, "no place for a disk");
    if (!child_run(words, &result) || result.code)
        return cannot(r, "mke2fs does not work (apt-get install e2fsprogs)");
    return true;
}

static bool run(const struct bench *b, struct row *r, const char *trace)
{
    static const char *const programs[] = {"sigma0",    "moe", "ned",
                                           "buses.lua", "io",  "block",
                                           "ext2",      "vfs", "bench_files"};
    struct command c;
    char disk[PATH];

    snprintf(disk, sizeof disk, "%s/bench.img", b->build);
    if (!make_disk(r, disk))
        return false;
    system_start(&c, b, "rom/ned rom/files.cfg");
    command_add(&c, "%s", "--disk");
    command_add(&c, "%s", disk);
    command_add_trace(&c, trace);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        command_add_program(&c, programs[i]);
    command_add(&c, "%s/tools/bench/files.cfg", b->root);
    bool ran = system_run(&c, r);
    unlink(disk);
    return ran;
}

bool measure_file_read(const struct bench *b, struct row *r)
{
    if (!run(b, r, NULL))
        return false;
    if (!child_figure(&result, r->name, &r->value))
        return cannot(r, "bench_files printed no such figure");
    r->floor = 1;
    return true;
}

/* Is this the mark with that text (at most 32 bytes)? */
static bool is_mark(const struct vtr_record *m, const char *text)
{
    return !strncmp((const char *)&m->arg[1], text, 4 * sizeof m->arg[1]);
}

bool count_calls(const char *path, struct row *r, unsigned times)
{
    char why[128];
    struct vtr_record record;
    bool counts = false, was_there = false;
    unsigned calls = 0;
    struct reader *reader = reader_open(path, why, sizeof why);
    if (!reader)
        return cannot(r, why);
    while (reader_next(reader, &record)) {
        if (record.event == VTR_MARK)
            counts = is_mark(&record, r->name);
        was_there |= counts;
        calls += counts && record.event == VTR_IPC &&
                 record.flags & VTR_F_CALL && !(record.flags & VTR_F_FAULT);
    }
    reader_close(reader);
    if (!was_there)
        return cannot(r, "the trace has no such mark");
    r->value = (double)calls / times;
    return true;
}

bool measure_file_calls(const struct bench *b, struct row *r)
{
    char trace[PATH];

    snprintf(trace, sizeof(trace), "%s/bench.vtr", b->build);
    bool is_done =
        run(b, r, trace) &&
        count_calls(trace, r,
                    strcmp(r->name, "file_small_read") ? FILES : READS);
    unlink(trace);
    return is_done;
}
