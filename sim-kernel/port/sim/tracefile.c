/*
 * The trace ring to a file, in chunks (<l4/vitrine/trace_events.h>), each
 * packed on the way (pack.c).
 *
 *      ring --full, or a while later--> pack --> FILE.PID.part --end--> FILE
 *
 * The file is written under a temporary name and takes its own at the end,
 * so that a run that cannot finish leaves an older file as it was. Who wants
 * to read it meanwhile (`vitrine trace --follow`) gets whole chunks, also of
 * a run that does little: what is in the ring goes out after some virtual time,
 * and before the run waits for a person. No chunk depends on the host.
 */
#include "sim.h"
#include "crc32.h"
#include "pack.h"
#include <errno.h>
#include <l4/vitrine/trace_events.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <fcntl.h>

enum { SHOW_NS = 20000000 };
enum { CHUNK_RECORDS = 4096 };

static struct {
    int fd;
    char *temporary;
    uint64_t show_at; /* virtual time of the next tracefile_show() */
    uint64_t size;    /* of the file */
    struct vtr_record batch[CHUNK_RECORDS]; /* of a run that is watched */
    size_t batched;
} tracefile = {.fd = -1};

void tracefile_abandon(void)
{
    if (tracefile.fd >= 0)
        unlink(tracefile.temporary);
}

static void tracefile_fail(void)
{
    int error = errno;
    sim_die("%s: cannot write the trace: %s", sim_options.trace,
            strerror(error));
}

static void tracefile_write(const void *data, size_t size)
{
    const char *p = data;
    while (size) {
        ssize_t n = write(tracefile.fd, p, size);
        if (n < 0 && errno != EINTR)
            tracefile_fail();
        if (n > 0) {
            p += n;
            size -= (size_t)n;
            tracefile.size += (size_t)n;
        }
    }
}

void tracefile_open(void)
{
    if (!sim_options.trace)
        return;
    if (asprintf(&tracefile.temporary, "%s.%ld.part", sim_options.trace,
                 (long)getpid()) < 0)
        sim_die("out of memory");
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    tracefile.fd = open(tracefile.temporary, flags, 0666);
    if (tracefile.fd < 0)
        sim_die("%s: cannot write the trace: %s", sim_options.trace,
                strerror(errno));
    atexit(tracefile_abandon);
    pack_init(CHUNK_RECORDS * sizeof(struct vtr_record));
    struct vtr_file_header h = {
        .magic = VTR_MAGIC,
        .version = VTR_VERSION,
        .record_size = sizeof(struct vtr_record),
        .ram_bytes = sim_options.ram_bytes,
        .seed = sim_options.seed,
        .target = "sim",
    };
    strncpy(h.system, sim_options.system, sizeof(h.system) - 1);
    tracefile_write(&h, sizeof(h));
}

/* One chunk; what cannot be made smaller stays as it is. */
static void tracefile_chunk(const struct vtr_record *first, size_t count)
{
    size_t bytes = count * sizeof(*first);
    const void *data = first;
    size_t packed = pack(first, bytes, &data);
    struct vtr_chunk c = {
        .magic = VTR_CHUNK_MAGIC,
        .codec = packed != 0,
        .records = (uint32_t)count,
        .bytes = (uint32_t)(packed ? packed : bytes),
        .first_time = first->time,
        .kinds = vtr_kinds_of(first, (unsigned)count),
    };
    c.crc = crc32_update(0, data, c.bytes);
    tracefile_write(&c, sizeof(c));
    tracefile_write(data, c.bytes);
}

void tracefile_sync(void)
{
    if (tracefile.fd >= 0 && tracefile.batched)
        tracefile_chunk(tracefile.batch, tracefile.batched);
    tracefile.batched = 0;
}

void tracefile_back(void)
{
    if (ftruncate(tracefile.fd, (off_t)tracefile.size) ||
        lseek(tracefile.fd, (off_t)tracefile.size, SEEK_SET) < 0)
        tracefile_fail();
}

/* One by one, and the watcher may stop the run at each. */
static void tracefile_watched(const struct vtr_record *r, size_t count)
{
    for (; count; r++, count--) {
        if (tracefile.batched == CHUNK_RECORDS)
            tracefile_sync();
        tracefile.batch[tracefile.batched++] = *r;
        control_record(r);
    }
}

bool port_trace_drain(const void *first, size_t count)
{
    if (tracefile.fd < 0)
        return false;
    sim_own_tp();
    const struct vtr_record *r = first;
    if (control_on()) {
        tracefile_watched(r, count);
        return true;
    }
    while (count) {
        size_t part = count < CHUNK_RECORDS ? count : CHUNK_RECORDS;
        tracefile_chunk(r, part);
        r += part;
        count -= part;
    }
    return true;
}

void tracefile_show(uint64_t now)
{
    if (tracefile.fd < 0 || sim_options.parallel || now < tracefile.show_at)
        return;
    tracefile.show_at = now + SHOW_NS;
    core_trace_flush();
    tracefile_sync();
    control_poll();
}

void tracefile_close(void)
{
    if (tracefile.fd < 0)
        return;
    tracefile_sync();
    if (close(tracefile.fd) || rename(tracefile.temporary, sim_options.trace))
        tracefile_fail();
    tracefile.fd = -1;
}
