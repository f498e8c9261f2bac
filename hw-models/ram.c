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
 *
 * I1  window and base are equal modulo WINDOW_ALIGN: what is naturally
 *     aligned in one is in the other, so that the host's choice of an address
 *     decides nothing.
 */
#define _GNU_SOURCE
#include "ram.h"
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_MASK = 0xfff };
#define WINDOW_ALIGN (1ull << 30)

/* Room for the window with one alignment to spare; keeps I1. */
static unsigned char *window_reserve(const struct hw_ram *r)
{
    uint64_t room = r->size + WINDOW_ALIGN;
    unsigned char *start =
        mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
             -1, 0);
    uint64_t skip;

    if (start == MAP_FAILED)
        return NULL;
    skip = (r->base - (uint64_t)(uintptr_t)start) % WINDOW_ALIGN;
    if (skip)
        munmap(start, skip);
    munmap(start + skip + r->size, WINDOW_ALIGN - skip);
    return start + skip;
}

static int window_map(struct hw_ram *r)
{
    unsigned char *at;
    int error;

    if (ftruncate(r->fd, (off_t)r->size) < 0)
        return -errno;
    at = window_reserve(r);
    if (!at)
        return -errno;
    if (mmap(at, r->size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED | MAP_NORESERVE, r->fd, 0) == MAP_FAILED) {
        error = -errno;
        munmap(at, r->size);
        return error;
    }
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
