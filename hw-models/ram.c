/*
 * RAM: simulated physical memory.
 *
 * All of it is one memfd. The kernel sees it whole through one window; the
 * MMU maps single frames of the same memfd at user addresses, so both see
 * the same bytes without copying:
 *
 *   window          [ frame 0 | frame 1 | frame 2 | ...            ]
 *                        \________ one memfd ________/
 *   user addresses         .. [frame 2] ..   .. [frame 0] ..
 *
 * Host memory is taken as frames are first touched. Fresh RAM reads as zero.
 */
#define _GNU_SOURCE
#include "ram.h"
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_MASK = 0xfff };

static int window_map(struct hw_ram *r)
{
    void *at;

    if (ftruncate(r->fd, (off_t)r->size) < 0)
        return -errno;
    at = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
              r->fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    r->window = at;
    return 0;
}

int hw_ram_init(struct hw_ram *r, uint64_t base, uint64_t size)
{
    int error;

    if (size == 0 || ((size | base) & PAGE_MASK) || base + size < base)
        return -EINVAL;
    *r = (struct hw_ram){.base = base, .size = size};
    r->fd = memfd_create("vitrine-ram", MFD_CLOEXEC);
    if (r->fd < 0)
        return -errno;
    error = window_map(r);
    if (error) {
        close(r->fd);
        r->fd = -1;
    }
    return error;
}

void hw_ram_destroy(struct hw_ram *r)
{
    if (!r->window)
        return;
    munmap(r->window, r->size);
    close(r->fd);
    *r = (struct hw_ram){.fd = -1};
}

void *hw_ram_at(const struct hw_ram *r, uint64_t pa, uint64_t size)
{
    uint64_t offset = pa - r->base;

    if (pa < r->base || offset >= r->size || size > r->size - offset)
        return NULL;
    return r->window + offset;
}
