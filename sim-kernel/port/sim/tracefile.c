/*
 * The trace ring to a file, in chunks (<l4/vitrine/trace_events.h>).
 *
 * The file is written under a temporary name and takes its own at the end,
 * so that a run that cannot finish leaves an older file as it was.
 */
#include "sim.h"
#include "crc32.h"
#include <errno.h>
#include <l4/vitrine/trace_events.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <fcntl.h>

static struct {
    int fd;
    char *temporary;
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

bool port_trace_drain(const void *first, size_t count)
{
    if (tracefile.fd < 0)
        return false;
    sim_own_tp();
    size_t bytes = count * sizeof(struct vtr_record);
    const struct vtr_record *r = first;
    struct vtr_chunk c = {
        .magic = VTR_CHUNK_MAGIC,
        .records = (uint32_t)count,
        .bytes = (uint32_t)bytes,
        .first_time = count ? r->time : 0,
        .crc = crc32_update(0, first, bytes),
    };
    tracefile_write(&c, sizeof(c));
    tracefile_write(first, bytes);
    return true;
}

void tracefile_close(void)
{
    if (tracefile.fd < 0)
        return;
    if (close(tracefile.fd) || rename(tracefile.temporary, sim_options.trace))
        tracefile_fail();
    tracefile.fd = -1;
}

void tracefile_panic(void)
{
    core_trace_flush();
    tracefile_close();
}
