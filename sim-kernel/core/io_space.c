/*
 * I/O ports (see io_space.h; ABI.md section 2, Flexpage and Typed items).
 */
#include "io_space.h"
#include "kassert.h"
#include "kmem.h"
#include "sched.h"
#include <l4/sys/err.h>

enum { IO_RIGHTS = RIGHT_R | RIGHT_W };

static uaddr_t io_page(word_t port)
{
    return port << PAGE_ORDER;
}

/* t's space, made if need be; NULL: no memory. */
static struct mspace *io_space_of(struct task *t)
{
    if (t->io || t->object.dying)
        return t->io;
    struct mspace *m = kmem_alloc(t->object.quota, sizeof(*m));
    if (!m)
        return NULL;
    if (mspace_init(m, t->object.quota, t->object.id,
                    io_page(1ul << IO_ORDER))) {
        kmem_free(t->object.quota, m, sizeof(*m));
        return NULL;
    }
    t->io = m;
    return m;
}

int io_space_map_root(struct task *t, unsigned ports)
{
    struct mspace *m = ports ? io_space_of(t) : NULL;
    int error = ports && !m ? -L4_ENOMEM : 0;
    unsigned large = 1u << (SUPERPAGE_ORDER - PAGE_ORDER);
    for (unsigned p = 0; p < ports && !error;) {
        bool fits = p % large == 0 && ports - p >= large;
        unsigned order = fits ? SUPERPAGE_ORDER : PAGE_ORDER;
        error = mspace_map_root(m, io_page(p), io_page(p), order, IO_RIGHTS,
                                MEM_NORMAL);
        p += fits ? large : 1;
    }
    return error;
}

int io_space_map(struct task *src, struct task *dst, word_t first,
                 unsigned order, unsigned rights, bool grant, bool *ret_mapped,
                 uaddr_t *behind)
{
    struct mspace *to = src->io && (rights & RIGHT_R) ? io_space_of(dst) : NULL;
    unsigned pages;
    if (!src->io || !(rights & RIGHT_R))
        return 0;
    if (!to)
        return -L4_ENOMEM;
    int error = mspace_map_on(src->io, io_page(first), to, io_page(first),
                              order + PAGE_ORDER, rights & IO_RIGHTS, 0, grant,
                              ~0u, &pages, behind);
    *ret_mapped |= pages > 0;
    return error;
}

bool io_space_unmap(struct task *t, word_t first, unsigned order,
                    unsigned rights, bool self, uaddr_t *behind)
{
    unsigned flushed = 0;
    return !t->io || mspace_unmap_on(t->io, io_page(first), order + PAGE_ORDER,
                                     rights, self, ~0u, &flushed, behind);
}

bool io_space_allows(const struct task *t, word_t first, unsigned order)
{
    word_t end = first + (1ul << order);
    if (!t->io)
        return false;
    for (word_t p = first; p < end; p++) {
        const struct mem_node *n = mspace_find(t->io, io_page(p));
        if (!n || !(n->rights & RIGHT_W))
            return false;
    }
    return true;
}

bool io_space_clear(struct task *t, unsigned budget)
{
    return !t->io || mspace_clear(t->io, budget);
}

bool io_space_free(struct task *t)
{
    if (!t->io)
        return true;
    if (!mspace_free_tables(t->io))
        return false;
    kmem_free(t->object.quota, t->io, sizeof(*t->io));
    t->io = NULL;
    return true;
}

void io_space_check(const struct task *t)
{
    if (t->io)
        mspace_check(t->io);
}

bool core_io_allows(unsigned port, unsigned order)
{
    const struct thread *t = sched_current();
    return t && t->task && io_space_allows(t->task, port, order);
}
